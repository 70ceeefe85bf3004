// Assessments, valuations and certificates as other contracts rely on them. Pure reads.
#pragma once

#include <string_view>

#include "contracts/context.h"
#include "contracts/supervision.pb.h"

namespace qilian::contracts::supervision {

/// The assessment exists, is of that type and subject, did not FAIL, and has not lapsed.
bool in_force(const Context& context, std::string_view assessment, pb::Assessment::Type type, std::string_view subject);

/// The valuation exists, is of that subject, and has not lapsed.
bool valuation_in_force(const Context& context, std::string_view valuation, std::string_view subject);

/// A QUALIFICATION certificate of that holder in force: what SUP-402 asks for.
bool qualified(const Context& context, std::string_view certificate, std::string_view holder);

}  // namespace qilian::contracts::supervision
