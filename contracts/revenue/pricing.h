// The hooks of set_price_cap.
#pragma once

#include "contracts/contract.h"
#include "contracts/revenue.pb.h"

namespace qilian::contracts::revenue {

Outcome check_set_price_cap(const pb::RevenueSetPriceCap& args);
Outcome set_price_cap_object(const pb::RevenueSetPriceCap& args, const Context& context);
Outcome set_price_cap_invariants(const pb::RevenueSetPriceCap& args, const Context& context);
Outcome apply_set_price_cap(const pb::RevenueSetPriceCap& args, Context& context);

}  // namespace qilian::contracts::revenue
