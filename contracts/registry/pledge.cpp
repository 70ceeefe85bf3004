// 质押: a right as security. While it stands, the right does not move and the asset does not change.
#include "contracts/members.h"
#include "contracts/registry/steps.h"
#include "contracts/supervision.pb.h"
#include "contracts/text_guard.h"

namespace qilian::contracts::registry {

Outcome require_unpledged(const Context& context, std::string_view id) {
  if (id.empty()) return pass();
  const auto pledge = context.get<pb::Pledge>(kind::kPledge, id);
  const bool stands = pledge && !pledge->released() && context.time().value() < pledge->until();
  QILIAN_REQUIRE(!stands, "REG-409",
                 "right " + pledge->right() + " is pledged (" + pledge->id() + ") until " +
                     std::to_string(pledge->until()) + "; release it first");
  return pass();
}

namespace {

// ---- pledge -------------------------------------------------------------------------------------------------------

Outcome check_pledge(const pb::RegistryPledge& args) {
  QILIAN_PASS(require_text("id", args.id(), 128));
  QILIAN_PASS(require_text("right", args.right(), 128));
  QILIAN_PASS(require_text("creditor", args.creditor(), 18));
  QILIAN_PASS(require_text("valuation", args.valuation(), 128));
  return require_range("until", args.until(), 1, INT64_MAX);
}

SignerRule pledge_signers(const pb::RegistryPledge& args, const Context& context) {
  SignerRule rule;
  if (const auto right = context.get<pb::Right>(kind::kRight, args.right())) {
    rule.organisations = {right->holder(), args.creditor()};
  }
  return rule;
}

std::vector<std::string> pledge_scopes(const pb::RegistryPledge& args, const Context& context) {
  const auto right = context.get<pb::Right>(kind::kRight, args.right());
  if (!right) return {};
  return {"asset:" + right->udi()};
}

Outcome pledge_object(const pb::RegistryPledge& args, const Context& context) {
  QILIAN_REQUIRE(!context.exists(kind::kPledge, args.id()), "COM-302", "pledge " + args.id() + " exists");
  const auto right = context.get<pb::Right>(kind::kRight, args.right());
  QILIAN_REQUIRE(right, "COM-301", "there is no right " + args.right());
  QILIAN_REQUIRE(right_in_force(*right, context.time()), "COM-303", "right " + args.right() + " is not in force");
  QILIAN_REQUIRE(right->holder() != args.creditor(), "COM-303", "nobody is his own creditor");
  QILIAN_REQUIRE(args.until() > context.time().value(), "COM-307", "a pledge ends in the future");
  return require_live(context, right->udi());
}

Outcome pledge_references(const pb::RegistryPledge& args, const Context& context) {
  const auto valuation = context.get<pb::Valuation>(kind::kValuation, args.valuation());
  QILIAN_REQUIRE(valuation, "COM-301", "there is no valuation " + args.valuation());
  const std::optional<VersionRef> valued = parse_version(valuation->subject());
  const pb::Right right = *context.get<pb::Right>(kind::kRight, args.right());
  QILIAN_REQUIRE(valued && valued->udi == right.udi(), "COM-303",
                 "valuation " + args.valuation() + " is of " + valuation->subject());
  QILIAN_REQUIRE(valuation->to() == 0 || context.time().value() < valuation->to(), "COM-307",
                 "valuation " + args.valuation() + " has lapsed");
  return pass();
}

Outcome pledge_invariants(const pb::RegistryPledge& args, const Context& context) {
  const pb::Right right = *context.get<pb::Right>(kind::kRight, args.right());
  return require_unpledged(context, asset(context, right.udi())->pledge());
}

Outcome apply_pledge(const pb::RegistryPledge& args, Context& context) {
  pb::Right right = *context.get<pb::Right>(kind::kRight, args.right());
  pb::Asset changed = *asset(context, right.udi());
  pb::Pledge pledge;
  pledge.set_id(args.id());
  pledge.set_right(args.right());
  pledge.set_debtor(right.holder());
  pledge.set_creditor(args.creditor());
  pledge.set_valuation(args.valuation());
  pledge.set_until(args.until());
  right.set_pledge(args.id());
  changed.set_pledge(args.id());
  context.put(kind::kPledge, args.id(), pledge, EventKind::kCreated);
  context.put(kind::kRight, right.id(), right);
  context.put(kind::kAsset, changed.udi(), changed);
  context.set_object(args.id());
  return pass();
}

// ---- release_pledge -----------------------------------------------------------------------------------------------

Outcome check_release(const pb::RegistryReleasePledge& args) { return require_text("id", args.id(), 128); }

SignerRule release_signers(const pb::RegistryReleasePledge& args, const Context& context) {
  SignerRule rule;
  if (const auto pledge = context.get<pb::Pledge>(kind::kPledge, args.id())) {
    rule.organisations = {pledge->debtor(), pledge->creditor()};
  }
  return rule;
}

Outcome release_object(const pb::RegistryReleasePledge& args, const Context& context) {
  const auto pledge = context.get<pb::Pledge>(kind::kPledge, args.id());
  QILIAN_REQUIRE(pledge, "COM-301", "there is no pledge " + args.id());
  QILIAN_REQUIRE(!pledge->released(), "COM-303", "pledge " + args.id() + " is released");
  return pass();
}

Outcome apply_release(const pb::RegistryReleasePledge& args, Context& context) {
  auto pledge = *context.get<pb::Pledge>(kind::kPledge, args.id());
  auto right = *context.get<pb::Right>(kind::kRight, pledge.right());
  pb::Asset changed = *asset(context, right.udi());
  pledge.set_released(true);
  // One that had lapsed may have been followed by another: that one stands.
  if (right.pledge() == args.id()) right.clear_pledge();
  if (changed.pledge() == args.id()) changed.clear_pledge();
  context.put(kind::kPledge, args.id(), pledge, EventKind::kEnded);
  context.put(kind::kRight, right.id(), right);
  context.put(kind::kAsset, changed.udi(), changed);
  context.set_object(args.id());
  return pass();
}

}  // namespace

void add_pledge_calls(CallList& calls) {
  calls.push_back(make_call<pb::RegistryPledge>({.name = "registry.pledge",
                                                 .policy = SignaturePolicy::kBoth,
                                                 .credit = CreditClass::kNewBusiness,
                                                 .stopped_by_hold = true,
                                                 .label_zh = "质押登记",
                                                 .label_en = "Pledge a right to a creditor on a valuation."},
                                                {.check = check_pledge,
                                                 .signers = pledge_signers,
                                                 .hold_scopes = pledge_scopes,
                                                 .object = pledge_object,
                                                 .references = pledge_references,
                                                 .invariants = pledge_invariants,
                                                 .apply = apply_pledge}));
  calls.push_back(make_call<pb::RegistryReleasePledge>(
      {.name = "registry.release_pledge",
       .policy = SignaturePolicy::kBoth,
       .credit = CreditClass::kContinuing,
       .stopped_by_hold = false,
       .label_zh = "解除质押",
       .label_en = "Debtor and creditor release a pledge."},
      {.check = check_release, .signers = release_signers, .object = release_object, .apply = apply_release}));
}

}  // namespace qilian::contracts::registry
