// Who decides which blocks, as the state tells: the validator sets by epoch (governance.change_validators writes them),
// and the version of the rules. What the node asks before and after each block, and what the contracts judge by.
//
// A change that was executed in block h ends its epoch with block h + window, the boundary; the next set decides from
// h + window + 1 on. At most one change is pending. Of epoch 0 the state knows nothing before the first change: the
// genesis does.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ledger/core/genesis.h"

namespace qilian::contracts {

/// Where a validator's node is found: the key that peers pin and its mesh address. Empty for the genesis set, whose
/// nodes are configured.
struct NodeContact {
  std::optional<ledger::PublicKey> node_key;
  std::string address;
  bool operator==(const NodeContact&) const = default;
};

struct ValidatorEpoch {
  ledger::ValidatorSet set;
  ledger::Height first;               ///< its first block; 0 for epoch 0
  std::vector<NodeContact> contacts;  ///< in replica order

  /// The boundary that began it.
  ledger::Height begun_by() const { return ledger::Height(first.value() == 0 ? 0 : first.value() - 1); }
};

/// The set that decides the block at `height`, which lies at most one above the state's.
ValidatorEpoch epoch_of_block(const ledger::StateView& state, const ledger::Genesis& genesis, ledger::Height height);
/// The set that was decided and begins above `height`, if any.
std::optional<ValidatorEpoch> next_epoch(const ledger::StateView& state, ledger::Height height);
/// Any epoch up to the newest.
std::optional<ValidatorEpoch> epoch_of(const ledger::StateView& state, const ledger::Genesis& genesis,
                                       ledger::Epoch epoch);

/// Organisations of a set, ascending, each once.
std::vector<std::string> organisations_of(const ledger::ValidatorSet& set);

/// The rules' version of the block at `height`.
std::uint32_t logic_version_of_block(const ledger::StateView& state, const ledger::Genesis& genesis,
                                     ledger::Height height);

/// What the fresh consensus key of a next validator signs, so that nobody is seated with another's key: tag ‖ genesis
/// hash ‖ u8 length, organisation ‖ consensus key ‖ node key ‖ u8 length, address.
ledger::Bytes possession_payload(const ledger::GenesisHash& genesis, const ledger::Validator& validator,
                                 const ledger::PublicKey& node_key, std::string_view address);

/// Arguments of governance.report_equivocation, from two signatures of one validator. Here, so that the node needs none
/// of the contracts' messages.
struct SignedStatement {
  ledger::View view;
  ledger::Height sequence;
  ledger::Digest digest;
  ledger::Signature signature;
};
ledger::Bytes equivocation_report(ledger::Epoch epoch, ledger::ReplicaId replica, std::uint8_t type,
                                  const SignedStatement& first, const SignedStatement& second);
/// Is this one on the ledger already? One fact per (accused, epoch, message type).
bool equivocation_known(const ledger::StateView& state, const ledger::Genesis& genesis, ledger::Epoch epoch,
                        ledger::ReplicaId replica, std::uint8_t type);

}  // namespace qilian::contracts
