// 资产评估: a range of value as a commitment; the figures stay with the parties.
#include "contracts/members.h"
#include "contracts/registry/registry.h"
#include "contracts/supervision/steps.h"
#include "contracts/text_guard.h"

namespace qilian::contracts::supervision {
namespace {

using Args = pb::SupervisionValue;

constexpr std::string_view kLife = "supervision.valuation_life";

Outcome check(const Args& args) {
  QILIAN_PASS(require_text("id", args.id(), 128));
  QILIAN_PASS(require_text("subject", args.subject(), 128));
  QILIAN_PASS(require_digest("model", args.model()));
  QILIAN_PASS(require_commitment("range", args.range()));
  QILIAN_REQUIRE(args.qualification().size() <= 128, "COM-107", "qualification has 128 bytes at most");
  return require_range("to", args.to(), 0, INT64_MAX);
}

Outcome object(const Args& args, const Context& context) {
  QILIAN_REQUIRE(!context.exists(kind::kValuation, args.id()), "COM-302", "valuation " + args.id() + " exists");
  QILIAN_PASS(registry::require_version(context, args.subject()));
  return check_end(context, args.to(), kLife);
}

Outcome invariants(const Args& args, const Context& context) {
  const std::string& valuer = context.caller().organisation();
  const pb::Asset asset = *registry::asset(context, registry::parse_version(args.subject())->udi);
  QILIAN_REQUIRE(!related(context, valuer, asset.registrant()), "SUP-401",
                 "valuer " + valuer + " is related to registrant " + asset.registrant());
  for (const pb::Right& right : registry::rights(context, asset)) {
    const bool interested = registry::right_in_force(right, context.time()) && related(context, valuer, right.holder());
    QILIAN_REQUIRE(!interested, "SUP-401",
                   "valuer " + valuer + " is related to " + right.holder() + ", who holds " + right.id());
  }
  return check_qualification(context, args.qualification(), valuer);
}

Outcome apply(const Args& args, Context& context) {
  pb::Valuation valuation;
  valuation.set_id(args.id());
  valuation.set_subject(args.subject());
  valuation.set_model(args.model());
  valuation.set_range(args.range());
  valuation.set_valuer(context.caller().organisation());
  valuation.set_at(context.time().value());
  valuation.set_to(end_of(context, args.to(), kLife));
  context.put(kind::kValuation, args.id(), valuation, EventKind::kCreated);
  context.set_object(args.id());
  return pass();
}

}  // namespace

void add_valuation_calls(CallList& calls) {
  calls.push_back(make_call<Args>({.name = "supervision.value",
                                   .policy = SignaturePolicy::kSelf,
                                   .roles = {"SERVICE_VALUATION", "ASSESSOR"},
                                   .credit = CreditClass::kContinuing,
                                   .stopped_by_hold = true,
                                   .label_zh = "资产评估",
                                   .label_en = "Record the valuation of an asset version."},
                                  {.check = check, .object = object, .invariants = invariants, .apply = apply}));
}

}  // namespace qilian::contracts::supervision
