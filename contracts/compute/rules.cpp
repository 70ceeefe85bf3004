// The rules of a job: asked when it is planned and again when it runs, because grants end in between.
#include <algorithm>

#include "contracts/authorization/authorization.h"
#include "contracts/compute/steps.h"
#include "contracts/members.h"
#include "contracts/registry/registry.h"

namespace qilian::contracts::compute {
namespace {

bool joint(pb::Job::Type type) { return type == pb::Job::MPC || type == pb::Job::FEDERATED || type == pb::Job::TEE; }

/// Any of these actions lets a job of that type read the data.
std::vector<pb::Grant::Action> actions_for(pb::Job::Type type) {
  switch (type) {
    case pb::Job::PRIVATE_LOOKUP:
      return {pb::Grant::PRIVATE_LOOKUP};
    case pb::Job::MPC:
    case pb::Job::FEDERATED:
    case pb::Job::TEE:
      return {pb::Grant::JOINT_MODEL};
    case pb::Job::ALGORITHM_CHECK:
      return {pb::Grant::VERIFY, pb::Grant::COMPUTE};
    default:
      return {pb::Grant::COMPUTE};
  }
}

bool participates(const pb::Job& job, std::string_view organisation) {
  return std::ranges::find(job.participants(), organisation) != job.participants().end();
}

bool own(const Context& context, const pb::Job& job, const pb::JobInput& input) {
  return std::ranges::any_of(job.participants(), [&](const std::string& participant) {
    return registry::has_right(context, input.udi(), pb::Right::HOLD, participant) ||
           registry::has_right(context, input.udi(), pb::Right::PROCESS, participant);
  });
}

Outcome check_grant(const Context& context, const pb::Job& job, const pb::JobInput& input) {
  const pb::Grant grant = *authorization::grant(context, input.grant());
  const std::string version = registry::version_id(input.udi(), input.version());
  QILIAN_REQUIRE(participates(job, grant.grantee()), "AUT-402",
                 "grant " + grant.id() + " was given to " + grant.grantee() + ", who takes no part");
  QILIAN_REQUIRE(authorization::covers(grant, input.udi(), input.version()), "AUT-402",
                 "grant " + grant.id() + " does not reach " + version);
  QILIAN_REQUIRE(authorization::has_right(grant, pb::Right::PROCESS), "AUT-402",
                 "grant " + grant.id() + " gives no right to PROCESS");
  const std::vector<pb::Grant::Action> actions = actions_for(job.type());
  const bool allowed =
      std::ranges::any_of(actions, [&](pb::Grant::Action action) { return authorization::has_action(grant, action); });
  QILIAN_REQUIRE(allowed, "AUT-402",
                 "grant " + grant.id() + " does not allow " + pb::Grant::Action_Name(actions.front()));
  QILIAN_REQUIRE(authorization::has_purpose(grant, job.purpose()), "AUT-404",
                 "grant " + grant.id() + " is not for purpose " + job.purpose());
  QILIAN_PASS(authorization::fits(context, grant, {.job = job.id(), .purpose = job.purpose()}));
  return pass();
}

Outcome check_serves(const Context& context, const pb::Job& job, const pb::JobInput& input) {
  pb::Grant::Environment demanded = pb::Grant::OPEN;
  if (!input.grant().empty()) demanded = authorization::grant(context, input.grant())->environment();
  return require_serves(context, job.environment(), demanded);
}

}  // namespace

Outcome check_inputs_exist(const Context& context, const google::protobuf::RepeatedPtrField<pb::JobInput>& inputs) {
  for (const pb::JobInput& input : inputs) {
    QILIAN_PASS(registry::require_live(context, input.udi()));
    QILIAN_PASS(registry::require_version(context, registry::version_id(input.udi(), input.version())));
  }
  return pass();
}

Outcome check_inputs_in_effect(const Context& context, const pb::Job& job) {
  for (const pb::JobInput& input : job.inputs()) {
    if (!input.grant().empty()) {
      QILIAN_PASS(authorization::in_effect(context, input.grant()));
      continue;
    }
    QILIAN_REQUIRE(own(context, job, input), "AUT-401",
                   "no participant holds " + input.udi() + ": name the grant under which it is read");
  }
  return pass();
}

Outcome check_inputs_allowed(const Context& context, const pb::Job& job) {
  for (const pb::JobInput& input : job.inputs()) {
    if (!input.grant().empty()) QILIAN_PASS(check_grant(context, job, input));
  }
  for (const pb::JobInput& input : job.inputs()) {
    const std::string version = registry::version_id(input.udi(), input.version());
    for (const std::string& participant : job.participants()) {
      QILIAN_PASS(authorization::check_redevelopment(context, participant, version));
    }
  }
  for (const pb::JobInput& input : job.inputs()) QILIAN_PASS(check_serves(context, job, input));
  return pass();
}

Outcome check_algorithm(const Context& context, const pb::Job& job) {
  if (job.type() == pb::Job::ALGORITHM_CHECK) return pass();
  const std::string id = ledger::to_hex(job.algorithm());
  const auto checked = context.get<pb::Algorithm>(kind::kAlgorithm, id);
  QILIAN_REQUIRE(checked, "CMP-402", "nobody has checked algorithm " + id + " (compute.check_algorithm)");
  QILIAN_REQUIRE(checked->pass(), "CMP-402", checked->checker() + " refused algorithm " + id);
  for (const std::string& participant : job.participants()) {
    QILIAN_REQUIRE(!related(context, checked->checker(), participant), "CMP-402",
                   "algorithm " + id + " was checked by " + checked->checker() + ", who is related to " + participant);
  }
  return pass();
}

Outcome check_model(const Context& context, const pb::Job& job) {
  const bool needed = job.type() == pb::Job::FEDERATED || (joint(job.type()) && !job.model().empty());
  if (!needed) return pass();
  QILIAN_REQUIRE(!job.model_attestation().empty() && !job.model().empty(), "CMP-403",
                 "joint modelling names the model and its MODEL_SAFETY attestation");
  const std::optional<AttestationView> found = find_attestation(context, job.model_attestation());
  QILIAN_REQUIRE(found, "CMP-403", "there is no attestation " + job.model_attestation());
  QILIAN_REQUIRE(found->type == "MODEL_SAFETY" && found->in_force && found->result != "FAIL", "CMP-403",
                 "attestation " + found->id + " (" + found->type + ", " + found->status + ", " + found->result +
                     ") is no MODEL_SAFETY in force");
  QILIAN_REQUIRE(std::ranges::find(found->subjects, job.model()) != found->subjects.end(), "CMP-403",
                 "attestation " + found->id + " is not about " + job.model());
  return pass();
}

std::vector<ListSubject> list_subjects(const Context& context, const pb::Job& job) {
  std::vector<ListSubject> out;
  for (const pb::JobInput& input : job.inputs()) {
    ListSubject subject;
    subject.version = registry::version_id(input.udi(), input.version());
    if (!context.exists(kind::kAssetVersion, subject.version)) continue;
    subject.purposes = {job.purpose()};
    const auto found = environment(context, job.environment());
    const bool privacy = found && found->kind() == pb::Environment::PRIVACY_COMPUTING;
    subject.environment = privacy ? "PRIVACY" : "IN_DOMAIN";
    out.push_back(std::move(subject));
  }
  return out;
}

}  // namespace qilian::contracts::compute
