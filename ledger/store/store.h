// The store of one node: the ledger files (append-only segments) and the index that is derived from them (LevelDB, the
// map).
//
// Who writes: one thread, the owner, through node::Executor. Who reads: any thread at any time; a reader sees whole
// blocks only. What is durable: what was appended before the last successful `sync()`. The index is never synced; after
// a crash it is caught up by re-executing blocks (see node/executor.h), and it is thrown away and rebuilt when it is
// missing, damaged or ahead of the segments. Errors: "store.not_found" (ask for something else), "store.pending" (true
// later: no certificate covers it yet), "store.gone" (the map of that height is no longer in memory), "store.corrupt"
// (names file, offset and height), "store.io" (the node must stop), "store.order".
#pragma once

#include <limits>
#include <memory>

#include "ledger/core/block.h"
#include "ledger/core/commit.h"
#include "ledger/store/types.h"

namespace qilian::ledger::store {

/// The state after one block, fixed: later blocks do not change what it says. Thread-safe. Keep it for a request, not
/// for a day: LevelDB cannot drop what it still sees.
class Snapshot : public StateView, public KeyStates {
 public:
  virtual Height height() const = 0;
  virtual const Header& header() const = 0;

  /// StateView. A read that fails answers "nothing" and is remembered: `health()`.
  std::optional<Bytes> record(const Key& key) const override = 0;
  /// KeyStates: what commit_events asks. Fails like `record`.
  std::optional<KeyState> find(const Key& key) const override = 0;
  /// The first read error of this snapshot, if any. Whoever executed over it asks before trusting the result.
  virtual Result<void> health() const = 0;

  /// "store.not_found" where the key was never written.
  virtual Result<StoredObject> object(const Key& key) const = 0;
  /// Objects of a kind in id order: ids that begin with `prefix` and stand after `after` (empty: from the start); at
  /// most `limit`.
  /// It ends early behind the object with which their rows reach `bytes`.
  virtual Result<std::vector<StoredObject>> objects(Kind kind, std::string_view prefix, std::string_view after,
                                                    std::size_t limit, std::size_t bytes = kAnySize) const = 0;
  /// Entries [first, first + limit) of a journal, fewer at its end, and behind the entry with which their rows reach
  /// `bytes`. "store.not_found" where the key was never written.
  virtual Result<std::vector<StoredEntry>> journal(const Key& key, std::uint64_t first, std::size_t limit,
                                                   std::size_t bytes = kAnySize) const = 0;
  /// The journal's entries at or below `height`, each read when it is asked for: any proof costs O(log^2 n) reads. The
  /// snapshot outlives it. "store.not_found" where the key was never written.
  virtual Result<std::unique_ptr<JournalSource>> journal_until(const Key& key, Height height) const = 0;

  static constexpr std::size_t kAnySize = std::numeric_limits<std::size_t>::max();
};

class Store {
 public:
  /// Opens or creates. Reads and checks every byte of the segments: cuts a torn tail, refuses any other damage with
  /// "store.corrupt". A LevelDB that cannot be used is wiped and logged. Afterwards `executed()` may lie below the last
  /// block: the executor replays.
  static Result<std::unique_ptr<Store>> open(const Options& options, const Genesis& genesis);
  virtual ~Store() = default;

  // ---- heights; all thread-safe

  /// Blocks in the segments: heights 0 to blocks()-1. 0 means that not even header 0 is there.
  virtual std::uint64_t blocks() const = 0;
  /// The last block whose effects are in the index; nothing where there is none.
  virtual std::optional<Height> executed() const = 0;
  /// The highest block with a certificate here; 0 is certified by the genesis pin.
  virtual Height certified() const = 0;
  /// Everything up to here survives a power failure: the last block that a successful sync() covered; nothing where
  /// there is none.
  virtual std::optional<Height> durable() const = 0;

  // ---- reads; all thread-safe

  /// The state after the last executed block. REQUIRES: executed() has a value.
  virtual std::shared_ptr<const Snapshot> latest() const = 0;
  virtual Result<Header> header(Height height) const = 0;
  virtual Result<HeaderHash> header_hash(Height height) const = 0;
  /// The block frame, byte-identical on every node (ledger/core/block.h decodes it).
  virtual Result<Bytes> block_frame(Height height) const = 0;
  /// The certificate of exactly this height; "store.pending" where there is none yet.
  virtual Result<BlockCertificate> certificate(Height height) const = 0;
  /// The lowest height at or above `height` with a certificate here, and that certificate.
  virtual Result<BlockCertificate> certificate_covering(Height height) const = 0;
  virtual Result<StoredTransaction> transaction(const TransactionId& id) const = 0;
  /// Where it was executed, without reading the block.
  virtual Result<std::pair<Height, std::uint32_t>> locate(const TransactionId& id) const = 0;
  /// history_root of a block at `height`: over the header hashes 0 to height-1. REQUIRES: height <= blocks().
  virtual Digest history_root(Height height) const = 0;
  /// The map after a recent executed block; "store.gone" or "store.pending" outside the kept heights.
  virtual Result<MerkleMap> map(Height height) const = 0;

  // ---- fact certificates (bytes of certificate.proto, FactCertificate), as of the last certified height; thread-safe

  /// "store.pending" while the block is not covered by a certificate.
  virtual Result<Bytes> transaction_fact(const TransactionId& id) const = 0;
  /// Errors: "store.not_found" (the key does not exist, or does for an absence), "store.gone", "store.range" (claim and
  /// journal disagree).
  virtual Result<Bytes> state_fact(const StateQuestion& question) const = 0;

  // ---- writes; the owner's thread alone. After "store.io" every further write fails: stop the node.

  /// Appends a block, the ids of its transactions and its effects; visible to readers at once, durable after sync().
  /// Error "store.order" unless height = blocks(), executed() is its parent and the state root agrees.
  virtual Result<void> append(const Block& block, std::span<const TransactionId> ids, const StateChange& change) = 0;
  /// Replay: the effects of a block that stands in the segments already. Error "store.order" unless it is the next one
  /// to execute.
  virtual Result<void> reapply(const Block& block, std::span<const TransactionId> ids, const StateChange& change) = 0;
  /// Keeps a certificate that the caller verified. Error "store.order" where the block is not here or its header is
  /// another one.
  virtual Result<void> append_certificate(const BlockCertificate& certificate) = 0;
  /// Keeps the validator set that follows the boundary block at `boundary`; one that is here already is ignored. Error
  /// "store.order" unless that header names it.
  virtual Result<void> append_validators(Height boundary, const ValidatorSet& next) = 0;
  /// Throws the index away; `executed()` is nothing afterwards and the owner replays from height 0.
  virtual Result<void> reset_index() = 0;
  /// One group fsync of everything appended. Blocking; must not run beside another write.
  virtual Result<void> sync() = 0;
};

}  // namespace qilian::ledger::store
