// Executes ordered batches: the one owner of the store's write side.
//
// A batch goes in, a block comes out: duplicates are dropped, contracts::execute runs over the current state, the new
// state is committed, the header is made, block frame and index are written. Every replica gets the same bytes from the
// same batches. Threads: one at a time (the node's execution strand). Readers use `store()` from any thread. Errors:
// what the store reports ("store.io": stop), "executor.diverged" (a certificate or a replay contradicts our header:
// stop and say so, never fork), "executor.order" (a wrong height), "executor.logic_version" (this binary does not know
// the rules of that height).
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "contracts/validators.h"
#include "ledger/store/store.h"
#include "node/block_maker.h"
#include "node/executed_ids.h"

namespace qilian::node {

/// A committed proposal with its envelopes, in the order of the proposal. A null proposal has no transactions and
/// kNoProposer; its time is ignored.
struct Batch {
  ledger::Height height;  ///< = sequence number
  ledger::Epoch epoch;
  ledger::TimeMs time;
  ledger::ReplicaId proposer = ledger::kNoProposer;
  /// Decoded, signature-checked, statically valid.
  std::vector<std::shared_ptr<const ledger::Transaction>> transactions;
};

/// One transaction of an executed block.
struct Outcome {
  ledger::TransactionId id;
  std::uint32_t index = 0;
  ledger::Bytes receipt;  ///< canonical bytes of ledger.proto Receipt
};

/// What became of a batch.
struct Executed {
  ledger::Header header;
  ledger::Bytes header_bytes;  ///< as hashed; what a CHECKPOINT signs the hash of
  ledger::HeaderHash header_hash;
  std::vector<Outcome> outcomes;               ///< in block order
  std::vector<ledger::TransactionId> dropped;  ///< executed before, or twice in the batch: not in the block, no receipt
};

class Executor {
 public:
  /// Opens the store, writes header 0 and the genesis state at the first open, and replays what the index lacks.
  /// Every replayed block must give the header that the segments hold: "executor.diverged" names the height.
  static ledger::Result<std::unique_ptr<Executor>> open(const ledger::store::Options& options,
                                                        const ledger::Genesis& genesis);
  ~Executor();

  /// Executes the next batch. Appended and readable at the return; durable after sync(). REQUIRES: height() + 1 ==
  /// batch.height, else "executor.order".
  ledger::Result<Executed> execute(const Batch& batch);

  /// Catch-up: a block frame and a certificate of exactly that block, both from a peer. Verifies the certificate
  /// against the set of the block's epoch, re-executes the envelopes and compares the header byte for byte before
  /// anything is written. A peer's fault is "executor.bad_block" or "certificate.*" (ask another peer); ours is
  /// "executor.diverged" (stop).
  ledger::Result<Executed> install(ledger::ByteView block_frame, const ledger::BlockCertificate& certificate);

  /// The same for the next blocks in a row, where only the last one has a certificate: it covers the others by their
  /// parent hashes. All are checked against it before the first is executed.
  ledger::Result<std::vector<Executed>> install_run(std::span<const ledger::Bytes> block_frames,
                                                    const ledger::BlockCertificate& certificate);

  /// Keeps a verified certificate of a block at or below height(); one that is here already is ignored.
  /// "executor.diverged" where it certifies another header than ours.
  ledger::Result<void> append_certificate(const ledger::BlockCertificate& certificate);

  /// One group fsync of everything written so far. Blocking.
  ledger::Result<void> sync();

  /// Was it executed? Exact for ids that can still be replayed, as execution itself decides it; expired ones may say
  /// no.
  bool executed(const ledger::Transaction& transaction) const;

  ledger::Height height() const { return header_.height; }
  /// Of the last executed block.
  const ledger::Header& header() const { return header_; }
  const ledger::HeaderHash& header_hash() const { return header_hash_; }
  /// The epoch of the next block, and the set that decides it.
  const contracts::ValidatorEpoch& epoch() const { return epoch_; }
  const ledger::ValidatorSet& validators() const { return epoch_.set; }
  const ledger::Genesis& genesis() const { return genesis_; }
  const ledger::store::Store& store() const { return *store_; }

 private:
  using Transactions = std::vector<std::shared_ptr<const ledger::Transaction>>;

  Executor(const ledger::Genesis& genesis, std::unique_ptr<ledger::store::Store> store);
  ledger::Result<void> write_genesis();
  ledger::Result<void> recover();
  ledger::Result<void> reload_recent();
  ledger::Result<void> replay(ledger::Height height);
  /// Splits off what was executed before or stands there twice.
  Transactions without_repeated(const Transactions& in, ledger::TimeMs time,
                                std::vector<ledger::TransactionId>& dropped);
  ledger::Result<MadeBlock> make(ledger::TimeMs time, ledger::ReplicaId proposer,
                                 const Transactions& transactions) const;
  /// The same from a block's kept bytes. "executor.diverged" unless it gives the same header.
  ledger::Result<MadeBlock> make_again(const ledger::Block& block);
  /// Goes on from a block that the store holds; a boundary's next set is kept behind it.
  ledger::Result<void> advance(const MadeBlock& made);
  ledger::Result<void> enter_epoch();
  bool executed_before(const ledger::TransactionId& id, const ledger::MerkleMap& map) const;

  ledger::Genesis genesis_;
  contracts::ValidatorEpoch epoch_;
  std::unique_ptr<ledger::store::Store> store_;
  ledger::Header header_;
  ledger::HeaderHash header_hash_;
  ExecutedIds recent_;
};

}  // namespace qilian::node
