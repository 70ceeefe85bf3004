// What the common gates do to calls of evidence, notary and revenue: holds, credit, the negative list, and what each
// call declares of them.
#include <doctest/doctest.h>

#include <map>

#include "contracts/calls.h"
#include "contracts/credit.pb.h"
#include "contracts/evidence/key_release.h"
#include "contracts/incident.pb.h"
#include "contracts/negative_list.pb.h"
#include "tests/unit/contracts/trading_floor.h"

using namespace qilian::contracts;
using namespace qilian::contracts::trading;

namespace {

// DLR sells its own product to BUY off venue; every step is one call away.
struct Floor : TradingFloor {
  explicit Floor(const std::string& service = {}) {
    attest(kFactor);
    license("G-T2", "DLR", "BUY", kFactor, "INDUSTRY", "T2");
    if (service.empty()) return;
    admit("ESC", {service == "custody" ? "SERVICE_CUSTODY" : "SERVICE_INSURANCE"});
    pb::EvidenceEngage engage;
    engage.set_id("EN1");
    engage.set_client("DLR");
    engage.set_provider("ESC");
    engage.set_type(service);
    engage.set_contract(commitment("contract"));
    must("evidence.engage", engage, {"DLR", "ESC"});
    services = {"EN1"};
  }

  pb::EvidenceOffer offer() const {
    pb::EvidenceOffer args;
    args.set_id("T2");
    args.set_channel(pb::Trade::OFF_VENUE);
    args.set_seller("DLR");
    args.set_buyer("BUY");
    for (const std::string& service : services) args.add_services(service);
    args.set_asset(version(kFactor));
    args.set_licence("G-T2");
    args.set_purpose("INDUSTRY");
    args.set_price_commitment(commitment("price"));
    args.set_pricing(pb::AUTONOMOUS);
    return args;
  }
  pb::EvidenceAgree agreement() const {
    pb::EvidenceAgree args;
    args.set_trade("T2");
    args.set_contract(commitment("contract"));
    args.set_terms(commitment("terms"));
    return args;
  }
  pb::EvidenceClear clearing() const {
    pb::EvidenceClear args;
    args.set_trade("T2");
    return args;
  }
  pb::EvidenceDeliver delivery() const {
    pb::EvidenceDeliver args;
    args.set_trade("T2");
    args.set_root(digest(kFactor));
    args.set_key_commitment(evidence::key_commitment(std::string(16, 's'), std::string(32, 'k')));
    return args;
  }
  pb::EvidenceCancel cancellation() const {
    pb::EvidenceCancel args;
    args.set_trade("T2");
    args.set_reason("second thoughts");
    return args;
  }
  pb::EvidenceOpenDispute dispute() const {
    pb::EvidenceOpenDispute args;
    args.set_id("D1");
    args.set_trade("T2");
    args.set_claimant("BUY");
    args.set_claim("not as described");
    args.set_arbitrator("ARB");
    return args;
  }

  void sanction(const std::string& organisation, pb::Severity::Value severity) {
    pb::CreditProfile profile;
    pb::CreditProfile::Negative& negative = *profile.add_negatives();
    negative.set_determination("DET-1");
    negative.set_severity(severity);
    negative.set_effective_at(time());
    negative.set_expires_at(time() + 300 * kDay);
    put(kind::kCreditProfile, organisation, profile);
  }
  /// In force at once, about everything.
  void prohibit_trade(pb::NegativeEntry::Transition transition, std::int64_t until) {
    pb::NegativeList list;
    list.set_version(1);
    pb::NegativeEntry& entry = *list.add_entries();
    entry.set_code("NL-1");
    entry.set_mode(pb::NegativeEntry::PROHIBIT);
    entry.mutable_matcher()->set_op(pb::Matcher::PREFIX);
    entry.mutable_matcher()->set_attribute("udi");
    entry.mutable_matcher()->add_texts("gsd:");
    entry.add_operations(pb::NegativeEntry::TRADE);
    entry.set_reach(pb::NegativeEntry::SELF);
    entry.set_transition(transition);
    if (transition == pb::NegativeEntry::GRANDFATHER) entry.set_transition_until(until);
    entry.set_from(time());
    entry.set_published_at(time());
    put(kind::kList, "1", list);
    pb::ListRegister versions;
    versions.add_versions()->set_version(1);
    put(kind::kListRegister, "current", versions);
  }
  void hold(const std::string& scope, bool alive = true) {
    pb::HoldSet holds;
    holds.set_scope(scope);
    if (alive) {
      pb::Hold& placed = *holds.add_holds();
      placed.set_id("H1");
      placed.add_by("REG1");
      placed.set_from(time());
      placed.set_until(time() + 3 * kDay);
    }
    put(kind::kHoldsOn, scope, holds);
  }

  std::vector<std::string> services;
};

struct Declared {
  CreditClass credit;
  bool held;
  ListOperation operation;
};

}  // namespace

TEST_CASE("a hold on the trade, the asset or a party stops its steps and none of its unwinding") {
  for (const std::string& scope : {std::string("trade:T2"), "asset:" + kFactor, std::string("organisation:DLR")}) {
    CAPTURE(scope);
    Floor floor;
    floor.must("evidence.offer", floor.offer(), {"DLR"});
    floor.hold(scope);
    CHECK(floor.run("evidence.agree", floor.agreement(), {"DLR", "BUY"}) == "COM-405");
    floor.hold(scope, false);
    floor.must("evidence.agree", floor.agreement(), {"DLR", "BUY"});
    floor.hold(scope);
    CHECK(floor.run("evidence.clear", floor.clearing(), {"DLR", "BUY"}) == "COM-405");
    CHECK(floor.run("evidence.open_dispute", floor.dispute(), {"BUY"}) == "OK");
  }
  Floor floor;
  floor.must("evidence.offer", floor.offer(), {"DLR"});
  floor.hold("trade:T2");
  CHECK(floor.run("evidence.cancel", floor.cancellation(), {"DLR", "BUY"}) == "OK");
}

TEST_CASE("a hold lapses by itself") {
  Floor floor;
  floor.must("evidence.offer", floor.offer(), {"DLR"});
  floor.hold("trade:T2");
  floor.pass_days(3);
  CHECK(floor.run("evidence.agree", floor.agreement(), {"DLR", "BUY"}) == "OK");
}

TEST_CASE("COM-404: a MODERATE sanction stops new offers, not the agreement on an open one") {
  Floor floor;
  floor.must("evidence.offer", floor.offer(), {"DLR"});
  floor.sanction("DLR", pb::Severity::MODERATE);
  pb::EvidenceOffer another = floor.offer();
  another.set_id("T3");
  CHECK(floor.run("evidence.offer", another, {"DLR"}) == "COM-404");
  CHECK(floor.run("evidence.agree", floor.agreement(), {"DLR", "BUY"}) == "OK");
}

TEST_CASE("COM-404: a SERIOUS sanction stops the agreement too, and no dispute or cancellation") {
  Floor floor;
  floor.must("evidence.offer", floor.offer(), {"DLR"});
  floor.sanction("DLR", pb::Severity::SERIOUS);
  CHECK(floor.run("evidence.agree", floor.agreement(), {"DLR", "BUY"}) == "COM-404");
  CHECK(floor.run("evidence.cancel", floor.cancellation(), {"DLR", "BUY"}) == "OK");
}

TEST_CASE("COM-404: a sanctioned seller delivers under escrow only, and on authenticity in force") {
  for (const auto& [service, expected] : {std::pair{"", "COM-404"}, {"insurance", "COM-404"}, {"custody", "OK"}}) {
    CAPTURE(service);
    Floor floor(service);
    floor.must("evidence.offer", floor.offer(), {"DLR"});
    floor.must("evidence.agree", floor.agreement(), {"DLR", "BUY"});
    floor.must("evidence.clear", floor.clearing(), {"DLR", "BUY"});
    floor.sanction("DLR", pb::Severity::MODERATE);
    CHECK(floor.run("evidence.deliver", floor.delivery(), {"DLR"}) == expected);
  }
  Floor floor("custody");
  floor.must("evidence.offer", floor.offer(), {"DLR"});
  floor.must("evidence.agree", floor.agreement(), {"DLR", "BUY"});
  floor.must("evidence.clear", floor.clearing(), {"DLR", "BUY"});
  floor.sanction("DLR", pb::Severity::MODERATE);
  floor.pass_days(200);  // six months of AUTHENTICITY are over
  CHECK(floor.run("evidence.deliver", floor.delivery(), {"DLR"}) == "EVD-407");
}

TEST_CASE(
    "a new entry's transition decides over open trades: GRANDFATHER lets them run on for a time, REVIEW has them "
    "wait") {
  for (const auto transition : {pb::NegativeEntry::STOP, pb::NegativeEntry::GRANDFATHER, pb::NegativeEntry::REVIEW}) {
    CAPTURE(transition);
    Floor floor;
    floor.must("evidence.offer", floor.offer(), {"DLR"});
    floor.must("evidence.agree", floor.agreement(), {"DLR", "BUY"});
    floor.pass_days(1);
    floor.prohibit_trade(transition, floor.time() + 2 * kDay);
    const bool runs_on = transition == pb::NegativeEntry::GRANDFATHER;
    const std::string stopped = transition == pb::NegativeEntry::REVIEW ? "COM-402" : "COM-401";
    if (runs_on) {
      floor.pass_days(2);
      CHECK(floor.run("evidence.clear", floor.clearing(), {"DLR", "BUY"}) == "COM-401");
      floor.pass_days(-1);
    }
    CHECK(floor.run("evidence.clear", floor.clearing(), {"DLR", "BUY"}) == (runs_on ? "OK" : stopped));
  }
}

TEST_CASE("every call declares its credit class, whether a hold stops it, and its operation on the negative list") {
  using enum CreditClass;
  using enum ListOperation;
  const std::map<std::string_view, Declared> expected{
      {"evidence.list", {kNewBusiness, true, kList}},
      {"evidence.delist", {kContinuing, false, kNone}},
      {"evidence.offer", {kNewBusiness, true, kTrade}},
      {"evidence.agree", {kNewBusiness, true, kTrade}},
      {"evidence.clear", {kContinuing, true, kTrade}},
      {"evidence.deliver", {kContinuing, true, kDeliver}},
      {"evidence.accept", {kContinuing, true, kNone}},
      {"evidence.release_key", {kContinuing, true, kNone}},
      {"evidence.settle", {kContinuing, true, kTrade}},
      {"evidence.cancel", {kOpen, false, kNone}},
      {"evidence.refund", {kOpen, false, kNone}},
      {"evidence.open_dispute", {kOpen, false, kNone}},
      {"evidence.rule", {kOpen, false, kNone}},
      {"evidence.record", {kContinuing, false, kNone}},
      {"evidence.engage", {kNewBusiness, true, kNone}},
      {"evidence.take_custody", {kNewBusiness, true, kNone}},
      {"evidence.release_custody", {kContinuing, false, kNone}},
      {"notary.issue", {kContinuing, false, kNone}},
      {"notary.request_review", {kOpen, false, kNone}},
      {"notary.decide_review", {kOpen, false, kNone}},
      {"notary.correct", {kOpen, false, kNone}},
      {"notary.revoke", {kOpen, false, kNone}},
      {"notary.void", {kOpen, false, kNone}},
      {"revenue.set_price_cap", {kOpen, false, kNone}},
      {"revenue.file_cost", {kContinuing, false, kNone}},
      {"revenue.audit_cost", {kContinuing, false, kNone}},
      {"revenue.set_plan", {kContinuing, false, kNone}},
      {"revenue.compute", {kContinuing, false, kNone}},
      {"revenue.confirm", {kContinuing, false, kNone}},
      {"revenue.dispute", {kOpen, false, kNone}},
      {"revenue.pay", {kContinuing, false, kNone}},
      {"revenue.reconcile", {kContinuing, false, kNone}},
  };
  std::size_t seen = 0;
  for (const CallSpec& call : calls()) {
    const std::string_view contract = call.name.substr(0, call.name.find('.'));
    if (contract != "evidence" && contract != "notary" && contract != "revenue") continue;
    CAPTURE(call.name);
    const auto at = expected.find(call.name);
    REQUIRE(at != expected.end());
    CHECK(call.credit == at->second.credit);
    CHECK(call.stopped_by_hold == at->second.held);
    CHECK(call.operation == at->second.operation);
    CHECK_FALSE(call.label_zh.empty());
    CHECK_FALSE(call.label_en.empty());
    CHECK(call.arguments != nullptr);
    ++seen;
  }
  CHECK(seen == expected.size());
}
