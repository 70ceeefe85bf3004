// 冻结: a short stop by one regulator, extended by two, gone by itself. The gate reads what stands here
// (contracts/holds.h).
#include <algorithm>

#include "contracts/incident/steps.h"
#include "contracts/members.h"
#include "contracts/text_guard.h"

namespace qilian::contracts::incident {
namespace {

/// Whoever signs besides has no say in a hold.
std::vector<std::string> regulators_among_signers(const Context& context) {
  std::vector<std::string> out;
  for (const std::string& uscc : context.caller().organisations()) {
    if (has_role(context, uscc, "REGULATOR") && organisation_active(context, uscc)) out.push_back(uscc);
  }
  return out;
}

/// Without what has lapsed: the journal keeps it.
pb::HoldSet standing_holds(const Context& context, const std::string& scope) {
  pb::HoldSet holds = context.get<pb::HoldSet>(kind::kHoldsOn, scope).value_or(pb::HoldSet());
  holds.set_scope(scope);
  auto* all = holds.mutable_holds();
  all->erase(std::remove_if(all->begin(), all->end(),
                            [&](const pb::Hold& hold) { return hold.until() <= context.time().value(); }),
             all->end());
  return holds;
}

pb::Hold* find_hold(pb::HoldSet& holds, const std::string& id) {
  const auto at = std::ranges::find(*holds.mutable_holds(), id, &pb::Hold::id);
  return at == holds.mutable_holds()->end() ? nullptr : &*at;
}

void rest_after(const Context& context, pb::HoldSet& holds, std::int64_t until) {
  const Period rest = context.parameters().period("incident.hold_rest");
  holds.set_rested_at(std::max(holds.rested_at(), deadline(TimeMs(until), rest, context.calendar()).value()));
}

Outcome require_until(const Context& context, std::int64_t until, std::string_view longest) {
  QILIAN_REQUIRE(until > context.time().value(), "COM-307", "until lies in the past");
  const TimeMs last = context.deadline(longest);
  QILIAN_REQUIRE(until <= last.value(), "INC-402", "a hold lasts until " + std::to_string(last.value()) + " at most");
  return pass();
}

/// COM-104 for what is no call and no contract; INC-402 for a call that no hold may stop: unwinding runs on.
Outcome require_operation(const std::string& operation) {
  const std::string contract = operation + ".";
  const bool whole_contract =
      std::ranges::any_of(calls(), [&](const CallSpec& spec) { return spec.name.starts_with(contract); });
  if (whole_contract) return pass();
  const CallSpec* spec = find_call(operation);
  QILIAN_REQUIRE(spec != nullptr, "COM-104", "\"" + operation + "\" is neither a call nor a contract");
  QILIAN_REQUIRE(spec->stopped_by_hold && spec->credit != CreditClass::kOpen, "INC-402",
                 "no hold stops " + operation + ": unwinding and due process run on");
  return pass();
}

// ---- hold ---------------------------------------------------------------------------------------------------------

Outcome check_hold(const pb::IncidentHold& args) {
  QILIAN_PASS(require_text("scope", args.scope(), 160));
  QILIAN_PASS(require_count("operations", static_cast<std::size_t>(args.operations_size()), 0, 64));
  for (const std::string& operation : args.operations()) QILIAN_PASS(require_text("operations", operation, 64));
  QILIAN_PASS(require_range("until", args.until(), 1, INT64_MAX));
  QILIAN_PASS(require_text("reason", args.reason(), 512));
  QILIAN_REQUIRE(args.incident().size() <= 128, "COM-107", "incident has 128 bytes at most");
  return pass();
}

/// A hold placed again and again by one hand would be a long one in slices.
SignerRule hold_signers(const pb::IncidentHold& args, const Context& context) {
  SignerRule rule;
  const auto earlier = context.get<pb::HoldSet>(kind::kHoldsOn, args.scope());
  if (earlier && context.time().value() < earlier->rested_at() && regulators_among_signers(context).size() < 2) {
    rule.denial = deny("COM-206", args.scope() + " was held not long ago; until " +
                                      std::to_string(earlier->rested_at()) + " two regulators hold it again");
  }
  return rule;
}

Outcome hold_object(const pb::IncidentHold& args, const Context& context) {
  QILIAN_PASS(require_scope(context, args.scope()));
  for (const std::string& operation : args.operations()) QILIAN_PASS(require_operation(operation));
  QILIAN_REQUIRE(args.incident().empty() || find(context, args.incident()), "COM-301",
                 "no incident " + args.incident());
  QILIAN_PASS(require_until(context, args.until(), "incident.hold_single"));
  const std::int64_t limit = context.parameters().integer("incident.max_holds");
  QILIAN_REQUIRE(standing_holds(context, args.scope()).holds_size() < limit, "INC-402",
                 std::to_string(limit) + " holds stand on " + args.scope());
  return pass();
}

Outcome hold_apply(const pb::IncidentHold& args, Context& context) {
  pb::HoldSet holds = standing_holds(context, args.scope());
  pb::Hold* hold = holds.add_holds();
  hold->set_id(context.derive_id("hold"));
  *hold->mutable_operations() = args.operations();
  for (const std::string& uscc : regulators_among_signers(context)) hold->add_by(uscc);
  hold->set_from(context.time().value());
  hold->set_until(args.until());
  hold->set_reason(args.reason());
  hold->set_incident(args.incident());
  rest_after(context, holds, args.until());
  context.set_object(hold->id());
  context.put(kind::kHoldsOn, args.scope(), holds);
  return pass();
}

// ---- extend -------------------------------------------------------------------------------------------------------

Outcome check_extend(const pb::IncidentExtend& args) {
  QILIAN_PASS(require_text("scope", args.scope(), 160));
  QILIAN_PASS(require_text("hold", args.hold(), 128));
  return require_range("until", args.until(), 1, INT64_MAX);
}

Outcome extend_object(const pb::IncidentExtend& args, const Context& context) {
  pb::HoldSet holds = standing_holds(context, args.scope());
  const pb::Hold* hold = find_hold(holds, args.hold());
  QILIAN_REQUIRE(hold != nullptr, "INC-403", "no hold " + args.hold() + " stands on " + args.scope());
  QILIAN_REQUIRE(args.until() > hold->until(), "COM-303", "it stands until " + std::to_string(hold->until()));
  return require_until(context, args.until(), "incident.hold_extension");
}

Outcome extend_apply(const pb::IncidentExtend& args, Context& context) {
  pb::HoldSet holds = standing_holds(context, args.scope());
  pb::Hold* hold = find_hold(holds, args.hold());
  hold->set_until(args.until());
  for (const std::string& uscc : regulators_among_signers(context)) {
    if (std::ranges::find(hold->by(), uscc) == hold->by().end()) hold->add_by(uscc);
  }
  rest_after(context, holds, args.until());
  context.put(kind::kHoldsOn, args.scope(), holds);
  context.set_object(args.hold());
  return pass();
}

// ---- lift ---------------------------------------------------------------------------------------------------------

Outcome check_lift(const pb::IncidentLift& args) {
  QILIAN_PASS(require_text("scope", args.scope(), 160));
  return require_text("hold", args.hold(), 128);
}

/// Whoever placed or extended it lifts it; otherwise one regulator would undo another's hold by himself.
SignerRule lift_signers(const pb::IncidentLift& args, const Context& context) {
  SignerRule rule;
  pb::HoldSet holds = standing_holds(context, args.scope());
  const pb::Hold* hold = find_hold(holds, args.hold());
  const std::vector<std::string> regulators = regulators_among_signers(context);
  if (hold == nullptr || regulators.size() >= 2) return rule;
  const bool own = std::ranges::any_of(
      regulators, [&](const std::string& uscc) { return std::ranges::find(hold->by(), uscc) != hold->by().end(); });
  if (!own) rule.denial = deny("COM-206", "a regulator who placed it lifts it, or two");
  return rule;
}

Outcome lift_object(const pb::IncidentLift& args, const Context& context) {
  pb::HoldSet stored = context.get<pb::HoldSet>(kind::kHoldsOn, args.scope()).value_or(pb::HoldSet());
  const pb::Hold* hold = find_hold(stored, args.hold());
  QILIAN_REQUIRE(hold != nullptr, "COM-301", "no hold " + args.hold() + " on " + args.scope());
  QILIAN_REQUIRE(context.time().value() < hold->until(), "COM-303", "hold " + args.hold() + " has lapsed");
  return pass();
}

Outcome lift_apply(const pb::IncidentLift& args, Context& context) {
  pb::HoldSet holds = standing_holds(context, args.scope());
  auto* all = holds.mutable_holds();
  all->erase(std::remove_if(all->begin(), all->end(), [&](const pb::Hold& hold) { return hold.id() == args.hold(); }),
             all->end());
  context.put(kind::kHoldsOn, args.scope(), holds);
  context.set_object(args.hold());
  return pass();
}

}  // namespace

void add_hold_calls(CallList& calls) {
  calls.push_back(make_call<pb::IncidentHold>(
      regulator_call("incident.hold", "冻结", "Hold an organisation, an asset or a trade for a short time."),
      {.check = check_hold, .signers = hold_signers, .object = hold_object, .apply = hold_apply}));
  CallSpec extend = regulator_call("incident.extend", "延长冻结", "Two regulators extend a hold that stands.");
  extend.policy = SignaturePolicy::kTwoRegulators;
  calls.push_back(
      make_call<pb::IncidentExtend>(extend, {.check = check_extend, .object = extend_object, .apply = extend_apply}));
  calls.push_back(make_call<pb::IncidentLift>(
      regulator_call("incident.lift", "解除冻结", "Lift a hold before it lapses."),
      {.check = check_lift, .signers = lift_signers, .object = lift_object, .apply = lift_apply}));
}

}  // namespace qilian::contracts::incident
