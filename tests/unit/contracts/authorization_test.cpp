#include "contracts/authorization/authorization.h"

#include <doctest/doctest.h>

#include "contracts/membership.pb.h"
#include "ledger/core/merkle_list.h"
#include "tests/unit/contracts/market_world.h"

using namespace qilian;
using namespace qilian::contracts;
using contracts::test::commitment;
using contracts::test::digest;
using contracts::test::MarketWorld;

namespace {

const std::vector<std::string> kAll{"IMPL", "OPR", "MET", "TRA"};

std::string grant_code(MarketWorld& world, const pb::AuthorizationGrant& grant,
                       const std::vector<std::string>& signers) {
  return world.call("authorization.grant", grant, signers).code;
}

MarketWorld with_public_data() {
  MarketWorld world;
  world.public_data();
  return world;
}

/// DLR's own enterprise resource, registered.
std::string own_data(MarketWorld& world) {
  const pb::RegistrySubmit submit = MarketWorld::submission("DLR", 'R', 1);
  REQUIRE(world.enter(submit, "DLR").code == "OK");
  return submit.udi();
}

template <class Args>
Args on(const std::string& grant) {
  Args args;
  args.set_grant(grant);
  args.set_reason("核查");
  return args;
}

pb::AuthorizationUse use(const std::string& grant, std::int64_t uses = 1, std::int64_t records = 0) {
  pb::AuthorizationUse out;
  out.set_grant(grant);
  out.set_purpose("INDUSTRY");
  out.set_uses(uses);
  out.set_records(records);
  out.set_action(pb::Grant::COMPUTE);
  return out;
}

pb::AuthorizationSubgrant sub(const std::string& id, const std::string& parent, const char* grantee,
                              const std::string& udi, std::int64_t to) {
  pb::AuthorizationSubgrant out;
  out.set_id(id);
  out.set_parent_grant(parent);
  out.set_grantee(MarketWorld::uscc(grantee));
  pb::GrantTarget* target = out.add_targets();
  target->set_udi(udi);
  target->set_from_version(1);
  out.add_rights(pb::Right::PROCESS);
  out.add_purposes("INDUSTRY");
  out.add_actions(pb::Grant::COMPUTE);
  out.set_environment(pb::Grant::OPEN);
  out.set_to(to);
  return out;
}

std::string broken(const MarketWorld& world, const std::string& grant) {
  const Context context = const_cast<MarketWorld&>(world).context();
  const Outcome outcome = authorization::in_effect(context, grant);
  return outcome ? outcome->code : "OK";
}

}  // namespace

TEST_CASE("public operation is granted by the agency, to the operator, with every source agency's signature") {
  MarketWorld world = with_public_data();
  CHECK(grant_code(world, world.operation_grant("G1"), kAll) == "OK");
  const auto grant = world.get<pb::Grant>(kind::kGrant, "G1");
  CHECK(grant.status() == pb::Grant::ACTIVE);
  CHECK(grant.source_agencies_size() == 2);
  CHECK(broken(world, "G1") == "OK");
  CHECK(world.references(kind::kGrantsOfAsset, world.r1) == 1);
  CHECK(world.references(kind::kGrantsOfOrganisation, MarketWorld::uscc("OPR")) == 1);
  CHECK(grant_code(world, world.operation_grant("G1"), kAll) == "COM-302");
}

TEST_CASE("AUT-410: a source agency that has not signed is named") {
  MarketWorld world = with_public_data();
  const auto reply = world.call("authorization.grant", world.operation_grant("G1"), {"IMPL", "OPR", "MET"});
  CHECK(reply.code == "AUT-410");
  CHECK(reply.trace.find(MarketWorld::uscc("TRA")) != std::string::npos);
}

TEST_CASE("AUT-410: the unit that provides shared data signs as well") {
  MarketWorld world;
  world.catalogue("MET");
  pb::RegistrySubmit shared = MarketWorld::public_resource("MET", 1);
  shared.mutable_description()->set_source_basis(pb::Asset::SHARED);
  shared.mutable_description()->set_source_unit(MarketWorld::uscc("TRA"));
  REQUIRE(world.enter(shared, "MET").code == "OK");
  pb::AuthorizationGrant grant = world.operation_grant("G1");
  grant.mutable_targets()->RemoveLast();
  CHECK(grant_code(world, grant, {"IMPL", "OPR", "MET"}) == "AUT-410");
  CHECK(grant_code(world, grant, {"IMPL", "OPR", "MET", "TRA"}) == "OK");
}

TEST_CASE("AUT-405: the longest term is five years, to the end of the day") {
  MarketWorld world = with_public_data();
  pb::AuthorizationGrant grant = world.operation_grant("G1");
  grant.set_to(world.in_days(6 * 365));
  CHECK(grant_code(world, grant, kAll) == "AUT-405");
  const std::int64_t last = deadline(world.now(), {60, Period::Unit::kMonth}, {}).value();
  grant.set_to(last + 1);
  CHECK(grant_code(world, grant, kAll) == "AUT-405");
  grant.set_to(world.now().value());
  CHECK(grant_code(world, grant, kAll) == "AUT-405");
  grant.set_to(last);
  CHECK(grant_code(world, grant, kAll) == "OK");
}

TEST_CASE("a grant needs both parties, their roles and registered data") {
  MarketWorld world = with_public_data();
  CHECK(grant_code(world, world.operation_grant("G1"), {"IMPL", "MET", "TRA"}) == "COM-205");
  pb::AuthorizationGrant grant = world.operation_grant("G1");
  grant.set_grantor(MarketWorld::uscc("MET"));
  CHECK(grant_code(world, grant, kAll) == "COM-204");
  grant = world.operation_grant("G1");
  grant.set_grantee(MarketWorld::uscc("DLR"));
  CHECK(grant_code(world, grant, {"IMPL", "DLR", "MET", "TRA"}) == "COM-204");
  grant = world.operation_grant("G1");
  grant.mutable_targets(0)->set_udi(MarketWorld::udi("MET", 'R', 7));
  CHECK(grant_code(world, grant, kAll) == "COM-301");
  world.call("registry.submit", MarketWorld::public_resource("MET", 7), {"MET"});
  CHECK(grant_code(world, grant, kAll) == "COM-303");
  grant = world.operation_grant("G1");
  grant.set_grantee(grant.grantor());
  CHECK(grant_code(world, grant, kAll) == "COM-107");
}

TEST_CASE("AUT-401: nobody grants what he does not hold, and public operation needs its approval and public data") {
  MarketWorld world = with_public_data();
  const std::string own = own_data(world);
  CHECK(grant_code(world, MarketWorld::licence("L1", "DLR2", "BUY", own, world.in_days(30)), {"DLR2", "BUY"}) ==
        "AUT-401");
  pb::AuthorizationGrant grant = world.operation_grant("G1");
  grant.clear_approval();
  CHECK(grant_code(world, grant, kAll) == "AUT-401");
  grant = world.operation_grant("G1");
  grant.mutable_targets(0)->set_udi(own);
  CHECK(grant_code(world, grant, {"IMPL", "OPR", "DLR", "TRA"}) == "AUT-401");
}

TEST_CASE("AUT-401 and AUT-405: closed data is opened to nobody, and no grant begins in the past") {
  MarketWorld world;
  const std::string own = own_data(world);
  pb::AuthorizationGrant grant = MarketWorld::licence("C1", "DLR", "BUY", own, world.in_days(30));
  grant.set_type(pb::Grant::CONDITIONAL_OPEN);
  auto asset = world.get<pb::Asset>(kind::kAsset, own);
  asset.set_open_level(pb::Asset::CLOSED);
  world.put(kind::kAsset, own, asset);
  CHECK(grant_code(world, grant, {"DLR", "BUY"}) == "AUT-401");
  asset.set_open_level(pb::Asset::CONDITIONAL);
  world.put(kind::kAsset, own, asset);
  grant.set_from(world.in_days(-1));
  CHECK(grant_code(world, grant, {"DLR", "BUY"}) == "AUT-405");
  grant.set_from(world.in_days(1));
  CHECK(grant_code(world, grant, {"DLR", "BUY"}) == "OK");
  CHECK(broken(world, "C1") == "COM-303");
  world.advance_days(1);
  CHECK(broken(world, "C1") == "OK");
}

TEST_CASE("AUT-404 and COM-104: purposes stand in the table and are open to the data's grade") {
  MarketWorld world;
  const std::string own = own_data(world);
  pb::AuthorizationGrant grant = MarketWorld::licence("L1", "DLR", "BUY", own, world.in_days(30));
  grant.set_purposes(0, "NO_SUCH_PURPOSE");
  CHECK(grant_code(world, grant, {"DLR", "BUY"}) == "COM-104");
  auto asset = world.get<pb::Asset>(kind::kAsset, own);
  asset.set_grade(pb::Asset::IMPORTANT);
  world.put(kind::kAsset, own, asset);
  grant.set_purposes(0, "OPEN_DAY");
  CHECK(grant_code(world, grant, {"DLR", "BUY"}) == "AUT-404");
}

TEST_CASE("AUT-406 and EVD-401: raw public data neither leaves its domain nor is licensed") {
  MarketWorld world = with_public_data();
  pb::AuthorizationGrant grant = world.operation_grant("G1");
  grant.add_actions(pb::Grant::EXPORT);
  CHECK(grant_code(world, grant, kAll) == "AUT-406");
  grant = world.operation_grant("G1");
  grant.set_environment(pb::Grant::OPEN);
  CHECK(grant_code(world, grant, kAll) == "AUT-406");
  CHECK(grant_code(world, MarketWorld::licence("L1", "MET", "BUY", world.r1, world.in_days(30)), {"MET", "BUY"}) ==
        "EVD-401");
  grant = MarketWorld::licence("S1", "MET", "TRA", world.r1, world.in_days(30));
  grant.set_type(pb::Grant::SHARE);
  grant.add_actions(pb::Grant::EXPORT);
  CHECK(grant_code(world, grant, {"MET", "TRA"}) == "OK");
}

TEST_CASE("AUT-414: IMPORTANT data is granted on an assessment of it") {
  MarketWorld world;
  const std::string own = own_data(world);
  auto asset = world.get<pb::Asset>(kind::kAsset, own);
  asset.set_grade(pb::Asset::IMPORTANT);
  world.put(kind::kAsset, own, asset);
  pb::AuthorizationGrant grant = MarketWorld::licence("L1", "DLR", "BUY", own, world.in_days(30));
  CHECK(grant_code(world, grant, {"DLR", "BUY"}) == "AUT-414");
  pb::Assessment assessment;
  assessment.set_type(pb::Assessment::DATA);
  assessment.set_subject(own);
  assessment.set_result(pb::Assessment::PASS);
  assessment.set_to(world.in_days(10));
  world.put(kind::kAssessment, "ASM-1", assessment);
  grant.set_assessment("ASM-1");
  CHECK(grant_code(world, grant, {"DLR", "BUY"}) == "OK");
  world.advance_days(11);
  grant.set_id("L2");
  CHECK(grant_code(world, grant, {"DLR", "BUY"}) == "AUT-414");
}

TEST_CASE("a licence made for a trade waits for it: PENDING, then ACTIVE or TERMINATED") {
  MarketWorld world;
  const std::string own = own_data(world);
  pb::AuthorizationGrant grant = MarketWorld::licence("L1", "DLR", "BUY", own, world.in_days(30));
  grant.set_trade("T1");
  REQUIRE(grant_code(world, grant, {"DLR", "BUY"}) == "OK");
  CHECK(world.get<pb::Grant>(kind::kGrant, "L1").status() == pb::Grant::PENDING);
  Context context = world.context();
  CHECK_FALSE(authorization::pending_for(context, "L1", "T1").has_value());
  CHECK(authorization::pending_for(context, "L1", "T2")->code == "COM-303");
  CHECK(broken(world, "L1") == "COM-303");
  CHECK(authorization::activate(context, "L1", "T2")->code == "COM-303");
  CHECK_FALSE(authorization::activate(context, "L1", "T1").has_value());
  CHECK(broken(world, "L1") == "OK");
  CHECK_FALSE(authorization::terminate(context, "L1", "T1").has_value());
  CHECK(world.get<pb::Grant>(kind::kGrant, "L1").status() == pb::Grant::TERMINATED);
  CHECK(authorization::terminate(context, "L1", "T1")->code == "COM-303");
  grant.set_type(pb::Grant::SHARE);
  CHECK(grant_code(world, grant, {"DLR", "BUY"}) == "COM-107");
}

// ---- in effect ------------------------------------------------------------------------------------------------------

TEST_CASE("in effect is computed: time, use, organisation, right and registration each end it") {
  MarketWorld world;
  const std::string own = own_data(world);
  pb::AuthorizationGrant grant = MarketWorld::licence("L1", "DLR", "BUY", own, world.in_days(30));
  grant.set_max_uses(2);
  REQUIRE(grant_code(world, grant, {"DLR", "BUY"}) == "OK");
  CHECK(broken(world, "L1") == "OK");
  CHECK(broken(world, "L9") == "COM-301");

  world.set_status("BUY", pb::Organisation::SUSPENDED);
  CHECK(broken(world, "L1") == "COM-203");
  world.set_status("BUY", pb::Organisation::ADMITTED);

  auto right = world.get<pb::Right>(kind::kRight, own + "/1");
  right.set_status(pb::Right::ENDED);
  world.put(kind::kRight, own + "/1", right);
  CHECK(broken(world, "L1") == "AUT-401");
  right.set_status(pb::Right::ACTIVE);
  world.put(kind::kRight, own + "/1", right);

  CHECK(world.call("authorization.use", use("L1", 2), {"BUY"}).object == "L1/1");
  CHECK(broken(world, "L1") == "AUT-409");
  CHECK(authorization::status_at(world.get<pb::Grant>(kind::kGrant, "L1"), world.now()) == pb::Grant::EXHAUSTED);
  world.advance_days(30);
  CHECK(broken(world, "L1") == "AUT-405");
  CHECK(authorization::status_at(world.get<pb::Grant>(kind::kGrant, "L1"), world.now()) == pb::Grant::EXPIRED);
}

TEST_CASE("suspend, resume and revoke: by the grantor or a regulator, whose suspension only a regulator lifts") {
  MarketWorld world;
  const std::string own = own_data(world);
  REQUIRE(grant_code(world, MarketWorld::licence("L1", "DLR", "BUY", own, world.in_days(30)), {"DLR", "BUY"}) == "OK");
  const auto suspend = on<pb::AuthorizationSuspend>("L1");
  const auto resume = on<pb::AuthorizationResume>("L1");
  const auto revoke = on<pb::AuthorizationRevoke>("L1");
  CHECK(world.call("authorization.suspend", suspend, {"BUY"}).code == "COM-204");
  CHECK(world.call("authorization.resume", resume, {"DLR"}).code == "COM-303");
  CHECK(world.call("authorization.suspend", suspend, {"DLR"}).code == "OK");
  CHECK(world.call("authorization.suspend", suspend, {"DLR"}).code == "COM-303");
  CHECK(broken(world, "L1") == "COM-303");
  CHECK(world.call("authorization.resume", resume, {"DLR"}).code == "OK");
  CHECK(broken(world, "L1") == "OK");
  CHECK(world.call("authorization.suspend", suspend, {"REG1"}).code == "OK");
  CHECK(world.call("authorization.resume", resume, {"DLR"}).code == "COM-204");
  CHECK(world.call("authorization.resume", resume, {"REG2"}).code == "OK");
  CHECK(world.call("authorization.revoke", revoke, {"DLR"}).code == "OK");
  CHECK(world.call("authorization.revoke", revoke, {"DLR"}).code == "COM-303");
  CHECK(world.call("authorization.revoke", on<pb::AuthorizationRevoke>("L9"), {"REG1"}).code == "COM-301");
}

// ---- sub-grants -----------------------------------------------------------------------------------------------------

namespace {

/// L1: DLR to DLR2 on DLR's data, two levels of sub-grants, ten uses.
std::string with_parent(MarketWorld& world) {
  const std::string own = own_data(world);
  pb::AuthorizationGrant grant = MarketWorld::licence("L1", "DLR", "DLR2", own, world.in_days(30));
  grant.set_sub_depth(2);
  grant.set_max_uses(10);
  REQUIRE(grant_code(world, grant, {"DLR", "DLR2"}) == "OK");
  return own;
}

std::string sub_code(MarketWorld& world, const pb::AuthorizationSubgrant& args) {
  return world.call("authorization.subgrant", args, {"DLR2", "BUY"}).code;
}

}  // namespace

TEST_CASE("AUT-402: a sub-grant exceeds its parent in no respect") {
  MarketWorld world;
  const pb::RegistrySubmit other = MarketWorld::submission("DLR", 'R', 2);
  REQUIRE(world.enter(other, "DLR").code == "OK");
  const std::string own = with_parent(world);
  pb::AuthorizationSubgrant base = sub("S1", "L1", "BUY", own, world.in_days(20));
  base.set_max_uses(5);
  pb::AuthorizationSubgrant wide = base;
  wide.set_to(world.in_days(31));
  CHECK(sub_code(world, wide) == "AUT-402");
  wide = base;
  wide.set_max_uses(0);
  CHECK(sub_code(world, wide) == "AUT-402");
  wide = base;
  wide.add_actions(pb::Grant::EXPORT);
  CHECK(sub_code(world, wide) == "AUT-402");
  wide = base;
  wide.add_rights(pb::Right::OPERATE);
  CHECK(sub_code(world, wide) == "AUT-402");
  wide = base;
  wide.mutable_targets(0)->set_udi(other.udi());
  CHECK(sub_code(world, wide) == "AUT-402");
  CHECK(sub_code(world, base) == "OK");
  // The grantor above sees it.
  CHECK(world.references(kind::kGrantsOfOrganisation, MarketWorld::uscc("DLR")) == 2);
}

TEST_CASE("AUT-403 and AUT-404: depth and purposes of a sub-grant") {
  MarketWorld world;
  const std::string own = with_parent(world);
  pb::AuthorizationSubgrant args = sub("S1", "L1", "BUY", own, world.in_days(10));
  args.set_max_uses(5);
  args.set_sub_depth(2);
  CHECK(sub_code(world, args) == "AUT-403");
  args.set_sub_depth(0);
  args.set_purposes(0, "GOVERNANCE");
  CHECK(sub_code(world, args) == "AUT-404");
  args.set_purposes(0, "INDUSTRY");
  CHECK(sub_code(world, args) == "OK");
  pb::AuthorizationSubgrant below = sub("S2", "S1", "OPR", own, world.in_days(10));
  below.set_max_uses(1);
  CHECK(world.call("authorization.subgrant", below, {"BUY", "OPR"}).code == "AUT-403");
  CHECK(world.call("authorization.subgrant", below, {"BUY"}).code == "COM-205");
}

TEST_CASE("AUT-411: what an ancestor loses, everything below loses, without a write") {
  MarketWorld world;
  const std::string own = with_parent(world);
  pb::AuthorizationSubgrant args = sub("S1", "L1", "BUY", own, world.in_days(10));
  args.set_max_uses(5);
  REQUIRE(sub_code(world, args) == "OK");
  CHECK(broken(world, "S1") == "OK");
  world.call("authorization.suspend", on<pb::AuthorizationSuspend>("L1"), {"DLR"});
  CHECK(broken(world, "S1") == "AUT-411");
  CHECK(world.call("authorization.use", use("S1"), {"BUY"}).code == "AUT-411");
  args.set_id("S2");
  CHECK(sub_code(world, args) == "AUT-411");
  world.call("authorization.resume", on<pb::AuthorizationResume>("L1"), {"DLR"});
  CHECK(broken(world, "S1") == "OK");
}

// ---- use ------------------------------------------------------------------------------------------------------------

TEST_CASE("AUT-409: uses and records are counted on the grant and on every ancestor") {
  MarketWorld world;
  const std::string own = with_parent(world);
  pb::AuthorizationSubgrant args = sub("S1", "L1", "BUY", own, world.in_days(10));
  args.set_max_uses(8);
  args.set_max_records(100);
  REQUIRE(sub_code(world, args) == "OK");
  CHECK(world.call("authorization.use", use("S1", 6, 60), {"BUY"}).code == "OK");
  CHECK(world.get<pb::Grant>(kind::kGrant, "L1").used() == 6);
  CHECK(world.get<pb::Usage>(kind::kUsage, "S1/1").records() == 60);
  CHECK(world.call("authorization.use", use("S1", 3), {"BUY"}).code == "AUT-409");
  CHECK(world.call("authorization.use", use("S1", 1, 41), {"BUY"}).code == "AUT-409");
  CHECK(world.call("authorization.use", use("L1", 3), {"DLR2"}).code == "OK");
  // Two uses are left to S1, but only one to its parent.
  CHECK(world.call("authorization.use", use("S1", 2), {"BUY"}).code == "AUT-409");
  CHECK(world.call("authorization.use", use("S1", 1), {"BUY"}).code == "OK");
}

TEST_CASE(
    "a use is for a granted purpose and action, by the grantee, in an assessed environment where one is asked for") {
  MarketWorld world;
  const std::string own = own_data(world);
  pb::AuthorizationGrant grant = MarketWorld::licence("L1", "DLR", "BUY", own, world.in_days(300));
  grant.set_environment(pb::Grant::PRIVACY);
  REQUIRE(grant_code(world, grant, {"DLR", "BUY"}) == "OK");
  pb::AuthorizationUse args = use("L1");
  CHECK(world.call("authorization.use", args, {"BUY"}).code == "COM-301");
  world.environment();
  args.set_environment("ENV-1");
  CHECK(world.call("authorization.use", args, {"BUY"}).code == "COM-205");
  CHECK(world.call("authorization.use", args, {"BUY", "IMPL"}).code == "AUT-413");
  auto environment = world.get<pb::Environment>(kind::kEnvironment, "ENV-1");
  environment.set_kind(pb::Environment::PRIVACY_COMPUTING);
  world.put(kind::kEnvironment, "ENV-1", environment);
  CHECK(world.call("authorization.use", args, {"BUY", "IMPL"}).code == "OK");
  args.set_purpose("GOVERNANCE");
  CHECK(world.call("authorization.use", args, {"BUY", "IMPL"}).code == "AUT-404");
  args.set_purpose("INDUSTRY");
  args.set_action(pb::Grant::EXPORT);
  CHECK(world.call("authorization.use", args, {"BUY", "IMPL"}).code == "AUT-402");
}

// ---- consent --------------------------------------------------------------------------------------------------------

namespace {

std::string personal_data(MarketWorld& world, pb::Asset::PiClass pi_class) {
  pb::RegistrySubmit submit = MarketWorld::submission("DLR", 'R', 1);
  submit.mutable_description()->set_category(pb::Asset::PERSONAL);
  submit.mutable_description()->set_pi_class(pi_class);
  REQUIRE(world.enter(submit, "DLR").code == "OK");
  return submit.udi();
}

pb::AuthorizationRecordConsent consent(const MarketWorld& world, const std::vector<ledger::Digest>& leaves) {
  pb::AuthorizationRecordConsent out;
  out.set_id("CB1");
  out.set_notice(digest("notice"));
  out.add_purposes("INDUSTRY");
  out.add_pi_categories("位置");
  out.add_separate_consent(pb::ConsentBatch::PROVIDE);
  out.set_root(std::string(1, '\x01') + ledger::list_root(leaves).str());
  out.set_count(leaves.size());
  out.set_expires(world.in_days(400));
  out.set_agent(MarketWorld::uscc("AUD"));
  return out;
}

std::vector<ledger::Digest> subjects() {
  std::vector<ledger::Digest> leaves;
  for (const char* person : {"a", "b", "c"}) leaves.push_back(ledger::list_leaf_hash(commitment(person)));
  return leaves;
}

}  // namespace

TEST_CASE("AUT-407: personal data needs consent for the purpose, of the right class, that has not expired") {
  MarketWorld world;
  const std::string udi = personal_data(world, pb::Asset::SENSITIVE);
  pb::AuthorizationGrant grant = MarketWorld::licence("L1", "DLR", "BUY", udi, world.in_days(300));
  CHECK(grant_code(world, grant, {"DLR", "BUY"}) == "AUT-407");
  grant.add_consent_batch("CB1");
  CHECK(grant_code(world, grant, {"DLR", "BUY"}) == "AUT-407");
  pb::AuthorizationRecordConsent batch = consent(world, subjects());
  REQUIRE(world.call("authorization.record_consent", batch, {"DLR"}).code == "OK");
  // Sensitive information needs its own consent 敏感.
  CHECK(grant_code(world, grant, {"DLR", "BUY"}) == "AUT-407");
  batch.set_id("CB2");
  batch.add_separate_consent(pb::ConsentBatch::SENSITIVE);
  batch.set_expires(world.in_days(100));
  REQUIRE(world.call("authorization.record_consent", batch, {"DLR"}).code == "OK");
  grant.add_consent_batch("CB2");
  grant.set_purposes(0, "GOVERNANCE");
  CHECK(grant_code(world, grant, {"DLR", "BUY"}) == "AUT-407");
  grant.set_purposes(0, "INDUSTRY");
  CHECK(grant_code(world, grant, {"DLR", "BUY"}) == "OK");
  world.advance_days(100);
  CHECK(broken(world, "L1") == "AUT-407");
}

TEST_CASE("AUT-407: whoever says that personal data is anonymised has no notary's word for it") {
  MarketWorld world;
  const std::string udi = personal_data(world, pb::Asset::ANONYMISED);
  const pb::AuthorizationGrant grant = MarketWorld::licence("L1", "DLR", "BUY", udi, world.in_days(300));
  CHECK(grant_code(world, grant, {"DLR", "BUY"}) == "AUT-407");
  world.attest("AN", pb::Attestation::DATA_ADMISSION, udi + "@1", "anonymised", "true");
  CHECK(grant_code(world, grant, {"DLR", "BUY"}) == "OK");
}

TEST_CASE("AUT-408: a withdrawn batch breaks every grant that stands on it") {
  MarketWorld world;
  const std::string udi = personal_data(world, pb::Asset::GENERAL);
  REQUIRE(world.call("authorization.record_consent", consent(world, subjects()), {"DLR"}).code == "OK");
  pb::AuthorizationGrant grant = MarketWorld::licence("L1", "DLR", "BUY", udi, world.in_days(300));
  grant.add_consent_batch("CB1");
  REQUIRE(grant_code(world, grant, {"DLR", "BUY"}) == "OK");
  pb::AuthorizationWithdrawConsent withdraw;
  withdraw.set_id("CB1");
  withdraw.set_withdrawn_root(digest("two leaves"));
  withdraw.set_withdrawn(2);
  CHECK(world.call("authorization.withdraw_consent", withdraw, {"BUY"}).code == "COM-204");
  CHECK(world.call("authorization.withdraw_consent", withdraw, {"DLR"}).code == "OK");
  CHECK(broken(world, "L1") == "OK");
  CHECK(world.call("authorization.withdraw_consent", withdraw, {"DLR"}).code == "COM-304");
  withdraw.set_withdrawn(3);
  CHECK(world.call("authorization.withdraw_consent", withdraw, {"AUD"}).code == "OK");
  CHECK(broken(world, "L1") == "AUT-408");
  CHECK(world.call("authorization.withdraw_consent", withdraw, {"DLR"}).code == "COM-303");
  grant.set_id("L2");
  CHECK(grant_code(world, grant, {"DLR", "BUY"}) == "AUT-408");
}

TEST_CASE("a subject withdraws by proving one leaf, once") {
  MarketWorld world;
  const std::vector<ledger::Digest> leaves = subjects();
  REQUIRE(world.call("authorization.record_consent", consent(world, leaves), {"DLR"}).code == "OK");
  pb::AuthorizationWithdrawConsent withdraw;
  withdraw.set_id("CB1");
  withdraw.set_leaf(commitment("b"));
  withdraw.set_index(1);
  for (const ledger::Digest& node : ledger::list_inclusion_proof(leaves, 1)) withdraw.add_path(node.str());
  CHECK(world.call("authorization.withdraw_consent", withdraw, {"BUY"}).code == "OK");
  CHECK(world.get<pb::ConsentBatch>(kind::kConsentBatch, "CB1").withdrawn() == 1);
  CHECK(world.call("authorization.withdraw_consent", withdraw, {"BUY"}).code == "COM-303");
  withdraw.set_index(0);
  CHECK(world.call("authorization.withdraw_consent", withdraw, {"BUY"}).code == "COM-301");
}

TEST_CASE("consent is recorded once, for known purposes, with an entrusted agent, and not for ever") {
  MarketWorld world;
  pb::AuthorizationRecordConsent batch = consent(world, subjects());
  batch.set_agent(MarketWorld::uscc("BUY"));
  CHECK(world.call("authorization.record_consent", batch, {"DLR"}).code == "COM-204");
  batch = consent(world, subjects());
  batch.set_purposes(0, "NO_SUCH_PURPOSE");
  CHECK(world.call("authorization.record_consent", batch, {"DLR"}).code == "COM-104");
  batch = consent(world, subjects());
  batch.set_expires(world.in_days(40 * 365));
  CHECK(world.call("authorization.record_consent", batch, {"DLR"}).code == "COM-107");
  batch.set_expires(world.in_days(-1));
  CHECK(world.call("authorization.record_consent", batch, {"DLR"}).code == "COM-307");
  batch = consent(world, subjects());
  CHECK(world.call("authorization.record_consent", batch, {"DLR"}).code == "OK");
  CHECK(world.call("authorization.record_consent", batch, {"DLR"}).code == "COM-302");
}
