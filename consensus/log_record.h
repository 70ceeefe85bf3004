// The records of the consensus log, and their encoding. The log *file* (frames, checksums, fsync, segments) belongs to
// node/.
//
// A replica after a restart must say for each (epoch, view, sequence, phase) the same bytes as before or nothing, so
// everything that it signs is recorded before it leaves: a vote with its signature, a COMMIT with the prepared
// certificate that it rests on, VIEW-CHANGE and NEW-VIEW with their exact bytes.
#pragma once

#include "consensus/messages.h"

namespace qilian::consensus {

/// First record of every log; written by initialisation alone. A running node never creates a log (rule 13).
struct StartRecord {
  GenesisHash genesis;
  PublicKey key;  ///< the consensus key whose votes the log remembers
  bool operator==(const StartRecord&) const = default;
};

/// A proposal that this replica made, accepted or fetched, before any vote that names it.
struct ProposalRecord {
  Proposal proposal;
  bool operator==(const ProposalRecord&) const = default;
};

/// An envelope named by a proposal, before any vote for that proposal. The driver writes these for
/// Ready::persist_envelopes; the core skips them in `recover` (the driver reports them with EnvelopesFetched).
struct EnvelopeRecord {
  Bytes envelope;
  bool operator==(const EnvelopeRecord&) const = default;
};

/// An own PRE-PREPARE, PREPARE, COMMIT or CHECKPOINT; `prepared` stands with COMMIT alone.
struct VoteRecord {
  SignedHeader vote;
  std::optional<PreparedCertificate> prepared;
  bool operator==(const VoteRecord&) const = default;
};

/// An own VIEW-CHANGE.
struct ViewChangeRecord {
  ViewChange message;
};

/// The NEW-VIEW by which this replica (primary or backup) entered a view, with the VIEW-CHANGEs that it names so that
/// they can be served.
struct NewViewRecord {
  NewView message;
  std::vector<ViewChange> view_changes;
};

/// The start of an epoch above 0 at this boundary block; older votes no longer matter.
struct EpochRecord {
  Epoch epoch;
  Height boundary;
  bool operator==(const EpochRecord&) const = default;
};

/// The low watermark moved to this certificate. Votes that follow lie within its window, so after a restart that finds
/// the ledger further back (its certificate was not synced) a VIEW-CHANGE still starts here and names everything that
/// prepared above.
struct StableRecord {
  CheckpointCertificate certificate;
  bool operator==(const StableRecord&) const = default;
};

using LogRecord = std::variant<StartRecord, ProposalRecord, EnvelopeRecord, VoteRecord, ViewChangeRecord, NewViewRecord,
                               EpochRecord, StableRecord>;

/// u8 kind, then a fixed big-endian layout. Deterministic.
Bytes encode_record(const LogRecord& record);

/// Total. Error "log.record": an unknown kind, a length or a bound that does not fit, trailing bytes.
Result<LogRecord> decode_record(ByteView bytes);

/// The one way from a log back to Verified: the driver's log frames are checksummed and the log is this replica's own.
class OwnLog {
 public:
  static Verified<Message> trust(Message message) { return Verified<Message>(std::move(message)); }
};

}  // namespace qilian::consensus
