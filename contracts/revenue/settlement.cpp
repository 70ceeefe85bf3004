// What happens to a settlement after its computation.
#include <algorithm>

#include "contracts/members.h"
#include "contracts/revenue/revenue.h"
#include "contracts/revenue/steps.h"
#include "contracts/signer_rules.h"
#include "contracts/text_guard.h"

namespace qilian::contracts::revenue {
namespace {

using pb::Settlement;

constexpr std::size_t kMaxAmounts = 64;

Outcome require_status(const Context& context, std::string_view id, std::initializer_list<Settlement::Status> allowed) {
  const auto found = settlement(context, id);
  QILIAN_REQUIRE(found.has_value(), "COM-301", "no settlement " + std::string(id));
  QILIAN_REQUIRE(std::ranges::find(allowed, found->status()) != allowed.end(), "COM-303",
                 found->id() + " is " + Settlement::Status_Name(found->status()));
  return pass();
}

// Disputed figures count for nothing: trades, cost and revenue are free to be computed again.
void release(const Settlement& record, Context& context) {
  for (const std::string& trade : record.trades()) context.put(kind::kSettledTrade, trade, pb::SettledTrade{});
  for (const pb::CountedRevenue& counted : record.counted()) {
    auto total = context.get<pb::RevenueOfPeriod>(kind::kRevenueOfPeriod, counted.period());
    QILIAN_CHECK(total && total->gross_fen() >= counted.gross_fen());
    total->set_gross_fen(total->gross_fen() - counted.gross_fen());
    context.put(kind::kRevenueOfPeriod, counted.period(), *total);
  }
  if (record.cost_record().empty()) return;
  pb::Cost cost = *context.get<pb::Cost>(kind::kCost, record.cost_record());
  cost.set_status(pb::Cost::AUDITED);
  cost.clear_settlement();
  context.put(kind::kCost, cost.id(), cost);
}

}  // namespace

std::optional<Settlement> settlement(const Context& context, std::string_view id) {
  return context.get<Settlement>(kind::kSettlement, id);
}

std::string settlement_of(const Context& context, std::string_view trade) {
  const auto held = context.get<pb::SettledTrade>(kind::kSettledTrade, trade);
  return held ? held->settlement() : std::string();
}

namespace {

Outcome check_confirm(const pb::RevenueConfirm& args) { return require_text("settlement", args.settlement(), 64); }

SignerRule confirm_signers(const pb::RevenueConfirm& args, const Context& context) {
  const auto found = settlement(context, args.settlement());
  if (!found) return {};
  std::vector<std::string> all;
  for (const pb::Amount& amount : found->amounts()) all.push_back(amount.org());
  return signed_by_each(std::move(all));
}

Outcome confirm_object(const pb::RevenueConfirm& args, const Context& context) {
  return require_status(context, args.settlement(), {Settlement::COMPUTED});
}

Outcome apply_confirm(const pb::RevenueConfirm& args, Context& context) {
  Settlement record = *settlement(context, args.settlement());
  record.set_status(Settlement::CONFIRMED);
  context.put(kind::kSettlement, record.id(), record);
  context.set_object(record.id());
  return pass();
}

Outcome check_dispute(const pb::RevenueDispute& args) {
  QILIAN_PASS(require_text("settlement", args.settlement(), 64));
  QILIAN_PASS(require_text("org", args.org(), 64));
  return require_text("reason", args.reason(), 512);
}

SignerRule dispute_signers(const pb::RevenueDispute& args, const Context& context) {
  const auto found = settlement(context, args.settlement());
  if (!found) return {};
  const bool has_share =
      std::ranges::any_of(found->amounts(), [&](const pb::Amount& a) { return a.org() == args.org(); });
  if (!has_share) return signers_denied("COM-204", args.org() + " has no share in " + found->id());
  return signed_by_each({args.org()});
}

Outcome dispute_object(const pb::RevenueDispute& args, const Context& context) {
  return require_status(context, args.settlement(), {Settlement::COMPUTED, Settlement::CONFIRMED});
}

Outcome apply_dispute(const pb::RevenueDispute& args, Context& context) {
  Settlement record = *settlement(context, args.settlement());
  release(record, context);
  record.clear_counted();
  record.set_status(Settlement::DISPUTED);
  record.set_disputed_by(args.org());
  record.set_dispute_reason(args.reason());
  context.put(kind::kSettlement, record.id(), record);
  context.set_object(record.id());
  return pass();
}

Outcome check_pay(const pb::RevenuePay& args) {
  QILIAN_PASS(require_text("settlement", args.settlement(), 64));
  QILIAN_PASS(require_count("amounts", static_cast<std::size_t>(args.amounts_size()), 1, kMaxAmounts));
  for (const pb::Amount& amount : args.amounts()) {
    QILIAN_PASS(require_text("amounts.org", amount.org(), 64));
    QILIAN_PASS(require_range("amounts.amount_fen", amount.amount_fen(), 0, INT64_MAX));
  }
  return require_commitment("bank", args.bank());
}

SignerRule pay_signers(const pb::RevenuePay& args, const Context& context) {
  const auto found = settlement(context, args.settlement());
  return found ? signed_by_each({found->venue()}) : SignerRule{};
}

Outcome pay_object(const pb::RevenuePay& args, const Context& context) {
  return require_status(context, args.settlement(), {Settlement::CONFIRMED});
}

Outcome pay_invariants(const pb::RevenuePay& args, const Context& context) {
  const Settlement record = *settlement(context, args.settlement());
  const bool same =
      std::ranges::equal(args.amounts(), record.amounts(), [](const pb::Amount& paid, const pb::Amount& due) {
        return paid.org() == due.org() && paid.amount_fen() == due.amount_fen();
      });
  QILIAN_REQUIRE(same, "REV-406",
                 "what was paid is not what " + record.id() + " computed: same organisations, order and fen");
  return pass();
}

Outcome apply_pay(const pb::RevenuePay& args, Context& context) {
  Settlement record = *settlement(context, args.settlement());
  record.set_status(Settlement::PAID);
  record.set_bank(args.bank());
  context.put(kind::kSettlement, record.id(), record);
  context.set_object(record.id());
  return pass();
}

Outcome check_reconcile(const pb::RevenueReconcile& args) {
  QILIAN_PASS(require_text("settlement", args.settlement(), 64));
  return require_range("bank_total_fen", args.bank_total_fen(), 0, INT64_MAX);
}

SignerRule reconcile_signers(const pb::RevenueReconcile& args, const Context& context) {
  const auto found = settlement(context, args.settlement());
  const auto plan = found ? context.get<pb::Plan>(kind::kPlan, found->plan()) : std::nullopt;
  return plan ? signed_by_each({plan->implementing_agency()}) : SignerRule{};
}

Outcome reconcile_object(const pb::RevenueReconcile& args, const Context& context) {
  return require_status(context, args.settlement(), {Settlement::PAID});
}

Outcome reconcile_invariants(const pb::RevenueReconcile& args, const Context& context) {
  const Settlement record = *settlement(context, args.settlement());
  QILIAN_REQUIRE(args.bank_total_fen() == record.gross_fen(), "REV-406",
                 "the bank's " + std::to_string(args.bank_total_fen()) + " fen are not the gross of " +
                     std::to_string(record.gross_fen()));
  return pass();
}

Outcome apply_reconcile(const pb::RevenueReconcile& args, Context& context) {
  Settlement record = *settlement(context, args.settlement());
  record.set_status(Settlement::RECONCILED);
  record.set_bank_total_fen(args.bank_total_fen());
  context.put(kind::kSettlement, record.id(), record, EventKind::kEnded);
  close_obligation(context, record.venue(), "settlement");
  context.set_object(record.id());
  return pass();
}

}  // namespace

void add_settlement_calls(CallList& calls) {
  calls.push_back(make_call<pb::RevenueConfirm>(
      call("revenue.confirm", kEach, {}, kContinuing, "确认收益", "Confirm a computed settlement: every share signs."),
      {.check = check_confirm, .signers = confirm_signers, .object = confirm_object, .apply = apply_confirm}));
  calls.push_back(make_call<pb::RevenueDispute>(
      call("revenue.dispute", kSelf, {}, kOpen, "收益异议",
           "Dispute a settlement before it is paid; it must be computed again."),
      {.check = check_dispute, .signers = dispute_signers, .object = dispute_object, .apply = apply_dispute}));
  calls.push_back(
      make_call<pb::RevenuePay>(call("revenue.pay", kSelf, {"VENUE"}, kContinuing, "支付收益",
                                     "Record the payment of a confirmed settlement with the bank's receipt."),
                                {.check = check_pay,
                                 .signers = pay_signers,
                                 .object = pay_object,
                                 .invariants = pay_invariants,
                                 .apply = apply_pay}));
  calls.push_back(make_call<pb::RevenueReconcile>(call("revenue.reconcile", kSelf, {"IMPLEMENTING_AGENCY"}, kContinuing,
                                                       "对账", "Close a paid settlement against the bank's statement."),
                                                  {.check = check_reconcile,
                                                   .signers = reconcile_signers,
                                                   .object = reconcile_object,
                                                   .invariants = reconcile_invariants,
                                                   .apply = apply_reconcile}));
}

}  // namespace qilian::contracts::revenue
