// Pieces of the contract `governance`: rule texts and figures (settings.cpp), one body signed over time
// (proposals.cpp), who validates under which version of the rules (validators.cpp), validators that contradict
// themselves (equivocation.cpp).
#pragma once

#include "contracts/contract.h"
#include "contracts/governance.pb.h"

namespace qilian::contracts::governance {

void add_setting_calls(CallList& calls);
void add_proposal_calls(CallList& calls);
void add_validator_calls(CallList& calls);
void add_overlay_call(CallList& calls);
void add_anchor_call(CallList& calls);
void add_equivocation_call(CallList& calls);

/// Where the fact stands that `organisation` contradicted itself: one per epoch and message type.
std::string equivocation_id(ledger::Epoch epoch, std::string_view organisation, std::uint32_t type);

/// COM-101 or COM-107 for a table that is not in order: names, ascending distinct codes, bounds.
Outcome check_table(const pb::CodeTable& table);
/// COM-107 for a day that does not exist, or is not the kind of day that it is listed as.
Outcome check_calendar(const pb::WorkCalendar& calendar);

}  // namespace qilian::contracts::governance
