// The bytes behind the digests that consensus speaks of: envelopes of clients that wait for their block, and envelopes
// that proposals name.
//
// Consensus decides order, expiry and what may go (consensus/pool.h); the mempool decides what is let in and holds the
// bytes exactly as long as consensus wants them. Two envelopes with different signatures over one body are two entries
// and one id: only the first waits for a client, and whichever a proposal names is held. Bounds: `admit` refuses past a
// count, a sum of bytes and a count per lead key. `hold` is bounded by what proposals in the window name. Owner: the
// driver, on its thread. Errors are outcomes.
#pragma once

#include <map>
#include <memory>
#include <vector>

#include "ledger/core/transaction.h"

namespace qilian::node {

class Mempool {
 public:
  using Pointer = std::shared_ptr<const ledger::Transaction>;

  struct Limits {
    std::size_t transactions = 0;
    std::size_t bytes = 0;
    std::size_t transactions_per_key = 0;
    /// Of what one peer pushed: whatever it signs, clients of this node and other peers find room.
    std::size_t transactions_per_peer = SIZE_MAX;
    std::size_t bytes_per_peer = SIZE_MAX;
  };

  enum class Admission {
    kAdded,
    kKnown,    ///< this envelope, or another one of the same body, waits already
    kFull,     ///< try again later
    kKeyFull,  ///< this lead key has as many waiting as it may
  };

  explicit Mempool(const Limits& limits) : limits_(limits) {}

  /// Who an envelope came from: a peer's index, or a client of this node.
  using Source = std::uint32_t;
  static constexpr Source kClient = 0xFFFFFFFF;

  /// A client's envelope starts to wait. One that is held for a proposal already becomes waiting.
  Admission admit(Pointer transaction, Source source = kClient);
  /// Held because a proposal names it, outside the bounds; does not wait for a client.
  void hold(Pointer transaction);

  /// Null where it is not held.
  Pointer find(const ledger::EnvelopeDigest& digest) const;
  /// The envelope of this id that waits; null where none does.
  Pointer find(const ledger::TransactionId& id) const;

  /// Consensus needs its bytes no longer: executed, expired or no longer named.
  void forget(const ledger::EnvelopeDigest& digest);
  /// Executed: no envelope of this id waits any more. The bytes stay until `forget`.
  void settle(const ledger::TransactionId& id);

  /// Those that wait, oldest first: what a peer that just connected is sent.
  std::vector<Pointer> waiting() const;

  std::size_t waiting_count() const { return order_.size(); }
  std::size_t held_count() const { return entries_.size(); }
  std::size_t waiting_bytes() const { return bytes_; }

 private:
  struct Entry {
    Pointer transaction;
    std::uint64_t order = 0;  ///< of admission; 0 = does not wait
    Source source = kClient;
  };
  struct OfPeer {
    std::size_t transactions = 0;
    std::size_t bytes = 0;
  };
  void stop_waiting(Entry& entry);

  Limits limits_;
  std::map<ledger::EnvelopeDigest, Entry> entries_;
  std::map<ledger::TransactionId, ledger::EnvelopeDigest> waiting_ids_;
  std::map<std::uint64_t, ledger::EnvelopeDigest> order_;
  std::map<ledger::PublicKey, std::size_t> per_key_;
  std::map<Source, OfPeer> per_peer_;
  std::uint64_t next_order_ = 1;
  std::size_t bytes_ = 0;
};

}  // namespace qilian::node
