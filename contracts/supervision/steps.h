// What the calls of supervision share among themselves; nobody else includes it.
#pragma once

#include "contracts/contract.h"
#include "contracts/supervision/supervision.h"

namespace qilian::contracts::supervision {

// One function for each file of calls; calls.cpp joins them.
void add_assessment_calls(CallList& calls);
void add_valuation_calls(CallList& calls);
void add_certificate_calls(CallList& calls);

/// SUP-402: says which certificate, and what is wrong with it.
Outcome check_qualification(const Context& context, std::string_view certificate, std::string_view holder);

/// End of something that lasts `period_parameter` by default: `asked`, or from now on for the default; COM-307 where it
/// has passed already, COM-107 where it is longer than the default.
Outcome check_end(const Context& context, std::int64_t asked, std::string_view period_parameter);
std::int64_t end_of(const Context& context, std::int64_t asked, std::string_view period_parameter);

}  // namespace qilian::contracts::supervision
