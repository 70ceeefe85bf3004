#include "contracts/membership/roles.h"

#include <algorithm>
#include <array>

namespace qilian::contracts::membership {
namespace {

constexpr auto kRoles = std::to_array<std::string_view>({
    "AGENT",
    "ASSESSOR",
    "BUYER",
    "DEALER",
    "HOLDER",
    "IMPLEMENTING_AGENCY",
    "NOTARY",
    "OPERATOR",
    "PRICING",
    "REGISTRAR",
    "REGULATOR",
    "SERVICE_ARBITRATION",
    "SERVICE_AUDIT",
    "SERVICE_BROKERAGE",
    "SERVICE_CERTIFICATION",
    "SERVICE_CUSTODY",
    "SERVICE_FINANCE",
    "SERVICE_INSURANCE",
    "SERVICE_INTEGRATION",
    "SERVICE_TRAINING",
    "SERVICE_VALUATION",
    "SOURCE_AGENCY",
    "VALIDATOR",
    "VENUE",
});

/// A role that keeps its holder out of the market as a whole.
bool shuns_market(std::string_view role) {
  return role == "REGULATOR" || role == "REGISTRAR" || role == "PRICING" || role == "NOTARY" ||
         role == "SERVICE_ARBITRATION";
}

/// Roles that judge parties: they are kept from the parties' roles. What they judge is fixed by the role, so the rule
/// needs no case.
bool judges(std::string_view role) {
  return role == "SERVICE_AUDIT" || role == "ASSESSOR" || role == "SERVICE_ARBITRATION";
}
bool is_party(std::string_view role) {
  return role == "HOLDER" || role == "OPERATOR" || role == "DEALER" || role == "BUYER" || role == "VENUE";
}

bool excludes_one_way(std::string_view a, std::string_view b) {
  if (a == "VENUE" && (b == "DEALER" || b == "OPERATOR" || b == "BUYER")) return true;
  if (shuns_market(a) && is_market_role(b)) return true;
  if (a == "IMPLEMENTING_AGENCY" && b == "OPERATOR") return true;
  return judges(a) && is_party(b);
}

bool venue_clash(std::string_view a, std::string_view b) {
  const auto trader = [](std::string_view role) { return role == "DEALER" || role == "OPERATOR" || role == "BUYER"; };
  return (a == "VENUE" && trader(b)) || (b == "VENUE" && trader(a));
}

}  // namespace

std::span<const std::string_view> role_names() { return kRoles; }
bool is_role(std::string_view name) { return std::ranges::find(kRoles, name) != kRoles.end(); }

bool is_market_role(std::string_view role) {
  if (role.starts_with("SERVICE_")) return role != "SERVICE_AUDIT" && role != "SERVICE_ARBITRATION";
  return role == "HOLDER" || role == "OPERATOR" || role == "DEALER" || role == "BUYER" || role == "AGENT" ||
         role == "VENUE";
}

bool excludes(std::string_view a, std::string_view b) { return excludes_one_way(a, b) || excludes_one_way(b, a); }

Outcome check_own_roles(std::string_view role, std::span<const std::string> held) {
  for (const std::string& other : held) {
    QILIAN_REQUIRE(!venue_clash(role, other), "MEM-401", std::string(role) + " excludes " + other + " (所商分离)");
  }
  for (const std::string& other : held) {
    QILIAN_REQUIRE(!excludes(role, other), "MEM-403", std::string(role) + " excludes " + other);
  }
  return pass();
}

Outcome check_group_roles(std::string_view role, std::string_view other, std::span<const std::string> held) {
  for (const std::string& role_of_other : held) {
    QILIAN_REQUIRE(!excludes(role, role_of_other), "MEM-402",
                   std::string(role) + " excludes " + role_of_other + " of " + std::string(other) +
                       " in the same controller group");
  }
  return pass();
}

}  // namespace qilian::contracts::membership
