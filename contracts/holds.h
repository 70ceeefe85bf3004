// The hold stage: a regulator's short stop on an organisation, an asset or a trade (contract `incident` writes them).
#pragma once

#include <span>
#include <string>

#include "contracts/context.h"

namespace qilian::contracts {

/// COM-405 when a hold that has not lapsed stands on one of the scopes ("organisation:USCC", "asset:UDI", "trade:ID")
/// for this call.
Outcome check_holds(const Context& context, std::span<const std::string> scopes);
/// A hold stands on the scope now, for whatever operation: what reads as FROZEN.
bool held(const Context& context, std::string_view scope);

}  // namespace qilian::contracts
