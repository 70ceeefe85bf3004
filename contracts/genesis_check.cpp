// What the contracts expect a genesis to hold. Run before a network starts; an error names the record and what is wrong
// with it.
#include <google/protobuf/descriptor.h>

#include <algorithm>
#include <memory>
#include <set>

#include "contracts/credit.pb.h"
#include "contracts/engine.h"
#include "contracts/governance/governance.h"
#include "contracts/kinds.h"
#include "contracts/membership.pb.h"
#include "contracts/membership/roles.h"
#include "contracts/negative_list.pb.h"
#include "contracts/negative_list/rules_of_lists.h"
#include "contracts/parameters.h"
#include "ledger/core/canonical.h"
#include "ledger/core/uscc.h"

namespace qilian::contracts {
namespace {

using ledger::Result;

std::string place(const ledger::Key& key) {
  const KindName* name = find_kind(key.kind);
  return (name == nullptr ? std::to_string(key.kind) : std::string(name->name)) + " \"" + key.id + "\"";
}

std::unexpected<ledger::Error> bad(const ledger::Key& key, const std::string& what) {
  return ledger::fail("genesis.record", place(key) + ": " + what);
}

/// A denial of a shape check, as an error about this record.
Result<void> from_outcome(const ledger::Key& key, const Outcome& outcome) {
  if (outcome) return bad(key, outcome->code + " " + outcome->trace);
  return {};
}

template <class T>
T parse(const ledger::Bytes& bytes) {
  T out;
  QILIAN_CHECK(out.ParseFromString(bytes));
  return out;
}

/// Known kind, an object's, and canonical bytes of its message.
Result<void> check_encoding(const ledger::Key& key, const ledger::Bytes& bytes) {
  const KindName* name = find_kind(key.kind);
  if (name == nullptr) return bad(key, "no contract keeps records of this kind");
  if (name->message.empty()) return bad(key, "an index has no record");
  const google::protobuf::Descriptor* type = google::protobuf::DescriptorPool::generated_pool()->FindMessageTypeByName(
      "qilian.contracts.pb." + std::string(name->message));
  if (type == nullptr) return bad(key, "this program has no message " + std::string(name->message));
  if (auto canonical = ledger::check_canonical(*type, bytes); !canonical) {
    return bad(key, canonical.error().code + " " + canonical.error().message);
  }
  return {};
}

Result<void> check_organisation(const ledger::Key& key, const pb::Organisation& organisation) {
  if (organisation.uscc() != key.id) return bad(key, "the record names " + organisation.uscc());
  if (auto uscc = ledger::Uscc::parse(organisation.uscc()); !uscc) return bad(key, uscc.error().message);
  if (organisation.status() != pb::Organisation::ADMITTED || organisation.admitted_at() == 0) {
    return bad(key, "an organisation of the genesis is ADMITTED, with the time");
  }
  if (organisation.officers().empty()) return bad(key, "MEM-102 no officer");
  std::vector<std::string> held;
  for (const pb::RoleGrant& grant : organisation.roles()) {
    if (!membership::is_role(grant.role())) return bad(key, "no role " + grant.role());
    if (!held.empty() && held.back() >= grant.role()) return bad(key, "roles stand in ascending order, each once");
    QILIAN_TRY_VOID(from_outcome(key, membership::check_own_roles(grant.role(), held)));
    held.push_back(grant.role());
  }
  return {};
}

Result<void> check_parameters(const ledger::Key& key, const pb::ParameterSet& set) {
  std::string previous;
  for (const pb::Parameter& parameter : set.parameters()) {
    if (parameter.name() <= previous)
      return bad(key, "parameters stand in ascending order, each once: " + parameter.name());
    const ParameterSpec* spec = find_parameter(parameter.name());
    if (spec == nullptr) return bad(key, "there is no parameter " + parameter.name());
    if (auto value = parse_parameter(*spec, parameter.value()); !value) return bad(key, value.error().message);
    previous = parameter.name();
  }
  return {};
}

Result<void> check_list(const ledger::Key& key, const pb::NegativeList& list) {
  if (std::to_string(list.version()) != key.id)
    return bad(key, "the record has version " + std::to_string(list.version()));
  negative_list::Entries shapes = list.entries();
  for (pb::NegativeEntry& entry : shapes) {
    // Set by the ledger when announced; a genesis brings them along.
    entry.clear_published_at();
    entry.clear_lapses_at();
  }
  QILIAN_TRY_VOID(from_outcome(key, negative_list::check_entries_shape(shapes)));
  QILIAN_TRY_VOID(from_outcome(key, negative_list::check_entry_sizes(Parameters(), list.entries())));
  return from_outcome(key, negative_list::check_entry_attributes(list.entries()));
}

Result<void> check_credit_rules(const ledger::Key& key, const pb::CreditRules& rules) {
  const bool grades =
      rules.grade_aa() >= rules.grade_a() && rules.grade_a() >= rules.grade_b() && rules.grade_b() >= rules.grade_c();
  if (!grades) return bad(key, "grades fall from AA to C");
  if (rules.base() < rules.grade_c() || rules.base() > 1000)
    return bad(key, "a newcomer would start in grade D, or above 1000");
  if (rules.version() == 0) return bad(key, "the first version is 1");
  return {};
}

Result<void> check_record(const ledger::Key& key, const ledger::Bytes& bytes) {
  QILIAN_TRY_VOID(check_encoding(key, bytes));
  switch (key.kind) {
    case kind::kOrganisation:
      return check_organisation(key, parse<pb::Organisation>(bytes));
    case kind::kParameters:
      return check_parameters(key, parse<pb::ParameterSet>(bytes));
    case kind::kTable: {
      const auto table = parse<pb::CodeTable>(bytes);
      if (table.name() != key.id || table.version() == 0) return bad(key, "the record has another name, or no version");
      return from_outcome(key, governance::check_table(table));
    }
    case kind::kCalendar: {
      const auto calendar = parse<pb::WorkCalendar>(bytes);
      if (std::to_string(calendar.year()) != key.id) return bad(key, "the record has another year");
      return from_outcome(key, governance::check_calendar(calendar));
    }
    case kind::kList:
      return check_list(key, parse<pb::NegativeList>(bytes));
    case kind::kCreditRules:
      return check_credit_rules(key, parse<pb::CreditRules>(bytes));
    default:
      return {};
  }
}

const ledger::Bytes* find(const ledger::Genesis& genesis, Kind kind, const std::string& id) {
  const auto at = genesis.records.find({kind, id});
  return at == genesis.records.end() ? nullptr : &at->second;
}

/// A key belongs to an organisation of the genesis and to one of its officers.
Result<void> check_key(const ledger::Genesis& genesis, const ledger::Key& where, const ledger::Bytes& bytes) {
  const auto key = parse<pb::Key>(bytes);
  if (ledger::to_hex(key.public_key()) != where.id) return bad(where, "the record holds another key");
  const auto public_key = ledger::PublicKey::from(key.public_key());
  if (!public_key || !ledger::valid_public_key(*public_key)) return bad(where, "this is no Ed25519 public key");
  const ledger::Bytes* owner = find(genesis, kind::kOrganisation, key.organisation());
  if (owner == nullptr) return bad(where, "its organisation " + key.organisation() + " is not in the genesis");
  const auto organisation = parse<pb::Organisation>(*owner);
  const bool known = std::ranges::any_of(
      organisation.officers(), [&](const pb::Officer& officer) { return officer.officer_id() == key.officer_id(); });
  if (!known) return bad(where, "MEM-102 officer " + key.officer_id() + " is not one of " + key.organisation());
  return {};
}

Result<void> check_validators(const ledger::Genesis& genesis) {
  const ledger::Bytes* record = find(genesis, kind::kValidatorOrganisations, "current");
  if (record == nullptr) return ledger::fail("genesis.record", "validator-organisations \"current\" is missing");
  const auto listed = parse<pb::ValidatorOrganisations>(*record);
  std::set<std::string> wanted;
  for (const ledger::Validator& validator : genesis.validators.validators) wanted.insert(validator.organisation);
  const std::set<std::string> found(listed.organisations().begin(), listed.organisations().end());
  if (wanted != found)
    return ledger::fail("genesis.record", "validator-organisations \"current\" differs from the validator set");
  for (const std::string& uscc : wanted) {
    if (find(genesis, kind::kOrganisation, uscc) == nullptr) {
      return ledger::fail("genesis.record", "validator " + uscc + " is not an organisation of the genesis");
    }
  }
  return {};
}

/// Version numbers of the list follow one another, and each has its record.
Result<void> check_list_register(const ledger::Genesis& genesis) {
  const ledger::Bytes* record = find(genesis, kind::kListRegister, "current");
  if (record == nullptr) return {};
  const ledger::Key where{kind::kListRegister, "current"};
  std::uint64_t previous = 0;
  const auto versions = parse<pb::ListRegister>(*record);
  for (const pb::ListRegister::Version& version : versions.versions()) {
    if (version.version() != previous + 1)
      return bad(where, "NEG-403 version " + std::to_string(version.version()) + " is out of turn");
    previous = version.version();
  }
  if (previous != 0 && find(genesis, kind::kList, std::to_string(previous)) == nullptr) {
    return bad(where, "negative list version " + std::to_string(previous) + " is missing");
  }
  return {};
}

}  // namespace

Result<void> check_genesis(const ledger::Genesis& genesis) {
  std::size_t regulators = 0;
  for (const auto& [key, bytes] : genesis.records) {
    QILIAN_TRY_VOID(check_record(key, bytes));
    if (key.kind != kind::kOrganisation) continue;
    const auto organisation = parse<pb::Organisation>(bytes);
    const bool regulator = std::ranges::any_of(organisation.roles(),
                                               [](const pb::RoleGrant& grant) { return grant.role() == "REGULATOR"; });
    regulators += regulator ? 1 : 0;
  }
  for (const auto& [key, bytes] : genesis.records) {
    if (key.kind == kind::kKey) QILIAN_TRY_VOID(check_key(genesis, key, bytes));
  }
  if (regulators < 2)
    return ledger::fail("genesis.record", "two regulators at least: nothing could be decided with fewer");
  if (find(genesis, kind::kCreditRules, "current") == nullptr) {
    return ledger::fail("genesis.record", "credit-rules \"current\" is missing");
  }
  QILIAN_TRY_VOID(check_validators(genesis));
  return check_list_register(genesis);
}

}  // namespace qilian::contracts
