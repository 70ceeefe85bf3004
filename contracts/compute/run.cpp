// The environment's provider runs the job and says what came out. The ledger cannot see the computation: it sees that
// whoever answers for the environment signed.
#include <algorithm>

#include "contracts/authorization/authorization.h"
#include "contracts/compute/steps.h"
#include "contracts/registry/registry.h"
#include "contracts/signer_rules.h"
#include "contracts/text_guard.h"

namespace qilian::contracts::compute {
namespace {

template <class Args>
SignerRule provider_signs(const Args& args, const Context& context) {
  const std::optional<pb::Job> found = job(context, args.job());
  const auto where = found ? environment(context, found->environment()) : std::nullopt;
  if (!where || context.caller().organisation() == where->provider()) return {};
  return signers_denied("COM-204", "provider " + where->provider() + " of environment " + where->id() + " signs");
}

Outcome require_status(const Context& context, std::string_view id, std::initializer_list<pb::Job::Status> allowed) {
  const std::optional<pb::Job> found = job(context, id);
  QILIAN_REQUIRE(found, "COM-301", "there is no job " + std::string(id));
  for (const pb::Job::Status each : allowed) {
    if (found->status() == each) return pass();
  }
  return deny("COM-303", "job " + found->id() + " is " + pb::Job::Status_Name(found->status()));
}

// ---- run ----------------------------------------------------------------------------------------------------------

Outcome check_run(const pb::ComputeRun& args) { return require_text("job", args.job(), 128); }

Outcome object_run(const pb::ComputeRun& args, const Context& context) {
  QILIAN_PASS(require_status(context, args.job(), {pb::Job::PLANNED}));
  return check_inputs_exist(context, job(context, args.job())->inputs());
}

Outcome references_run(const pb::ComputeRun& args, const Context& context) {
  const pb::Job found = *job(context, args.job());
  QILIAN_PASS(check_inputs_in_effect(context, found));
  QILIAN_PASS(check_algorithm(context, found));
  return check_model(context, found);
}

std::vector<ListSubject> subjects_run(const pb::ComputeRun& args, const Context& context) {
  const std::optional<pb::Job> found = job(context, args.job());
  if (!found) return {};
  std::vector<ListSubject> out = list_subjects(context, *found);
  for (ListSubject& subject : out) subject.opens_business = false;
  return out;
}

Outcome invariants_run(const pb::ComputeRun& args, const Context& context) {
  return check_inputs_allowed(context, *job(context, args.job()));
}

Outcome apply_run(const pb::ComputeRun& args, Context& context) {
  pb::Job changed = *job(context, args.job());
  for (const pb::JobInput& input : changed.inputs()) {
    if (input.grant().empty()) continue;
    // Two inputs under one grant are two uses: the second one sees what the first left.
    const authorization::Use use{.job = changed.id(), .purpose = changed.purpose()};
    QILIAN_PASS(authorization::fits(context, *authorization::grant(context, input.grant()), use));
    authorization::charge(context, input.grant(), use);
  }
  changed.set_status(pb::Job::RUNNING);
  changed.set_started_at(context.time().value());
  context.put(kind::kJob, args.job(), changed);
  context.set_object(args.job());
  return pass();
}

// ---- attest_output ------------------------------------------------------------------------------------------------

Outcome check_attest(const pb::ComputeAttestOutput& args) {
  QILIAN_PASS(require_text("job", args.job(), 128));
  QILIAN_PASS(require_digest("output", args.output()));
  return require_count("read", static_cast<std::size_t>(args.read_size()), 1, 256);
}

Outcome object_attest(const pb::ComputeAttestOutput& args, const Context& context) {
  return require_status(context, args.job(), {pb::Job::RUNNING});
}

Outcome invariants_attest(const pb::ComputeAttestOutput& args, const Context& context) {
  const pb::Job found = *job(context, args.job());
  for (const pb::JobInput& read : args.read()) {
    const bool declared = std::ranges::any_of(found.inputs(), [&](const pb::JobInput& input) {
      return input.udi() == read.udi() && input.version() == read.version();
    });
    QILIAN_REQUIRE(declared, "CMP-404",
                   registry::version_id(read.udi(), read.version()) + " was read and not declared in the plan");
  }
  return pass();
}

Outcome apply_attest(const pb::ComputeAttestOutput& args, Context& context) {
  pb::Job changed = *job(context, args.job());
  changed.set_output(args.output());
  changed.set_status(pb::Job::ATTESTED);
  changed.set_ended_at(context.time().value());
  context.put(kind::kJob, args.job(), changed, EventKind::kEnded);
  context.set_object(args.job());
  return pass();
}

// ---- fail ---------------------------------------------------------------------------------------------------------

Outcome check_fail(const pb::ComputeFail& args) {
  QILIAN_PASS(require_text("job", args.job(), 128));
  return require_text("reason", args.reason(), 512);
}

Outcome object_fail(const pb::ComputeFail& args, const Context& context) {
  return require_status(context, args.job(), {pb::Job::PLANNED, pb::Job::RUNNING});
}

Outcome apply_fail(const pb::ComputeFail& args, Context& context) {
  pb::Job changed = *job(context, args.job());
  changed.set_status(pb::Job::FAILED);
  changed.set_failure(args.reason());
  changed.set_ended_at(context.time().value());
  context.put(kind::kJob, args.job(), changed, EventKind::kEnded);
  context.set_object(args.job());
  return pass();
}

}  // namespace

void add_run_calls(CallList& calls) {
  calls.push_back(make_call<pb::ComputeRun>({.name = "compute.run",
                                             .policy = SignaturePolicy::kSelf,
                                             .credit = CreditClass::kContinuing,
                                             .stopped_by_hold = true,
                                             .operation = ListOperation::kDerive,
                                             .label_zh = "运行计算任务",
                                             .label_en = "Start a planned job; every grant counts one use."},
                                            {.check = check_run,
                                             .signers = provider_signs<pb::ComputeRun>,
                                             .object = object_run,
                                             .references = references_run,
                                             .subjects = subjects_run,
                                             .invariants = invariants_run,
                                             .apply = apply_run}));
  calls.push_back(make_call<pb::ComputeAttestOutput>({.name = "compute.attest_output",
                                                      .policy = SignaturePolicy::kSelf,
                                                      .credit = CreditClass::kContinuing,
                                                      .stopped_by_hold = true,
                                                      .label_zh = "结果存证",
                                                      .label_en = "Attest what a job put out and what it read."},
                                                     {.check = check_attest,
                                                      .signers = provider_signs<pb::ComputeAttestOutput>,
                                                      .object = object_attest,
                                                      .invariants = invariants_attest,
                                                      .apply = apply_attest}));
  calls.push_back(make_call<pb::ComputeFail>(
      {.name = "compute.fail",
       .policy = SignaturePolicy::kSelf,
       .credit = CreditClass::kContinuing,
       .stopped_by_hold = false,
       .label_zh = "任务失败",
       .label_en = "Record that a job failed and why."},
      {.check = check_fail, .signers = provider_signs<pb::ComputeFail>, .object = object_fail, .apply = apply_fail}));
}

}  // namespace qilian::contracts::compute
