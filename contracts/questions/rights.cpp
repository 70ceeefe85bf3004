// Who may do what: rights at a time, grants with their chains, grants that a withdrawn consent broke.
#include <algorithm>
#include <array>

#include "contracts/authorization/authorization.h"
#include "contracts/questions/reading.h"
#include "contracts/registry/registry.h"

namespace qilian::contracts::questions {
namespace {

Result<void> holders(const Reading& reading, Answer& answer) {
  const std::string udi = reading.text("udi");
  const auto asset = registry::asset(reading.context(), udi);
  if (!asset) return std::unexpected(missing("asset", udi));
  const std::string wanted = reading.text("right");
  pb::Right::Type type = pb::Right::TYPE_UNSPECIFIED;
  if (!wanted.empty() && !pb::Right::Type_Parse(wanted, &type)) {
    return fail("question.argument", "right is HOLD, PROCESS or OPERATE");
  }
  answer.facts = {{"udi", udi},
                  {"title", asset->title()},
                  {"status", std::string(registry::status_name(registry::status_at(*asset, reading.time())))}};
  for (const pb::Right& right : registry::rights(reading.context(), *asset)) {
    if (!registry::right_in_force(right, reading.time()) || (!wanted.empty() && right.type() != type)) continue;
    answer.add({{"right", right.id()},
                {"type", pb::Right::Type_Name(right.type())},
                {"holder", right.holder()},
                {"basis", right.basis()},
                {"exclusive", right.exclusive()},
                {"from", right.from()},
                {"to", right.to()}});
  }
  return {};
}

/// "G9 <- G4 <- G1": the grant and what it stands on.
std::vector<std::string> chain_of(const Reading& reading, const pb::Grant& grant) {
  std::vector<std::string> out{grant.id()};
  const std::int64_t limit = reading.context().parameters().integer("authorization.max_chain");
  std::string next = grant.parent_grant();
  for (std::int64_t level = 0; !next.empty() && level < limit; ++level) {
    out.push_back(next);
    const auto above = authorization::grant(reading.context(), next);
    next = above ? above->parent_grant() : std::string();
  }
  return out;
}

Row grant_row(const Reading& reading, const pb::Grant& grant, const Outcome& broken) {
  std::vector<std::string> purposes(grant.purposes().begin(), grant.purposes().end());
  return {{"grant", grant.id()},
          {"type", pb::Grant::Type_Name(grant.type())},
          {"grantor", grant.grantor()},
          {"grantee", grant.grantee()},
          {"purposes", std::move(purposes)},
          {"status", std::string(authorization::status_name(authorization::status_at(grant, reading.time())))},
          {"in_effect", !broken.has_value()},
          {"because", broken ? broken->code + ": " + broken->trace : std::string()},
          {"from", grant.from()},
          {"to", grant.to()},
          {"chain", chain_of(reading, grant)}};
}

Result<void> grants(const Reading& reading, Answer& answer) {
  const std::string udi = reading.text("udi");
  if (!registry::asset(reading.context(), udi)) return std::unexpected(missing("asset", udi));
  const bool all = reading.text("all") == "true";
  answer.facts = {{"udi", udi}};
  for (const pb::Reference& reference : reading.references(kind::kGrantsOfAsset, udi)) {
    const auto grant = authorization::grant(reading.context(), reference.id());
    if (!grant) continue;
    const Outcome broken = authorization::in_effect(reading.context(), grant->id());
    if (all || !broken) answer.add(grant_row(reading, *grant, broken));
  }
  return {};
}

/// Grants whose own batch, or an ancestor's, was withdrawn, and that would stand otherwise.
Result<void> broken_consent(const Reading& reading, Answer& answer) {
  const std::string wanted = reading.text("batch");
  std::int64_t examined = 0;
  reading.each<pb::Grant>(kind::kGrant, [&](std::string_view, const pb::Grant& grant) {
    ++examined;
    std::vector<std::string> withdrawn;
    for (const std::string& id : chain_of(reading, grant)) {
      const auto link = authorization::grant(reading.context(), id);
      if (!link) continue;
      for (const std::string& batch_id : link->consent_batch()) {
        const auto batch = reading.context().get<pb::ConsentBatch>(kind::kConsentBatch, batch_id);
        const bool gone = batch && batch->status() == pb::ConsentBatch::WITHDRAWN;
        if (gone && (wanted.empty() || wanted == batch_id)) withdrawn.push_back(batch_id);
      }
    }
    if (withdrawn.empty()) return;
    Row row = grant_row(reading, grant, authorization::in_effect(reading.context(), grant.id()));
    row.push_back({"withdrawn", std::move(withdrawn)});
    answer.add(std::move(row));
  });
  answer.facts = {{"grants_examined", examined}};
  return {};
}

constexpr std::array kHolders{Argument{"udi", true, "UDI without version"},
                              Argument{"right", false, "HOLD, PROCESS or OPERATE; left out: each"}};
constexpr std::array kGrants{Argument{"udi", true, "UDI without version"},
                             Argument{"all", false, "true: those that are not in effect too, and why"}};
constexpr std::array kConsent{Argument{"batch", false, "a consent batch; left out: any"}};

}  // namespace

std::span<const Entry> rights_questions() {
  static const std::array<Entry, 3> all{{
      {{2, "holders", kHolders, Tier::kMember, "权利人", "Who holds which right on an asset at that time"}, holders},
      {{9, "grants", kGrants, Tier::kMember, "有效授权", "Grants in effect on an asset, with their chains to the root"},
       grants},
      {{10, "broken-consent", kConsent, Tier::kMember, "同意撤回", "Grants that a withdrawn consent broke"},
       broken_consent},
  }};
  return all;
}

}  // namespace qilian::contracts::questions
