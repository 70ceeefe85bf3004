// How revenue is shared, and the rule that no source is left out.
#include <algorithm>
#include <set>

#include "contracts/authorization/authorization.h"
#include "contracts/registry/registry.h"
#include "contracts/revenue/arithmetic.h"
#include "contracts/revenue/steps.h"
#include "contracts/signer_rules.h"
#include "contracts/text_guard.h"

namespace qilian::contracts::revenue {
namespace {

constexpr std::size_t kMaxShares = 64;

// Holders of the raw public data that a version descends from, found through its lineage.
std::set<std::string> sources_of(const Context& context, std::string_view version) {
  std::set<std::string> out;
  for (const std::string& ancestor : registry::ancestors(context, version)) {
    const auto ref = registry::parse_version(ancestor);
    const auto asset = ref ? registry::asset(context, ref->udi) : std::nullopt;
    if (!asset || asset->category() != pb::Asset::PUBLIC || !asset->raw()) continue;
    for (std::string& holder : registry::right_holders(context, ref->udi, pb::Right::HOLD))
      out.insert(std::move(holder));
  }
  return out;
}

}  // namespace

Outcome require_sources(const Context& context, const google::protobuf::RepeatedPtrField<pb::Share>& shares,
                        std::string_view version) {
  for (const std::string& source : sources_of(context, version)) {
    const bool shares_in = std::ranges::any_of(shares, [&](const pb::Share& share) { return share.org() == source; });
    QILIAN_REQUIRE(shares_in, "REV-407",
                   "source " + source + " of " + std::string(version) + " has no share in the plan");
  }
  return pass();
}

namespace {

Outcome check_set_plan(const pb::RevenueSetPlan& args) {
  QILIAN_PASS(require_text("id", args.id(), 64));
  QILIAN_PASS(require_text("udi", args.udi(), 64));
  QILIAN_PASS(require_text("grant", args.grant(), 128));
  QILIAN_PASS(require_text("implementing_agency", args.implementing_agency(), 64));
  QILIAN_PASS(require_count("shares", static_cast<std::size_t>(args.shares_size()), 1, kMaxShares));
  for (const pb::Share& share : args.shares()) {
    QILIAN_PASS(require_text("shares.org", share.org(), 64));
    QILIAN_PASS(require_range("shares.basis_points", share.basis_points(), 1, kWholeBasisPoints));
    QILIAN_PASS(require_choice("shares.contribution", share.contribution()));
  }
  return pass();
}

SignerRule set_plan_signers(const pb::RevenueSetPlan& args, const Context&) {
  std::vector<std::string> all{args.implementing_agency()};
  for (const pb::Share& share : args.shares()) all.push_back(share.org());
  return signed_by_each(std::move(all));
}

Outcome set_plan_object(const pb::RevenueSetPlan& args, const Context& context) {
  QILIAN_REQUIRE(!context.exists(kind::kPlan, args.id()), "COM-302", "plan " + args.id() + " exists");
  QILIAN_PASS(registry::require_live(context, args.udi()));
  const auto grant = authorization::grant(context, args.grant());
  QILIAN_REQUIRE(grant.has_value(), "COM-301", "no grant " + args.grant());
  QILIAN_REQUIRE(grant->type() == pb::Grant::PUBLIC_OPERATION, "COM-303",
                 args.grant() + " is no PUBLIC_OPERATION grant: plans share the revenue of public operation");
  QILIAN_REQUIRE(grant->grantor() == args.implementing_agency(), "COM-303",
                 "the implementing agency of " + args.grant() + " is " + grant->grantor());
  const std::string head = registry::version_id(args.udi(), registry::asset(context, args.udi())->head());
  const std::vector<pb::Grant> behind = authorization::public_operation_behind(context, head);
  QILIAN_REQUIRE(std::ranges::any_of(behind, [&](const pb::Grant& one) { return one.id() == args.grant(); }), "COM-303",
                 "grant " + args.grant() + " does not stand behind " + head);
  return pass();
}

Outcome set_plan_references(const pb::RevenueSetPlan& args, const Context& context) {
  return authorization::in_effect(context, args.grant());
}

Outcome set_plan_invariants(const pb::RevenueSetPlan& args, const Context& context) {
  std::int64_t sum = 0;
  for (const pb::Share& share : args.shares()) sum += share.basis_points();
  QILIAN_REQUIRE(sum == kWholeBasisPoints, "REV-401", "the shares sum to " + std::to_string(sum) + ", not 10000");
  const auto asset = registry::asset(context, args.udi());
  return require_sources(context, args.shares(), registry::version_id(args.udi(), asset->head()));
}

Outcome apply_set_plan(const pb::RevenueSetPlan& args, Context& context) {
  pb::Plan plan;
  plan.set_id(args.id());
  plan.set_udi(args.udi());
  plan.set_grant(args.grant());
  plan.set_implementing_agency(args.implementing_agency());
  *plan.mutable_shares() = args.shares();
  plan.set_set_at(context.time().value());
  context.put(kind::kPlan, args.id(), plan, EventKind::kCreated);
  context.set_object(args.id());
  return pass();
}

}  // namespace

void add_plan_calls(CallList& calls) {
  calls.push_back(make_call<pb::RevenueSetPlan>(
      call("revenue.set_plan", kEach, {}, kContinuing, "约定收益分配",
           "Agree how net revenue is shared: every share and the implementing agency sign."),
      {.check = check_set_plan,
       .signers = set_plan_signers,
       .object = set_plan_object,
       .references = set_plan_references,
       .invariants = set_plan_invariants,
       .apply = apply_set_plan}));
}

}  // namespace qilian::contracts::revenue
