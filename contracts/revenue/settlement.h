// The hooks of compute, confirm, dispute, pay and reconcile.
#pragma once

#include "contracts/contract.h"
#include "contracts/revenue.pb.h"

namespace qilian::contracts::revenue {

std::optional<pb::Settlement> settlement(const Context& context, std::string_view id);

// compute (settlement_compute.cpp): every figure follows from the records.
Outcome check_compute(const pb::RevenueCompute& args);
SignerRule compute_signers(const pb::RevenueCompute& args, const Context& context);
Outcome compute_object(const pb::RevenueCompute& args, const Context& context);
Outcome compute_invariants(const pb::RevenueCompute& args, const Context& context);
Outcome apply_compute(const pb::RevenueCompute& args, Context& context);

// The rest (settlement.cpp).
Outcome check_confirm(const pb::RevenueConfirm& args);
SignerRule confirm_signers(const pb::RevenueConfirm& args, const Context& context);
Outcome confirm_object(const pb::RevenueConfirm& args, const Context& context);
Outcome apply_confirm(const pb::RevenueConfirm& args, Context& context);

Outcome check_dispute(const pb::RevenueDispute& args);
SignerRule dispute_signers(const pb::RevenueDispute& args, const Context& context);
Outcome dispute_object(const pb::RevenueDispute& args, const Context& context);
Outcome apply_dispute(const pb::RevenueDispute& args, Context& context);

Outcome check_pay(const pb::RevenuePay& args);
SignerRule pay_signers(const pb::RevenuePay& args, const Context& context);
Outcome pay_object(const pb::RevenuePay& args, const Context& context);
Outcome pay_invariants(const pb::RevenuePay& args, const Context& context);
Outcome apply_pay(const pb::RevenuePay& args, Context& context);

Outcome check_reconcile(const pb::RevenueReconcile& args);
SignerRule reconcile_signers(const pb::RevenueReconcile& args, const Context& context);
Outcome reconcile_object(const pb::RevenueReconcile& args, const Context& context);
Outcome reconcile_invariants(const pb::RevenueReconcile& args, const Context& context);
Outcome apply_reconcile(const pb::RevenueReconcile& args, Context& context);

}  // namespace qilian::contracts::revenue
