// What the core keeps for one sequence number, and for the bodies behind digests. Plain data; the rules stand in core's
// handlers.
#pragma once

#include <set>

#include "consensus/messages.h"

namespace qilian::consensus {

/// A slot above the low watermark. The first group belongs to the current view and is cleared when another is entered;
/// the second lasts.
struct Slot {
  // Current view.
  std::optional<SignedHeader> pre_prepare;  ///< accepted PRE-PREPARE of the view's primary; the first one stands
  std::optional<Verified<Message>> pre_prepare_message;  ///< to send again; absent where NEW-VIEW carried it
  bool from_new_view = false;                            ///< exempt from the rules for fresh proposals
  std::int64_t since_ms = 0;                             ///< steady time of acceptance
  TimeMs arrival_clock;  ///< this replica's clock when a fresh pre-prepare first arrived
  std::int64_t arrival_timeout_ms = 0;
  bool valid = false;                               ///< fresh proposal found valid
  bool refused = false;                             ///< fresh proposal found invalid; never prepared in this view
  bool proposed = false;                            ///< own PRE-PREPARE handed out
  bool voted_prepare = false;                       ///< own PREPARE handed out
  bool voted_commit = false;                        ///< own COMMIT handed out
  std::map<ReplicaId, Verified<Message>> prepares;  ///< first PREPARE of each backup
  std::map<ReplicaId, Verified<Message>> commits;   ///< first COMMIT of each replica

  // All views.
  std::optional<PreparedCertificate> prepared;  ///< of the highest view in which the slot prepared here
  std::optional<SignedHeader> own_commit;       ///< the durable COMMIT whose record holds `prepared`
  std::optional<ProposalDigest> committed;      ///< committed-local; never changes

  /// COMMITs of views below the current one, the kMaxOldViews highest of each sender: q of one view and digest still
  /// commit the slot, so that a replica that gave up a view alone can finish what the others committed in it, and they
  /// still hold what it needs.
  static constexpr std::size_t kMaxOldViews = 8;
  std::map<std::pair<ReplicaId, View>, Verified<Message>> old_commits;

  /// `commits` become old ones: their view is over here.
  void retire_commits();
  void add_old_commit(const Verified<Message>& message);
  void clear_view();
};

/// A proposal that some slot above L needs, with the envelopes that are still lacking.
struct StoredProposal {
  std::shared_ptr<const Proposal> proposal;
  std::set<EnvelopeDigest> missing;
  bool recorded = false;  ///< its records were handed out
};

/// How the current view was entered.
struct CurrentNewView {
  Verified<Message> message;
  std::vector<Verified<Message>> view_changes;
};

/// A verified NEW-VIEW whose VIEW-CHANGEs are not all here yet.
struct PendingNewView {
  Verified<Message> message;
  std::map<ReplicaId, Verified<Message>> named;  ///< those found so far
};

/// One vote per sender, slot and phase is kept for views to come: the highest.
using FutureKey = std::pair<Sequence, MessageType>;
struct FutureMessage {
  Verified<Message> message;
  View view;
  TimeMs clock;  ///< at arrival: the time rule compares once (rule 6)
  std::int64_t timeout_ms = 0;
};

/// Whether the slot has a PRE-PREPARE and q-1 PREPAREs of distinct backups for its digest; the certificate if so.
std::optional<PreparedCertificate> prepared_certificate(const Slot& slot, std::size_t n, ReplicaId primary);

/// The digest that q COMMITs of distinct replicas name in one view, if one does.
std::optional<ProposalDigest> committed_digest(const Slot& slot, std::size_t n);

}  // namespace qilian::consensus
