// Lineage: parents exist before their children, so the walk ends; the depth bound keeps it short.
#include <algorithm>
#include <set>

#include "contracts/registry/registry.h"

namespace qilian::contracts::registry {
namespace {

/// One level up. The same parent twice stays twice: callers keep a set.
std::vector<std::string> parents_of(const Context& context, std::string_view version_id) {
  std::vector<std::string> out;
  if (const std::optional<pb::Derivation> from = derivation(context, version_id)) {
    for (const pb::ParentRef& parent : from->parents())
      out.push_back(registry::version_id(parent.udi(), parent.version()));
  }
  return out;
}

bool claims_anonymised(const Context& context, std::string_view version_id) {
  const std::optional<AttestedClaim> claim = attested_claim(context, version_id, "anonymised");
  return claim && (claim->number == 1 || claim->text == "true");
}

bool personal(const Context& context, std::string_view version_id, std::set<std::string>& seen) {
  if (claims_anonymised(context, version_id)) return false;
  const std::optional<VersionRef> ref = parse_version(version_id);
  const std::optional<pb::Asset> own = ref ? asset(context, ref->udi) : std::nullopt;
  if (own && own->category() == pb::Asset::PERSONAL) return true;
  for (const std::string& parent : parents_of(context, version_id)) {
    if (seen.insert(parent).second && personal(context, parent, seen)) return true;
  }
  return false;
}

}  // namespace

std::vector<std::string> ancestors(const Context& context, std::string_view version_id) {
  const std::int64_t limit = context.parameters().integer("registry.lineage_depth");
  std::vector<std::string> out;
  std::set<std::string> seen;
  std::vector<std::string> level = parents_of(context, version_id);
  for (std::int64_t depth = 0; depth < limit && !level.empty(); ++depth) {
    std::vector<std::string> above;
    for (std::string& node : level) {
      if (!seen.insert(node).second) continue;
      std::ranges::move(parents_of(context, node), std::back_inserter(above));
      out.push_back(std::move(node));
    }
    level = std::move(above);
  }
  return out;
}

pb::Asset::Grade effective_grade(const Context& context, std::string_view version_id) {
  std::vector<std::string> nodes = ancestors(context, version_id);
  nodes.emplace_back(version_id);
  pb::Asset::Grade strictest = pb::Asset::ORDINARY;
  for (const std::string& node : nodes) {
    const std::optional<VersionRef> ref = parse_version(node);
    const std::optional<pb::Asset> found = ref ? asset(context, ref->udi) : std::nullopt;
    if (found) strictest = std::max(strictest, found->grade());
  }
  return strictest;
}

pb::Asset::Category effective_category(const Context& context, std::string_view version_id) {
  std::set<std::string> seen;
  if (personal(context, version_id, seen)) return pb::Asset::PERSONAL;
  const std::optional<VersionRef> ref = parse_version(version_id);
  const std::optional<pb::Asset> own = ref ? asset(context, ref->udi) : std::nullopt;
  if (!own) return pb::Asset::CATEGORY_UNSPECIFIED;
  // Anonymised by attestation: no longer about persons, whatever it was registered as.
  return own->category() == pb::Asset::PERSONAL ? pb::Asset::ENTERPRISE : own->category();
}

std::optional<AttestedClaim> attested_claim(const Context& context, std::string_view version_id,
                                            std::string_view name) {
  std::optional<AttestedClaim> newest;
  for (const AttestationView& attestation : attestations_in_force(context, version_id)) {
    if (attestation.result == "FAIL") continue;
    for (const AttestedClaim& claim : attestation.claims) {
      if (claim.name == name) newest = claim;
    }
  }
  return newest;
}

}  // namespace qilian::contracts::registry
