// What the node calls: the gate's three points (README.md, "The gate"): batch validity, admission, execution. Pure;
// any thread.
#pragma once

#include <span>
#include <vector>

#include "ledger/core/genesis.h"
#include "ledger/core/state.h"
#include "ledger/core/transaction.h"

namespace qilian::contracts {

/// A refusal: a code of codes.tsv and one line that says what decided and what to do.
struct Denial {
  std::string code;
  std::string trace;
  bool operator==(const Denial&) const = default;
};

/// The block that is being executed.
struct BlockContext {
  ledger::Height height;
  ledger::TimeMs time;
  std::uint32_t logic_version = 1;
  /// The chain's pin, window and first validators. Without it no validator is known: calls about them are denied.
  const ledger::Genesis* genesis = nullptr;
};

/// Governed values that the node uses before ordering, as of the state (consensus/README.md, rule 5).
struct Limits {
  std::uint32_t max_transactions_per_key_and_block = 0;
  std::uint32_t max_transactions_per_block = 0;
  std::uint32_t max_block_bytes = 0;
  std::int64_t max_clock_skew_ms = 0;  ///< d
  std::int64_t max_idle_ms = 0;        ///< 0 = off
};
Limits limits(const ledger::StateView& state);

/// Gate point 1, without signatures, expiry and the per-key count, which the node checks: the static 1xx of the call's
/// arguments (COM-101, 102, 103, 105, 106, 107). A function of the envelope alone.
std::optional<Denial> check_static(const ledger::Transaction& transaction);

/// Gate point 2: advisory, against this node's latest state, as if it stood in the block `next`. Runs what execution
/// would check of key, organisation, quota and role.
std::optional<Denial> admit(const ledger::StateView& state, const BlockContext& next,
                            const ledger::Transaction& transaction);

/// What a block did.
struct BlockEffects {
  std::vector<ledger::Bytes> receipts;  ///< one per transaction, in order (canonical bytes of ledger.proto Receipt)
  std::vector<ledger::Event> events;    ///< in the order (transaction_index, event_index)
  ledger::Digest rules_hash;            ///< after this block
};

/// Gate point 3. REQUIRES: transactions are decoded, signature-checked, statically valid and not yet executed (the node
/// drops duplicates). Never fails: each transaction gets exactly one receipt. Deterministic.
BlockEffects execute(const ledger::StateView& state, const BlockContext& block,
                     std::span<const ledger::Transaction* const> transactions);

/// rules_hash of a state, for header 0 and for the blocks above.
ledger::Digest rules_hash(const ledger::StateView& state, ledger::TimeMs time);

/// Everything that the contracts expect a genesis to hold, before the network starts. Error names the record and what
/// is wrong with it.
ledger::Result<void> check_genesis(const ledger::Genesis& genesis);

}  // namespace qilian::contracts
