// Where data comes from and where it went: lineage, and what leaned on an attestation.
#include <array>
#include <map>
#include <set>

#include "contracts/evidence.pb.h"
#include "contracts/notary/notary.h"
#include "contracts/questions/reading.h"
#include "contracts/questions/reliance.h"
#include "contracts/registry/registry.h"

namespace qilian::contracts::questions {
namespace {

/// Grants and attestations that stand with one version.
Row version_row(const Reading& reading, const std::string& version, std::int64_t depth, const std::string& from,
                const std::string& grant) {
  const auto made = registry::derivation(reading.context(), version);
  const auto ref = registry::parse_version(version);
  const auto asset = ref ? registry::asset(reading.context(), ref->udi) : std::nullopt;
  std::vector<std::string> attestations;
  for (const AttestationView& one : attestations_in_force(reading.context(), version)) attestations.push_back(one.id);
  return {{"version", version},
          {"depth", depth},
          {"from", from},
          {"grant", grant},
          {"title", asset ? asset->title() : std::string()},
          {"activity", made ? pb::Derivation::Activity_Name(made->activity()) : std::string()},
          {"job", made ? made->job() : std::string()},
          {"performed_by", made ? made->performed_by() : std::string()},
          {"attestations", std::move(attestations)}};
}

struct Step {
  std::string version;
  std::int64_t depth;
};

/// A row for every edge, breadth first: a version with two parents in the lineage stands there twice.
void walk_up(const Reading& reading, const std::string& start, Answer& answer) {
  std::set<std::string> seen{start};
  std::vector<Step> open{{start, 0}};
  for (std::size_t next = 0; next < open.size() && !answer.more; ++next) {
    const Step at = open[next];
    const auto made = registry::derivation(reading.context(), at.version);
    if (!made) continue;
    for (const pb::ParentRef& parent : made->parents()) {
      const std::string id = registry::version_id(parent.udi(), parent.version());
      answer.add(version_row(reading, id, at.depth + 1, at.version, parent.grant()));
      if (seen.insert(id).second) open.push_back({id, at.depth + 1});
    }
  }
}

std::string grant_between(const Reading& reading, const std::string& child, const std::string& parent) {
  const auto made = registry::derivation(reading.context(), child);
  if (!made) return {};
  for (const pb::ParentRef& one : made->parents()) {
    if (registry::version_id(one.udi(), one.version()) == parent) return one.grant();
  }
  return {};
}

void walk_down(const Reading& reading, const std::string& start, Answer& answer) {
  std::set<std::string> seen{start};
  std::vector<Step> open{{start, 0}};
  for (std::size_t next = 0; next < open.size() && !answer.more; ++next) {
    const Step at = open[next];
    for (const pb::Reference& child : reading.references(kind::kChildrenOfVersion, at.version)) {
      answer.add(
          version_row(reading, child.id(), at.depth + 1, at.version, grant_between(reading, child.id(), at.version)));
      if (seen.insert(child.id()).second) open.push_back({child.id(), at.depth + 1});
    }
  }
}

Result<void> lineage(const Reading& reading, Answer& answer) {
  const std::string version = reading.text("version");
  const std::string direction = reading.text("direction");
  if (!registry::version(reading.context(), version)) return std::unexpected(missing("version", version));
  if (direction != "" && direction != "up" && direction != "down") {
    return fail("question.argument", "direction is up (what it was made from) or down (what was made from it)");
  }
  answer.facts = {
      {"version", version},
      {"effective_grade", pb::Asset::Grade_Name(registry::effective_grade(reading.context(), version))},
      {"effective_category", pb::Asset::Category_Name(registry::effective_category(reading.context(), version))}};
  if (direction == "down") {
    walk_down(reading, version, answer);
  } else {
    walk_up(reading, version, answer);
  }
  return {};
}

Result<void> reliance(const Reading& reading, Answer& answer) {
  const std::string id = reading.text("attestation");
  const auto found = notary::attestation(reading.context(), id);
  if (!found) return std::unexpected(missing("attestation", id));
  const bool is_void = found->status() == pb::Attestation::VOID;
  answer.facts = {{"attestation", id},
                  {"status", pb::Attestation::Status_Name(notary::status_now(reading.context(), *found))},
                  {"void_ab_initio", is_void}};
  for (const auto& [object, why] : relied_on(reading, *found)) {
    const KindName* kind = find_kind(object.first);
    answer.add(
        {{"kind", std::string(kind ? kind->name : "")}, {"id", object.second}, {"because", why}, {"tainted", is_void}});
  }
  return {};
}

constexpr std::array kLineage{
    Argument{"version", true, "UDI@sequence"},
    Argument{"direction", false, "up: what it was made from (default); down: what was made from it"},
};
constexpr std::array kReliance{Argument{"attestation", true, "its id"}};

}  // namespace

std::span<const Entry> lineage_questions() {
  static const std::array<Entry, 2> all{{
      {{1, "lineage", kLineage, Tier::kMember, "血缘",
        "Full lineage of a version, either way, with grants and attestations"},
       lineage},
      {{7, "reliance", kReliance, Tier::kMember, "依赖", "What relied on an attestation; tainted where it is void"},
       reliance},
  }};
  return all;
}

}  // namespace qilian::contracts::questions
