// What grant and subgrant have in common: shape, targets, what the negative list is asked, and how a new grant is
// written.
#include <set>

#include "contracts/authorization/steps.h"
#include "contracts/registry/registry.h"
#include "contracts/text_guard.h"
#include "ledger/core/udi.h"

namespace qilian::contracts::authorization {
namespace {

constexpr std::size_t kMaxTargets = 256;
constexpr std::size_t kMaxPurposes = 64;
constexpr std::size_t kMaxActions = 16;
constexpr std::size_t kMaxRegions = 64;

Outcome check_choices(std::string_view field, const google::protobuf::RepeatedField<int>& values, std::size_t most) {
  QILIAN_PASS(require_count(field, static_cast<std::size_t>(values.size()), 1, most));
  std::set<int> seen;
  for (const int value : values) {
    QILIAN_PASS(require_choice(field, value));
    QILIAN_REQUIRE(seen.insert(value).second, "COM-107", std::string(field) + " names something twice");
  }
  return pass();
}

}  // namespace

Outcome check_terms(const Terms& terms) {
  QILIAN_PASS(require_count("targets", static_cast<std::size_t>(terms.targets.size()), 1, kMaxTargets));
  for (const pb::GrantTarget& target : terms.targets) {
    QILIAN_PASS(require_text("targets.udi", target.udi(), 128));
    QILIAN_PASS(require_range("targets.from_version", target.from_version(), 1, UINT32_MAX));
    QILIAN_REQUIRE(target.to_version() == 0 || target.to_version() >= target.from_version(), "COM-107",
                   "targets.to_version is 0 or not below from_version");
  }
  QILIAN_PASS(check_choices("rights", terms.rights, 3));
  QILIAN_PASS(require_count("purposes", static_cast<std::size_t>(terms.purposes.size()), 1, kMaxPurposes));
  for (const std::string& purpose : terms.purposes) QILIAN_PASS(require_text("purposes", purpose, 64));
  QILIAN_PASS(check_choices("actions", terms.actions, kMaxActions));
  QILIAN_PASS(require_choice("environment", terms.environment));
  QILIAN_PASS(require_count("region", static_cast<std::size_t>(terms.region.size()), 0, kMaxRegions));
  for (const std::string& region : terms.region) QILIAN_PASS(require_text("region", region, 16));
  QILIAN_PASS(require_range("max_uses", terms.max_uses, 0, INT64_MAX / 2));
  QILIAN_PASS(require_range("max_records", terms.max_records, 0, INT64_MAX / 2));
  QILIAN_PASS(require_range("from", terms.from, 0, INT64_MAX));
  return require_range("to", terms.to, 1, INT64_MAX);
}

Outcome check_targets(const Context& context, const google::protobuf::RepeatedPtrField<pb::GrantTarget>& targets) {
  QILIAN_PASS(
      require_range("number of targets", targets.size(), 1, context.parameters().integer("authorization.max_targets")));
  for (const pb::GrantTarget& target : targets) {
    QILIAN_PASS(registry::require_live(context, target.udi()));
    QILIAN_PASS(registry::require_version(context, registry::version_id(target.udi(), target.from_version())));
  }
  return pass();
}

std::string head_of(const Context& context, const pb::GrantTarget& target) {
  const auto asset = registry::asset(context, target.udi());
  std::uint32_t seq = asset ? std::max(asset->head(), target.from_version()) : target.from_version();
  if (target.to_version() != 0) seq = std::min(seq, target.to_version());
  return registry::version_id(target.udi(), seq);
}

std::vector<ListSubject> list_subjects(const Context& context, const pb::Grant& draft) {
  static constexpr std::string_view kNames[] = {"", "IN_DOMAIN", "PRIVACY", "OPEN"};
  std::vector<ListSubject> out;
  for (const pb::GrantTarget& target : draft.targets()) {
    if (!context.exists(kind::kAsset, target.udi())) continue;
    ListSubject subject;
    subject.version = head_of(context, target);
    subject.purposes = {draft.purposes().begin(), draft.purposes().end()};
    subject.buyer = draft.grantee();
    subject.environment = kNames[draft.environment()];
    out.push_back(std::move(subject));
  }
  return out;
}

void write_new(Context& context, const pb::Grant& grant) {
  context.put(kind::kGrant, grant.id(), grant, EventKind::kCreated);
  for (const std::string& party : {grant.grantor(), grant.grantee()}) {
    context.append(kind::kGrantsOfOrganisation, party, kind::kGrant, grant.id());
  }
  for (const pb::GrantTarget& target : grant.targets()) {
    context.append(kind::kGrantsOfAsset, target.udi(), kind::kGrant, grant.id());
    if (grant.type() == pb::Grant::LICENSE)
      registry::mark_market_contact(context, target.udi(), kind::kGrant, grant.id());
  }
  context.set_object(grant.id());
}

}  // namespace qilian::contracts::authorization
