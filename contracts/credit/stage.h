// The credit stage of the gate.
#pragma once

#include <string_view>

#include "contracts/context.h"

namespace qilian::contracts::credit {

/// COM-404 when the organisation's group is under a SERIOUS sanction, its own grade is D, or, where `moderate_stops`,
/// its group is under a MODERATE one. The trace names the determination.
Outcome check_new_business(const Context& context, std::string_view uscc, bool moderate_stops);

}  // namespace qilian::contracts::credit
