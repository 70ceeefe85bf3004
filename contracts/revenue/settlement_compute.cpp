// compute: trades, cost and plan in, every figure out.
#include <algorithm>
#include <map>
#include <set>

#include "contracts/evidence.pb.h"
#include "contracts/evidence/stages.h"
#include "contracts/members.h"
#include "contracts/registry/registry.h"
#include "contracts/revenue/arithmetic.h"
#include "contracts/revenue/revenue.h"
#include "contracts/revenue/steps.h"
#include "contracts/signer_rules.h"
#include "contracts/text_guard.h"

namespace qilian::contracts::revenue {
namespace {

using pb::Cost;
using pb::RevenueCompute;
using pb::Settlement;
using pb::Trade;

constexpr std::size_t kMaxTrades = 4096;  // the envelope's own bound; revenue.max_trades is the governed one

std::vector<Trade> trades_of(const RevenueCompute& args, const Context& context) {
  std::vector<Trade> out;
  for (const std::string& id : args.trades()) out.push_back(*context.get<Trade>(kind::kTrade, id));
  return out;
}

std::optional<Cost> cost_of(const RevenueCompute& args, const Context& context) {
  if (args.cost().empty()) return std::nullopt;
  return context.get<Cost>(kind::kCost, args.cost());
}

std::int32_t fee_basis_points(const Context& context, std::string_view venue) {
  if (const auto schedule = context.get<pb::FeeSchedule>(kind::kFeeSchedule, venue)) return schedule->basis_points();
  return static_cast<std::int32_t>(context.parameters().integer("revenue.fee_basis_points"));
}

std::optional<Figures> figures_of(const RevenueCompute& args, const Context& context) {
  std::vector<std::int64_t> prices;
  for (const Trade& trade : trades_of(args, context)) prices.push_back(trade.price_fen());
  const auto cost = cost_of(args, context);
  std::vector<std::int32_t> shares;
  const auto plan = context.get<pb::Plan>(kind::kPlan, args.plan());
  for (const pb::Share& share : plan->shares()) shares.push_back(share.basis_points());
  return settle(prices, fee_basis_points(context, args.venue()), cost ? cost->audited_fen() : 0, shares);
}

// Gross by the period of the ceiling that each trade's purpose stands under; purposes without a ceiling (free ones)
// count nowhere.
struct PeriodGross {
  pb::PriceCap cap;
  std::int64_t gross = 0;
};
std::map<std::string, PeriodGross> gross_by_period(const RevenueCompute& args, const Context& context) {
  std::map<std::string, PeriodGross> out;
  for (const Trade& trade : trades_of(args, context)) {
    const std::string cap_id = price_cap_id(args.udi(), trade.purpose());
    auto cap = price_cap(context, args.udi(), trade.purpose());
    if (!cap) cap = context.get<pb::PriceCap>(kind::kPriceCap, cap_id);
    if (!cap) continue;
    PeriodGross& period = out[cap_id + "/" + std::to_string(cap->from())];
    period.cap = *cap;
    period.gross += trade.price_fen();
  }
  return out;
}

std::int64_t settled_in(const Context& context, const std::string& period) {
  const auto record = context.get<pb::RevenueOfPeriod>(kind::kRevenueOfPeriod, period);
  return record ? record->gross_fen() : 0;
}

Outcome require_settled_sale(const Context& context, const Trade& trade, const RevenueCompute& args) {
  const Trade::Stage stage = evidence::stage_at(trade, context.time());
  QILIAN_REQUIRE(stage != Trade::DISPUTED && stage != Trade::RULED, "EVD-409",
                 trade.id() + " is in dispute: settle it when the ruling stands");
  QILIAN_REQUIRE((stage == Trade::SETTLED || stage == Trade::CLOSED) && trade.settled_at() != 0, "COM-303",
                 trade.id() + " is " + Trade::Stage_Name(stage) + ", not settled");
  QILIAN_REQUIRE(trade.public_operation(), "COM-303", trade.id() + " is no sale under public operation");
  QILIAN_REQUIRE(trade.venue() == args.venue(), "COM-303", trade.id() + " was not settled by " + args.venue());
  const auto version = registry::parse_version(trade.asset());
  QILIAN_REQUIRE(version && version->udi == args.udi(), "COM-303", trade.id() + " sold " + trade.asset());
  return pass();
}

Outcome check_compute(const RevenueCompute& args) {
  QILIAN_PASS(require_text("id", args.id(), 64));
  QILIAN_PASS(require_text("venue", args.venue(), 64));
  QILIAN_PASS(require_text("udi", args.udi(), 64));
  QILIAN_PASS(require_text("plan", args.plan(), 64));
  QILIAN_PASS(require_count("trades", static_cast<std::size_t>(args.trades_size()), 1, kMaxTrades));
  std::vector<std::string> trades(args.trades().begin(), args.trades().end());
  std::ranges::sort(trades);
  const auto twice = std::ranges::adjacent_find(trades);
  QILIAN_REQUIRE(twice == trades.end(), "COM-107", "trade " + *twice + " is named twice");
  return pass();
}

SignerRule compute_signers(const RevenueCompute& args, const Context&) { return signed_by_each({args.venue()}); }

Outcome compute_object(const RevenueCompute& args, const Context& context) {
  QILIAN_REQUIRE(!context.exists(kind::kSettlement, args.id()), "COM-302", "settlement " + args.id() + " exists");
  const auto plan = context.get<pb::Plan>(kind::kPlan, args.plan());
  QILIAN_REQUIRE(plan.has_value(), "COM-301", "no plan " + args.plan());
  QILIAN_REQUIRE(plan->udi() == args.udi(), "COM-303", "plan " + plan->id() + " is for " + plan->udi());
  for (const std::string& id : args.trades()) {
    const auto trade = context.get<Trade>(kind::kTrade, id);
    QILIAN_REQUIRE(trade.has_value(), "COM-301", "no trade " + id);
    QILIAN_PASS(require_settled_sale(context, *trade, args));
  }
  if (!args.cost().empty()) {
    const auto cost = cost_of(args, context);
    QILIAN_REQUIRE(cost.has_value(), "COM-301", "no cost " + args.cost());
    QILIAN_REQUIRE(cost->udi() == args.udi(), "COM-303", "cost " + cost->id() + " is for " + cost->udi());
    QILIAN_REQUIRE(cost->status() != Cost::SETTLED, "COM-303",
                   "cost " + cost->id() + " is settled in " + cost->settlement());
  }
  if (!args.supersedes().empty()) {
    const auto old = settlement(context, args.supersedes());
    QILIAN_REQUIRE(old.has_value(), "COM-301", "no settlement " + args.supersedes());
    QILIAN_REQUIRE(old->status() == Settlement::DISPUTED, "COM-303", "only a disputed settlement is replaced");
    QILIAN_REQUIRE(old->venue() == args.venue() && old->udi() == args.udi(), "COM-303",
                   old->id() + " is " + old->venue() + "'s settlement of " + old->udi());
  }
  return pass();
}

Outcome compute_invariants(const RevenueCompute& args, const Context& context) {
  const std::int64_t limit = context.parameters().integer("revenue.max_trades");
  QILIAN_REQUIRE(args.trades_size() <= limit, "COM-107", "at most " + std::to_string(limit) + " trades");
  for (const std::string& id : args.trades()) {
    const std::string holder = settlement_of(context, id);
    QILIAN_REQUIRE(holder.empty(), "REV-404", id + " is settled in " + holder);
  }
  const auto cost = cost_of(args, context);
  QILIAN_REQUIRE(!cost || cost->status() == Cost::AUDITED, "REV-405", "cost " + args.cost() + " is not audited");
  QILIAN_REQUIRE(figures_of(args, context).has_value(), "REV-406", "fees and cost exceed the gross");
  const auto plan = context.get<pb::Plan>(kind::kPlan, args.plan());
  for (const Trade& trade : trades_of(args, context)) {
    QILIAN_PASS(require_sources(context, plan->shares(), trade.asset()));
  }
  for (const auto& [id, period] : gross_by_period(args, context)) {
    const std::int64_t allowed = period.cap.allowed_revenue_fen();
    const std::int64_t total = settled_in(context, id) + period.gross;
    QILIAN_REQUIRE(
        allowed == 0 || total <= allowed, "REV-408",
        "revenue of " + id + " would be " + std::to_string(total) + " fen of " + std::to_string(allowed) + " allowed");
  }
  return pass();
}

Outcome apply_compute(const RevenueCompute& args, Context& context) {
  const Figures figures = *figures_of(args, context);
  const auto plan = context.get<pb::Plan>(kind::kPlan, args.plan());
  Settlement record;
  record.set_id(args.id());
  record.set_venue(args.venue());
  record.set_udi(args.udi());
  record.set_plan(args.plan());
  record.set_cost_record(args.cost());
  *record.mutable_trades() = args.trades();
  record.set_gross_fen(figures.gross);
  record.set_fees_fen(figures.fees);
  record.set_cost_fen(figures.cost);
  record.set_distributable_fen(figures.distributable);
  for (int i = 0; i < plan->shares_size(); ++i) {
    pb::Amount& amount = *record.add_amounts();
    amount.set_org(plan->shares(i).org());
    amount.set_amount_fen(figures.amounts[static_cast<std::size_t>(i)]);
  }
  record.set_status(Settlement::COMPUTED);
  record.set_supersedes(args.supersedes());
  record.set_computed_at(context.time().value());
  record.set_fee_basis_points(fee_basis_points(context, args.venue()));
  for (const auto& [id, period] : gross_by_period(args, context)) {
    pb::RevenueOfPeriod total;
    total.set_udi(args.udi());
    total.set_purpose(period.cap.purpose());
    total.set_from(period.cap.from());
    total.set_gross_fen(settled_in(context, id) + period.gross);
    context.put(kind::kRevenueOfPeriod, id, total);
    pb::CountedRevenue& counted = *record.add_counted();
    counted.set_period(id);
    counted.set_gross_fen(period.gross);
  }
  context.put(kind::kSettlement, args.id(), record, EventKind::kCreated);

  pb::SettledTrade held;
  held.set_settlement(args.id());
  for (const std::string& trade : args.trades()) context.put(kind::kSettledTrade, trade, held);
  if (auto cost = cost_of(args, context)) {
    cost->set_status(Cost::SETTLED);
    cost->set_settlement(args.id());
    context.put(kind::kCost, cost->id(), *cost, EventKind::kEnded);
  }
  if (auto old = settlement(context, args.supersedes())) {
    old->set_status(Settlement::SUPERSEDED);
    context.put(kind::kSettlement, old->id(), *old, EventKind::kEnded);
    close_obligation(context, old->venue(), "settlement");
  }
  std::set<std::string> organisations{args.venue()};
  for (const pb::Amount& amount : record.amounts()) organisations.insert(amount.org());
  for (const std::string& organisation : organisations) {
    context.append(kind::kSettlementsOfOrganisation, organisation, kind::kSettlement, args.id());
  }
  open_obligation(context, args.venue(), "settlement");
  context.set_object(args.id());
  context.add_trace("gross " + std::to_string(figures.gross) + ", fee " + std::to_string(figures.fees) + ", cost " +
                    std::to_string(figures.cost) + ", net " + std::to_string(figures.distributable) + " fen");
  return pass();
}

}  // namespace

void add_compute_call(CallList& calls) {
  calls.push_back(make_call<pb::RevenueCompute>(call("revenue.compute", kSelf, {"VENUE"}, kContinuing, "计算收益",
                                                     "Settle trades of one product: gross, fee, cost, net and shares."),
                                                {.check = check_compute,
                                                 .signers = compute_signers,
                                                 .object = compute_object,
                                                 .invariants = compute_invariants,
                                                 .apply = apply_compute}));
}

}  // namespace qilian::contracts::revenue
