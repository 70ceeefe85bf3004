// The calls of evidence, as the gate, the command line and the documentation see them.
#include "contracts/evidence/declare.h"

namespace qilian::contracts {
namespace evidence {

CallSpec call(std::string_view name, SignaturePolicy policy, std::vector<std::string_view> roles, Gates gates,
              std::string_view label_zh, std::string_view label_en) {
  return {.name = name,
          .arguments = nullptr,
          .policy = policy,
          .roles = std::move(roles),
          .credit = gates.credit,
          .stopped_by_hold = gates.stopped_by_hold,
          .operation = gates.operation,
          .label_zh = label_zh,
          .label_en = label_en};
}

}  // namespace evidence

CallList evidence_calls() {
  CallList calls;
  evidence::add_listing_calls(calls);
  evidence::add_deal_calls(calls);
  evidence::add_delivery_calls(calls);
  evidence::add_unwinding_calls(calls);
  evidence::add_dispute_calls(calls);
  evidence::add_service_calls(calls);
  evidence::add_record_calls(calls);
  return calls;
}

}  // namespace qilian::contracts
