#include <doctest/doctest.h>

#include "contracts/credit.pb.h"
#include "contracts/credit/standing.h"
#include "contracts/evidence.pb.h"
#include "contracts/period.h"
#include "tests/unit/contracts/credit_records.h"
#include "tests/unit/contracts/network.h"

namespace ledger = qilian::ledger;
using namespace qilian::contracts;
using namespace qilian::contracts::network_test;

namespace {

Network with_dealer() {
  Network network;
  network.add_member("DLR2", kDealer2, {"DEALER"});
  return network;
}

pb::CreditNotify notice(pb::Severity::Value severity, std::string_view behaviour = "FALSE_DELIVERY") {
  pb::CreditNotify a;
  a.set_subject(std::string(kDealer2));
  a.set_behaviour(std::string(behaviour));
  a.set_severity(severity);
  a.add_evidence("ruling-1");
  a.set_basis("办法第十二条");
  a.set_service_evidence(digest("served by mail"));
  return a;
}

template <class Args>
Args about(const std::string& id) {
  Args a;
  a.set_determination(id);
  return a;
}

pb::CreditObject objection(const std::string& id) {
  auto a = about<pb::CreditObject>(id);
  a.set_statement(commitment("we disagree"));
  return a;
}

pb::CreditDecideObjection decision(const std::string& id, pb::CreditDecideObjection::Decision what,
                                   pb::Severity::Value severity = pb::Severity::VALUE_UNSPECIFIED) {
  auto a = about<pb::CreditDecideObjection>(id);
  a.set_decision(what);
  a.set_severity(severity);
  return a;
}

pb::CreditApplyRepair repair(const std::string& id, bool with_evidence = true) {
  auto a = about<pb::CreditApplyRepair>(id);
  if (with_evidence) a.add_evidence("E-refund");
  return a;
}

pb::CreditDecideRepair repair_decision(const std::string& id, pb::CreditDecideRepair::Decision what) {
  auto a = about<pb::CreditDecideRepair>(id);
  a.set_decision(what);
  return a;
}

void put_refund_evidence(Network& network) {
  pb::Evidence evidence;
  evidence.set_id("E-refund");
  network.put(kind::kEvidence, "E-refund", evidence);
}

std::int64_t score(const Network& network, std::string_view uscc = kDealer2) {
  return credit::score(network.get<pb::CreditProfile>(kind::kCreditProfile, uscc), credit::load_rules(network.state()),
                       network.now());
}

std::int64_t at(int year, int month, int day, int hour = 10) {
  return start_of({.year = year, .month = month, .day = day}).value() + hour * 3'600'000;
}

pb::Determination::Status status(const Network& network, const std::string& id) {
  return network.get<pb::Determination>(kind::kDetermination, id).status();
}

}  // namespace

TEST_CASE("the story of steps 9 and 10: SERIOUS notice, changed to MODERATE, 600 to 480, repaired to 540") {
  Network network = with_dealer();
  put_refund_evidence(network);
  network.set_time(at(2026, 8, 3));
  const std::string id = network.run("credit.notify", notice(pb::Severity::SERIOUS), {"REG1"}).object();
  CHECK(score(network) == 600);
  network.set_time(at(2026, 8, 10));
  CHECK(network.code("credit.object", objection(id), {"DLR2"}) == "OK");
  network.set_time(at(2026, 8, 31));
  CHECK(network.code("credit.decide_objection",
                     decision(id, pb::CreditDecideObjection::CHANGED, pb::Severity::MODERATE), {"REG2"}) == "OK");
  CHECK(score(network) == 480);
  network.set_time(at(2026, 11, 29));
  CHECK(network.code("credit.apply_repair", repair(id), {"DLR2"}) == "CRD-405");
  network.set_time(at(2026, 11, 30, 23));
  CHECK(network.code("credit.apply_repair", repair(id), {"DLR2"}) == "CRD-405");
  network.set_time(at(2026, 12, 1, 0));
  CHECK(network.code("credit.apply_repair", repair(id), {"DLR2"}) == "OK");
  CHECK(network.code("credit.decide_repair", repair_decision(id, pb::CreditDecideRepair::GRANTED), {"REG1"}) == "OK");
  CHECK(status(network, id) == pb::Determination::REPAIRED);
  CHECK(score(network) == 540);
}

TEST_CASE("CRD-401: a regulator does not determine about its own group") {
  Network network;
  network.add_member("DLR2", kDealer2, {}, {std::string(kReg1)});
  CHECK(network.code("credit.notify", notice(pb::Severity::MINOR), {"REG1"}) == "CRD-401");
  CHECK(network.code("credit.notify", notice(pb::Severity::MINOR), {"REG2"}) == "OK");
}

TEST_CASE("CRD-402: a notice that was not served is none") {
  Network network = with_dealer();
  auto a = notice(pb::Severity::MINOR);
  a.clear_service_evidence();
  CHECK(network.code("credit.notify", a, {"REG1"}) == "CRD-402");
}

TEST_CASE("CRD-409: behaviour and severity stand in the catalogue") {
  Network network = with_dealer();
  CHECK(network.code("credit.notify", notice(pb::Severity::MINOR, "RUDENESS"), {"REG1"}) == "CRD-409");
  CHECK(network.code("credit.notify", notice(pb::Severity::MODERATE, "LATE_REPORT"), {"REG1"}) == "CRD-409");
}

TEST_CASE("CRD-403: an objection comes inside its window, a confirmation after it") {
  Network network = with_dealer();
  network.set_time(at(2026, 8, 3));
  const std::string id = network.run("credit.notify", notice(pb::Severity::SERIOUS), {"REG1"}).object();
  CHECK(network.code("credit.confirm", about<pb::CreditConfirm>(id), {"REG2"}) == "CRD-403");
  network.set_time(at(2026, 8, 11, 0));
  CHECK(network.code("credit.object", objection(id), {"DLR2"}) == "CRD-403");
  CHECK(network.code("credit.confirm", about<pb::CreditConfirm>(id), {"REG2"}) == "OK");
  CHECK(score(network) == 300);
}

TEST_CASE("CRD-404: the reviewer is not the determiner, and neither confirms its own") {
  Network network = with_dealer();
  network.set_time(at(2026, 8, 3));
  const std::string objected = network.run("credit.notify", notice(pb::Severity::SERIOUS), {"REG1"}).object();
  const std::string silent = network.run("credit.notify", notice(pb::Severity::SERIOUS), {"REG1"}).object();
  REQUIRE(network.code("credit.object", objection(objected), {"DLR2"}) == "OK");
  CHECK(network.code("credit.decide_objection", decision(objected, pb::CreditDecideObjection::UPHELD), {"REG1"}) ==
        "CRD-404");
  network.set_time(at(2026, 8, 11));
  CHECK(network.code("credit.confirm", about<pb::CreditConfirm>(silent), {"REG1"}) == "CRD-404");
  CHECK(network.code("credit.decide_objection", decision(objected, pb::CreditDecideObjection::UPHELD), {"REG2"}) ==
        "OK");
  CHECK(status(network, objected) == pb::Determination::EFFECTIVE);
}

TEST_CASE("CRD-406: the obligation is shown as done, by evidence that stands on the ledger") {
  Network network = with_dealer();
  const std::string id = network.run("credit.notify", notice(pb::Severity::MODERATE), {"REG1"}).object();
  network.advance(200 * kDay);
  CHECK(network.code("credit.apply_repair", repair(id, false), {"DLR2"}) == "CRD-406");
  CHECK(network.code("credit.apply_repair", repair(id), {"DLR2"}) == "CRD-406");
  put_refund_evidence(network);
  CHECK(network.code("credit.apply_repair", repair(id), {"DLR2"}) == "OK");
}

TEST_CASE("CRD-407: what the catalogue calls beyond repair is not repaired") {
  Network network = with_dealer();
  put_refund_evidence(network);
  const std::string id = network.run("credit.notify", notice(pb::Severity::MODERATE, "FORGERY"), {"REG1"}).object();
  network.advance(200 * kDay);
  CHECK(network.code("credit.apply_repair", repair(id), {"DLR2"}) == "CRD-407");
}

TEST_CASE("CRD-408: false materials bar repair for a year") {
  Network network = with_dealer();
  put_refund_evidence(network);
  const std::string id = network.run("credit.notify", notice(pb::Severity::MODERATE), {"REG1"}).object();
  network.advance(200 * kDay);
  REQUIRE(network.code("credit.apply_repair", repair(id), {"DLR2"}) == "OK");
  REQUIRE(network.code("credit.decide_repair", repair_decision(id, pb::CreditDecideRepair::FALSE_MATERIALS),
                       {"REG2"}) == "OK");
  CHECK(network.code("credit.apply_repair", repair(id), {"DLR2"}) == "CRD-408");
}

TEST_CASE("COM-206: two regulators repair a SERIOUS determination") {
  Network network = with_dealer();
  put_refund_evidence(network);
  network.set_time(at(2026, 8, 3));
  const std::string id = network.run("credit.notify", notice(pb::Severity::SERIOUS), {"REG1"}).object();
  network.set_time(at(2026, 8, 12));
  REQUIRE(network.code("credit.confirm", about<pb::CreditConfirm>(id), {"REG2"}) == "OK");
  network.set_time(at(2027, 9, 1));
  REQUIRE(network.code("credit.apply_repair", repair(id), {"DLR2"}) == "OK");
  CHECK(network.code("credit.decide_repair", repair_decision(id, pb::CreditDecideRepair::GRANTED), {"REG1"}) ==
        "COM-206");
  CHECK(network.code("credit.decide_repair", repair_decision(id, pb::CreditDecideRepair::GRANTED), {"REG1", "REG3"}) ==
        "OK");
}

TEST_CASE(
    "a MODERATE notice to which nobody objects takes effect by itself as the window closes, and expires by itself") {
  Network network = with_dealer();
  network.set_time(at(2026, 8, 3));
  REQUIRE(network.code("credit.notify", notice(pb::Severity::MODERATE), {"REG1"}) == "OK");
  network.set_time(at(2026, 8, 10, 23));
  CHECK(score(network) == 600);
  network.set_time(at(2026, 8, 11, 0));
  CHECK(score(network) == 480);
  network.set_time(at(2027, 8, 11, 23));
  CHECK(score(network) == 480);
  network.set_time(at(2027, 8, 12, 0));
  CHECK(score(network) == 600);
}

TEST_CASE("a withdrawn determination takes no points") {
  Network network = with_dealer();
  const std::string id = network.run("credit.notify", notice(pb::Severity::MODERATE), {"REG1"}).object();
  REQUIRE(network.code("credit.object", objection(id), {"DLR2"}) == "OK");
  REQUIRE(network.code("credit.decide_objection", decision(id, pb::CreditDecideObjection::WITHDRAWN), {"REG3"}) ==
          "OK");
  network.advance(30 * kDay);
  CHECK(score(network) == 600);
  CHECK(status(network, id) == pb::Determination::WITHDRAWN);
}

TEST_CASE("COM-205: only its subject objects to a notice") {
  Network network = with_dealer();
  network.add_member("DLR", kDealer, {"DEALER"});
  const std::string id = network.run("credit.notify", notice(pb::Severity::MODERATE), {"REG1"}).object();
  CHECK(network.code("credit.object", objection(id), {"DLR"}) == "COM-205");
}

TEST_CASE("COM-303: a review makes a determination milder, never stricter") {
  Network network = with_dealer();
  const std::string id = network.run("credit.notify", notice(pb::Severity::MODERATE), {"REG1"}).object();
  REQUIRE(network.code("credit.object", objection(id), {"DLR2"}) == "OK");
  CHECK(network.code("credit.decide_objection", decision(id, pb::CreditDecideObjection::CHANGED, pb::Severity::SERIOUS),
                     {"REG2"}) == "COM-303");
}

TEST_CASE("COM-303: passed audits are capped by the year") {
  Network network;
  network.add_member("AUD", kShell, {"SERVICE_AUDIT"});
  network.add_member("DLR", kDealer, {"DEALER"});
  pb::CreditRecordPositive a;
  a.set_subject(std::string(kDealer));
  a.set_source(std::string(kShell));
  const auto record = [&](const std::string& reference) {
    a.set_reference(reference);
    return network.code("credit.record_positive", a, {"REG1"});
  };
  CHECK(record("audit-1") == "OK");
  CHECK(record("audit-2") == "OK");
  CHECK(record("audit-3") == "COM-303");
  CHECK(network.get<pb::CreditProfile>(kind::kCreditProfile, kDealer).positives_size() == 2);
  network.advance(365 * kDay);
  CHECK(record("audit-3") == "OK");
}

TEST_CASE("positive events of one profile have a bound, past which the oldest drop") {
  Network network;
  network.set_parameter("credit.max_positives", "16");
  network.add_member("AUD", kShell, {"SERVICE_AUDIT"});
  network.add_member("DLR", kDealer, {"DEALER"});
  pb::CreditProfile profile;
  for (int n = 0; n < 16; ++n) {
    pb::CreditProfile::Positive* positive = profile.add_positives();
    positive->set_kind(pb::CreditProfile::Positive::TRADE);
    positive->set_counterparty("buyer " + std::to_string(n));
    positive->set_at(network.now().value());
  }
  network.put(kind::kCreditProfile, kDealer, profile);
  pb::CreditRecordPositive a;
  a.set_subject(std::string(kDealer));
  a.set_source(std::string(kShell));
  a.set_reference("audit-1");
  REQUIRE(network.code("credit.record_positive", a, {"REG1"}) == "OK");
  const auto kept = network.get<pb::CreditProfile>(kind::kCreditProfile, kDealer);
  REQUIRE(kept.positives_size() == 16);
  CHECK(kept.positives(0).counterparty() == "buyer 1");
  CHECK(kept.positives(15).reference() == "audit-1");
}

TEST_CASE("an audit counts once") {
  Network network = with_dealer();
  network.add_member("AUD", kBuyer, {"SERVICE_AUDIT"});
  pb::CreditRecordPositive a;
  a.set_subject(std::string(kDealer2));
  a.set_source(std::string(kBuyer));
  a.set_reference("audit-2026");
  CHECK(network.code("credit.record_positive", a, {"REG1"}) == "OK");
  CHECK(network.code("credit.record_positive", a, {"REG1"}) == "COM-302");
  CHECK(score(network) == 620);
}

TEST_CASE("trades with one counterparty count ten points a year at most") {
  pb::CreditProfile profile;
  pb::CreditRules rules;
  rules.set_base(600);
  rules.set_trade(2);
  rules.set_trade_cap(10);
  for (int i = 0; i < 9; ++i) {
    pb::CreditProfile::Positive* positive = profile.add_positives();
    positive->set_kind(pb::CreditProfile::Positive::TRADE);
    positive->set_counterparty(std::string(kBuyer));
    positive->set_at(kStart + i);
  }
  CHECK(credit::score(profile, rules, ledger::TimeMs(kStart + 1000)) == 610);
  profile.mutable_positives(8)->set_counterparty(std::string(kDealer));
  CHECK(credit::score(profile, rules, ledger::TimeMs(kStart + 1000)) == 612);
  profile.mutable_positives(7)->set_at(kStart + 365 * kDay);
  CHECK(credit::score(profile, rules, ledger::TimeMs(kStart + 366 * kDay)) == 614);
}

TEST_CASE("the score stays between 0 and 1000") {
  Network network = with_dealer();
  for (int i = 0; i < 5; ++i) put_negative(network, kDealer2, pb::Severity::SERIOUS);
  CHECK(score(network) == 0);
}
