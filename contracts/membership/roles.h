// Roles 角色 and what excludes what (所商分离, authority from market, judge from party).
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "contracts/outcome.h"

namespace qilian::contracts::membership {

/// Every role, ascending.
std::span<const std::string_view> role_names();
bool is_role(std::string_view name);
/// HOLDER, OPERATOR, DEALER, BUYER, AGENT, VENUE, and every service except audit and arbitration.
bool is_market_role(std::string_view role);

/// Two roles that one organisation, or one controller group, must not hold together.
bool excludes(std::string_view a, std::string_view b);

/// MEM-401 for a venue that would be dealer, operator or buyer (either way round), MEM-403 for any other exclusion.
/// `held` are the organisation's own roles.
Outcome check_own_roles(std::string_view role, std::span<const std::string> held);
/// MEM-402: the same exclusions against roles that others of the controller group hold. `other` names the organisation
/// in the trace.
Outcome check_group_roles(std::string_view role, std::string_view other, std::span<const std::string> held);

}  // namespace qilian::contracts::membership
