// A job is planned by all who take part, with every input named.
#include <set>

#include "contracts/compute/steps.h"
#include "contracts/members.h"
#include "contracts/signer_rules.h"
#include "contracts/text_guard.h"

namespace qilian::contracts::compute {
namespace {

using Args = pb::ComputePlan;

pb::Job draft(const Args& args, const Context& context) {
  pb::Job job;
  job.set_id(args.id());
  job.set_type(args.type());
  *job.mutable_participants() = args.participants();
  *job.mutable_inputs() = args.inputs();
  job.set_algorithm(args.algorithm());
  job.set_purpose(args.purpose());
  job.set_environment(args.environment());
  job.set_model(args.model());
  job.set_model_attestation(args.model_attestation());
  job.set_status(pb::Job::PLANNED);
  job.set_planned_at(context.time().value());
  return job;
}

Outcome check(const Args& args) {
  QILIAN_PASS(require_text("id", args.id(), 128));
  QILIAN_PASS(require_choice("type", args.type()));
  QILIAN_PASS(require_count("participants", static_cast<std::size_t>(args.participants_size()), 1, 16));
  std::set<std::string> participants;
  for (const std::string& participant : args.participants()) {
    QILIAN_PASS(require_text("participants", participant, 18));
    QILIAN_REQUIRE(participants.insert(participant).second, "COM-107", "a participant stands twice");
  }
  QILIAN_PASS(require_count("inputs", static_cast<std::size_t>(args.inputs_size()), 1, 256));
  std::set<std::pair<std::string, std::uint32_t>> inputs;
  for (const pb::JobInput& input : args.inputs()) {
    QILIAN_PASS(require_text("inputs.udi", input.udi(), 128));
    QILIAN_PASS(require_range("inputs.version", input.version(), 1, UINT32_MAX));
    QILIAN_REQUIRE(inputs.insert({input.udi(), input.version()}).second, "COM-107", "an input stands twice");
  }
  QILIAN_PASS(require_digest("algorithm", args.algorithm()));
  QILIAN_PASS(require_text("purpose", args.purpose(), 64));
  QILIAN_PASS(require_text("environment", args.environment(), 128));
  QILIAN_REQUIRE(args.model().size() <= 128 && args.model_attestation().size() <= 128, "COM-107",
                 "model and model_attestation have 128 bytes at most");
  return pass();
}

SignerRule signers(const Args& args, const Context&) {
  SignerRule rule = signed_by_each({args.participants().begin(), args.participants().end()});
  rule.missing_code = "CMP-401";
  return rule;
}

Outcome object(const Args& args, const Context& context) {
  QILIAN_REQUIRE(!context.exists(kind::kJob, args.id()), "COM-302", "job " + args.id() + " exists");
  QILIAN_REQUIRE(environment(context, args.environment()), "COM-301",
                 "environment " + args.environment() + " is not registered");
  QILIAN_PASS(
      require_range("number of inputs", args.inputs_size(), 1, context.parameters().integer("compute.max_inputs")));
  return check_inputs_exist(context, args.inputs());
}

Outcome references(const Args& args, const Context& context) {
  const pb::Job job = draft(args, context);
  QILIAN_PASS(check_inputs_in_effect(context, job));
  QILIAN_PASS(check_algorithm(context, job));
  return check_model(context, job);
}

std::vector<ListSubject> subjects(const Args& args, const Context& context) {
  return list_subjects(context, draft(args, context));
}

Outcome invariants(const Args& args, const Context& context) {
  QILIAN_PASS(require_code(context, "purpose", args.purpose()));
  return check_inputs_allowed(context, draft(args, context));
}

Outcome apply(const Args& args, Context& context) {
  context.put(kind::kJob, args.id(), draft(args, context), EventKind::kCreated);
  for (const pb::JobInput& input : args.inputs()) {
    context.append(kind::kJobsOfVersion, input.udi() + "@" + std::to_string(input.version()), kind::kJob, args.id());
  }
  context.set_object(args.id());
  return pass();
}

}  // namespace

void add_plan_calls(CallList& calls) {
  calls.push_back(make_call<Args>({.name = "compute.plan",
                                   .policy = SignaturePolicy::kEach,
                                   .credit = CreditClass::kNewBusiness,
                                   .stopped_by_hold = true,
                                   .operation = ListOperation::kDerive,
                                   .label_zh = "计算任务立项",
                                   .label_en = "Plan a job: who takes part, which data, which algorithm, where."},
                                  {.check = check,
                                   .signers = signers,
                                   .object = object,
                                   .references = references,
                                   .subjects = subjects,
                                   .invariants = invariants,
                                   .apply = apply}));
}

}  // namespace qilian::contracts::compute
