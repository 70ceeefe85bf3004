#include "cli/genesis_records.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "contracts/kinds.h"
#include "contracts/membership.pb.h"
#include "ledger/core/canonical.h"
#include "ledger/core/hash.h"
#include "ledger/core/uscc.h"

namespace qilian::cli {
namespace {

namespace kind = contracts::kind;
namespace pb = contracts::pb;
using ledger::fail;

pb::Organisation organisation_record(const GenesisMember& member, ledger::TimeMs time) {
  pb::Organisation out;
  out.set_uscc(member.uscc);
  out.set_name(member.name);
  pb::Organisation::Kind kind = pb::Organisation::KIND_UNSPECIFIED;
  pb::Organisation::Kind_Parse(member.kind, &kind);
  out.set_kind(kind);
  out.set_region(member.region);
  for (const std::string& role : std::set<std::string>(member.roles.begin(), member.roles.end())) {
    pb::RoleGrant& grant = *out.add_roles();
    grant.set_role(role);
    for (const std::string& sector : member.sectors) grant.add_sectors(sector);
    grant.set_since(time.value());
  }
  for (const std::string& controller : member.controllers) out.add_controllers(controller);
  for (const GenesisOfficer& officer : member.officers) {
    pb::Officer& record = *out.add_officers();
    record.set_officer_id(officer.id);
    record.set_person_tag(officer.person_tag);
    record.set_chief_data_officer(officer.chief_data_officer);
  }
  out.set_basis("genesis");
  out.set_status(pb::Organisation::ADMITTED);
  out.set_applied_at(time.value());
  out.set_admitted_at(time.value());
  return out;
}

pb::Undertaking undertaking_record(const GenesisMember& member, ledger::TimeMs time, ledger::TimeMs expires) {
  pb::Undertaking out;
  out.set_id("genesis");
  out.set_organisation(member.uscc);
  for (int stage = pb::Undertaking::COLLECT; stage <= pb::Undertaking::USE; ++stage) {
    out.add_stages(static_cast<pb::Undertaking::Stage>(stage));
  }
  out.set_text('\x01' + ledger::sha256({member.undertaking}).str());
  out.set_signed_at(time.value());
  out.set_expires(expires.value());
  return out;
}

}  // namespace

ledger::Result<void> GenesisMembers::add(const GenesisMember& member) {
  if (const auto valid = ledger::Uscc::parse(member.uscc); !valid)
    return fail("genesis.organisation", valid.error().message);
  pb::Organisation::Kind kind = pb::Organisation::KIND_UNSPECIFIED;
  if (!pb::Organisation::Kind_Parse(member.kind, &kind) || kind == pb::Organisation::KIND_UNSPECIFIED) {
    return fail("genesis.organisation",
                fmt::format("kind '{}' is not AGENCY, INSTITUTION, ENTERPRISE or UNINCORPORATED", member.kind));
  }
  for (const GenesisMember& known : members_) {
    if (known.uscc == member.uscc || known.short_name == member.short_name) {
      return fail("genesis.organisation", fmt::format("{} stands here twice", member.short_name));
    }
  }
  members_.push_back(member);
  return {};
}

const std::string* GenesisMembers::uscc_of(std::string_view short_name) const {
  const auto found = std::ranges::find(members_, short_name, &GenesisMember::short_name);
  return found == members_.end() ? nullptr : &found->uscc;
}

void GenesisMembers::set_validators(std::vector<std::string> organisations) { validators_ = std::move(organisations); }

std::map<ledger::Key, ledger::Bytes> GenesisMembers::records(ledger::TimeMs time,
                                                             ledger::TimeMs undertakings_expire) const {
  std::map<ledger::Key, ledger::Bytes> out;
  const auto put = [&](ledger::Kind number, const std::string& id, const google::protobuf::Message& record) {
    out[{number, id}] = ledger::encode(record);
  };
  std::map<std::string, std::set<std::string>> controlled;
  for (const GenesisMember& member : members_) {
    put(kind::kOrganisation, member.uscc, organisation_record(member, time));
    put(kind::kUndertaking, member.uscc, undertaking_record(member, time, undertakings_expire));
    for (const std::string& controller : member.controllers) controlled[controller].insert(member.uscc);
    for (const GenesisOfficer& officer : member.officers) {
      pb::Key key;
      key.set_public_key(officer.public_key.view().data(), officer.public_key.view().size());
      key.set_algorithm("ed25519");
      key.set_organisation(member.uscc);
      key.set_officer_id(officer.id);
      key.set_from(time.value());
      key.set_status(pb::Key::ACTIVE);
      put(kind::kKey, officer.public_key.hex(), key);
    }
  }
  for (const auto& [controller, organisations] : controlled) {
    pb::ControlledOrganisations record;
    for (const std::string& organisation : organisations) record.add_organisations(organisation);
    put(kind::kController, controller, record);
  }
  pb::ValidatorOrganisations validators;
  for (const std::string& organisation : std::set<std::string>(validators_.begin(), validators_.end())) {
    validators.add_organisations(organisation);
  }
  put(kind::kValidatorOrganisations, "current", validators);
  return out;
}

}  // namespace qilian::cli
