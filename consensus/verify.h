// The border of the core: turns a peer's Message into a Verified<Message>, and signs our own.
//
// Cheap filters come first (epoch, sender, roles, watermarks, views, bitmaps, counts, order), signature checks last,
// and a signature that was once found good is not checked again: a bounded first-in-first-out set remembers them, so
// that the certificates nested in VIEW-CHANGEs, whose PREPAREs passed by in the normal case, cost next to nothing.
#pragma once

#include <deque>
#include <functional>
#include <set>

#include "consensus/log_record.h"
#include "consensus/messages.h"

namespace qilian::consensus {

/// What the driver refreshes from Core::horizon() after each turn: messages outside are refused before any signature is
/// checked.
struct Horizon {
  Epoch epoch;
  View view;      ///< votes below it are stale
  Height stable;  ///< L
  std::uint32_t window = 32;
  Height begun_by{};             ///< the boundary that began the epoch
  std::optional<Height> ends{};  ///< the boundary that ends it, where a change is pending
};

/// `verify_signature` in a node; something cheap in the simulator.
using CheckSignature = std::function<bool(const PublicKey& key, ByteView payload, const Signature& signature)>;
/// Signs with this replica's consensus key.
using MakeSignature = std::function<Signature(ByteView payload)>;

/// Not thread-safe; one strand owns it.
class Verifier {
 public:
  struct Counters {
    std::uint64_t accepted = 0;
    std::uint64_t filtered = 0;  ///< refused before any signature check
    std::uint64_t bad_signatures = 0;
    std::uint64_t signatures_checked = 0;
    std::uint64_t cache_hits = 0;
  };

  /// `cache` bounds the remembered signatures.
  Verifier(GenesisHash genesis, CheckSignature check, std::size_t cache = 1 << 16);

  /// Makes an epoch's set known; the current and the previous epoch are kept, older ones forgotten.
  void add_validators(const ValidatorSet& set);
  void set_horizon(const Horizon& horizon) { horizon_ = horizon; }
  /// Whose signatures a report may hold: this replica's alone (kNoProposer for an observer: nobody's). Before the call
  /// anybody's.
  void set_self(ReplicaId self) { self_ = self; }

  /// `peer` is the validator, or the guest, that the authenticated connection belongs to. Signed messages may be
  /// relayed, so their sender may be another; unsigned ones get `peer` as their sender, whatever they say. Errors:
  /// "message.stale" (harmless: below the watermark or an old view), "message.ahead" (beyond the window; will be sent
  /// again), "message.invalid" (the peer is at fault), "message.signature" (the peer is at fault). Nothing is charged
  /// to the *claimed* sender.
  Result<Verified<Message>> verify(ReplicaId peer, Message message);

  /// For block certificates and evidence that the driver meets elsewhere. REQUIRES: the epoch's set is known, else an
  /// error.
  Result<void> verify_checkpoint(const CheckpointCertificate& certificate);

  const Counters& counters() const { return counters_; }

 private:
  const ValidatorSet* set_of(Epoch epoch) const;
  bool decides(Epoch epoch, Height height) const;
  Result<void> check(const ValidatorSet& set, const SignedHeader& header);
  Result<void> check_slot(Epoch epoch, View view, Sequence sequence) const;
  Result<void> check_one(ReplicaId peer, PrePrepare& message);
  Result<void> check_one(ReplicaId peer, Prepare& message);
  Result<void> check_one(ReplicaId peer, Commit& message);
  Result<void> check_one(ReplicaId peer, Checkpoint& message);
  Result<void> check_one(ReplicaId peer, ViewChange& message);
  Result<void> check_one(ReplicaId peer, NewView& message);
  Result<void> check_one(ReplicaId peer, Status& message);
  Result<void> check_one(ReplicaId peer, Forward& message);
  Result<void> check_one(ReplicaId peer, FetchProposals& message);
  Result<void> check_one(ReplicaId peer, Proposals& message);
  Result<void> check_one(ReplicaId peer, FetchViewChanges& message);
  Result<void> check_one(ReplicaId peer, CheckpointProof& message);
  Result<void> check_prepared(const ValidatorSet& set, const PreparedCertificate& certificate);

  GenesisHash genesis_;
  CheckSignature check_;
  std::size_t cache_limit_;
  std::map<Epoch, ValidatorSet> sets_;
  Horizon horizon_;
  std::optional<ReplicaId> self_;
  std::set<Digest> seen_;
  std::deque<Digest> order_;
  Counters counters_;
};

/// Signs what Ready::votes asks for. One per consensus key and epoch.
class Signer {
 public:
  Signer(GenesisHash genesis, ReplicaId self, MakeSignature sign)
      : genesis_(genesis), self_(self), sign_(std::move(sign)) {}

  /// Fills every signature (for NEW-VIEW also one PRE-PREPARE per slot, then seals it). The result may be *sent* only
  /// after its record
  /// (`record_of`) is durable, and goes back to the core in Persisted then.
  /// REQUIRES: `unsigned_message` came from Ready::votes of the core of replica `self`.
  Verified<Message> sign(Message unsigned_message) const;

 private:
  Signature sign_header(SignedHeader header) const;
  GenesisHash genesis_;
  ReplicaId self_;
  MakeSignature sign_;
};

}  // namespace qilian::consensus
