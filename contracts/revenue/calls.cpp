#include "contracts/revenue/steps.h"

namespace qilian::contracts {

CallSpec revenue::call(std::string_view name, SignaturePolicy policy, std::vector<std::string_view> roles,
                       CreditClass credit, std::string_view label_zh, std::string_view label_en) {
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

CallList revenue_calls() {
  CallList calls;
  revenue::add_pricing_calls(calls);
  revenue::add_cost_calls(calls);
  revenue::add_plan_calls(calls);
  revenue::add_compute_call(calls);
  revenue::add_settlement_calls(calls);
  return calls;
}

}  // namespace qilian::contracts
