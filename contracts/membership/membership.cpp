#include "contracts/membership/membership.h"

#include <algorithm>

#include "contracts/members.h"
#include "contracts/membership/roles.h"
#include "contracts/membership/standing.h"
#include "contracts/text_guard.h"
#include "contracts/validators.h"
#include "ledger/core/validators.h"

namespace qilian::contracts {
namespace membership {

std::optional<pb::Organisation> find(const Context& context, std::string_view uscc) {
  return context.get<pb::Organisation>(kind::kOrganisation, uscc);
}

Outcome require_organisation(const Context& context, std::string_view uscc) {
  QILIAN_REQUIRE(context.exists(kind::kOrganisation, uscc), "COM-301", "no organisation " + std::string(uscc));
  return pass();
}

std::vector<std::string> roles_of(const pb::Organisation& organisation) {
  std::vector<std::string> out;
  for (const pb::RoleGrant& held : organisation.roles()) out.push_back(held.role());
  return out;
}

Outcome check_role(const Context& context, const pb::Organisation& organisation, std::string_view role) {
  const std::vector<std::string> own = roles_of(organisation);
  const Outcome clash = check_own_roles(role, own);
  if (clash && clash->code == "MEM-401") return clash;
  for (const std::string& member : controller_group(context, organisation.uscc())) {
    if (member == organisation.uscc()) continue;
    const auto other = find(context, member);
    if (!other) continue;
    QILIAN_PASS(check_group_roles(role, member, roles_of(*other)));
  }
  return clash;
}

Outcome check_validator_quorum(const Context& context, std::string_view uscc) {
  const auto check_set = [&](const std::vector<std::string>& all) -> Outcome {
    if (!std::ranges::count(all, uscc)) return pass();
    const auto staying = static_cast<std::size_t>(std::ranges::count_if(all, [&](const std::string& validator) {
      return validator != uscc && organisation_active(context, validator);
    }));
    const std::size_t needed = ledger::quorum(all.size());
    QILIAN_REQUIRE(
        staying >= needed, "MEM-407",
        std::to_string(staying) + " active validators would stay and " + std::to_string(needed) + " are a quorum");
    return pass();
  };
  QILIAN_PASS(check_set(validators(context)));
  const auto next = next_epoch(context.state(), context.height());
  return next ? check_set(organisations_of(next->set)) : pass();
}

void link_controllers(Context& context, const pb::Organisation& organisation) {
  for (const std::string& controller : organisation.controllers()) {
    auto links =
        context.get<pb::ControlledOrganisations>(kind::kController, controller).value_or(pb::ControlledOrganisations());
    std::vector<std::string> all(links.organisations().begin(), links.organisations().end());
    if (std::ranges::count(all, organisation.uscc())) continue;
    all.push_back(organisation.uscc());
    std::ranges::sort(all);
    links.clear_organisations();
    for (const std::string& one : all) links.add_organisations(one);
    context.put(kind::kController, controller, links);
  }
}

pb::Undertaking make_undertaking(Context& context, const std::string& uscc, const pb::NewUndertaking& text) {
  pb::Undertaking out;
  out.set_id(context.derive_id("undertaking"));
  out.set_organisation(uscc);
  *out.mutable_stages() = text.stages();
  out.set_text(text.text());
  out.set_signed_at(context.time().value());
  out.set_expires(context.deadline("membership.undertaking_term").value());
  return out;
}

Outcome check_undertaking(const pb::NewUndertaking& undertaking) {
  for (int stage = pb::Undertaking::COLLECT; stage <= pb::Undertaking::USE; ++stage) {
    QILIAN_REQUIRE(std::ranges::count(undertaking.stages(), stage) == 1, "COM-101",
                   "an undertaking names each of the six stages once; " + pb::Undertaking::Stage_Name(stage) +
                       " is missing or repeated");
  }
  QILIAN_REQUIRE(undertaking.stages_size() == 6, "COM-101", "an undertaking names six stages");
  return require_digest("undertaking.text", undertaking.text());
}

}  // namespace membership

CallList membership_calls() {
  CallList calls;
  membership::add_join_calls(calls);
  membership::add_role_calls(calls);
  membership::add_key_calls(calls);
  membership::add_discipline_calls(calls);
  return calls;
}

}  // namespace qilian::contracts
