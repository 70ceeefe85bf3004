// Environments stand on an assessment; algorithms on somebody independent.
#include "contracts/compute/steps.h"
#include "contracts/members.h"
#include "contracts/signer_rules.h"
#include "contracts/supervision/supervision.h"
#include "contracts/text_guard.h"

namespace qilian::contracts::compute {
namespace {

// ---- register_environment -----------------------------------------------------------------------------------------

using Register = pb::ComputeRegisterEnvironment;

Outcome check_register(const Register& args) {
  QILIAN_PASS(require_text("id", args.id(), 128));
  QILIAN_PASS(require_choice("kind", args.kind()));
  QILIAN_PASS(require_text("site", args.site(), 128));
  return require_text("assessment", args.assessment(), 128);
}

/// The provider may register again on a newer assessment; nobody else may take the name.
Outcome object_register(const Register& args, const Context& context) {
  const std::optional<pb::Environment> earlier = environment(context, args.id());
  QILIAN_REQUIRE(!earlier || earlier->provider() == context.caller().organisation(), "COM-302",
                 "environment " + args.id() + " belongs to " + (earlier ? earlier->provider() : ""));
  return pass();
}

Outcome references_register(const Register& args, const Context& context) {
  const auto assessment = context.get<pb::Assessment>(kind::kAssessment, args.assessment());
  QILIAN_REQUIRE(assessment, "AUT-413", "there is no assessment " + args.assessment());
  QILIAN_REQUIRE(
      supervision::in_force(context, args.assessment(), pb::Assessment::ENVIRONMENT, args.id()), "AUT-413",
      "assessment " + args.assessment() + " is no passed ENVIRONMENT assessment of " + args.id() + " in force");
  QILIAN_REQUIRE(assessment->organisation() == context.caller().organisation(), "AUT-413",
                 "assessment " + args.assessment() + " answers for " + assessment->organisation());
  return pass();
}

Outcome apply_register(const Register& args, Context& context) {
  const bool existed = context.exists(kind::kEnvironment, args.id());
  pb::Environment environment;
  environment.set_id(args.id());
  environment.set_provider(context.caller().organisation());
  environment.set_kind(args.kind());
  environment.set_site(args.site());
  environment.set_assessment(args.assessment());
  environment.set_registered_at(context.time().value());
  context.put(kind::kEnvironment, args.id(), environment, existed ? EventKind::kChanged : EventKind::kCreated);
  context.set_object(args.id());
  return pass();
}

// ---- check_algorithm ----------------------------------------------------------------------------------------------

using Check = pb::ComputeCheckAlgorithm;

Outcome check_check(const Check& args) {
  QILIAN_PASS(require_digest("algorithm", args.algorithm()));
  QILIAN_PASS(require_digest_or_commitment("report", args.report()));
  QILIAN_REQUIRE(args.environment().size() <= 128, "COM-107", "environment has 128 bytes at most");
  return pass();
}

SignerRule signers_check(const Check& args, const Context& context) {
  const std::string& caller = context.caller().organisation();
  if (has_role(context, caller, "ASSESSOR")) return {};
  const std::optional<pb::Environment> found = environment(context, args.environment());
  if (found && found->provider() == caller) return {};
  return signers_denied("COM-204", "an ASSESSOR, or the provider of the environment named, checks algorithms");
}

/// A second opinion may come, but not from the one who gave the first: a refusal is not overwritten by its author's
/// change of mind without a new report.
Outcome object_check(const Check& args, const Context& context) {
  const auto earlier = context.get<pb::Algorithm>(kind::kAlgorithm, ledger::to_hex(args.algorithm()));
  QILIAN_REQUIRE(!earlier || earlier->report() != args.report(), "COM-302", "this report on the algorithm is recorded");
  return pass();
}

Outcome apply_check(const Check& args, Context& context) {
  const std::string id = ledger::to_hex(args.algorithm());
  const bool existed = context.exists(kind::kAlgorithm, id);
  pb::Algorithm algorithm;
  algorithm.set_digest(args.algorithm());
  algorithm.set_checker(context.caller().organisation());
  algorithm.set_pass(args.pass());
  algorithm.set_report(args.report());
  algorithm.set_checked_at(context.time().value());
  context.put(kind::kAlgorithm, id, algorithm, existed ? EventKind::kChanged : EventKind::kCreated);
  context.set_object(id);
  return pass();
}

}  // namespace

void add_environment_calls(CallList& calls) {
  calls.push_back(make_call<Register>({.name = "compute.register_environment",
                                       .policy = SignaturePolicy::kSelf,
                                       .credit = CreditClass::kNewBusiness,
                                       .stopped_by_hold = true,
                                       .label_zh = "登记计算环境",
                                       .label_en = "Register a computing environment on its assessment."},
                                      {.check = check_register,
                                       .object = object_register,
                                       .references = references_register,
                                       .apply = apply_register}));
  calls.push_back(
      make_call<Check>({.name = "compute.check_algorithm",
                        .policy = SignaturePolicy::kSelf,
                        .credit = CreditClass::kContinuing,
                        .stopped_by_hold = true,
                        .label_zh = "算法核查",
                        .label_en = "Record what an independent check of an algorithm found."},
                       {.check = check_check, .signers = signers_check, .object = object_check, .apply = apply_check}));
}

}  // namespace qilian::contracts::compute
