// What every contract may ask of credit. Implemented by the contract `credit`.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "contracts/outcome.h"

namespace qilian::contracts {

class Context;

/// 0..1000 by the rule set in force, at the block's time.
std::int64_t credit_score(const Context& context, std::string_view uscc);
/// "AA", "A", "B", "C", "D".
std::string credit_grade(const Context& context, std::string_view uscc);

enum class Severity { kNone, kMinor, kModerate, kSerious };
/// The strictest sanction in effect now on the organisation or anybody of its controller group.
Severity active_sanction(const Context& context, std::string_view uscc);
/// A SERIOUS notice stands undecided against the group: stops admissions (MEM-405).
bool serious_notice_pending(const Context& context, std::string_view uscc);

/// A fulfilled trade counts for both sides, capped per counterparty and year; related parties never.
void record_fulfilled_trade(Context& context, std::string_view seller, std::string_view buyer, std::string_view trade);
/// A positive assessment or audit counts at once; false where "credit.audits_per_year" have counted already.
bool record_positive_event(Context& context, std::string_view uscc, std::string_view source,
                           std::string_view reference);
/// A negative assessment opens a NOTIFIED determination. Returns its id.
std::string open_determination(Context& context, std::string_view uscc, std::string_view behaviour, Severity severity,
                               std::string_view basis, std::string_view evidence_reference);

}  // namespace qilian::contracts
