// What every contract asks about organisations: roles, standing, controller groups, open obligations. Implemented by
// membership.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "contracts/outcome.h"

namespace qilian::contracts {

class Context;

/// Names of roles, as in the table of calls, the genesis and the records: "REGULATOR", "REGISTRAR",
/// "IMPLEMENTING_AGENCY", "SOURCE_AGENCY", "OPERATOR", "HOLDER", "DEALER", "BUYER", "VENUE", "PRICING", "AGENT",
/// "VALIDATOR", "NOTARY", "ASSESSOR", "SERVICE_INTEGRATION", "SERVICE_BROKERAGE", "SERVICE_CERTIFICATION",
/// "SERVICE_AUDIT", "SERVICE_INSURANCE", "SERVICE_CUSTODY", "SERVICE_VALUATION", "SERVICE_ARBITRATION",
/// "SERVICE_TRAINING", "SERVICE_FINANCE".
bool has_role(const Context& context, std::string_view uscc, std::string_view role);
bool organisation_exists(const Context& context, std::string_view uscc);
/// ADMITTED, RESTRICTED or EXITING now: what "in effect" asks of an organisation (a suspension that has lapsed does not
/// count).
bool organisation_active(const Context& context, std::string_view uscc);

/// The organisation, its controllers, what they control, and so on (实际控制人), bounded by membership.group_limit;
/// ascending, the organisation itself included. Controllers that are persons link their organisations and are not in
/// the list.
std::vector<std::string> controller_group(const Context& context, std::string_view uscc);
/// Same organisation or same controller group.
bool related(const Context& context, std::string_view a, std::string_view b);

/// Things that keep an organisation from leaving (MEM-406): trades, disputes, settlements, custody. `what` is one of
/// those words.
void open_obligation(Context& context, std::string_view uscc, std::string_view what);
/// REQUIRES: it was opened. A close without an open is ignored.
void close_obligation(Context& context, std::string_view uscc, std::string_view what);

/// COM-104 unless the governed table holds the code now ("purpose", "industry", "region", "item", "service", ...).
Outcome require_code(const Context& context, std::string_view table, std::string_view code);
/// An attribute of a code in a table ("fee" of a purpose: "FREE" or "PRICED"); nothing where the code or the attribute
/// is missing.
std::optional<std::string> code_attribute(const Context& context, std::string_view table, std::string_view code,
                                          std::string_view attribute);

}  // namespace qilian::contracts
