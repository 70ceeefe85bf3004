// One core on a bench: the other replicas are messages made by hand and signed with the simulator's fake keys.
#pragma once

#include <doctest/doctest.h>

#include "consensus/core.h"
#include "consensus/new_view.h"
#include "ledger/core/hash.h"
#include "tests/sim/fake_crypto.h"

namespace qilian::consensus {

inline const GenesisHash kGenesis = GenesisHash::of(ledger::sha256({"bench"}));

inline EnvelopeInfo envelope(std::uint64_t number, std::uint32_t lead = 1) {
  EnvelopeInfo info;
  info.digest = EnvelopeDigest::of(ledger::sha256({"envelope", std::to_string(number)}));
  info.id = TransactionId::of(ledger::sha256({"id", std::to_string(number)}));
  info.lead = sim::fake_key(lead);
  info.expires = TimeMs(1'000'000'000);
  info.size = 100;
  return info;
}

inline HeaderHash header(std::uint64_t height) {
  return HeaderHash::of(ledger::sha256({"header", std::to_string(height)}));
}

/// Signs as any replica.
inline Verified<Message> signed_by(ReplicaId who, Message message) {
  const PublicKey key = sim::fake_key(who.value());
  return Signer(kGenesis, who, [key](ByteView payload) { return sim::fake_sign(key, payload); })
      .sign(std::move(message));
}

class Bench {
 public:
  explicit Bench(std::uint32_t self, std::size_t n = 4, std::uint32_t window = 8)
      : n_(n), verifier_(kGenesis, sim::fake_check) {
    config_.genesis = kGenesis;
    config_.self = ReplicaId(self);
    config_.window = window;
    config_.base_timeout_ms = 1000;
    config_.max_timeout_ms = 8000;
    config_.status_interval_ms = 400;
    durable_.validators = sim::fake_validators(n);
    BlockSummary genesis;
    genesis.header = header(0);
    durable_.blocks = {genesis};
  }

  Config& config() { return config_; }
  DurableState& durable() { return durable_; }
  std::vector<LogRecord>& log() { return log_; }

  /// From what is durable; also after `log()` grew by a run.
  void start() {
    auto recovered = Core::recover(config_, durable_, log_);
    REQUIRE_MESSAGE(recovered.has_value(), (recovered ? "" : recovered.error().message));
    core_ = *std::move(recovered);
    verifier_.add_validators(durable_.validators);
    verifier_.set_horizon(core_->horizon());
    tick(0);
  }
  Core& core() {
    if (!core_) start();
    return *core_;
  }
  Verifier& verifier() { return verifier_; }

  void tick(std::int64_t ms, std::int64_t step = 20) {
    if (!core_) start();
    for (const std::int64_t end = now_ + ms;;) {
      core_->step(Tick{now_, TimeMs(1'000'000 + now_)});
      settle();
      if (now_ >= end) return;
      now_ = std::min(end, now_ + step);
    }
  }
  TimeMs clock() const { return TimeMs(1'000'000 + now_); }

  Result<void> deliver(std::uint32_t peer, Message message) {
    core();
    auto verified = verifier_.verify(ReplicaId(peer), std::move(message));
    if (!verified) return std::unexpected(verified.error());
    core_->step(MessageVerified{*std::move(verified)});
    settle();
    return {};
  }
  void input(const Input& one) {
    core().step(one);
    settle();
  }
  void admit(const EnvelopeInfo& info) { input(TransactionsAdmitted{{info}}); }

  // Messages of others.
  std::shared_ptr<const Proposal> proposal(std::uint64_t sequence, std::vector<EnvelopeDigest> envelopes,
                                           std::uint64_t view = 0, std::optional<TimeMs> time = {}) {
    core();
    return std::make_shared<const Proposal>(Proposal{kGenesis, durable_.validators.epoch, Sequence(sequence),
                                                     primary_of(durable_.validators.epoch, View(view), n_),
                                                     time.value_or(clock()), std::move(envelopes)});
  }
  Message pre_prepare(std::shared_ptr<const Proposal> what, std::uint64_t view = 0) {
    const ReplicaId primary = primary_of(Epoch(0), View(view), n_);
    return *signed_by(primary, PrePrepare{Epoch(0), View(view), what->sequence, what->digest(), primary, {}, what});
  }
  static Message prepare(std::uint32_t from, std::uint64_t view, std::uint64_t sequence, const ProposalDigest& digest) {
    return *signed_by(ReplicaId(from), Prepare{Epoch(0), View(view), Sequence(sequence), digest, ReplicaId(from), {}});
  }
  static Message commit(std::uint32_t from, std::uint64_t view, std::uint64_t sequence, const ProposalDigest& digest) {
    return *signed_by(ReplicaId(from), Commit{Epoch(0), View(view), Sequence(sequence), digest, ReplicaId(from), {}});
  }
  static Message checkpoint(std::uint32_t from, std::uint64_t height, const HeaderHash& hash) {
    return *signed_by(ReplicaId(from), Checkpoint{Epoch(0), Height(height), hash, ReplicaId(from), {}});
  }
  PreparedCertificate prepared(std::uint64_t view, std::uint64_t sequence, const ProposalDigest& digest) const {
    const ReplicaId primary = primary_of(Epoch(0), View(view), n_);
    PreparedCertificate out{View(view), Sequence(sequence), digest, {}, make_bitmap(n_), {}};
    out.pre_prepare =
        signed_header(
            *signed_by(primary, PrePrepare{Epoch(0), View(view), Sequence(sequence), digest, primary, {}, nullptr}))
            ->signature;
    for (std::uint32_t i = 0; i < n_ && out.prepares.size() + 1 < ledger::quorum(n_); ++i) {
      if (ReplicaId(i) == primary) continue;
      set_bit(out.preparers, ReplicaId(i));
      out.prepares.push_back(signed_header(prepare(i, view, sequence, digest))->signature);
    }
    return out;
  }
  CheckpointCertificate stable(std::uint64_t height) const {
    CheckpointCertificate out{Epoch(0), Height(height), header(height), make_bitmap(n_), {}};
    for (std::uint32_t i = 0; i < ledger::quorum(n_); ++i) {
      set_bit(out.signers, ReplicaId(i));
      out.signatures.push_back(signed_header(checkpoint(i, height, header(height)))->signature);
    }
    return out;
  }
  static Message view_change(std::uint32_t from, std::uint64_t view, std::vector<PreparedCertificate> p = {},
                             CheckpointCertificate l = {}) {
    ViewChange message;
    message.view = View(view);
    message.sender = ReplicaId(from);
    message.prepared = std::move(p);
    message.stable = std::move(l);
    message.seal();
    return *signed_by(ReplicaId(from), std::move(message));
  }
  Message new_view(std::uint64_t view, const std::vector<Message>& view_changes,
                   std::optional<OSet> forced = {}) const {
    NewView message;
    message.view = View(view);
    message.sender = primary_of(Epoch(0), View(view), n_);
    std::vector<const ViewChange*> contents;
    for (const Message& one : view_changes) {
      contents.push_back(&std::get<ViewChange>(one));
      message.view_changes.push_back({contents.back()->sender, contents.back()->digest});
    }
    const OSet o_set = forced ? *forced : compute_o_set(contents);
    message.min_s = o_set.min_s;
    for (const ProposalDigest& digest : o_set.digests) message.slots.push_back({digest, {}});
    return *signed_by(message.sender, std::move(message));
  }

  /// Everything this replica said or wanted since the last clear().
  std::vector<Message> sent;  ///< own votes, after they became durable
  std::vector<Outgoing> at_once;
  std::vector<ExecuteBatch> executed;
  std::vector<BlockFetch> block_fetches;
  std::vector<EnvelopeFetch> envelope_fetches;
  std::vector<Evidence> evidence;
  std::vector<CertifiedBlock> certificates;
  std::vector<Handover> handovers;
  std::vector<EnvelopeDigest> forgotten;
  std::optional<Height> truncated;
  bool hold_disk = false;  ///< votes stay on their way to the disk
  bool hold_executor = false;
  std::vector<Verified<Message>> on_the_way;

  template <class T>
  std::vector<T> votes() const {
    std::vector<T> out;
    for (const Message& message : sent) {
      if (const auto* one = std::get_if<T>(&message)) out.push_back(*one);
    }
    return out;
  }
  template <class T>
  std::size_t sent_at_once() const {
    std::size_t count = 0;
    for (const Outgoing& outgoing : at_once) count += std::holds_alternative<T>(message_of(outgoing));
    return count;
  }
  void release_disk() {
    hold_disk = false;
    flush();
    settle();
  }
  void clear() {
    sent.clear();
    at_once.clear();
    executed.clear();
    block_fetches.clear();
    envelope_fetches.clear();
    evidence.clear();
    certificates.clear();
  }
  /// A whole slot in the normal case, as a backup of view 0, up to this replica's own execution.
  void commit_slot(std::uint64_t sequence, const EnvelopeInfo& info) {
    admit(info);
    const auto what = proposal(sequence, {info.digest});
    REQUIRE(deliver(0, pre_prepare(what)).has_value());
    for (std::uint32_t i = 1; i < n_; ++i) {
      if (ReplicaId(i) != config_.self) REQUIRE(deliver(i, prepare(i, 0, sequence, what->digest())).has_value());
    }
    for (std::uint32_t i = 0; i < n_; ++i) {
      if (ReplicaId(i) != config_.self) REQUIRE(deliver(i, commit(i, 0, sequence, what->digest())).has_value());
    }
  }

 private:
  void flush() {
    if (on_the_way.empty()) return;
    Persisted persisted{std::exchange(on_the_way, {})};
    for (const auto& own : persisted.own) sent.push_back(*own);
    core_->step(persisted);
  }
  void settle() {
    for (int round = 0; round < 100; ++round) {
      Ready ready = core_->take_ready();
      verifier_.set_horizon(core_->horizon());
      log_.insert(log_.end(), ready.records.begin(), ready.records.end());
      for (const OwnMessage& own : ready.votes) {
        const auto message = signed_by(config_.self, own.message);
        log_.push_back(record_of(own, message));
        on_the_way.push_back(message);
      }
      at_once.insert(at_once.end(), ready.messages_now.begin(), ready.messages_now.end());
      evidence.insert(evidence.end(), ready.evidence.begin(), ready.evidence.end());
      certificates.insert(certificates.end(), ready.certificates.begin(), ready.certificates.end());
      envelope_fetches.insert(envelope_fetches.end(), ready.fetch_envelopes.begin(), ready.fetch_envelopes.end());
      forgotten.insert(forgotten.end(), ready.forget.begin(), ready.forget.end());
      handovers.insert(handovers.end(), ready.handovers.begin(), ready.handovers.end());
      if (ready.fetch_blocks) block_fetches.push_back(*ready.fetch_blocks);
      if (ready.truncate_log) truncated = ready.truncate_log;
      executed.insert(executed.end(), ready.execute.begin(), ready.execute.end());
      bool more = false;
      if (!hold_executor) {
        for (const ExecuteBatch& batch : ready.execute) {
          BlockSummary block;
          block.height = batch.sequence;
          block.header = header(batch.sequence.value());
          block.time = batch.proposal ? batch.proposal->time : clock();
          core_->step(Executed{block});
          more = true;
        }
      }
      if (!hold_disk && !on_the_way.empty()) {
        flush();
        more = true;
      }
      if (!more) return;
    }
  }

  std::size_t n_;
  Config config_;
  DurableState durable_;
  std::vector<LogRecord> log_;
  std::optional<Core> core_;
  Verifier verifier_;
  std::int64_t now_ = 0;
};

}  // namespace qilian::consensus
