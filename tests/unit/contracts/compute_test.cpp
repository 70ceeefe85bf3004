#include "contracts/compute/compute.h"

#include <doctest/doctest.h>

#include "tests/unit/contracts/market_world.h"

using namespace qilian;
using namespace qilian::contracts;
using contracts::test::digest;
using contracts::test::MarketWorld;

namespace {

const std::vector<std::string> kAll{"IMPL", "OPR", "MET", "TRA"};

/// R1, R2, G1 and the environment stand; no job yet.
MarketWorld ready() {
  MarketWorld world;
  world.public_data();
  world.environment();
  REQUIRE(world.call("authorization.grant", world.operation_grant("G1"), kAll).code == "OK");
  return world;
}

std::string plan_code(MarketWorld& world, const pb::ComputePlan& plan,
                      const std::vector<std::string>& signers = {"OPR"}) {
  return world.call("compute.plan", plan, signers).code;
}

pb::ComputeRun run(const std::string& job) {
  pb::ComputeRun out;
  out.set_job(job);
  return out;
}

pb::ComputeAttestOutput attest(const pb::ComputePlan& plan) {
  pb::ComputeAttestOutput out;
  out.set_job(plan.id());
  out.set_output(digest("output"));
  *out.mutable_read() = plan.inputs();
  return out;
}

pb::ComputeFail fail_of(const std::string& job) {
  pb::ComputeFail out;
  out.set_job(job);
  out.set_reason("内存不足");
  return out;
}

pb::Job job(const MarketWorld& world, const std::string& id) { return world.get<pb::Job>(kind::kJob, id); }

}  // namespace

TEST_CASE("a job goes from PLANNED to ATTESTED, run and attested by the environment's provider") {
  MarketWorld world = ready();
  const pb::ComputePlan plan = world.plan("J1");
  CHECK(plan_code(world, plan) == "OK");
  CHECK(job(world, "J1").status() == pb::Job::PLANNED);
  CHECK(world.references(kind::kJobsOfVersion, world.r1 + "@1") == 1);
  CHECK(plan_code(world, plan) == "COM-302");
  CHECK(world.call("compute.attest_output", attest(plan), {"IMPL"}).code == "COM-303");
  CHECK(world.call("compute.run", run("J1"), {"OPR"}).code == "COM-204");
  CHECK(world.call("compute.run", run("J1"), {"IMPL"}).code == "OK");
  CHECK(job(world, "J1").status() == pb::Job::RUNNING);
  // Two inputs under one grant: two uses.
  CHECK(world.get<pb::Grant>(kind::kGrant, "G1").used() == 2);
  CHECK(world.get<pb::Usage>(kind::kUsage, "G1/1").job() == "J1");
  CHECK(world.call("compute.run", run("J1"), {"IMPL"}).code == "COM-303");
  CHECK(world.call("compute.attest_output", attest(plan), {"OPR"}).code == "COM-204");
  CHECK(world.call("compute.attest_output", attest(plan), {"IMPL"}).code == "OK");
  CHECK(job(world, "J1").status() == pb::Job::ATTESTED);
  CHECK(world.call("compute.fail", fail_of("J1"), {"IMPL"}).code == "COM-303");
}

TEST_CASE("a job may fail from PLANNED and from RUNNING, and then is over") {
  MarketWorld world = ready();
  plan_code(world, world.plan("J1"));
  plan_code(world, world.plan("J2"));
  world.call("compute.run", run("J2"), {"IMPL"});
  CHECK(world.call("compute.fail", fail_of("J1"), {"IMPL"}).code == "OK");
  CHECK(world.call("compute.fail", fail_of("J2"), {"IMPL"}).code == "OK");
  CHECK(job(world, "J1").failure() == "内存不足");
  CHECK(world.call("compute.run", run("J1"), {"IMPL"}).code == "COM-303");
  CHECK(world.call("compute.fail", fail_of("J9"), {"IMPL"}).code == "COM-301");
}

TEST_CASE("CMP-401: each participant signs the plan") {
  MarketWorld world = ready();
  pb::ComputePlan plan = world.plan("J1");
  plan.add_participants(MarketWorld::uscc("DLR"));
  CHECK(plan_code(world, plan) == "CMP-401");
  CHECK(plan_code(world, plan, {"OPR", "DLR"}) == "OK");
  plan.add_participants(MarketWorld::uscc("DLR"));
  CHECK(plan_code(world, plan) == "COM-107");
}

TEST_CASE("CMP-402: the algorithm was checked, passed, and not by somebody related to the performer") {
  MarketWorld world = ready();
  pb::ComputePlan plan = world.plan("J1");
  plan.set_algorithm(digest("model 2"));
  CHECK(plan_code(world, plan) == "CMP-402");
  pb::ComputeCheckAlgorithm check;
  check.set_algorithm(digest("model 2"));
  check.set_report(digest("first report"));
  CHECK(world.call("compute.check_algorithm", check, {"OPR"}).code == "COM-204");
  CHECK(world.call("compute.check_algorithm", check, {"TST"}).code == "OK");
  CHECK(plan_code(world, plan) == "CMP-402");
  check.set_pass(true);
  CHECK(world.call("compute.check_algorithm", check, {"TST"}).code == "COM-302");
  check.set_report(digest("second report"));
  CHECK(world.call("compute.check_algorithm", check, {"TST"}).code == "OK");
  CHECK(plan_code(world, plan) == "OK");
  auto checked = world.get<pb::Algorithm>(kind::kAlgorithm, ledger::to_hex(digest("model 2")));
  checked.set_checker(MarketWorld::uscc("OPR"));
  world.put(kind::kAlgorithm, ledger::to_hex(digest("model 2")), checked);
  CHECK(world.call("compute.run", run("J1"), {"IMPL"}).code == "CMP-402");
}

TEST_CASE("a job that checks an algorithm needs no checked algorithm") {
  MarketWorld world = ready();
  pb::ComputePlan plan = world.plan("J1");
  plan.set_type(pb::Job::ALGORITHM_CHECK);
  plan.set_algorithm(digest("model 9"));
  CHECK(plan_code(world, plan) == "OK");
  CHECK(world.call("compute.run", run("J1"), {"IMPL"}).code == "OK");
}

TEST_CASE("CMP-403: joint modelling needs a MODEL_SAFETY attestation in force on that model, also when it runs") {
  MarketWorld world;
  world.environment();
  const pb::RegistrySubmit data = MarketWorld::submission("DLR", 'R', 1);
  const pb::RegistrySubmit model = MarketWorld::submission("DLR", 'M', 1);
  REQUIRE(world.enter(data, "DLR").code == "OK");
  REQUIRE(world.enter(model, "DLR").code == "OK");
  pb::ComputePlan plan = world.plan("J1");
  plan.set_type(pb::Job::FEDERATED);
  plan.set_participants(0, MarketWorld::uscc("DLR"));
  plan.clear_inputs();
  pb::JobInput* input = plan.add_inputs();
  input->set_udi(data.udi());
  input->set_version(1);
  CHECK(plan_code(world, plan, {"DLR"}) == "CMP-403");
  plan.set_model(model.udi() + "@1");
  plan.set_model_attestation("MS");
  CHECK(plan_code(world, plan, {"DLR"}) == "CMP-403");
  world.attest("MS", pb::Attestation::MODEL_SAFETY, data.udi() + "@1", "tests", "all");
  CHECK(plan_code(world, plan, {"DLR"}) == "CMP-403");
  world.attest("MS", pb::Attestation::MODEL_SAFETY, model.udi() + "@1", "tests", "all", pb::Attestation::FAIL);
  CHECK(plan_code(world, plan, {"DLR"}) == "CMP-403");
  world.attest("MS", pb::Attestation::DATA_ADMISSION, model.udi() + "@1", "tests", "all");
  CHECK(plan_code(world, plan, {"DLR"}) == "CMP-403");
  world.attest("MS", pb::Attestation::MODEL_SAFETY, model.udi() + "@1", "tests", "all");
  CHECK(plan_code(world, plan, {"DLR"}) == "OK");
  world.end_attestation("MS");
  CHECK(world.call("compute.run", run("J1"), {"IMPL"}).code == "CMP-403");
}

TEST_CASE("CMP-404: a job reads nothing that its plan does not name") {
  MarketWorld world = ready();
  const pb::ComputePlan plan = world.plan("J1");
  plan_code(world, plan);
  world.call("compute.run", run("J1"), {"IMPL"});
  pb::ComputeAttestOutput args = attest(plan);
  args.mutable_read(1)->set_version(2);
  CHECK(world.call("compute.attest_output", args, {"IMPL"}).code == "CMP-404");
  CHECK(job(world, "J1").status() == pb::Job::RUNNING);
}

TEST_CASE("inputs are registered, granted to a participant, for this purpose and by this kind of job") {
  MarketWorld world = ready();
  pb::ComputePlan plan = world.plan("J1");
  plan.mutable_inputs(0)->set_version(2);
  CHECK(plan_code(world, plan) == "COM-301");
  plan = world.plan("J1");
  plan.mutable_inputs(0)->clear_grant();
  CHECK(plan_code(world, plan) == "AUT-401");
  plan = world.plan("J1");
  plan.set_purpose("OPEN_DAY");
  CHECK(plan_code(world, plan) == "AUT-404");
  plan.set_purpose("NO_SUCH_PURPOSE");
  CHECK(plan_code(world, plan) == "COM-104");
  plan = world.plan("J1");
  plan.set_type(pb::Job::PRIVATE_LOOKUP);
  CHECK(plan_code(world, plan) == "AUT-402");
  plan = world.plan("J1");
  plan.set_participants(0, MarketWorld::uscc("DLR"));
  CHECK(plan_code(world, plan, {"DLR"}) == "AUT-402");
  plan = world.plan("J1");
  plan.set_environment("ENV-9");
  CHECK(plan_code(world, plan) == "COM-301");
}

TEST_CASE("a grant that ends between plan and run stops the run with its own code") {
  MarketWorld world = ready();
  plan_code(world, world.plan("J1"));
  auto grant = world.get<pb::Grant>(kind::kGrant, "G1");
  grant.set_max_uses(1);
  world.put(kind::kGrant, "G1", grant);
  CHECK(world.call("compute.run", run("J1"), {"IMPL"}).code == "AUT-409");
  CHECK(world.get<pb::Grant>(kind::kGrant, "G1").used() == 0);
  pb::AuthorizationRevoke revoke;
  revoke.set_grant("G1");
  revoke.set_reason("终止授权");
  world.call("authorization.revoke", revoke, {"IMPL"});
  CHECK(world.call("compute.run", run("J1"), {"IMPL"}).code == "COM-303");
}

TEST_CASE(
    "AUT-413: an environment stands on a passed assessment of itself that answers for its provider and has not "
    "lapsed") {
  MarketWorld world = ready();
  pb::ComputeRegisterEnvironment args;
  args.set_id("ENV-2");
  args.set_kind(pb::Environment::DOMAIN);
  args.set_site("兰州");
  args.set_assessment("ASM-9");
  CHECK(world.call("compute.register_environment", args, {"IMPL"}).code == "AUT-413");
  args.set_assessment("ASM-ENV-1");
  CHECK(world.call("compute.register_environment", args, {"IMPL"}).code == "AUT-413");
  args.set_id("ENV-1");
  CHECK(world.call("compute.register_environment", args, {"DLR"}).code == "COM-302");
  CHECK(world.call("compute.register_environment", args, {"IMPL"}).code == "OK");
  auto assessment = world.get<pb::Assessment>(kind::kAssessment, "ASM-ENV-1");
  assessment.set_organisation(MarketWorld::uscc("DLR"));
  world.put(kind::kAssessment, "ASM-ENV-1", assessment);
  CHECK(world.call("compute.register_environment", args, {"IMPL"}).code == "AUT-413");
  assessment.set_to(world.in_days(1));
  world.put(kind::kAssessment, "ASM-ENV-1", assessment);
  world.advance_days(1);
  CHECK(plan_code(world, world.plan("J1")) == "AUT-413");
}

TEST_CASE("AUT-412: the operator plans no job on what it has delivered") {
  MarketWorld world;
  world.public_data();
  world.environment();
  world.finished_job();
  REQUIRE(world.call("registry.derive", world.derivation(), {"OPR"}).code == "OK");
  REQUIRE(world.finish(world.p1).code == "OK");
  pb::ComputePlan plan = world.plan("J2");
  plan.clear_inputs();
  pb::JobInput* input = plan.add_inputs();
  input->set_udi(world.p1);
  input->set_version(1);
  auto delivered = world.get<pb::Asset>(kind::kAsset, world.p1);
  delivered.set_delivered_at(world.now().value());
  world.put(kind::kAsset, world.p1, delivered);
  CHECK(plan_code(world, plan) == "AUT-412");
}
