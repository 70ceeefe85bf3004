// The hooks of file_cost and audit_cost: what the operator spent, and what an independent auditor accepts of it.
#pragma once

#include "contracts/contract.h"
#include "contracts/revenue.pb.h"

namespace qilian::contracts::revenue {

Outcome check_file_cost(const pb::RevenueFileCost& args);
SignerRule file_cost_signers(const pb::RevenueFileCost& args, const Context& context);
Outcome file_cost_object(const pb::RevenueFileCost& args, const Context& context);
Outcome apply_file_cost(const pb::RevenueFileCost& args, Context& context);

Outcome check_audit_cost(const pb::RevenueAuditCost& args);
SignerRule audit_cost_signers(const pb::RevenueAuditCost& args, const Context& context);
Outcome audit_cost_object(const pb::RevenueAuditCost& args, const Context& context);
Outcome audit_cost_invariants(const pb::RevenueAuditCost& args, const Context& context);
Outcome apply_audit_cost(const pb::RevenueAuditCost& args, Context& context);

}  // namespace qilian::contracts::revenue
