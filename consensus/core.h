// PBFT as a pure, deterministic state machine: inputs in, one Ready out. No I/O, clock, randomness, threads, exceptions
// or signatures inside; total over its inputs. See consensus/README.md for the protocol in its own words; the numbers
// of rules are that page's.
//
// THE CALLER'S LOOP (one strand owns Core, Verifier and Signer):
//
//   core.step(Tick{steady_ms, clock});        // first in each turn: the time that its other inputs are judged by
//   core.step(MessageVerified{*verifier.verify(peer, decode(frame))});
//   ...                                       // any number of inputs
//   Ready ready = core.take_ready();
//   verifier.set_horizon(core.horizon());
//
//   1. Append encode_record(r) to the log for every ready.records; in front of them one EnvelopeRecord for every
//      digest of ready.persist_envelopes.
//   2. For every own in ready.votes: signed = signer.sign(own.message), then append record_of(own, signed).
//   3. Send ready.messages_now; run ready.fetch_*, ready.execute and ready.certificates; drop ready.forget.
//      These need no fsync.
//   4. If ready.must_sync: one fsync of the log (several turns may share it). On any error: stop the process.
//   5. Only then send the signed votes to every other validator, and core.step(Persisted{signed votes}): the own
//      vote counts in the core's quorums only now, so nothing becomes visible before it is durable.
//
// The block frame of a height must be durable no later than this replica's CHECKPOINT of it, or the log must still hold
// everything above the ledger's durable head. An EpochRecord among ready.records starts an epoch (rule 11): before step
// 1 the ledger is made durable up to its boundary, that block's certificate included, and the log begins anew with a
// StartRecord of the new key and that EpochRecord; the Verifier learns validators() and place(), and votes are signed
// with the key of their own epoch. After step 4 the key of the epoch before is destroyed.
//
// Votes are `OwnMessage`s without signatures and cannot be sent by mistake; everything in messages_now is either
// unsigned or a `Verified<Message>`, which an own vote becomes only through step 2 and reaches the core only through
// step 5.
#pragma once

#include <algorithm>
#include <functional>
#include <set>
#include <span>
#include <utility>

#include "consensus/log_record.h"
#include "consensus/messages.h"
#include "consensus/pool.h"
#include "consensus/slot.h"
#include "consensus/verify.h"

namespace qilian::consensus {

/// Fixed for the life of a core. Times in milliseconds of Tick::steady_ms.
struct Config {
  GenesisHash genesis;
  ReplicaId self;                       ///< position in `validators`; ignored by an observer
  std::uint32_t window = 32;            ///< of the genesis
  std::int64_t base_timeout_ms = 2000;  ///< for a forwarded transaction and for a view change
  std::int64_t max_timeout_ms = 60'000;
  std::int64_t batch_delay_ms = 5;        ///< a primary with slots in flight waits this long to fill a batch
  std::int64_t status_interval_ms = 500;  ///< STATUS to all, and the least time between two answers to one peer
  std::int64_t catch_up_delay_ms = 300;   ///< how long a certified block may stay unexecuted here before it is fetched
  std::size_t max_pending = 100'000;      ///< envelopes known; past it TransactionsAdmitted are forgotten at once
  bool observer = false;                  ///< follows and serves, never votes
  bool await_reports =
      false;  ///< after a restart: vote only after q-1 peers said what they hold of our signatures (rule 13)
};

/// What a block did, as the executor or the sync reports it.
struct BlockSummary {
  Height height;
  HeaderHash header;
  TimeMs time;                          ///< of the header
  Epoch epoch;                          ///< of the header
  std::vector<TransactionId> executed;  ///< ids with a receipt in this block
  std::optional<Limits> limits;         ///< as of the state after it; in force from height + window + 1
  /// Set in the block that executed a change of validators: the set that starts after the boundary height + window, and
  /// our place in it.
  struct Change {
    ValidatorSet next;
    std::optional<ReplicaId> self;
  };
  std::optional<Change> change;
};

/// What the ledger holds durably when the process starts.
struct DurableState {
  ValidatorSet validators;                 ///< of the current epoch
  Height begun_by;                         ///< the boundary block that began it; 0 in the first
  std::optional<ValidatorSet> previous;    ///< of the epoch before, if any
  std::optional<ReplicaId> previous_self;  ///< our place in it
  /// A change of validators that was executed at or below `stable` and has not taken effect.
  std::optional<BlockSummary::Change> change;
  Height boundary;               ///< of `change`
  CheckpointCertificate stable;  ///< L: highest block with a certificate (height 0: no signatures)
  /// Executed blocks, ascending without a gap, ending at the head: from max(0, L - window) where the ledger has them,
  /// at least from L on. Header 0 is block 0. `executed` may be left empty; `limits` and `change` matter.
  std::vector<BlockSummary> blocks;
  Limits limits;  ///< in force right after the first of `blocks`
};

// ---------------------------------------------------------------------------------------------------------------------
// Inputs

/// The time. `steady_ms` never goes back and drives timers; `clock` is the wall clock, used by the time rule alone.
struct Tick {
  std::int64_t steady_ms = 0;
  TimeMs clock;
};
/// Client transactions that this node verified and now holds: pending until executed. Pushed ones of other nodes are
/// the same.
struct TransactionsAdmitted {
  std::vector<EnvelopeInfo> envelopes;
};
/// Verified envelopes that the driver holds because Ready::fetch_envelopes asked for them, or found in the log: not
/// pending by themselves.
struct EnvelopesFetched {
  std::vector<EnvelopeInfo> envelopes;
};
struct MessageVerified {
  Verified<Message> message;
};
/// Own messages whose records are durable now, in the order of Ready::votes.
struct Persisted {
  std::vector<Verified<Message>> own;
};
/// A batch of Ready::execute was executed: the next height, always in order.
struct Executed {
  BlockSummary block;
};
/// A certified block, or a snapshot, was fetched, checked against its certificate and applied: the executed height is
/// now block.height, which may lie far above the last one. `certificate` covers it (its own or a later block's by
/// parent hashes).
struct BlockInstalled {
  BlockSummary block;
  CheckpointCertificate certificate;
};

using Input =
    std::variant<Tick, TransactionsAdmitted, EnvelopesFetched, MessageVerified, Persisted, Executed, BlockInstalled>;

// ---------------------------------------------------------------------------------------------------------------------
// Effects

/// An own message that still lacks its signature: to be signed, recorded, synced, sent to every other validator and
/// given back.
struct OwnMessage {
  Message message;
  std::optional<PreparedCertificate> prepared;  ///< COMMIT: goes into its record
  std::vector<ViewChange> view_changes;         ///< NEW-VIEW: go into its record
};

/// The record of a signed own message.
LogRecord record_of(const OwnMessage& own, const Verified<Message>& signed_message);

/// A message that may go at once: unsigned, or signed by somebody else, or signed by us and durable already.
struct Outgoing {
  std::optional<ReplicaId> to;  ///< nothing: every other validator
  std::variant<Status, Forward, FetchProposals, Proposals, FetchViewChanges, CheckpointProof, Verified<Message>>
      message;
};
/// The message inside, for the encoder.
Message message_of(const Outgoing& outgoing);

/// A committed slot. Batches come in order, without gaps. A null batch has no proposal: an empty block with its
/// parent's time.
struct ExecuteBatch {
  Sequence sequence;
  Epoch epoch;
  std::shared_ptr<const Proposal> proposal;  ///< null for the null proposal; every envelope of it is held by the driver
};

/// A quorum of CHECKPOINTs: with the header's bytes the certificate of block `height`. May come for a height not
/// executed here yet, and late for one below L.
struct CertifiedBlock {
  CheckpointCertificate certificate;
};

/// Blocks (first, last] are certified and lacking here. Fetch them from any of `sources`, check, apply, report
/// BlockInstalled.
struct BlockFetch {
  Height first;
  Height last;
  CheckpointCertificate certificate;  ///< of `last`
  std::vector<ReplicaId> sources;
};

/// A peer lags in `epoch`, which has ended: send it the certificate of that epoch's last block as CheckpointProof. Its
/// own set judges that one; having executed the block, it knows the next set and asks again.
struct Handover {
  ReplicaId to;
  Epoch epoch;
};

/// Envelopes that an accepted proposal names and this node lacks; ask `sources` in turn, report with EnvelopesFetched.
struct EnvelopeFetch {
  std::vector<EnvelopeDigest> envelopes;
  std::vector<ReplicaId> sources;
};

/// Everything that the last inputs caused. See THE CALLER'S LOOP.
struct Ready {
  std::vector<EnvelopeDigest> persist_envelopes;
  std::vector<LogRecord> records;
  std::vector<OwnMessage> votes;
  bool must_sync = false;
  std::vector<Outgoing> messages_now;
  std::vector<ExecuteBatch> execute;
  std::vector<CertifiedBlock> certificates;
  std::optional<BlockFetch> fetch_blocks;
  std::vector<EnvelopeFetch> fetch_envelopes;
  std::vector<Handover> handovers;
  std::vector<EnvelopeDigest> forget;  ///< the core no longer knows these; the driver may drop their bytes
  std::vector<Evidence> evidence;
  std::optional<Height> truncate_log;  ///< records at or below are no longer needed, once the ledger fsynced up to here
  std::int64_t wake_at_ms = 0;         ///< steady time of the next timer; 0 = none. Ticking more often does no harm.

  bool empty() const;
};

/// For the API and the metrics.
struct CoreStatus {
  Epoch epoch;
  View view;
  bool in_view = true;  ///< false during a view change
  ReplicaId primary;
  Height stable;  ///< L
  Height executed;
  Height certified;           ///< highest certificate seen, at or above L
  std::size_t pending = 0;    ///< client transactions waiting
  std::size_t envelopes = 0;  ///< envelopes known, pending ones included
  std::int64_t timeout_ms = 0;
  bool voting = true;  ///< false for an observer, before reports, and after `stopped`
  std::optional<std::string>
      stopped;  ///< why this replica no longer takes part: a certificate contradicts its header, lost log, ...
  std::optional<Height> epoch_ends;  ///< the boundary, while a change of validators is pending
  bool retiring = false;             ///< was removed, and no certificate of its successors was seen yet
  std::uint64_t view_changes = 0;    ///< started here
  std::uint64_t dropped = 0;         ///< inputs refused for a bound
  std::size_t buffered = 0;          ///< messages held for later views or slots
};

// ---------------------------------------------------------------------------------------------------------------------
// The state machine

class Core {
 public:
  /// A core from what is durable: the ledger's head and the log's records in order (none for a fresh start).
  /// Errors: "consensus.config" (self outside the set, window out of bounds), "consensus.log" (another chain, key or
  /// impossible order: the replica may only observe until governance admits a new key).
  static Result<Core> recover(const Config& config, const DurableState& durable, std::span<const LogRecord> log);

  void step(const Input& input);
  Ready take_ready();

  CoreStatus status() const;
  /// What the verifier filters by.
  Horizon horizon() const;
  const ValidatorSet& validators() const { return set_; }
  /// Our place in validators(); nothing for an observer.
  std::optional<ReplicaId> place() const { return own_place(set_.epoch); }
  /// The proposal behind a digest, while some slot above L still needs it.
  std::shared_ptr<const Proposal> proposal(const ProposalDigest& digest) const;
  /// The least log that recovers this state: where a new segment begins, so that older segments can go once the ledger
  /// is durable up to L. EnvelopeRecords for `pinned_envelopes()` go in front of it. REQUIRES: every vote taken so far
  /// was given back in Persisted.
  std::vector<LogRecord> log_snapshot() const;
  /// Envelopes of proposals above L.
  std::vector<EnvelopeDigest> pinned_envelopes() const;
  /// A digest of the whole state; equal for equal inputs on every compiler and run.
  Digest fingerprint() const;
  Core clone() const { return *this; }

 private:
  explicit Core(const Config& config) : config_(config) {}

  // The log read back (recovery.cpp).
  Result<void> replay(const LogRecord& record, bool fresh);
  Result<void> replay_vote(const VoteRecord& record);

  // Inputs (core.cpp).
  void on(const Tick& input);
  void on(const TransactionsAdmitted& input);
  void on(const EnvelopesFetched& input);
  void on(const MessageVerified& input);
  void on(const Persisted& input);
  void on(const Executed& input);
  void on(const BlockInstalled& input);
  void on_message(const Verified<Message>& message);

  // Normal case (normal_case.cpp; OSDI'99 §4.2).
  void on_pre_prepare(const Verified<Message>& message, const PrePrepare& pre_prepare, TimeMs clock,
                      std::int64_t timeout_ms);
  void on_prepare(const Verified<Message>& message, const Prepare& prepare);
  void on_commit(const Verified<Message>& message, const Commit& commit);
  Slot* open_slot(Epoch epoch, Sequence sequence);
  void try_propose();
  bool ready_to_propose() const;
  void propose(TimeMs time, std::vector<EnvelopeDigest> envelopes);
  void advance();
  void note_committed(Slot& slot);
  void advance_slot(Sequence sequence, Slot& slot);
  bool fresh_proposal_is_valid(Sequence sequence, Slot& slot, const StoredProposal& stored);
  std::optional<TimeMs> header_time(Sequence sequence) const;
  const Limits& limits_at(Sequence sequence) const;
  void execute_committed();
  void buffer_future(const Verified<Message>& message, View view, Sequence sequence);
  void replay_future();

  // Proposals and their envelopes (bodies.cpp).
  StoredProposal* store_proposal(const ProposalDigest& digest, std::shared_ptr<const Proposal> proposal,
                                 bool from_log = false);
  StoredProposal* find_proposal(const ProposalDigest& digest);
  const StoredProposal* find_proposal(const ProposalDigest& digest) const;
  bool body_is_here(const ProposalDigest& digest) const;
  void request_proposal(const ProposalDigest& digest, ReplicaId source);
  void drop_proposal(const ProposalDigest& digest);
  void envelope_arrived(const EnvelopeDigest& digest);
  void record_proposal(StoredProposal& stored);
  void fetch_missing();
  void on_forward(const Forward& forward);
  void on_fetch_proposals(const FetchProposals& fetch);
  void on_proposals(const Proposals& proposals);
  void mark_in_flight(const Slot& slot);

  // Epochs (epochs.cpp; rule 11).
  const ValidatorSet* set_of(Epoch epoch) const;
  Epoch epoch_of(Height height) const;
  std::optional<ReplicaId> own_place(Epoch epoch) const;
  void close_epoch_at(Height boundary, const BlockSummary::Change& change);
  void start_epoch();

  // Checkpoints, watermarks and catch-up (checkpoints.cpp; §4.3).
  void on_checkpoint(const Verified<Message>& message, const Checkpoint& checkpoint);
  void on_certificate(const CheckpointCertificate& certificate);
  void vote_checkpoint(Height height);
  void note_block(const BlockSummary& block);
  void move_watermark();
  void settle_requests(const BlockSummary& block);
  void fetch_blocks();

  // View changes (view_change.cpp; §4.4).
  void start_view_change(View view);
  void on_view_change(const Verified<Message>& message, const ViewChange& view_change);
  void on_new_view(const Verified<Message>& message, const NewView& new_view);
  void on_fetch_view_changes(const FetchViewChanges& fetch);
  void join_view_changes();
  std::size_t at_or_above_view() const;
  void try_new_view();
  void try_enter_view();
  void drop_passed_new_views();
  void enter_view(const Verified<Message>& message, const NewView& new_view,
                  std::vector<Verified<Message>> view_changes);
  void adopt_new_view_slots();

  // Time, STATUS and what is sent again (status.cpp).
  void run_timers();
  void watch_requests();
  void watch_slots();
  void send_again();
  std::vector<ReplicaId> others(std::optional<ReplicaId> first = {}) const;
  bool is_known_own(const SignedHeader& header) const;
  bool behind() const { return certified_.height > executed_; }
  void on_status(const Status& status);
  void answer_status(const Status& status);
  void note_report(const Status& status);
  Status make_status() const;
  void relay(ReplicaId to, const Verified<Message>& message);
  bool may_answer(ReplicaId peer, std::size_t bytes);

  // Small questions.
  std::size_t n() const { return set_.size(); }
  std::size_t quorum() const { return ledger::quorum(n()); }
  std::size_t faulty() const { return ledger::max_faulty(n()); }
  ReplicaId primary() const { return primary_of(set_.epoch, view_, n()); }
  bool voting() const { return !config_.observer && !observing_ && !stopped_ && !awaiting_reports_; }
  bool leads() const { return !config_.observer && primary() == config_.self; }
  Sequence high_watermark() const;
  Sequence horizon_sequence() const { return Sequence(stable_.height.value() + 2 * std::uint64_t{config_.window}); }
  void vote(Message message, std::optional<PreparedCertificate> prepared = {},
            std::vector<ViewChange> view_changes = {});
  void accuse(const SignedHeader& first, const SignedHeader& second);
  void stop(std::string why);
  void observe(std::string why);

  Config config_;
  ValidatorSet set_;
  Height begun_by_;                           ///< the boundary block that began this epoch
  std::optional<ValidatorSet> previous_set_;  ///< certifies the boundary block
  std::optional<ReplicaId> previous_self_;    ///< our place in it
  bool retiring_ = false;                     ///< removed by the last change; its successors' first certificate is due
  Ready ready_;

  // View state.
  View view_;
  bool in_view_ = true;
  std::optional<CurrentNewView> current_new_view_;  ///< how view_ was entered; absent in view 0
  std::map<View, std::map<ReplicaId, Verified<Message>>> view_changes_;
  std::map<ReplicaId, PendingNewView> pending_new_views_;  ///< by sender, the highest: nobody's hides another's
  std::optional<Verified<Message>>
      own_view_change_;                    ///< durable VIEW-CHANGE for view_, sent again until a view is entered
  std::optional<View> proposed_new_view_;  ///< the view for which our NEW-VIEW was handed out
  std::map<ReplicaId, Verified<Message>> proposed_named_;  ///< the VIEW-CHANGEs it names

  // Slots above L.
  std::map<Sequence, Slot> slots_;
  std::map<ProposalDigest, StoredProposal> proposals_;
  std::map<EnvelopeDigest, std::set<ProposalDigest>> wanted_;  ///< lacking envelopes and who names them
  Sequence next_sequence_{1};                                  ///< the next slot that a primary fills
  std::map<ReplicaId, std::map<FutureKey, FutureMessage>> future_;

  // Executed and certified.
  CheckpointCertificate stable_;        ///< L and its proof
  CheckpointCertificate voted_stable_;  ///< highest L that votes were given above; above stable_ only after a restart
  CheckpointCertificate certified_;     ///< highest certificate seen
  Height executed_;
  Height emitted_;                         ///< highest slot handed out for execution
  std::map<Height, BlockSummary> blocks_;  ///< own headers from L - window on, ids left out
  std::map<Height, std::map<ReplicaId, Verified<Message>>> checkpoints_;
  std::map<Height, CheckpointCertificate> certificates_;  ///< above L, at most two windows
  std::set<Height> certificates_out_;                     ///< heights whose certificate was handed out
  std::map<Height, HeaderHash> own_checkpoints_;          ///< every header signed here, from L - window on
  std::map<Height, SignedHeader> logged_checkpoints_;     ///< those that the log holds of blocks which the ledger lost
  std::map<Height, Limits> limits_;                       ///< by the first height at which they are in force
  std::optional<BlockSummary::Change> change_;            ///< a pending change of validators ...
  Height boundary_;                                       ///< ... and its last block

  // Requests.
  Pool pool_;
  std::map<ReplicaId, std::set<EnvelopeDigest>> forwarded_wanted_;  ///< forwarded to this primary, not held yet

  // Time.
  bool ticked_ = false;
  std::int64_t now_ = 0;
  TimeMs clock_;
  std::int64_t timeout_ms_ = 0;
  std::int64_t entered_ms_ = 0;   ///< when view_ was entered
  std::int64_t progress_ms_ = 0;  ///< when a slot last executed, or the first one began to wait
  std::int64_t next_status_ms_ = 0;
  std::int64_t next_scan_ms_ = 0;
  std::int64_t proposed_ms_ = 0;  ///< when this primary last proposed
  std::optional<std::int64_t> view_change_deadline_;
  std::optional<std::int64_t> behind_since_;
  std::optional<std::int64_t> boundary_wait_ms_;   ///< since when nothing fills up to the boundary
  std::map<ReplicaId, std::int64_t> answered_ms_;  ///< last answer to a peer's STATUS
  struct Answered {
    std::int64_t since_ms = 0;
    std::size_t bytes = 0;
  };
  std::map<ReplicaId, Answered> fetches_answered_;  ///< bytes given to a peer's fetches in the present interval
  std::uint32_t fetch_turn_ = 0;                    ///< rotates the sources of fetches

  // Standing.
  bool observing_ = false;  ///< until an epoch starts with a fresh key
  bool awaiting_reports_ = false;
  std::set<ReplicaId> reports_;
  std::string observing_why_;
  std::optional<std::string> stopped_;
  std::set<std::tuple<Epoch, ReplicaId, MessageType>> accused_;
  std::uint64_t view_changes_started_ = 0;
  std::uint64_t dropped_ = 0;
};

}  // namespace qilian::consensus
