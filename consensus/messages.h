// The messages of PBFT (Castro & Liskov, OSDI'99 §4, TOCS'02) as values, and the payload that each signature covers.
//
// Every signed message has the same signed header {type, epoch, view, sequence, digest}; the payload is
//   domain tag ‖ genesis hash ‖ u64 epoch ‖ u8 type ‖ u64 view ‖ u64 sequence ‖ digest
// and CHECKPOINT alone leaves the view out, because its quorum is the portable certificate of a block
// (ledger/core/block_certificate.h).
#pragma once

#include <memory>
#include <variant>

#include "consensus/types.h"

namespace qilian::consensus {

/// The byte in the signed payload. Never renumbered.
enum class MessageType : std::uint8_t {
  kPrePrepare = 1,
  kPrepare = 2,
  kCommit = 3,
  kCheckpoint = 4,
  kViewChange = 5,
  kNewView = 6,
};

/// What a signature says, without the content that `digest` stands for: enough to verify it and to compare two of them.
struct SignedHeader {
  MessageType type = MessageType::kPrepare;
  Epoch epoch;
  View view;          ///< 0 for CHECKPOINT, which signs no view
  Sequence sequence;  ///< the slot; the low watermark for VIEW-CHANGE; min-s for NEW-VIEW
  Digest digest;      ///< proposal, header or content hash, by type
  ReplicaId sender;
  Signature signature;
  bool operator==(const SignedHeader&) const = default;
};

/// The bytes that `header.signature` covers.
Bytes signing_payload(const GenesisHash& genesis, const SignedHeader& header);

/// PRE-PREPARE. `proposal` is absent for the null digest and where only the signature matters (NEW-VIEW slots, log
/// records).
struct PrePrepare {
  Epoch epoch;
  View view;
  Sequence sequence;
  ProposalDigest digest;
  ReplicaId sender;
  Signature signature;
  std::shared_ptr<const Proposal> proposal;  ///< immutable and shared, so that a slot and a resend hold one copy
};

/// PREPARE, sent by backups only.
struct Prepare {
  Epoch epoch;
  View view;
  Sequence sequence;
  ProposalDigest digest;
  ReplicaId sender;
  Signature signature;
};

struct Commit {
  Epoch epoch;
  View view;
  Sequence sequence;
  ProposalDigest digest;
  ReplicaId sender;
  Signature signature;
};

/// CHECKPOINT of an executed block.
struct Checkpoint {
  Epoch epoch;
  Height height;
  HeaderHash header;
  ReplicaId sender;
  Signature signature;
};

/// Prepared certificate: one PRE-PREPARE of the view's primary and q-1 PREPAREs of distinct backups, same view,
/// sequence and digest.
struct PreparedCertificate {
  View view;
  Sequence sequence;
  ProposalDigest digest;
  Signature pre_prepare;
  Bytes preparers;                  ///< bitmap of the backups
  std::vector<Signature> prepares;  ///< ascending replica order
  bool operator==(const PreparedCertificate&) const = default;
};

/// Stable checkpoint: q CHECKPOINTs of distinct validators over one (height, header). Height 0 has none: the genesis
/// pin certifies it.
struct CheckpointCertificate {
  Epoch epoch;  ///< of the set that signed
  Height height;
  HeaderHash header;
  Bytes signers;                      ///< bitmap; empty at height 0
  std::vector<Signature> signatures;  ///< ascending replica order
  bool operator==(const CheckpointCertificate&) const = default;
};

/// VIEW-CHANGE for `view`. `content` is the exact encoding that is hashed, signed, logged and shipped; the fields are
/// its reading.
struct ViewChange {
  Epoch epoch;
  View view;                     ///< the view asked for
  CheckpointCertificate stable;  ///< low watermark L with its proof
  std::vector<PreparedCertificate>
      prepared;  ///< P-set: ascending sequences in (L, L + window], each with a view below `view`
  ReplicaId sender;
  Signature signature;
  Bytes content;
  Digest digest;  ///< of content

  /// Fills content and digest from the fields above them.
  void seal();
  /// Reads what `seal` wrote. Error "view_change.malformed". Checks shape and bounds alone; verify.h checks what it
  /// claims.
  static Result<ViewChange> decode(ByteView content, ReplicaId sender, const Signature& signature);
};

/// NEW-VIEW for `view`: which VIEW-CHANGEs it rests on and, for every slot of the O-set, the new primary's PRE-PREPARE
/// signature.
struct NewView {
  struct Choice {
    ReplicaId sender;
    Digest digest;  ///< of the VIEW-CHANGE's content
    bool operator==(const Choice&) const = default;
  };
  struct Slot {
    ProposalDigest digest;  ///< kNullDigest fills a gap
    Signature pre_prepare;  ///< over (view, sequence, digest): a PRE-PREPARE of the *new* view
    bool operator==(const Slot&) const = default;
  };
  Epoch epoch;
  View view;
  Sequence min_s;                    ///< highest low watermark among the VIEW-CHANGEs
  std::vector<Choice> view_changes;  ///< q of them, ascending senders
  std::vector<Slot> slots;           ///< min_s + 1, min_s + 2, ... max-s
  ReplicaId sender;
  Signature signature;
  Bytes content;
  Digest digest;

  void seal();
  static Result<NewView> decode(ByteView content, ReplicaId sender, const Signature& signature);
};

/// STATUS, unsigned (the connection names the sender; it can cause nothing but a bounded answer to that sender).
struct Status {
  /// Bits of `slots`.
  static constexpr std::uint8_t kHasProposal = 1, kPrepared = 2, kCommitted = 4;

  Epoch epoch;
  View view;            ///< the view that the sender is in or is changing to
  bool in_view = true;  ///< false while it awaits NEW-VIEW
  Height stable;        ///< L
  Height executed;
  Bytes slots;                      ///< one byte for each slot above L, what the sender has of it already in this view
  bool asks_report = false;         ///< after a restart: "what do you hold of my signatures?" (rule 13)
  bool is_report = false;           ///< the answer; `yours` is complete
  std::vector<SignedHeader> yours;  ///< signed by the receiver, above the receiver's L
  ReplicaId sender;
};

/// "These waited for half the timeout here; propose them": unsigned, to the primary, in the order in which they
/// arrived.
struct Forward {
  std::vector<EnvelopeDigest> envelopes;
  ReplicaId sender;
};

/// Asks for the proposals behind digests that a NEW-VIEW or a quorum named. The content proves itself.
struct FetchProposals {
  std::vector<ProposalDigest> digests;
  ReplicaId sender;
};
struct Proposals {
  std::vector<Proposal> proposals;
  ReplicaId sender;
};

/// Asks for VIEW-CHANGEs that a NEW-VIEW names; answered with the VIEW-CHANGE messages themselves.
struct FetchViewChanges {
  View view;
  std::vector<NewView::Choice> wanted;
  ReplicaId sender;
};

/// A stable checkpoint with its proof, for a peer whose STATUS lies below it. The quorum inside authenticates it.
struct CheckpointProof {
  CheckpointCertificate certificate;
  ReplicaId sender;
};

using Message = std::variant<PrePrepare, Prepare, Commit, Checkpoint, ViewChange, NewView, Status, Forward,
                             FetchProposals, Proposals, FetchViewChanges, CheckpointProof>;

/// The signed header of a signed message; nothing for the unsigned kinds.
std::optional<SignedHeader> signed_header(const Message& message);

/// Who sent (unsigned kinds) or signed it.
ReplicaId sender_of(const Message& message);

/// A name for logs and metrics: "PRE-PREPARE", "STATUS", ...
std::string_view name_of(const Message& message);

/// A T that was authenticated: signature, nested certificates and bounds. Only the Verifier makes one from the outside
/// and only the Signer one of our own, so what is not verified cannot enter the core. Immutable and shared: copies are
/// cheap.
template <class T>
class Verified {
 public:
  const T& operator*() const { return *value_; }
  const T* operator->() const { return value_.get(); }

 private:
  friend class Verifier;
  friend class Signer;
  friend class OwnLog;  // log_record.h: what this replica itself signed and logged
  explicit Verified(T value) : value_(std::make_shared<const T>(std::move(value))) {}
  std::shared_ptr<const T> value_;
};

/// Two contradicting signatures of one validator: same type, epoch, (view,) sequence and different digests.
struct Evidence {
  SignedHeader first;
  SignedHeader second;
};

}  // namespace qilian::consensus
