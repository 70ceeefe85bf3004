// Public operation seen from what it made: who operates, and what it may no longer do.
#include <set>

#include "contracts/authorization/authorization.h"
#include "contracts/members.h"
#include "contracts/registry/registry.h"

namespace qilian::contracts::authorization {
namespace {

/// The root of a chain of sub-grants.
std::optional<pb::Grant> root_of(const Context& context, std::string_view id) {
  const std::int64_t limit = context.parameters().integer("authorization.max_chain");
  std::optional<pb::Grant> at = grant(context, id);
  for (std::int64_t level = 0; at && !at->parent_grant().empty() && level < limit; ++level) {
    at = grant(context, at->parent_grant());
  }
  return at;
}

void collect(const Context& context, const std::string& version, std::set<std::string>& seen, std::int64_t depth,
             std::vector<pb::Grant>& out, std::set<std::string>& grants) {
  if (depth == 0 || !seen.insert(version).second) return;
  const std::optional<pb::Derivation> from = registry::derivation(context, version);
  if (!from) return;
  for (const pb::ParentRef& parent : from->parents()) {
    if (parent.grant().empty()) {  // the maker's own: what stands behind it stands behind this too
      collect(context, registry::version_id(parent.udi(), parent.version()), seen, depth - 1, out, grants);
      continue;
    }
    const std::optional<pb::Grant> root = root_of(context, parent.grant());
    if (root && root->type() == pb::Grant::PUBLIC_OPERATION && grants.insert(root->id()).second) out.push_back(*root);
  }
}

}  // namespace

std::vector<pb::Grant> public_operation_behind(const Context& context, std::string_view version_id) {
  std::vector<pb::Grant> out;
  std::set<std::string> seen;
  std::set<std::string> grants;
  collect(context, std::string(version_id), seen, context.parameters().integer("registry.lineage_depth"), out, grants);
  return out;
}

Outcome check_redevelopment(const Context& context, std::string_view actor, std::string_view version_id) {
  const auto ref = registry::parse_version(version_id);
  const auto asset = ref ? registry::asset(context, ref->udi) : std::nullopt;
  if (!asset || asset->delivered_at() == 0) return pass();
  for (const pb::Grant& behind : public_operation_behind(context, version_id)) {
    QILIAN_REQUIRE(!related(context, actor, behind.grantee()), "AUT-412",
                   asset->udi() + " was delivered at " + std::to_string(asset->delivered_at()) + ": operator " +
                       behind.grantee() + " of grant " + behind.id() + " does not develop it further");
  }
  return pass();
}

}  // namespace qilian::contracts::authorization
