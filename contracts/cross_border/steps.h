// What the calls of cross_border share among themselves; nobody else includes it.
#pragma once

#include "contracts/contract.h"
#include "contracts/cross_border/cross_border.h"

namespace qilian::contracts::cross_border {

// One function for each file of calls; calls.cpp joins them.
void add_recipient_calls(CallList& calls);
void add_assess_calls(CallList& calls);
void add_decision_calls(CallList& calls);
void add_shipping_calls(CallList& calls);

/// COM-301, or COM-303 when the status as of now is none of those allowed; past its term XBR-403.
Outcome require_status(const Context& context, const std::string& id,
                       std::initializer_list<pb::Export::Status> allowed);

/// COM-107: data about persons goes out with its persons counted; of SENSITIVE data every person counts as such.
Outcome check_figures(const Context& context, const std::string& version, const Persons& persons);

// ---- references: what an export names is in effect ------------------------------------------------------------------

/// XBR-401: an effective grade CORE leaves the country by no path.
Outcome check_grade(const Context& context, const pb::Export& item);
/// The exporter's right: its own HOLD or OPERATE, or a grant with EXPORT; AUT-401, AUT-402, or what the grant lacks.
Outcome check_right(const Context& context, const pb::Export& item);
/// XBR-405: personal data needs consent batches that say 出境, alive, for as many persons.
Outcome check_consent(const Context& context, const pb::Export& item);
/// XBR-407: the recipient is not the one that was assessed.
Outcome check_recipient(const Context& context, const pb::Export& item);

// ---- invariants -----------------------------------------------------------------------------------------------------

/// XBR-402, XBR-404, XBR-406 for `adding` going out under the export's path now.
Outcome check_path(const Context& context, const pb::Export& item, const Persons& adding);
/// Does what goes out under this path count towards the year? Exempt data does not.
bool counts(const pb::Export& item);
/// Adds to the exporter's own counter of this calendar year.
void count(Context& context, const pb::Export& item, const Persons& shipped);

}  // namespace qilian::contracts::cross_border
