#include "node/driver.h"

#include <spdlog/spdlog.h>

#include <chrono>

#include "consensus/wire.h"

namespace qilian::node {
namespace {

using namespace ledger;
using consensus::Message;
using consensus::Verified;
using SteadyClock = std::chrono::steady_clock;

constexpr std::size_t kInboxPerSource = 16'384;
constexpr std::int64_t kPublishEveryMs = 50;
constexpr std::int64_t kKeepAliveMs = 1'000;
constexpr std::int64_t kLedgerSyncMs = 500;
constexpr std::size_t kMaxEarlyCertificates = 1'024;

std::int64_t steady_now_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(SteadyClock::now().time_since_epoch()).count();
}

TimeMs wall_clock() {
  return TimeMs(
      std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch())
          .count());
}

}  // namespace

Driver::Counters::Counters(Metrics& metrics)
    : turns(metrics.counter("qilian_driver_turns_total", "Turns of the driver")),
      log_syncs(metrics.counter("qilian_log_syncs_total", "Group fsyncs of the consensus log")),
      ledger_syncs(metrics.counter("qilian_ledger_syncs_total", "Fsyncs of the ledger files")),
      executed_blocks(metrics.counter("qilian_blocks_executed_total", "Blocks executed from committed batches")),
      executed_transactions(metrics.counter("qilian_transactions_executed_total", "Transactions that got a receipt")),
      installed_blocks(metrics.counter("qilian_blocks_installed_total", "Certified blocks taken from peers")),
      admitted(metrics.counter("qilian_transactions_admitted_total", "Transactions admitted by this node's API")),
      refused(metrics.counter("qilian_transactions_refused_total", "Transactions refused at admission")),
      bad_messages(
          metrics.counter("qilian_messages_invalid_total", "Consensus messages that a peer should not have sent")),
      stale_messages(
          metrics.counter("qilian_messages_filtered_total", "Consensus messages outside the window or of an old view")),
      bad_envelopes(metrics.counter("qilian_envelopes_invalid_total", "Envelopes from peers that break gate point 1")),
      inbox_dropped(metrics.counter("qilian_inbox_dropped_total", "Inputs dropped because a queue was full")),
      bad_blocks(
          metrics.counter("qilian_blocks_invalid_total", "Blocks from peers that did not pass their certificate")),
      unserved(metrics.counter("qilian_fetches_limited_total", "What a peer asked for beyond its share of a second")),
      evidence(metrics.counter("qilian_evidence_total", "Contradicting signatures of one validator seen")),
      height(metrics.gauge("qilian_height", "Certified height")),
      view(metrics.gauge("qilian_view", "View of this replica")),
      view_changes(metrics.gauge("qilian_view_changes", "View changes started here")),
      mempool(metrics.gauge("qilian_mempool_transactions", "Transactions that wait for a block")),
      verification_queue(metrics.gauge("qilian_verification_queue", "Jobs that wait for a verification thread")) {}

Driver::Driver(Setup setup, Metrics& metrics)
    : config_(std::move(setup.config)),
      executor_(std::move(setup.executor)),
      keys_(std::move(setup.keys)),
      node_key_(std::move(setup.node_key)),
      on_fatal_(std::move(setup.on_fatal)),
      verifier_(executor_->genesis().hash, verify_signature),
      mempool_({config_.limits.mempool_transactions, config_.limits.mempool_bytes,
                config_.limits.mempool_transactions_per_key,
                std::max<std::size_t>(
                    1, config_.limits.mempool_transactions / std::max<std::size_t>(1, config_.peers.size())),
                std::max<std::size_t>(kMaxEnvelopeBytes,
                                      config_.limits.mempool_bytes / std::max<std::size_t>(1, config_.peers.size()))}),
      inbox_(kInboxPerSource),
      pool_(config_.limits.verification_threads, config_.limits.verification_queue),
      replicas_(kMaxPeers),
      reported_(kMaxPeers),
      served_(kMaxPeers),
      serving_blocks_(kMaxPeers),
      counters_(metrics) {
  // Other threads read it while validators' nodes are added: it never moves.
  config_.peers.reserve(kMaxPeers);
}

Result<std::unique_ptr<Driver>> Driver::create(Setup setup, Metrics& metrics) {
  std::vector<Bytes> records;
  std::optional<ConsensusLog> log;
  if (setup.log) {
    records = std::move(setup.log->records);
    log.emplace(std::move(setup.log->log));
  }
  std::unique_ptr<Driver> driver(new Driver(std::move(setup), metrics));
  if (log) driver->log_.emplace(std::move(*log));
  QILIAN_TRY_VOID(driver->recover(std::move(records)));
  return driver;
}

Driver::~Driver() { stop(); }

void Driver::start(Mesh& mesh) {
  mesh_ = &mesh;
  thread_ = std::thread([this] { run(); });
}

void Driver::stop() {
  pool_.stop();
  inbox_.close();
  if (thread_.joinable()) thread_.join();
  inbox_.clear();
}

void Driver::run() {
  while (!inbox_.closed() && !failed_) {
    tick();
    drain();
    publish();
    const std::int64_t idle = steady_ms_ + config_.timers.tick_ms;
    const std::int64_t until = wake_at_ms_ > 0 ? std::min(idle, std::max(wake_at_ms_, steady_ms_)) : idle;
    const auto tasks = inbox_.take(SteadyClock::time_point(std::chrono::milliseconds(until)));
    tick();
    for (const auto& task : tasks) {
      task();
      // Everybody has another place in another epoch: nothing is looked up or counted by the old ones.
      if (core_->validators().epoch != seated_) drain();
    }
  }
  waiters_.fail_all();
  if (!failed_) sync_ledger(true);
}

void Driver::tick() {
  steady_ms_ = steady_now_ms();
  core_->step(consensus::Tick{steady_ms_, wall_clock()});
  waiters_.time_out(steady_ms_);
  if (catch_up_ && steady_ms_ >= catch_up_deadline_ms_) ask_for_blocks();
  report_evidence();
  if (steady_ms_ >= next_keep_alive_ms_) {
    next_keep_alive_ms_ = steady_ms_ + kKeepAliveMs;
    mesh_->broadcast(FrameKind::kStatus, PeerStatus{store().certified(), executor_->height()}.encode());
    std::erase_if(asked_envelopes_, [this](const auto& asked) { return asked.second < steady_ms_; });
  }
}

void Driver::drain() {
  while (!failed_) {
    if (!admitted_.empty()) core_->step(consensus::TransactionsAdmitted{std::exchange(admitted_, {})});
    if (!fetched_.empty()) core_->step(consensus::EnvelopesFetched{std::exchange(fetched_, {})});
    consensus::Ready ready = core_->take_ready();
    verifier_.set_horizon(core_->horizon());
    wake_at_ms_ = ready.wake_at_ms;
    if (ready.empty()) break;
    counters_.turns.add();
    process(std::move(ready));
  }
  if (failed_) return;
  sync_ledger(false);
  if (voter_ && log_->wants_restart()) truncate_log();
  if (const auto stopped = core_->status().stopped; stopped && !said_stopped_) {
    said_stopped_ = true;
    spdlog::critical("this replica votes no longer: {}", *stopped);
  }
}

// The order of THE CALLER'S LOOP in consensus/core.h.
void Driver::process(consensus::Ready ready) {
  std::vector<Verified<Message>> votes;
  const bool new_epoch = std::ranges::any_of(ready.records, [](const consensus::LogRecord& record) {
    return std::holds_alternative<consensus::EpochRecord>(record);
  });
  if (new_epoch && !hand_over(ready)) return;
  if (!persist(ready, votes)) return;
  if (new_epoch) retire_keys();
  for (const auto& outgoing : ready.messages_now) send(consensus::message_of(outgoing), outgoing.to);
  for (const auto& vote : votes) send(*vote, std::nullopt);
  if (!votes.empty()) core_->step(consensus::Persisted{std::move(votes)});

  for (const auto& batch : ready.execute) {
    execute(batch);
    if (failed_) return;
  }
  for (const auto& certified : ready.certificates) {
    keep_certificate(certified.certificate);
    if (failed_) return;
  }
  // What may go before what is wanted: an envelope that expired and was named by a proposal in one turn must be fetched
  // again, not be taken for held and then dropped.
  forget(ready.forget);
  for (const auto& fetch : ready.fetch_envelopes) fetch_envelopes(fetch);
  if (ready.fetch_blocks) fetch_blocks(*ready.fetch_blocks);
  for (const auto& handover : ready.handovers) send_handover(handover);
  for (const auto& evidence : ready.evidence) keep_evidence(evidence);
}

// Writes what this turn must remember. Votes are signed here and leave only when this returned true.
bool Driver::persist(const consensus::Ready& ready, std::vector<Verified<Message>>& votes) {
  for (const auto& digest : ready.persist_envelopes) {
    const auto transaction = mempool_.find(digest);
    if (!transaction) {
      fail({"driver.envelope", "an envelope that a vote rests on is not held: " + digest.hex()});
      return false;
    }
    unsynced_records_.push_back(consensus::encode_record(consensus::EnvelopeRecord{transaction->envelope()}));
  }
  for (const auto& record : ready.records) unsynced_records_.push_back(consensus::encode_record(record));
  for (const auto& own : ready.votes) {
    const auto signer = signers_.find(consensus::signed_header(own.message)->epoch);
    if (signer == signers_.end()) continue;
    votes.push_back(signer->second.sign(own.message));
    unsynced_records_.push_back(consensus::encode_record(consensus::record_of(own, votes.back())));
  }
  if (!voter_) unsynced_records_.clear();
  if (!voter_ || (!ready.must_sync && votes.empty())) return true;
  if (const auto written = log_->append(unsynced_records_); !written) {
    fail(written.error());
    return false;
  }
  unsynced_records_.clear();
  counters_.log_syncs.add();
  return true;
}

void Driver::send(const Message& message, std::optional<ReplicaId> to) {
  const Bytes payload = consensus::encode_message(message);
  if (payload.size() > max_payload(FrameKind::kConsensus)) return;
  if (!to) return mesh_->broadcast(FrameKind::kConsensus, payload);
  if (const auto peer = peer_of(*to)) mesh_->send(*peer, FrameKind::kConsensus, payload);
}

void Driver::execute(const consensus::ExecuteBatch& committed) {
  if (committed.sequence <= executor_->height()) return;
  Batch batch;
  batch.height = committed.sequence;
  batch.epoch = committed.epoch;
  if (committed.proposal) {
    batch.time = committed.proposal->time;
    batch.proposer = committed.proposal->proposer;
    for (const auto& digest : committed.proposal->envelopes) {
      auto transaction = mempool_.find(digest);
      if (!transaction) return fail({"driver.envelope", "a committed envelope is not held: " + digest.hex()});
      batch.transactions.push_back(std::move(transaction));
    }
  }
  spdlog::trace("execute height {} with {} transactions", batch.height.value(), batch.transactions.size());
  const auto executed = executor_->execute(batch);
  if (!executed) return fail(executed.error());
  counters_.executed_blocks.add();
  std::vector<TransactionId> ids;
  for (const auto& outcome : executed->outcomes) ids.push_back(outcome.id);
  after_block(*executed);
  core_->step(consensus::Executed{summary(executed->header, std::move(ids))});
}

void Driver::after_block(const Executed& executed) {
  counters_.executed_transactions.add(static_cast<std::int64_t>(executed.outcomes.size()));
  for (const auto& outcome : executed.outcomes) {
    mempool_.settle(outcome.id);
    waiters_.executed(outcome.id, {executed.header.height, outcome.index, outcome.receipt});
  }
  const auto early = early_certificates_.find(executed.header.height);
  if (early == early_certificates_.end()) return;
  const auto certificate = early->second;
  early_certificates_.erase(early_certificates_.begin(), std::next(early));
  keep_certificate(certificate);
}

void Driver::keep_certificate(const consensus::CheckpointCertificate& certificate) {
  if (certificate.height > executor_->height()) {
    if (early_certificates_.size() < kMaxEarlyCertificates)
      early_certificates_.emplace(certificate.height, certificate);
    return;
  }
  if (certificate.height == Height(0)) return;
  const auto header = store().header(certificate.height);
  if (!header) return fail(header.error());
  if (header->hash() != certificate.header) {
    return fail({"driver.diverged", "a quorum certified another header than ours at height " +
                                        std::to_string(certificate.height.value()) + ": ours " + header->hash().hex() +
                                        ", theirs " + certificate.header.hex() +
                                        "; keep the data directory for examination"});
  }
  const auto kept = executor_->append_certificate({header->encode(), certificate.signers, certificate.signatures});
  if (!kept) return fail(kept.error());
  waiters_.certified(store().certified());
}

void Driver::forget(const std::vector<EnvelopeDigest>& digests) {
  for (const auto& digest : digests) {
    const auto transaction = mempool_.find(digest);
    if (!transaction) continue;
    const auto waiting = mempool_.find(transaction->id());
    if (waiting && waiting->envelope_digest() == digest) waiters_.expired(transaction->id());
    mempool_.forget(digest);
  }
}

// The ledger may lag behind the log on disk, by so little that the log always covers it (the core recovers one window).
void Driver::sync_ledger(bool at_once) {
  const std::uint64_t height = executor_->height().value();
  const std::uint64_t most = std::max<std::uint64_t>(1, executor_->genesis().window / 4);
  if (!at_once && height == ledger_synced_) return;
  if (!at_once && height - ledger_synced_ < most && steady_ms_ - ledger_synced_ms_ < kLedgerSyncMs) return;
  if (const auto synced = executor_->sync(); !synced) return fail(synced.error());
  counters_.ledger_syncs.add();
  ledger_synced_ = height;
  ledger_synced_ms_ = steady_ms_;
}

void Driver::truncate_log() {
  sync_ledger(true);
  if (failed_) return;
  std::vector<Bytes> records;
  const auto snapshot = core_->log_snapshot();
  // The start record opens every log; the envelopes stand before the records that name them.
  QILIAN_CHECK(!snapshot.empty() && std::holds_alternative<consensus::StartRecord>(snapshot[0]));
  records.push_back(consensus::encode_record(snapshot[0]));
  for (const auto& digest : core_->pinned_envelopes()) {
    if (const auto transaction = mempool_.find(digest)) {
      records.push_back(consensus::encode_record(consensus::EnvelopeRecord{transaction->envelope()}));
    }
  }
  for (std::size_t i = 1; i < snapshot.size(); ++i) records.push_back(consensus::encode_record(snapshot[i]));
  unsynced_records_.clear();
  if (const auto restarted = log_->restart_with(records); !restarted) fail(restarted.error());
}

void Driver::publish() {
  if (steady_ms_ < next_publish_ms_) return;
  next_publish_ms_ = steady_ms_ + kPublishEveryMs;
  NodeStatus status;
  status.core = core_->status();
  status.self = self_;
  status.validators = core_->validators().size();
  status.mempool_waiting = mempool_.waiting_count();
  status.mempool_bytes = mempool_.waiting_bytes();
  for (PeerIndex i = 0; i < config_.peers.size(); ++i) {
    status.peers.push_back({config_.peers[i].address, replicas_[i], mesh_->connected(i), reported_[i]});
  }
  counters_.height.set(static_cast<std::int64_t>(store().certified().value()));
  counters_.view.set(static_cast<std::int64_t>(status.core.view.value()));
  counters_.view_changes.set(static_cast<std::int64_t>(status.core.view_changes));
  counters_.mempool.set(static_cast<std::int64_t>(status.mempool_waiting));
  counters_.verification_queue.set(static_cast<std::int64_t>(pool_.waiting()));
  const std::lock_guard lock(status_mutex_);
  status_ = std::move(status);
}

NodeStatus Driver::status() const {
  NodeStatus status;
  {
    const std::lock_guard lock(status_mutex_);
    status = status_;
  }
  // Heights are not a turn old: whoever was told that his block is certified finds it so.
  const auto state = store().latest();
  status.executed = state->height();
  status.state_root = state->header().state_root;
  status.block_time = state->header().time;
  status.certified = store().certified();
  return status;
}

void Driver::fail(const Error& error) {
  if (failed_) return;
  failed_ = true;
  on_fatal_(error);
}

TimeMs Driver::now() const { return std::max(wall_clock(), executor_->header().time); }

}  // namespace qilian::node
