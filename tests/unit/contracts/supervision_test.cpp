#include "contracts/supervision/supervision.h"

#include <doctest/doctest.h>

#include "contracts/credit.pb.h"
#include "tests/unit/contracts/market_world.h"

using namespace qilian;
using namespace qilian::contracts;
using contracts::test::commitment;
using contracts::test::digest;
using contracts::test::MarketWorld;

namespace {

pb::SupervisionCertify certificate(const std::string& id, const char* holder) {
  pb::SupervisionCertify out;
  out.set_id(id);
  out.set_kind(pb::Certificate::QUALIFICATION);
  out.set_holder(MarketWorld::uscc(holder));
  out.set_standard("数据评估");
  out.set_document(digest("document"));
  return out;
}

pb::SupervisionAssess assessment(const std::string& id, const char* organisation) {
  pb::SupervisionAssess out;
  out.set_id(id);
  out.set_type(pb::Assessment::TECHNOLOGY);
  out.set_subject(MarketWorld::uscc(organisation));
  out.set_organisation(MarketWorld::uscc(organisation));
  out.set_method(pb::Assessment::FIELD_STUDY);
  out.set_result(pb::Assessment::PASS);
  out.set_report(digest("report"));
  out.set_qualification("Q1");
  return out;
}

pb::SupervisionValue valuation(const std::string& id, const std::string& subject) {
  pb::SupervisionValue out;
  out.set_id(id);
  out.set_subject(subject);
  out.set_model(digest("income model"));
  out.set_range(commitment("from 1 to 2"));
  out.set_qualification("Q2");
  return out;
}

}  // namespace

TEST_CASE("an assessment is recorded for its life, listed under its subject, and counts for credit at once") {
  MarketWorld world;
  REQUIRE(world.call("supervision.certify", certificate("Q1", "TST"), {"REG1"}).code == "OK");
  CHECK(world.call("supervision.assess", assessment("A1", "DLR"), {"TST"}).object == "A1");
  CHECK(world.get<pb::AssessmentsOf>(kind::kAssessmentsOf, MarketWorld::uscc("DLR")).ids(0) == "A1");
  CHECK(world.get<pb::CreditProfile>(kind::kCreditProfile, MarketWorld::uscc("DLR")).positives_size() == 1);
  CHECK(supervision::in_force(world.context(), "A1", pb::Assessment::TECHNOLOGY, MarketWorld::uscc("DLR")));
  CHECK_FALSE(supervision::in_force(world.context(), "A1", pb::Assessment::DATA, MarketWorld::uscc("DLR")));
  CHECK(world.call("supervision.assess", assessment("A1", "DLR"), {"TST"}).code == "COM-302");
  world.advance_days(2 * 366);
  CHECK_FALSE(supervision::in_force(world.context(), "A1", pb::Assessment::TECHNOLOGY, MarketWorld::uscc("DLR")));
}

TEST_CASE("assessments count for credit so many times a year, and their list keeps the newest") {
  MarketWorld world;
  REQUIRE(world.call("supervision.certify", certificate("Q1", "TST"), {"REG1"}).code == "OK");
  for (int n = 1; n <= 66; ++n) {
    REQUIRE(world.call("supervision.assess", assessment("A" + std::to_string(n), "DLR"), {"TST"}).code == "OK");
  }
  CHECK(world.get<pb::CreditProfile>(kind::kCreditProfile, MarketWorld::uscc("DLR")).positives_size() == 2);
  const auto list = world.get<pb::AssessmentsOf>(kind::kAssessmentsOf, MarketWorld::uscc("DLR"));
  REQUIRE(list.ids_size() == 64);
  CHECK(list.ids(0) == "A3");
  CHECK(list.ids(63) == "A66");
  CHECK(supervision::in_force(world.context(), "A1", pb::Assessment::TECHNOLOGY, MarketWorld::uscc("DLR")));
}

TEST_CASE("a failed assessment opens a NOTIFIED determination by itself") {
  MarketWorld world;
  pb::CreditRules rules;
  rules.set_version(1);
  rules.set_base(600);
  rules.set_grade_c(400);
  pb::Behaviour* behaviour = rules.add_behaviours();
  behaviour->set_code("RECORD_GAP");
  behaviour->set_highest(pb::Severity::MINOR);
  world.put(kind::kCreditRules, "current", rules);
  world.call("supervision.certify", certificate("Q1", "TST"), {"REG1"});
  pb::SupervisionAssess failed = assessment("A1", "DLR");
  failed.set_result(pb::Assessment::FAIL);
  CHECK(world.call("supervision.assess", failed, {"TST"}).code == "COM-101");
  failed.set_behaviour("RECORD_GAP");
  REQUIRE(world.call("supervision.assess", failed, {"TST"}).code == "OK");
  const std::string event = world.get<pb::Assessment>(kind::kAssessment, "A1").credit_event();
  const auto determination = world.get<pb::Determination>(kind::kDetermination, event);
  CHECK(determination.status() == pb::Determination::NOTIFIED);
  CHECK(determination.subject() == MarketWorld::uscc("DLR"));
  CHECK_FALSE(supervision::in_force(world.context(), "A1", pb::Assessment::TECHNOLOGY, MarketWorld::uscc("DLR")));
}

TEST_CASE("SUP-401: nobody assesses or values what is related to him") {
  MarketWorld world;
  world.call("supervision.certify", certificate("Q1", "TST"), {"REG1"});
  world.put_organisation("SHELL", {"DEALER"}, 1, "TST");
  CHECK(world.call("supervision.assess", assessment("A1", "SHELL"), {"TST"}).code == "SUP-401");
  CHECK(world.call("supervision.assess", assessment("A1", "TST"), {"TST"}).code == "SUP-401");
  const pb::RegistrySubmit data = MarketWorld::submission("SHELL", 'R', 1);
  REQUIRE(world.enter(data, "SHELL").code == "OK");
  pb::SupervisionAssess of_asset = assessment("A1", "DLR");
  of_asset.set_type(pb::Assessment::DATA);
  of_asset.set_subject(data.udi() + "@1");
  CHECK(world.call("supervision.assess", of_asset, {"TST"}).code == "SUP-401");
  pb::SupervisionValue value = valuation("V1", data.udi() + "@1");
  value.set_qualification("Q1");
  CHECK(world.call("supervision.value", value, {"TST"}).code == "SUP-401");
}

TEST_CASE("SUP-402: an assessor names a qualification of its own that is in force") {
  MarketWorld world;
  pb::SupervisionAssess args = assessment("A1", "DLR");
  args.clear_qualification();
  CHECK(world.call("supervision.assess", args, {"TST"}).code == "SUP-402");
  pb::SupervisionCertify short_lived = certificate("Q1", "TST");
  short_lived.set_to(world.in_days(10));
  world.call("supervision.certify", short_lived, {"REG1"});
  world.call("supervision.certify", certificate("Q2", "AUD"), {"REG1"});
  args.set_qualification("Q2");
  CHECK(world.call("supervision.assess", args, {"TST"}).code == "SUP-402");
  args.set_qualification("Q1");
  CHECK(world.call("supervision.assess", args, {"TST"}).code == "OK");
  world.advance_days(10);
  args.set_id("A2");
  CHECK(world.call("supervision.assess", args, {"TST"}).code == "SUP-402");
}

TEST_CASE("a valuation is of a registered version, as a commitment, by a qualified valuer") {
  MarketWorld world;
  world.call("supervision.certify", certificate("Q2", "AUD"), {"REG1"});
  const pb::RegistrySubmit data = MarketWorld::submission("DLR", 'R', 1);
  CHECK(world.call("supervision.value", valuation("V1", data.udi() + "@1"), {"AUD"}).code == "COM-301");
  REQUIRE(world.enter(data, "DLR").code == "OK");
  CHECK(world.call("supervision.value", valuation("V1", data.udi()), {"AUD"}).code == "COM-301");
  CHECK(world.call("supervision.value", valuation("V1", data.udi() + "@2"), {"AUD"}).code == "COM-301");
  pb::SupervisionValue bare = valuation("V1", data.udi() + "@1");
  bare.set_range(digest("from 1 to 2"));
  CHECK(world.call("supervision.value", bare, {"AUD"}).code == "COM-106");
  CHECK(world.call("supervision.value", valuation("V1", data.udi() + "@1"), {"BUY"}).code == "COM-204");
  CHECK(world.call("supervision.value", valuation("V1", data.udi() + "@1"), {"AUD"}).code == "OK");
  CHECK(supervision::valuation_in_force(world.context(), "V1", data.udi() + "@1"));
  world.advance_days(366);
  CHECK_FALSE(supervision::valuation_in_force(world.context(), "V1", data.udi() + "@1"));
}

TEST_CASE("certificates come from a regulator or a certification service, never from one's own group") {
  MarketWorld world;
  world.put_organisation("SHELL", {"SERVICE_TRAINING"}, 1);
  CHECK(world.call("supervision.certify", certificate("Q1", "TST"), {"DLR"}).code == "COM-204");
  CHECK(world.call("supervision.certify", certificate("Q1", "TST"), {"SHELL"}).code == "COM-204");
  pb::SupervisionCertify training = certificate("Q1", "TST");
  training.set_kind(pb::Certificate::TRAINING);
  CHECK(world.call("supervision.certify", training, {"SHELL"}).code == "OK");
  training.set_id("Q2");
  training.set_holder(MarketWorld::uscc("SHELL"));
  CHECK(world.call("supervision.certify", training, {"SHELL"}).code == "COM-207");
  CHECK(world.call("supervision.certify", certificate("Q1", "TST"), {"REG1"}).code == "COM-302");
  pb::SupervisionCertify late = certificate("Q3", "TST");
  late.set_to(world.in_days(-1));
  CHECK(world.call("supervision.certify", late, {"REG1"}).code == "COM-307");
  late.set_to(world.in_days(30 * 365));
  CHECK(world.call("supervision.certify", late, {"REG1"}).code == "COM-107");
}
