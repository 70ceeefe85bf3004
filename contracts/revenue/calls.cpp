// The calls of revenue, as the gate, the command line and the documentation see them.
#include "contracts/revenue/costs.h"
#include "contracts/revenue/plans.h"
#include "contracts/revenue/pricing.h"
#include "contracts/revenue/settlement.h"

namespace qilian::contracts {
namespace {

// No call of revenue is stopped by a hold or asked of the negative list: it divides what was earned, and earns nothing.
CallSpec call(std::string_view name, SignaturePolicy policy, std::vector<std::string_view> roles, CreditClass credit,
              std::string_view label_zh, std::string_view label_en) {
  return {.name = name,
          .arguments = nullptr,
          .policy = policy,
          .roles = std::move(roles),
          .credit = credit,
          .stopped_by_hold = false,
          .operation = ListOperation::kNone,
          .label_zh = label_zh,
          .label_en = label_en};
}

}  // namespace

CallList revenue_calls() {
  using namespace revenue;
  using enum SignaturePolicy;
  using enum CreditClass;
  CallList calls;
  calls.push_back(
      make_call<pb::RevenueSetPriceCap>(call("revenue.set_price_cap", kSelf, {"PRICING"}, kOpen, "核定最高限价",
                                             "Set the ceiling and the allowed revenue of one purpose of a product."),
                                        {.check = check_set_price_cap,
                                         .object = set_price_cap_object,
                                         .invariants = set_price_cap_invariants,
                                         .apply = apply_set_price_cap}));
  calls.push_back(make_call<pb::RevenueFileCost>(
      call("revenue.file_cost", kSelf, {"OPERATOR"}, kContinuing, "申报成本", "File what a product cost its operator."),
      {.check = check_file_cost, .signers = file_cost_signers, .object = file_cost_object, .apply = apply_file_cost}));
  calls.push_back(
      make_call<pb::RevenueAuditCost>(call("revenue.audit_cost", kSelf, {"SERVICE_AUDIT"}, kContinuing, "审计成本",
                                           "State what an independent audit accepts of a filed cost."),
                                      {.check = check_audit_cost,
                                       .signers = audit_cost_signers,
                                       .object = audit_cost_object,
                                       .invariants = audit_cost_invariants,
                                       .apply = apply_audit_cost}));
  calls.push_back(make_call<pb::RevenueSetPlan>(
      call("revenue.set_plan", kEach, {}, kContinuing, "约定收益分配",
           "Agree how net revenue is shared: every share and the implementing agency sign."),
      {.check = check_set_plan,
       .signers = set_plan_signers,
       .object = set_plan_object,
       .references = set_plan_references,
       .invariants = set_plan_invariants,
       .apply = apply_set_plan}));
  calls.push_back(make_call<pb::RevenueCompute>(call("revenue.compute", kSelf, {"VENUE"}, kContinuing, "计算收益",
                                                     "Settle trades of one product: gross, fee, cost, net and shares."),
                                                {.check = check_compute,
                                                 .signers = compute_signers,
                                                 .object = compute_object,
                                                 .invariants = compute_invariants,
                                                 .apply = apply_compute}));
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
  return calls;
}

}  // namespace qilian::contracts
