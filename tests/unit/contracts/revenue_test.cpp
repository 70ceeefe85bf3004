#include <doctest/doctest.h>

#include <limits>
#include <numeric>
#include <random>

#include "contracts/revenue/arithmetic.h"
#include "tests/unit/contracts/trading_floor.h"

using namespace qilian::contracts;
using namespace qilian::contracts::trading;
using revenue::settle;
using revenue::share_out;

namespace {

pb::RevenueSetPriceCap cap_of(std::int64_t allowed) {
  pb::RevenueSetPriceCap args;
  args.set_udi(kProduct);
  args.set_purpose("INDUSTRY");
  args.set_ceiling_fen(5'000'000);
  args.set_allowed_revenue_fen(allowed);
  args.set_document(digest("price decision"));
  return args;
}

pb::RevenueFileCost cost_of(const std::string& id) {
  pb::RevenueFileCost args;
  args.set_id(id);
  args.set_operator_("OPR");
  args.set_udi(kProduct);
  for (const auto& [name, fen] : {std::pair{"computing", 620'000}, {"labour", 380'000}}) {
    pb::CostItem& item = *args.add_items();
    item.set_name(name);
    item.set_amount_fen(fen);
  }
  args.set_evidence(commitment("vouchers"));
  return args;
}

pb::RevenueAuditCost audit_of(const std::string& id) {
  pb::RevenueAuditCost args;
  args.set_cost(id);
  args.set_auditor("AUD");
  args.set_audited_fen(960'000);
  args.set_audit_report(digest("report"));
  return args;
}

pb::RevenueSetPlan plan_of(const std::string& id) {
  pb::RevenueSetPlan args;
  args.set_id(id);
  args.set_udi(kProduct);
  args.set_grant("G1");
  args.set_implementing_agency("IMPL");
  for (const auto& [org, points] : {std::pair{"MET", 2000}, {"TRA", 1500}, {"IMPL", 500}, {"OPR", 6000}}) {
    pb::Share& share = *args.add_shares();
    share.set_org(org);
    share.set_basis_points(points);
    share.set_contribution(pb::Share::PROCESSING);
  }
  return args;
}

pb::RevenueCompute computation(const std::string& id) {
  pb::RevenueCompute args;
  args.set_id(id);
  args.set_venue("VEN");
  args.set_udi(kProduct);
  args.set_plan("PL1");
  args.set_cost("C1");
  args.add_trades("T1");
  return args;
}

template <class Args>
Args of_settlement(const std::string& id) {
  Args args;
  args.set_settlement(id);
  return args;
}

// A sale of the product under public operation that is settled; how it came there is evidence's suite.
pb::Trade settled_trade(const TradingFloor& floor, const std::string& id) {
  pb::Trade trade;
  trade.set_id(id);
  trade.set_channel(pb::Trade::ON_VENUE);
  trade.set_venue("VEN");
  trade.set_seller("OPR");
  trade.set_buyer("DLR");
  trade.set_asset(version(kProduct));
  trade.set_purpose("INDUSTRY");
  trade.set_price_fen(4'800'001);
  trade.set_public_operation(true);
  trade.set_stage(pb::Trade::SETTLED);
  trade.set_settled_at(floor.time());
  trade.set_closes_at(floor.time() + 7 * kDay);
  return trade;
}

const std::vector<std::string> kAll{"IMPL", "MET", "TRA", "OPR"};

struct Floor : TradingFloor {
  Floor() {
    must("revenue.set_price_cap", cap_of(0), {"REG3"});
    put(kind::kTrade, "T1", settled_trade(*this, "T1"));
    must("revenue.set_plan", plan_of("PL1"), kAll);
    must("revenue.file_cost", cost_of("C1"), {"OPR"});
  }
  void compute() {
    must("revenue.audit_cost", audit_of("C1"), {"AUD"});
    must("revenue.compute", computation("S1"), {"VEN"});
  }
};

pb::RevenuePay payment_of(const TradingFloor& floor, const std::string& id) {
  auto args = of_settlement<pb::RevenuePay>(id);
  *args.mutable_amounts() = floor.get<pb::Settlement>(kind::kSettlement, id).amounts();
  args.set_bank(commitment("bank receipt"));
  return args;
}

}  // namespace

TEST_CASE("acceptance 5s: gross 4800001, fee 2%, cost 960000 are shared to the fen") {
  const std::vector<std::int64_t> prices{4'800'001};
  const std::vector<std::int32_t> shares{2000, 1500, 500, 6000};
  const auto figures = settle(prices, 200, 960'000, shares);
  REQUIRE(figures.has_value());
  CHECK(figures->gross == 4'800'001);
  CHECK(figures->fees == 96'000);
  CHECK(figures->cost == 960'000);
  CHECK(figures->distributable == 3'744'001);
  CHECK(figures->amounts == std::vector<std::int64_t>{748'800, 561'600, 187'200, 2'246'401});
}

TEST_CASE("ties of the largest remainder go by list order") {
  const std::vector<std::int32_t> quarters{2500, 2500, 2500, 2500};
  CHECK(share_out(2, quarters) == std::vector<std::int64_t>{1, 1, 0, 0});
  CHECK(share_out(7, quarters) == std::vector<std::int64_t>{2, 2, 2, 1});
  const std::vector<std::int32_t> thirds{3333, 3333, 3334};
  CHECK(share_out(1, thirds) == std::vector<std::int64_t>{0, 0, 1});
  CHECK(share_out(0, thirds) == std::vector<std::int64_t>{0, 0, 0});
}

TEST_CASE("shares always add up, and no part strays a fen from its proportion") {
  std::mt19937_64 random(20'260'302);
  for (int round = 0; round < 2000; ++round) {
    std::vector<std::int32_t> shares;
    std::int32_t left = 10'000;
    while (left > 0 && shares.size() < 15) {
      const auto share = static_cast<std::int32_t>(random() % static_cast<std::uint64_t>(left)) + 1;
      shares.push_back(share);
      left -= share;
    }
    if (left > 0) shares.push_back(left);
    const auto amount = static_cast<std::int64_t>(random() % 100'000'000'000'000);
    const std::vector<std::int64_t> parts = share_out(amount, shares);
    CHECK(std::accumulate(parts.begin(), parts.end(), std::int64_t{0}) == amount);
    for (std::size_t i = 0; i < parts.size(); ++i) {
      const std::int64_t floor = revenue::portion(amount, shares[i]);
      CHECK((parts[i] == floor || parts[i] == floor + 1));
    }
  }
}

TEST_CASE("the largest amounts neither overflow nor lose a fen") {
  const std::int64_t most = std::numeric_limits<std::int64_t>::max();
  CHECK(revenue::portion(most, 10'000) == most);
  const std::vector<std::int32_t> halves{5000, 5000};
  CHECK(share_out(most, halves) == std::vector<std::int64_t>{most / 2 + 1, most / 2});
  const std::vector<std::int64_t> prices{most, 1};
  CHECK_FALSE(settle(prices, 200, 0, halves).has_value());
}

TEST_CASE("fees and cost above the gross are no settlement") {
  const std::vector<std::int64_t> prices{100};
  const std::vector<std::int32_t> one{10'000};
  CHECK(settle(prices, 200, 98, one).has_value());
  CHECK_FALSE(settle(prices, 200, 99, one).has_value());
}

TEST_CASE("a settlement follows from trades, cost and plan, and runs to its reconciliation") {
  Floor floor;
  floor.compute();
  auto settlement = floor.get<pb::Settlement>(kind::kSettlement, "S1");
  CHECK(settlement.status() == pb::Settlement::COMPUTED);
  CHECK(settlement.gross_fen() == 4'800'001);
  CHECK(settlement.fees_fen() == 96'000);
  CHECK(settlement.cost_fen() == 960'000);
  CHECK(settlement.distributable_fen() == 3'744'001);
  REQUIRE(settlement.amounts_size() == 4);
  CHECK(settlement.amounts(0).amount_fen() == 748'800);
  CHECK(settlement.amounts(3).amount_fen() == 2'246'401);
  CHECK(floor.get<pb::Cost>(kind::kCost, "C1").status() == pb::Cost::SETTLED);
  CHECK(floor.index(kind::kSettlementsOfOrganisation, "MET") == std::vector<std::string>{"S1"});

  CHECK(floor.run("revenue.pay", payment_of(floor, "S1"), {"VEN"}) == "COM-303");
  CHECK(floor.run("revenue.confirm", of_settlement<pb::RevenueConfirm>("S1"), {"MET", "TRA", "OPR"}) == "COM-205");
  CHECK(floor.run("revenue.confirm", of_settlement<pb::RevenueConfirm>("S1"), kAll) == "OK");
  CHECK(floor.run("revenue.confirm", of_settlement<pb::RevenueConfirm>("S1"), kAll) == "COM-303");
  CHECK(floor.run("revenue.pay", payment_of(floor, "S1"), {"OPR"}) == "COM-204");
  CHECK(floor.run("revenue.pay", payment_of(floor, "S1"), {"VEN"}) == "OK");
  auto reconciliation = of_settlement<pb::RevenueReconcile>("S1");
  reconciliation.set_bank_total_fen(4'800'001);
  CHECK(floor.run("revenue.reconcile", reconciliation, {"IMPL"}) == "OK");
  CHECK(floor.get<pb::Settlement>(kind::kSettlement, "S1").status() == pb::Settlement::RECONCILED);
  CHECK(floor.run("revenue.reconcile", reconciliation, {"IMPL"}) == "COM-303");
}

TEST_CASE("REV-401: shares sum to 10000") {
  Floor floor;
  pb::RevenueSetPlan plan = plan_of("PL2");
  plan.mutable_shares(2)->set_basis_points(499);
  CHECK(floor.run("revenue.set_plan", plan, kAll) == "REV-401");
}

TEST_CASE("REV-404: a trade is settled once") {
  Floor floor;
  floor.compute();
  pb::RevenueCompute again = computation("S2");
  again.clear_cost();
  CHECK(floor.run("revenue.compute", again, {"VEN"}) == "REV-404");
}

TEST_CASE("REV-405: a cost counts when it is audited, and once") {
  Floor floor;
  CHECK(floor.run("revenue.compute", computation("S1"), {"VEN"}) == "REV-405");
  floor.compute();
  floor.put(kind::kTrade, "T2", settled_trade(floor, "T2"));
  pb::RevenueCompute again = computation("S2");
  again.set_trades(0, "T2");
  CHECK(floor.run("revenue.compute", again, {"VEN"}) == "COM-303");
}

TEST_CASE("REV-406: audits, payments and statements match the records") {
  Floor floor;
  pb::RevenueAuditCost audit = audit_of("C1");
  audit.set_audited_fen(1'000'001);
  CHECK(floor.run("revenue.audit_cost", audit, {"AUD"}) == "REV-406");
  floor.compute();
  floor.must("revenue.confirm", of_settlement<pb::RevenueConfirm>("S1"), kAll);
  pb::RevenuePay payment = payment_of(floor, "S1");
  payment.mutable_amounts(3)->set_amount_fen(2'246'400);
  CHECK(floor.run("revenue.pay", payment, {"VEN"}) == "REV-406");
  floor.must("revenue.pay", payment_of(floor, "S1"), {"VEN"});
  auto reconciliation = of_settlement<pb::RevenueReconcile>("S1");
  reconciliation.set_bank_total_fen(4'800'000);
  CHECK(floor.run("revenue.reconcile", reconciliation, {"IMPL"}) == "REV-406");
}

TEST_CASE("REV-406: a cost above what was earned leaves nothing to share") {
  Floor floor;
  pb::Trade cheap = settled_trade(floor, "T1");
  cheap.set_price_fen(960'000);  // 2% of it is missing for the cost
  floor.put(kind::kTrade, "T1", cheap);
  floor.must("revenue.audit_cost", audit_of("C1"), {"AUD"});
  CHECK(floor.run("revenue.compute", computation("S1"), {"VEN"}) == "REV-406");
}

TEST_CASE("REV-407: no source of the product is left out of a plan") {
  Floor floor;
  pb::RevenueSetPlan plan = plan_of("PL2");
  plan.mutable_shares(0)->set_basis_points(3500);
  plan.mutable_shares()->DeleteSubrange(1, 1);  // TRA
  CHECK(floor.run("revenue.set_plan", plan, {"IMPL", "MET", "OPR"}) == "REV-407");
}

TEST_CASE("REV-408: a period's revenue stays within what is allowed, and a dispute gives it back") {
  Floor floor;
  floor.must("revenue.set_price_cap", cap_of(9'000'000), {"REG3"});
  floor.compute();
  floor.put(kind::kTrade, "T2", settled_trade(floor, "T2"));
  pb::RevenueCompute second = computation("S2");
  second.set_trades(0, "T2");
  second.clear_cost();
  CHECK(floor.run("revenue.compute", second, {"VEN"}) == "REV-408");
  auto dispute = of_settlement<pb::RevenueDispute>("S1");
  dispute.set_org("TRA");
  dispute.set_reason("a trade is missing");
  floor.must("revenue.dispute", dispute, {"TRA"});
  CHECK(floor.run("revenue.compute", second, {"VEN"}) == "OK");
}

TEST_CASE("EVD-409: a trade in dispute is not settled; others than settled public sales are not either") {
  Floor floor;
  floor.must("revenue.audit_cost", audit_of("C1"), {"AUD"});
  pb::Trade trade = settled_trade(floor, "T1");
  trade.set_stage(pb::Trade::DISPUTED);
  floor.put(kind::kTrade, "T1", trade);
  CHECK(floor.run("revenue.compute", computation("S1"), {"VEN"}) == "EVD-409");
  trade.set_stage(pb::Trade::DELIVERED);
  floor.put(kind::kTrade, "T1", trade);
  CHECK(floor.run("revenue.compute", computation("S1"), {"VEN"}) == "COM-303");
  trade = settled_trade(floor, "T1");
  trade.set_public_operation(false);
  floor.put(kind::kTrade, "T1", trade);
  CHECK(floor.run("revenue.compute", computation("S1"), {"VEN"}) == "COM-303");
}

TEST_CASE("a disputed settlement is computed again and superseded") {
  Floor floor;
  floor.compute();
  auto dispute = of_settlement<pb::RevenueDispute>("S1");
  dispute.set_org("BUY");
  dispute.set_reason("a trade is missing");
  CHECK(floor.run("revenue.dispute", dispute, {"BUY"}) == "COM-204");
  dispute.set_org("TRA");
  CHECK(floor.run("revenue.dispute", dispute, {"TRA"}) == "OK");
  CHECK(floor.run("revenue.dispute", dispute, {"TRA"}) == "COM-303");
  CHECK(floor.get<pb::Cost>(kind::kCost, "C1").status() == pb::Cost::AUDITED);
  pb::RevenueCompute again = computation("S2");
  again.set_supersedes("S1");
  CHECK(floor.run("revenue.compute", again, {"VEN"}) == "OK");
  CHECK(floor.get<pb::Settlement>(kind::kSettlement, "S1").status() == pb::Settlement::SUPERSEDED);
  again.set_id("S3");
  CHECK(floor.run("revenue.compute", again, {"VEN"}) == "COM-303");
}

TEST_CASE("COM-207: an auditor of the operator's group audits nothing; COM-303: nobody audits twice") {
  Floor floor;
  floor.admit("AUD2", {"SERVICE_AUDIT"}, {"OPR"});
  pb::RevenueAuditCost audit = audit_of("C1");
  audit.set_auditor("AUD2");
  CHECK(floor.run("revenue.audit_cost", audit, {"AUD2"}) == "COM-207");
  CHECK(floor.run("revenue.audit_cost", audit_of("C1"), {"AUD"}) == "OK");
  CHECK(floor.run("revenue.audit_cost", audit_of("C1"), {"AUD"}) == "COM-303");
}

TEST_CASE("a ceiling is set by the pricing authority for a purpose that the table knows") {
  Floor floor;
  CHECK(floor.run("revenue.set_price_cap", cap_of(0), {"REG1"}) == "COM-204");
  pb::RevenueSetPriceCap args = cap_of(0);
  args.set_purpose("FUN");
  CHECK(floor.run("revenue.set_price_cap", args, {"REG3"}) == "COM-104");
  args = cap_of(0);
  args.set_from(floor.time() + kDay);
  args.set_to(floor.time());
  CHECK(floor.run("revenue.set_price_cap", args, {"REG3"}) == "COM-107");
}

TEST_CASE("a plan is signed by every share and the implementing agency of a live operation grant") {
  Floor floor;
  CHECK(floor.run("revenue.set_plan", plan_of("PL2"), {"IMPL", "MET", "OPR"}) == "COM-205");
  CHECK(floor.run("revenue.set_plan", plan_of("PL1"), kAll) == "COM-302");
  pb::RevenueSetPlan plan = plan_of("PL2");
  plan.set_grant("none");
  CHECK(floor.run("revenue.set_plan", plan, kAll) == "COM-301");
  auto grant = floor.get<pb::Grant>(kind::kGrant, "G1");
  grant.set_status(pb::Grant::SUSPENDED);
  floor.put(kind::kGrant, "G1", grant);
  CHECK(floor.run("revenue.set_plan", plan_of("PL2"), kAll) == "COM-303");
}
