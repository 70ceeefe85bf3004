// Repair 信用修复: apply_repair, decide_repair.
#include <algorithm>

#include "contracts/credit/credit.h"
#include "contracts/credit/standing.h"
#include "contracts/members.h"
#include "contracts/text_guard.h"

namespace qilian::contracts::credit {
namespace {

bool repairable(const Context& context, const pb::Determination& determination) {
  for (const pb::Behaviour& behaviour : load_rules(context.state()).behaviours()) {
    if (behaviour.code() == determination.behaviour()) return behaviour.repairable();
  }
  return false;
}

std::string obligation_of(const Context& context, const pb::Determination& determination) {
  for (const pb::Behaviour& behaviour : load_rules(context.state()).behaviours()) {
    if (behaviour.code() == determination.behaviour()) return behaviour.obligation();
  }
  return {};
}

// ---- apply_repair ----

Outcome apply_check(const pb::CreditApplyRepair& a) {
  QILIAN_PASS(require_text("determination", a.determination(), 128));
  QILIAN_PASS(require_count("evidence", static_cast<std::size_t>(a.evidence_size()), 0, 64));
  for (const std::string& evidence : a.evidence()) QILIAN_PASS(require_text("evidence", evidence, 128));
  return pass();
}

SignerRule apply_signers(const pb::CreditApplyRepair& a, const Context& context) {
  SignerRule rule;
  if (const auto determination = find(context, a.determination())) rule.organisations = {determination->subject()};
  return rule;
}

Outcome apply_object(const pb::CreditApplyRepair& a, const Context& context) {
  QILIAN_PASS(require_status(context, a.determination(), {pb::Determination::EFFECTIVE}));
  const auto determination = find(context, a.determination());
  QILIAN_REQUIRE(context.time().value() < determination->public_max_to(), "COM-303",
                 "determination " + a.determination() + " has expired: nothing to repair");
  return pass();
}

Outcome apply_invariants(const pb::CreditApplyRepair& a, const Context& context) {
  const auto determination = find(context, a.determination());
  QILIAN_REQUIRE(context.time().value() >= determination->public_min_to(), "CRD-405",
                 "the shortest publicity ends at " + std::to_string(determination->public_min_to()));
  const std::string obligation = obligation_of(context, *determination);
  QILIAN_REQUIRE(obligation.empty() || a.evidence_size() > 0, "CRD-406",
                 "show evidence that this was done: " + obligation);
  for (const std::string& evidence : a.evidence()) {
    QILIAN_REQUIRE(context.exists(kind::kEvidence, evidence), "CRD-406", "evidence " + evidence + " is not recorded");
  }
  QILIAN_REQUIRE(repairable(context, *determination), "CRD-407",
                 "behaviour " + determination->behaviour() + " cannot be repaired");
  const std::int64_t barred_until = load_profile(context, determination->subject()).repair_barred_until();
  QILIAN_REQUIRE(context.time().value() >= barred_until, "CRD-408",
                 "repair is barred until " + std::to_string(barred_until));
  return pass();
}

Outcome apply_apply(const pb::CreditApplyRepair& a, Context& context) {
  pb::Determination determination = *find(context, a.determination());
  determination.set_status(pb::Determination::REPAIR_APPLIED);
  *determination.mutable_repair_evidence() = a.evidence();
  store(context, determination);
  return pass();
}

// ---- decide_repair ----

Outcome decide_check(const pb::CreditDecideRepair& a) {
  QILIAN_PASS(require_text("determination", a.determination(), 128));
  return require_choice("decision", a.decision());
}

/// Two regulators for a SERIOUS one.
SignerRule decide_signers(const pb::CreditDecideRepair& a, const Context& context) {
  SignerRule rule;
  const auto determination = find(context, a.determination());
  if (determination && determination->severity() == pb::Severity::SERIOUS) {
    rule.role = "REGULATOR";
    rule.role_count = 2;
  }
  return rule;
}

Outcome decide_object(const pb::CreditDecideRepair& a, const Context& context) {
  return require_status(context, a.determination(), {pb::Determination::REPAIR_APPLIED});
}

Outcome decide_invariants(const pb::CreditDecideRepair& a, const Context& context) {
  const auto determination = find(context, a.determination());
  QILIAN_REQUIRE(independent_of(context, determination->subject()), "CRD-404",
                 "the regulator is related to the subject");
  return pass();
}

Outcome decide_apply(const pb::CreditDecideRepair& a, Context& context) {
  pb::Determination determination = *find(context, a.determination());
  const bool granted = a.decision() == pb::CreditDecideRepair::GRANTED;
  determination.set_status(granted ? pb::Determination::REPAIRED : pb::Determination::EFFECTIVE);
  if (granted) determination.set_repaired_at(context.time().value());
  add_signers(context, determination);
  if (a.decision() == pb::CreditDecideRepair::FALSE_MATERIALS) {
    pb::CreditProfile profile = load_profile(context, determination.subject());
    profile.set_repair_barred_until(context.deadline("credit.repair_bar").value());
    context.put(kind::kCreditProfile, determination.subject(), profile);
  }
  store(context, determination, granted ? EventKind::kEnded : EventKind::kChanged);
  return pass();
}

}  // namespace

void add_repair_calls(CallList& calls) {
  calls.push_back(make_call<pb::CreditApplyRepair>({.name = "credit.apply_repair",
                                                    .credit = CreditClass::kOpen,
                                                    .stopped_by_hold = false,
                                                    .label_zh = "申请信用修复",
                                                    .label_en = "Ask for repair after the shortest publicity"},
                                                   {.check = apply_check,
                                                    .signers = apply_signers,
                                                    .object = apply_object,
                                                    .invariants = apply_invariants,
                                                    .apply = apply_apply}));
  calls.push_back(make_call<pb::CreditDecideRepair>({.name = "credit.decide_repair",
                                                     .policy = SignaturePolicy::kRegulators,
                                                     .roles = {"REGULATOR"},
                                                     .credit = CreditClass::kOpen,
                                                     .stopped_by_hold = false,
                                                     .label_zh = "信用修复决定",
                                                     .label_en = "Decide a repair; two regulators if SERIOUS"},
                                                    {.check = decide_check,
                                                     .signers = decide_signers,
                                                     .object = decide_object,
                                                     .invariants = decide_invariants,
                                                     .apply = decide_apply}));
}

}  // namespace qilian::contracts::credit
