#include "contracts/membership/standing.h"

#include <algorithm>
#include <set>

#include "contracts/members.h"
#include "contracts/validators.h"

namespace qilian::contracts {
namespace membership {

pb::Organisation::Status standing(const pb::Organisation& organisation, TimeMs now) {
  const bool lapsed = organisation.status() == pb::Organisation::SUSPENDED && organisation.suspended_until() != 0 &&
                      now.value() >= organisation.suspended_until();
  return lapsed ? organisation.status_before_suspension() : organisation.status();
}

bool undertaking_alive(const Context& context, std::string_view uscc) {
  const auto undertaking = context.get<pb::Undertaking>(kind::kUndertaking, uscc);
  return undertaking && context.time().value() < undertaking->expires();
}

std::vector<std::string> validators(const Context& context) {
  // Once a change was decided the state knows every epoch, the first one included: whoever asks needs no genesis.
  if (context.exists(kind::kValidatorEpoch, "newest"))
    return organisations_of(epoch_of_block(context.state(), ledger::Genesis(), context.height()).set);
  const auto record = context.get<pb::ValidatorOrganisations>(kind::kValidatorOrganisations, "current");
  if (!record) return {};
  return {record->organisations().begin(), record->organisations().end()};
}

}  // namespace membership

bool has_role(const Context& context, std::string_view uscc, std::string_view role) {
  const auto organisation = context.get<pb::Organisation>(kind::kOrganisation, uscc);
  // An authority's powers end with its standing, although regulators' calls are open to whoever was once admitted.
  const bool authority = role == "REGULATOR" || role == "PRICING" || role == "REGISTRAR";
  if (authority && !organisation_active(context, uscc)) return false;
  return organisation &&
         std::ranges::any_of(organisation->roles(), [&](const pb::RoleGrant& held) { return held.role() == role; });
}

bool organisation_exists(const Context& context, std::string_view uscc) {
  return context.exists(kind::kOrganisation, uscc);
}

bool organisation_active(const Context& context, std::string_view uscc) {
  const auto organisation = context.get<pb::Organisation>(kind::kOrganisation, uscc);
  if (!organisation) return false;
  const pb::Organisation::Status status = membership::standing(*organisation, context.time());
  return status == pb::Organisation::ADMITTED || status == pb::Organisation::RESTRICTED ||
         status == pb::Organisation::EXITING;
}

std::vector<std::string> controller_group(const Context& context, std::string_view uscc) {
  const auto limit = static_cast<std::size_t>(context.parameters().integer("membership.group_limit"));
  // Organisations and persons are nodes of one graph; control is followed both ways.
  std::set<std::string> seen{std::string(uscc)};
  std::vector<std::string> open{std::string(uscc)};
  const auto visit = [&](const std::string& name) {
    if (seen.size() < limit && seen.insert(name).second) open.push_back(name);
  };
  // Whom somebody says to be controlled by counts for him at once, and for others once he was admitted: an application
  // is a stranger's word until a notary and two regulators stand behind it.
  const auto visit_controlled = [&](const std::string& name) {
    const auto organisation = context.get<pb::Organisation>(kind::kOrganisation, name);
    if (!organisation || organisation->admitted_at() != 0) visit(name);
  };
  for (std::size_t next = 0; next < open.size(); ++next) {
    const std::string name = open[next];
    if (const auto organisation = context.get<pb::Organisation>(kind::kOrganisation, name)) {
      for (const std::string& controller : organisation->controllers()) visit(controller);
    }
    if (const auto controlled = context.get<pb::ControlledOrganisations>(kind::kController, name)) {
      for (const std::string& organisation : controlled->organisations()) visit_controlled(organisation);
    }
  }
  std::vector<std::string> out;
  for (const std::string& name : seen) {
    if (!name.starts_with("person:")) out.push_back(name);
  }
  return out;
}

bool related(const Context& context, std::string_view a, std::string_view b) {
  if (a == b) return true;
  return std::ranges::count(controller_group(context, a), b) != 0 ||
         std::ranges::count(controller_group(context, b), a) != 0;
}

}  // namespace qilian::contracts
