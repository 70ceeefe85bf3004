// The hooks of set_plan, and the rule that no source is left out.
#pragma once

#include <set>

#include "contracts/contract.h"
#include "contracts/revenue.pb.h"

namespace qilian::contracts::revenue {

/// Holders of the raw public data that a version descends from, found through its lineage.
std::set<std::string> sources_of(const Context& context, std::string_view version);

/// REV-407 where a source of the version has no share in the plan.
Outcome require_sources(const Context& context, const google::protobuf::RepeatedPtrField<pb::Share>& shares,
                        std::string_view version);

Outcome check_set_plan(const pb::RevenueSetPlan& args);
SignerRule set_plan_signers(const pb::RevenueSetPlan& args, const Context& context);
Outcome set_plan_object(const pb::RevenueSetPlan& args, const Context& context);
Outcome set_plan_references(const pb::RevenueSetPlan& args, const Context& context);
Outcome set_plan_invariants(const pb::RevenueSetPlan& args, const Context& context);
Outcome apply_set_plan(const pb::RevenueSetPlan& args, Context& context);

}  // namespace qilian::contracts::revenue
