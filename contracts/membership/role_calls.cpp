// Roles 角色: add_role, remove_role.
#include <algorithm>
#include <set>

#include "contracts/credit_view.h"
#include "contracts/members.h"
#include "contracts/membership/membership.h"
#include "contracts/membership/roles.h"
#include "contracts/membership/standing.h"
#include "contracts/signer_rules.h"
#include "contracts/text_guard.h"

namespace qilian::contracts::membership {
namespace {

bool holds(const pb::Organisation& organisation, std::string_view role) {
  return std::ranges::any_of(organisation.roles(), [&](const pb::RoleGrant& held) { return held.role() == role; });
}

Outcome add_role_check(const pb::MembershipAddRole& a) {
  QILIAN_PASS(require_text("uscc", a.uscc(), 18));
  QILIAN_REQUIRE(is_role(a.role()), "COM-107", "there is no role " + a.role().substr(0, 32));
  return require_count("sectors", static_cast<std::size_t>(a.sectors_size()), 0, 64);
}

/// Every rule that asks for two regulators rests on who is one: a single hand neither makes nor unmakes one, and nobody
/// widens his own powers.
SignerRule add_role_signers(const pb::MembershipAddRole& a, const Context& context) {
  if (context.caller().signed_by(a.uscc())) {
    return signers_denied("COM-207", a.uscc() + " does not give itself a role");
  }
  return a.role() == "REGULATOR" ? signed_by_role("REGULATOR", 2) : SignerRule{};
}

SignerRule remove_role_signers(const pb::MembershipRemoveRole& a, const Context&) {
  return a.role() == "REGULATOR" ? signed_by_role("REGULATOR", 2) : SignerRule{};
}

Outcome add_role_object(const pb::MembershipAddRole& a, const Context& context) {
  QILIAN_PASS(require_organisation(context, a.uscc()));
  QILIAN_REQUIRE(organisation_active(context, a.uscc()), "COM-303", a.uscc() + " is not admitted, or suspended");
  QILIAN_REQUIRE(!holds(*find(context, a.uscc()), a.role()), "COM-302", a.uscc() + " holds " + a.role() + " already");
  for (const std::string& sector : a.sectors()) QILIAN_PASS(require_code(context, "industry", sector));
  return pass();
}

Outcome add_role_invariants(const pb::MembershipAddRole& a, const Context& context) {
  QILIAN_PASS(check_role(context, *find(context, a.uscc()), a.role()));
  QILIAN_REQUIRE(active_sanction(context, a.uscc()) < Severity::kModerate, "MEM-405",
                 "somebody of the controller group of " + a.uscc() + " is under a sanction: no new role");
  return pass();
}

Outcome add_role_apply(const pb::MembershipAddRole& a, Context& context) {
  pb::Organisation organisation = *find(context, a.uscc());
  pb::RoleGrant* grant = organisation.add_roles();
  grant->set_role(a.role());
  std::set<std::string> sectors(a.sectors().begin(), a.sectors().end());
  for (const std::string& sector : sectors) grant->add_sectors(sector);
  grant->set_since(context.time().value());
  std::sort(organisation.mutable_roles()->begin(), organisation.mutable_roles()->end(),
            [](const pb::RoleGrant& x, const pb::RoleGrant& y) { return x.role() < y.role(); });
  context.put(kind::kOrganisation, a.uscc(), organisation);
  context.set_object(a.uscc());
  return pass();
}

Outcome remove_role_check(const pb::MembershipRemoveRole& a) {
  QILIAN_PASS(require_text("uscc", a.uscc(), 18));
  QILIAN_REQUIRE(is_role(a.role()), "COM-107", "there is no role " + a.role().substr(0, 32));
  return pass();
}

Outcome remove_role_object(const pb::MembershipRemoveRole& a, const Context& context) {
  QILIAN_PASS(require_organisation(context, a.uscc()));
  QILIAN_REQUIRE(holds(*find(context, a.uscc()), a.role()), "COM-303", a.uscc() + " does not hold " + a.role());
  return pass();
}

Outcome remove_role_invariants(const pb::MembershipRemoveRole& a, const Context& context) {
  return a.role() == "VALIDATOR" ? check_validator_quorum(context, a.uscc()) : pass();
}

Outcome remove_role_apply(const pb::MembershipRemoveRole& a, Context& context) {
  pb::Organisation organisation = *find(context, a.uscc());
  auto* roles = organisation.mutable_roles();
  roles->erase(
      std::remove_if(roles->begin(), roles->end(), [&](const pb::RoleGrant& held) { return held.role() == a.role(); }),
      roles->end());
  context.put(kind::kOrganisation, a.uscc(), organisation);
  context.set_object(a.uscc());
  return pass();
}

}  // namespace

void add_role_calls(CallList& calls) {
  calls.push_back(
      make_call<pb::MembershipAddRole>({.name = "membership.add_role",
                                        .policy = SignaturePolicy::kRegulators,
                                        .roles = {"REGULATOR"},
                                        .credit = CreditClass::kOpen,
                                        .stopped_by_hold = false,
                                        .label_zh = "授予角色",
                                        .label_en = "Give an organisation a role, perhaps for some sectors only"},
                                       {.check = add_role_check,
                                        .signers = add_role_signers,
                                        .object = add_role_object,
                                        .invariants = add_role_invariants,
                                        .apply = add_role_apply}));
  calls.push_back(make_call<pb::MembershipRemoveRole>({.name = "membership.remove_role",
                                                       .policy = SignaturePolicy::kRegulators,
                                                       .roles = {"REGULATOR"},
                                                       .credit = CreditClass::kOpen,
                                                       .stopped_by_hold = false,
                                                       .label_zh = "撤销角色",
                                                       .label_en = "Take a role from an organisation"},
                                                      {.check = remove_role_check,
                                                       .signers = remove_role_signers,
                                                       .object = remove_role_object,
                                                       .invariants = remove_role_invariants,
                                                       .apply = remove_role_apply}));
}

}  // namespace qilian::contracts::membership
