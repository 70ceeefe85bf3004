#include "contracts/validators.h"

#include <set>

#include "contracts/governance/governance.h"
#include "contracts/kinds.h"
#include "contracts/validators.pb.h"
#include "ledger/core/canonical.h"
#include "ledger/core/hash.h"

namespace qilian::contracts {
namespace {

ValidatorEpoch read(const ledger::Bytes& bytes) {
  pb::ValidatorEpoch record;
  QILIAN_CHECK(record.ParseFromString(bytes));
  ValidatorEpoch out;
  out.set.epoch = ledger::Epoch(record.epoch());
  out.first = ledger::Height(record.first_height());
  for (const pb::ValidatorSeat& seat : record.seats()) {
    const auto key = ledger::PublicKey::from(seat.consensus_key());
    QILIAN_CHECK(key.has_value());
    out.set.validators.push_back({seat.organisation(), *key});
    out.contacts.push_back({ledger::PublicKey::from(seat.node_key()), seat.address()});
  }
  return out;
}

std::optional<ValidatorEpoch> find(const ledger::StateView& state, const std::string& id) {
  const auto bytes = state.record({kind::kValidatorEpoch, id});
  if (!bytes) return std::nullopt;
  return read(*bytes);
}

void write(const SignedStatement& statement, pb::Statement& out) {
  out.set_view(statement.view.value());
  out.set_sequence(statement.sequence.value());
  out.set_digest(statement.digest.str());
  out.set_signature(std::string(statement.signature.view()));
}

}  // namespace

std::optional<ValidatorEpoch> epoch_of(const ledger::StateView& state, const ledger::Genesis& genesis,
                                       ledger::Epoch epoch) {
  if (auto found = find(state, std::to_string(epoch.value()))) return found;
  if (epoch != genesis.validators.epoch) return std::nullopt;
  return ValidatorEpoch{genesis.validators, ledger::Height(0), std::vector<NodeContact>(genesis.validators.size())};
}

ValidatorEpoch epoch_of_block(const ledger::StateView& state, const ledger::Genesis& genesis, ledger::Height height) {
  const auto newest = find(state, "newest");
  if (newest && newest->first <= height) return *newest;
  const std::uint64_t epoch = newest ? newest->set.epoch.value() - 1 : genesis.validators.epoch.value();
  const auto found = epoch_of(state, genesis, ledger::Epoch(epoch));
  QILIAN_CHECK(found.has_value());
  return *found;
}

std::optional<ValidatorEpoch> next_epoch(const ledger::StateView& state, ledger::Height height) {
  auto newest = find(state, "newest");
  if (newest && newest->first <= height) newest.reset();
  return newest;
}

std::vector<std::string> organisations_of(const ledger::ValidatorSet& set) {
  std::set<std::string> out;
  for (const ledger::Validator& validator : set.validators) out.insert(validator.organisation);
  return {out.begin(), out.end()};
}

std::uint32_t logic_version_of_block(const ledger::StateView& state, const ledger::Genesis& genesis,
                                     ledger::Height height) {
  const auto bytes = state.record({kind::kLogicVersion, "current"});
  if (!bytes) return genesis.logic_version;
  pb::LogicVersion record;
  QILIAN_CHECK(record.ParseFromString(*bytes));
  return height.value() >= record.from_height() ? record.version() : record.version() - 1;
}

ledger::Bytes possession_payload(const ledger::GenesisHash& genesis, const ledger::Validator& validator,
                                 const ledger::PublicKey& node_key, std::string_view address) {
  return ledger::FixedWriter()
      .raw(ledger::domain_prefix(ledger::Domain::kKeyPossession))
      .raw(genesis.view())
      .u8(static_cast<std::uint8_t>(validator.organisation.size()))
      .raw(validator.organisation)
      .raw(validator.consensus_key.view())
      .raw(node_key.view())
      .u8(static_cast<std::uint8_t>(address.size()))
      .raw(address)
      .take();
}

ledger::Bytes equivocation_report(ledger::Epoch epoch, ledger::ReplicaId replica, std::uint8_t type,
                                  const SignedStatement& first, const SignedStatement& second) {
  pb::GovernanceReportEquivocation report;
  report.set_epoch(epoch.value());
  report.set_replica(replica.value());
  report.set_type(type);
  write(first, *report.mutable_first());
  write(second, *report.mutable_second());
  return ledger::encode(report);
}

bool equivocation_known(const ledger::StateView& state, const ledger::Genesis& genesis, ledger::Epoch epoch,
                        ledger::ReplicaId replica, std::uint8_t type) {
  const auto accused = epoch_of(state, genesis, epoch);
  if (!accused || replica.value() >= accused->set.size()) return false;
  const std::string id =
      governance::equivocation_id(epoch, accused->set.validators[replica.value()].organisation, type);
  return state.record({kind::kEquivocation, id}).has_value();
}

}  // namespace qilian::contracts
