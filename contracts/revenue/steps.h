// What the calls of revenue share among themselves; nobody else includes it.
#pragma once

#include "contracts/contract.h"
#include "contracts/revenue.pb.h"

namespace qilian::contracts::revenue {

using enum SignaturePolicy;
using enum CreditClass;

// One function for each file of calls; calls.cpp joins them.
void add_pricing_calls(CallList& calls);     // set_price_cap
void add_cost_calls(CallList& calls);        // file_cost, audit_cost
void add_plan_calls(CallList& calls);        // set_plan
void add_compute_call(CallList& calls);      // compute
void add_settlement_calls(CallList& calls);  // confirm, dispute, pay, reconcile

/// No call of revenue is stopped by a hold or asked of the negative list: it divides what was earned, and earns
/// nothing.
CallSpec call(std::string_view name, SignaturePolicy policy, std::vector<std::string_view> roles, CreditClass credit,
              std::string_view label_zh, std::string_view label_en);

std::optional<pb::Settlement> settlement(const Context& context, std::string_view id);

/// REV-407 where a source of the version has no share in the plan.
Outcome require_sources(const Context& context, const google::protobuf::RepeatedPtrField<pb::Share>& shares,
                        std::string_view version);

}  // namespace qilian::contracts::revenue
