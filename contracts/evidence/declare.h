// How the files of this folder declare their calls: each adds its own, with hooks that nobody else sees.
#pragma once

#include "contracts/contract.h"
#include "contracts/evidence.pb.h"

namespace qilian::contracts::evidence {

struct Gates {
  CreditClass credit = CreditClass::kContinuing;
  bool stopped_by_hold = true;
  ListOperation operation = ListOperation::kNone;
};

/// Unwinding is never stopped by a gate.
inline constexpr Gates kUnwinding{CreditClass::kOpen, false, ListOperation::kNone};

CallSpec call(std::string_view name, SignaturePolicy policy, std::vector<std::string_view> roles, Gates gates,
              std::string_view label_zh, std::string_view label_en);

using enum SignaturePolicy;
using enum CreditClass;

void add_listing_calls(CallList& calls);    // list, delist
void add_deal_calls(CallList& calls);       // offer, agree, clear
void add_delivery_calls(CallList& calls);   // deliver, accept, release_key, settle
void add_unwinding_calls(CallList& calls);  // cancel, refund
void add_dispute_calls(CallList& calls);    // open_dispute, rule
void add_service_calls(CallList& calls);    // engage, take_custody, release_custody
void add_record_calls(CallList& calls);     // record

}  // namespace qilian::contracts::evidence
