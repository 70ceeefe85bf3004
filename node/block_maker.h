// From an ordered batch to a block: pure. What the executor writes and what whoever replays a ledger compares with.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "contracts/engine.h"
#include "ledger/core/block.h"
#include "ledger/core/commit.h"
#include "ledger/core/genesis.h"

namespace qilian::node {

/// What a block stands on.
struct Foundation {
  const ledger::Genesis& genesis;
  const ledger::ValidatorSet& validators;  ///< of the block's epoch
  const ledger::Header& parent;
  ledger::HeaderHash parent_hash;
  ledger::Digest history_root;     ///< over the header hashes up to the parent's
  const ledger::MerkleMap& map;    ///< after the parent
  const ledger::StateView& state;  ///< after the parent
  const ledger::KeyStates& keys;   ///< after the parent
};

/// A block with all that follows from it.
struct MadeBlock {
  ledger::Block block;
  ledger::Header header;
  ledger::HeaderHash hash;
  std::vector<ledger::TransactionId> ids;  ///< of its transactions, in order
  ledger::StateChange change;
};

/// Executes the transactions over the foundation. The state says whether the block is an epoch's last, and which
/// version of the rules it has. `time` is the proposal's; the header gets max(parent's, proposal's). REQUIRES:
/// transactions are checked, none was executed before and none stands there twice.
MadeBlock make_block(const Foundation& on, ledger::TimeMs time, ledger::ReplicaId proposer,
                     std::span<const ledger::Transaction* const> transactions);

/// Block 0: the state after the genesis records.
MadeBlock make_genesis_block(const ledger::Genesis& genesis);

/// The contracts' events with, behind those of each transaction, the event that keeps a long-lived id
/// (ledger/core/commit.h).
std::vector<ledger::Event> with_long_ids(std::vector<ledger::Event> events,
                                         std::span<const ledger::Transaction* const> transactions,
                                         ledger::TimeMs block_time, std::int64_t short_expiry_ms);

/// The first header field that differs, for people. REQUIRES: ours != theirs.
std::string_view header_difference(const ledger::Header& ours, const ledger::Header& theirs);

}  // namespace qilian::node
