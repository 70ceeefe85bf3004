// The driver: owns the consensus core and is the one thread that decides. Everything else hands it work.
//
// A turn: gather inputs → step → take_ready → persist (one group fsync) → send votes → execute → feed back, until
// nothing is left to do. The order is the one that consensus/core.h asks for; a storage error, and a certificate that
// contradicts our own header, end the node through `on_fatal`: it never votes again and never forks. Threads: `submit`,
// `status`, `on_frame`, `on_connection` from any; everything private on the driver's own thread.
#pragma once

#include <atomic>
#include <deque>
#include <mutex>
#include <thread>

#include "consensus/core.h"
#include "node/config.h"
#include "node/consensus_keys.h"
#include "node/consensus_log.h"
#include "node/executor.h"
#include "node/inbox.h"
#include "node/mempool.h"
#include "node/mesh/mesh.h"
#include "node/metrics.h"
#include "node/verification_pool.h"
#include "node/waiters.h"

namespace qilian::node {

/// What the API shows of a node: heights and root as of now, the rest at most a tenth of a second old.
struct NodeStatus {
  struct Peer {
    Address address;
    std::optional<ledger::ReplicaId> replica;
    bool connected = false;
    PeerStatus reported;
  };
  consensus::CoreStatus core;
  std::optional<ledger::ReplicaId> self;  ///< nothing for an observer
  std::size_t validators = 0;
  ledger::Height certified;
  ledger::Height executed;
  ledger::Digest state_root;
  ledger::TimeMs block_time;
  std::size_t mempool_waiting = 0;
  std::size_t mempool_bytes = 0;
  std::vector<Peer> peers;
};

/// How a submission ended: certified at a place, or accepted and (so far) no more than that.
struct Submission {
  std::optional<Waiters::Place> certified;
};
using SubmissionReply = std::function<void(ledger::Result<Submission>)>;

class Driver {
 public:
  struct Setup {
    Config config;
    std::unique_ptr<Executor> executor;
    /// Nothing: the log is missing or damaged, and the node observes.
    std::optional<ConsensusLog::Opened> log;
    ConsensusKeys keys;
    /// Our own pin, by which we know ourselves among the next validators.
    std::optional<ledger::PublicKey> node_key;
    /// Called once, from the driver's thread: the node must end and say why.
    std::function<void(const ledger::Error&)> on_fatal;
  };

  /// Recovers the core from ledger and log. Errors "consensus.*", "store.*".
  static ledger::Result<std::unique_ptr<Driver>> create(Setup setup, Metrics& metrics);
  ~Driver();

  void start(Mesh& mesh);
  /// Ends after the turn in hand and fsyncs the ledger.
  void stop();

  /// Gate points 1 (static, signatures) and 2; then the mempool, and every peer gets it. Errors are codes of codes.tsv,
  /// or "node.full" (try again later), "node.key_full", "node.stopping".
  void submit(std::shared_ptr<const ledger::Transaction> transaction, bool wait_certified, std::int64_t wait_ms,
              SubmissionReply reply);
  NodeStatus status() const;
  const ledger::store::Store& store() const { return executor_->store(); }
  const ledger::Genesis& genesis() const { return executor_->genesis(); }
  /// The configured peers, and behind them validators' nodes that the ledger names. Before start(): for the mesh.
  const std::vector<PeerConfig>& peers() const { return config_.peers; }

  void on_frame(PeerIndex peer, FrameKind kind, ledger::Bytes payload);
  void on_connection(PeerIndex peer, bool connected);

 private:
  Driver(Setup setup, Metrics& metrics);

  // driver.cpp: the loop and the effects.
  void run();
  void tick();
  void drain();
  void process(consensus::Ready ready);
  bool persist(const consensus::Ready& ready, std::vector<consensus::Verified<consensus::Message>>& votes);
  void send(const consensus::Message& message, std::optional<ledger::ReplicaId> to);
  void execute(const consensus::ExecuteBatch& batch);
  void keep_certificate(const consensus::CheckpointCertificate& certificate);
  void after_block(const Executed& executed);
  void forget(const std::vector<ledger::EnvelopeDigest>& digests);
  void sync_ledger(bool now);
  void truncate_log();
  void publish();
  void fail(const ledger::Error& error);

  // driver_recovery.cpp: what the core starts from.
  ledger::Result<void> recover(std::vector<ledger::Bytes> log_records);
  ledger::Result<consensus::DurableState> durable_state();
  consensus::BlockSummary summary(const ledger::Header& header, std::vector<ledger::TransactionId> ids);
  consensus::Limits limits() const;
  consensus::EnvelopeInfo info(const ledger::Transaction& transaction) const;

  // driver_epochs.cpp: changes of validators, their nodes and keys, and evidence.
  contracts::ValidatorEpoch epoch_above(ledger::Height stable) const;
  std::optional<ledger::ReplicaId> usable_place(const ledger::ValidatorSet& set);
  bool add_signer(const ledger::ValidatorSet& set);
  bool hand_over(const consensus::Ready& ready);
  void retire_keys();
  void meet_nodes(const contracts::ValidatorEpoch& epoch);
  void seat_peers();
  ledger::ReplicaId id_of(PeerIndex peer) const;
  void send_handover(const consensus::Handover& handover);
  void keep_evidence(const consensus::Evidence& evidence);
  void report_evidence();

  // driver_exchange.cpp: envelopes, blocks and messages to and from peers, and admission.
  void handle_message(PeerIndex peer, ledger::ByteView payload);
  void verify_envelope(PeerIndex peer, ledger::Bytes envelope, bool asked_for);
  void envelope_pushed(PeerIndex peer, std::shared_ptr<const ledger::Transaction> transaction);
  void envelope_fetched(std::shared_ptr<const ledger::Transaction> transaction);
  void serve_envelopes(PeerIndex peer, const EnvelopeFetch& fetch);
  void serve_blocks(PeerIndex peer, const BlockFetch& fetch);
  void fetch_envelopes(const consensus::EnvelopeFetch& fetch);
  void fetch_blocks(const consensus::BlockFetch& fetch);
  void ask_for_blocks();
  void block_received(PeerIndex peer, const BlockResponse& response);
  void install_run(PeerIndex peer, const ledger::BlockCertificate& certificate);
  void admit(std::shared_ptr<const ledger::Transaction> transaction, bool wait_certified, std::int64_t wait_ms,
             const SubmissionReply& reply);
  bool may_serve(PeerIndex peer, std::size_t bytes);
  std::optional<PeerIndex> peer_of(ledger::ReplicaId replica) const;
  ledger::TimeMs now() const;

  Config config_;
  std::unique_ptr<Executor> executor_;
  std::optional<ConsensusLog> log_;
  ConsensusKeys keys_;
  std::optional<ledger::PublicKey> node_key_;
  std::function<void(const ledger::Error&)> on_fatal_;
  std::optional<ledger::ReplicaId> self_;  ///< our place in the core's epoch
  bool voter_ = false;                     ///< has a place, its key and a log
  std::optional<consensus::Core> core_;
  std::map<ledger::Epoch, consensus::Signer>
      signers_;  ///< of this epoch; in the turn of a hand-over the last one's too
  consensus::Verifier verifier_;
  Mempool mempool_;
  Waiters waiters_;
  Inbox inbox_;
  VerificationPool pool_;
  Mesh* mesh_ = nullptr;
  std::thread thread_;

  // Of the driver's thread.
  std::int64_t steady_ms_ = 0;
  std::int64_t wake_at_ms_ = 0;
  bool failed_ = false;
  std::vector<ledger::Bytes> unsynced_records_;
  std::vector<consensus::EnvelopeInfo> admitted_;
  std::vector<consensus::EnvelopeInfo> fetched_;
  std::map<ledger::EnvelopeDigest, std::int64_t> asked_envelopes_;                 ///< until when an answer is taken
  std::map<ledger::Height, consensus::CheckpointCertificate> early_certificates_;  ///< of blocks not executed here yet
  std::optional<consensus::BlockFetch> catch_up_;
  std::size_t catch_up_source_ = 0;
  std::optional<PeerIndex> catch_up_peer_;  ///< who was asked last
  std::int64_t catch_up_give_up_ms_ = 0;    ///< when its turn ends, however slowly blocks trickle in
  std::int64_t catch_up_deadline_ms_ = 0;
  std::uint64_t catch_up_asked_to_ = 0;
  std::vector<ledger::Bytes> run_;  ///< next blocks in a row, until one comes whose certificate covers them
  std::size_t run_bytes_ = 0;
  std::uint64_t ledger_synced_ = 0;
  std::int64_t ledger_synced_ms_ = 0;
  std::int64_t next_publish_ms_ = 0;
  std::int64_t next_keep_alive_ms_ = 0;
  bool said_stopped_ = false;
  std::vector<std::optional<ledger::ReplicaId>> replicas_;  ///< the peers' places in the core's epoch
  ledger::Epoch seated_;                                    ///< the epoch of these places, and of `self_`
  struct PendingEvidence {
    consensus::Evidence evidence;
    std::int64_t next_ms = 0;
  };
  std::vector<PendingEvidence> evidence_;  ///< until the ledger holds it
  std::vector<PeerStatus> reported_;
  struct Served {
    std::int64_t since_ms = 0;
    std::size_t bytes = 0;
  };
  std::vector<Served> served_;                    ///< envelopes given to each peer in the present second
  std::deque<std::atomic<bool>> serving_blocks_;  ///< a job for the peer waits or runs on the pool
  std::int64_t next_complaint_ms_ = 0;            ///< when the log may hear of a peer's fault again

  mutable std::mutex status_mutex_;
  NodeStatus status_;

  struct Counters {
    explicit Counters(Metrics& metrics);
    Series& turns;
    Series& log_syncs;
    Series& ledger_syncs;
    Series& executed_blocks;
    Series& executed_transactions;
    Series& installed_blocks;
    Series& admitted;
    Series& refused;
    Series& bad_messages;
    Series& stale_messages;
    Series& bad_envelopes;
    Series& inbox_dropped;
    Series& bad_blocks;
    Series& unserved;
    Series& evidence;
    Series& height;
    Series& view;
    Series& view_changes;
    Series& mempool;
    Series& verification_queue;
  } counters_;
};

}  // namespace qilian::node
