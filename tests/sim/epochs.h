// The changes of validators that a simulated run decides: what the contracts would tell every executor. A seat is a
// replica's place in an epoch's set; nodes keep their numbers for good.
#pragma once

#include <map>
#include <vector>

#include "tests/sim/fake_crypto.h"

namespace qilian::sim {

using Seats = std::vector<std::uint32_t>;  ///< nodes, in replica order

/// A node's consensus key of one epoch.
inline ledger::PublicKey epoch_key(std::uint32_t node, ledger::Epoch epoch) {
  ledger::PublicKey key = fake_key(node);
  key.bytes[2] = static_cast<char>(epoch.value());
  return key;
}

inline ledger::ValidatorSet set_of(const Seats& seats, ledger::Epoch epoch) {
  ledger::ValidatorSet set;
  set.epoch = epoch;
  for (const std::uint32_t node : seats)
    set.validators.push_back({"validator" + std::to_string(node), epoch_key(node, epoch)});
  return set;
}

/// A node's seat by its key; nothing where it has none.
inline std::optional<ledger::ReplicaId> seat_of(const ledger::ValidatorSet& set, std::uint32_t node) {
  return set.find(epoch_key(node, set.epoch));
}

/// The node behind a seat. REQUIRES: the set has it.
inline std::uint32_t node_of(const ledger::ValidatorSet& set, ledger::ReplicaId seat) {
  return static_cast<std::uint32_t>(static_cast<unsigned char>(set.validators[seat.value()].consensus_key.bytes[0])) -
         1;
}

/// Transactions that, executed while no change is pending, decide who sits in the next epoch.
using PlannedChanges = std::map<ledger::TransactionId, Seats>;

}  // namespace qilian::sim
