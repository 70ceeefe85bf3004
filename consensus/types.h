// The nouns of the protocol: what is ordered, what limits it, who leads. See consensus/README.md for the glossary.
#pragma once

#include <map>
#include <vector>

#include "ledger/core/header.h"
#include "ledger/core/transaction.h"
#include "ledger/core/validators.h"

namespace qilian::consensus {

using ledger::Bytes;
using ledger::ByteView;
using ledger::Digest;
using ledger::EnvelopeDigest;
using ledger::Epoch;
using ledger::GenesisHash;
using ledger::HeaderHash;
using ledger::Height;
using ledger::ProposalDigest;
using ledger::PublicKey;
using ledger::ReplicaId;
using ledger::Result;
using ledger::Signature;
using ledger::TimeMs;
using ledger::TransactionId;
using ledger::ValidatorSet;
using ledger::View;

/// A sequence number is a block height: slot s becomes block s.
using Sequence = Height;

/// Named bounds of what one message may hold; decoders refuse more, and so does the core.
inline constexpr std::size_t kMaxBatch = 4096;    ///< envelope digests in one proposal
inline constexpr std::uint32_t kMaxWindow = 256;  ///< slots above the low watermark
inline constexpr std::size_t kMaxFetch = 64;      ///< items in one fetch; the answer is bounded by it
inline constexpr std::size_t kMaxForward = 1024;  ///< digests in one FORWARD

/// Peers that are no validators of the present epoch (observers, joiners, retired ones) get ids from here on: they are
/// answered like a replica that lags, and never counted.
inline constexpr std::uint32_t kFirstGuest = 1u << 16;
constexpr bool is_guest(ReplicaId peer) { return peer.value() >= kFirstGuest; }

/// What a pre-prepare orders. Its digest carries no view, so the same proposal, proposer and time included, can be
/// proposed again in a later view byte for byte. The header exists only after execution and is another thing
/// (rule 3).
struct Proposal {
  GenesisHash chain;
  Epoch epoch;
  Sequence sequence;
  ReplicaId proposer;  ///< primary of the view in which it was first proposed
  TimeMs time;
  std::vector<EnvelopeDigest> envelopes;  ///< body *and* signatures of each transaction, in execution order

  bool operator==(const Proposal&) const = default;

  /// Fixed layout: chain, u64 epoch, u64 sequence, u32 proposer, i64 time, u32 count, digests.
  Bytes encode() const;
  /// Error "proposal.malformed": size, count above kMaxBatch, trailing bytes.
  static Result<Proposal> decode(ByteView bytes);
  ProposalDigest digest() const;
};

/// The digest of the null proposal: 32 zero bytes. It becomes an empty block with its parent's time and no proposer.
inline constexpr ProposalDigest kNullDigest{};

/// What the core knows of an envelope whose bytes the driver holds and has verified (signatures and static validity).
struct EnvelopeInfo {
  EnvelopeDigest digest;
  TransactionId id;
  PublicKey lead;  ///< counted for the limit per key and block
  TimeMs expires;
  std::uint32_t size = 0;             ///< bytes of the envelope
  std::optional<Height> executed_at;  ///< the height at which this id was executed already, if it was
  bool operator==(const EnvelopeInfo&) const = default;
};

/// Governed values used before ordering. Those reported with block h take effect at h + window + 1 (rule 5).
struct Limits {
  std::uint32_t max_batch_transactions = 1000;
  std::uint32_t max_batch_bytes = 4 * 1024 * 1024;
  std::uint32_t max_per_key = 1000;       ///< transactions of one lead key in one batch
  std::int64_t max_clock_skew_ms = 2000;  ///< d of the time rule
  std::int64_t max_idle_ms = 0;           ///< an empty timed batch after this long without one; 0 = off
  bool operator==(const Limits&) const = default;
};

/// primary = (epoch + view) mod n.
ReplicaId primary_of(Epoch epoch, View view, std::size_t n);

/// Bitmaps of signers: bit i, lowest first in byte i/8, is replica i; ceil(n/8) bytes.
Bytes make_bitmap(std::size_t n);
void set_bit(Bytes& bitmap, ReplicaId replica);
bool has_bit(ByteView bitmap, ReplicaId replica);
/// The replicas named, ascending; nothing when the length is not ceil(n/8) or a bit at or above n is set.
std::optional<std::vector<ReplicaId>> bitmap_members(ByteView bitmap, std::size_t n);

}  // namespace qilian::consensus
