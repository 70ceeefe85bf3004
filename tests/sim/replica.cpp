#include "tests/sim/replica.h"

#include "ledger/core/hash.h"
#include "tests/sim/fake_crypto.h"

namespace qilian::sim {

using namespace consensus;
using ledger::Bytes;
using ledger::ByteView;

namespace {

/// The driver ticks at the core's next timer, and never later than this.
constexpr std::int64_t kIdleTickMs = 50;
/// An actor's turns come this far apart, times the size of the network.
constexpr std::int64_t kMisdeedMs = 5;

Bytes encode_envelope(const EnvelopeInfo& info) {
  ledger::FixedWriter writer;
  writer.raw(info.digest.view()).raw(info.id.view()).raw(info.lead.view()).i64(info.expires.value()).u32(info.size);
  return writer.take();
}

EnvelopeInfo decode_envelope(ByteView bytes) {
  ledger::FixedReader reader(bytes);
  EnvelopeInfo info;
  info.digest = *EnvelopeDigest::from(reader.raw(32));
  info.id = *TransactionId::from(reader.raw(32));
  info.lead = *PublicKey::from(reader.raw(32));
  info.expires = TimeMs(reader.i64());
  info.size = reader.u32();
  return info;
}

/// The toy header: a hash over everything that must be equal everywhere.
HeaderHash header_of(const HeaderHash& parent, Height height, TimeMs time, const std::vector<TransactionId>& ids) {
  ledger::FixedWriter writer;
  writer.raw(parent.view()).u64(height.value()).i64(time.value());
  for (const TransactionId& id : ids) writer.raw(id.view());
  return HeaderHash::of(ledger::sha256({writer.take()}));
}

}  // namespace

Replica::Replica(World& world, std::uint32_t self, const ActorKind* kind, const GenesisHash& genesis,
                 const ValidatorSet& set, std::uint32_t window, std::int64_t skew_ms, std::size_t cache)
    : world_(world),
      self_(self),
      kind_(kind),
      actor_(kind != nullptr ? kind->make() : nullptr),
      genesis_(genesis),
      set_(set),
      window_(window),
      skew_ms_(skew_ms),
      cache_(cache) {
  Block first;
  first.summary.header = HeaderHash::of(genesis);
  disk_chain_[Height(0)] = first;
  disk_log_.push_back(encode_record(StartRecord{genesis_, set_.validators[self_].consensus_key}));
}

void Replica::start() {
  ++incarnation_;
  chain_ = disk_chain_;
  executed_.clear();
  for (const auto& [height, block] : chain_) {
    for (const TransactionId& id : block.summary.executed) executed_[id] = height;
  }
  Config config;
  config.genesis = genesis_;
  config.self = ReplicaId(self_);
  config.window = window_;
  config.base_timeout_ms = 600;
  config.max_timeout_ms = 10'000;
  config.status_interval_ms = 200;
  config.catch_up_delay_ms = 100;
  config.await_reports = incarnation_ > 1 && honest();

  DurableState durable;
  durable.validators = set_;
  Height low(0);
  for (const auto& [height, certificate] : disk_certificates_) {
    if (disk_chain_.contains(height)) {
      durable.stable = certificate;
      low = height;
    }
  }
  for (const auto& [height, block] : disk_chain_) {
    if (height >= low) durable.blocks.push_back(block.summary);
  }
  std::vector<LogRecord> log;
  std::vector<EnvelopeInfo> held;
  for (const Bytes& bytes : disk_log_) {
    auto record = decode_record(bytes);
    QILIAN_CHECK(record.has_value());
    if (const auto* envelope = std::get_if<EnvelopeRecord>(&*record)) {
      held.push_back(decode_envelope(envelope->envelope));
    } else {
      log.push_back(*std::move(record));
    }
  }
  auto core = Core::recover(config, durable, log);
  if (!core) {
    // An own log that does not read back is a failure of the run, told through the status that the oracle sees.
    CoreStatus status;
    status.stopped = core.error().code + ": " + core.error().message;
    world_.oracle().state(self_, incarnation_, status);
    return;
  }
  core_ = *std::move(core);
  verifier_.emplace(genesis_, fake_check, cache_);
  verifier_->add_validators(set_);
  verifier_->set_horizon(core_->horizon());
  const PublicKey key = set_.validators[self_].consensus_key;
  signer_.emplace(genesis_, ReplicaId(self_), [key](ByteView payload) { return fake_sign(key, payload); });
  EnvelopesFetched fetched;
  for (EnvelopeInfo& info : held) {
    if (const auto done = executed_.find(info.id); done != executed_.end()) info.executed_at = done->second;
    envelopes_[info.digest] = info;
    fetched.envelopes.push_back(info);
  }
  ticked_ms_ = next_tick_ms_ = -1;
  step(fetched);
  tick();
}

void Replica::crash() {
  if (!up()) return;
  ++world_.counters().crashes;
  // A prefix of what was under way may have reached the disk all the same.
  std::size_t survivors = world_.random().below(syncing_.records.size() + unsynced_.records.size() + 1);
  for (Pending* pending : {&syncing_, &unsynced_}) {
    for (const Bytes& record : pending->records) {
      if (survivors == 0) break;
      --survivors;
      disk_log_.push_back(record);
      // What survived may be sent again after the restart.
      if (auto decoded = decode_record(record)) {
        if (const auto* vote = std::get_if<VoteRecord>(&*decoded)) world_.oracle().durable(self_, vote->vote);
        if (const auto* vc = std::get_if<ViewChangeRecord>(&*decoded))
          world_.oracle().durable(self_, *signed_header(vc->message));
        if (const auto* nv = std::get_if<NewViewRecord>(&*decoded))
          world_.oracle().durable(self_, *signed_header(nv->message));
      }
    }
  }
  ++incarnation_;
  core_.reset();
  verifier_.reset();
  signer_.reset();
  unsynced_ = syncing_ = Pending{};
  sync_running_ = executor_running_ = false;
  envelopes_.clear();
  chain_.clear();
  executed_.clear();
  to_execute_.clear();
}

void Replica::tick() {
  next_tick_ms_ = -1;
  ticked_ms_ = world_.now();
  step(Tick{world_.now(), TimeMs(world_.now() + skew_ms_)});
  if (actor_ && world_.now() >= next_misdeed_ms_) {
    // Not more in a large network than in a small one.
    next_misdeed_ms_ = world_.now() + kMisdeedMs * static_cast<std::int64_t>(world_.size());
    actor_->on_tick(*this);
  }
  maybe_compact();
  schedule_tick(world_.now() + kIdleTickMs);
}

void Replica::schedule_tick(std::int64_t time) {
  time = std::clamp(time, world_.now() + 1, world_.now() + kIdleTickMs);
  if (next_tick_ms_ >= 0 && next_tick_ms_ <= time) return;
  next_tick_ms_ = time;
  const std::uint32_t life = incarnation_;
  world_.at(time, [this, life, time] {
    if (life == incarnation_ && time == next_tick_ms_) tick();
  });
}

void Replica::receive(std::uint32_t from, const Message& message) {
  if (!up()) return;
  if (actor_) {
    // A liar does not let its own lies teach it anything.
    const auto header = signed_header(message);
    const auto* status = std::get_if<Status>(&message);
    if ((header && header->sender.value() == self_) || (status != nullptr && status->is_report)) return;
    if (!actor_->on_receive(*this, from, message)) return;
  }
  auto verified = verifier_->verify(ReplicaId(from), message);
  if (!verified) {
    ++world_.counters().refused;
    return;
  }
  step(MessageVerified{*std::move(verified)});
}

void Replica::admit(const EnvelopeInfo& info) {
  if (!up() || executed_.contains(info.id) || (actor_ && !actor_->admits(*this, info))) return;
  envelopes_[info.digest] = info;
  step(TransactionsAdmitted{{info}});
}

const EnvelopeInfo* Replica::envelope(const EnvelopeDigest& digest) const {
  const auto it = envelopes_.find(digest);
  return it == envelopes_.end() ? nullptr : &it->second;
}

void Replica::step(const Input& input) {
  if (ticked_ms_ != world_.now()) {
    ticked_ms_ = world_.now();
    core_->step(Tick{world_.now(), TimeMs(world_.now() + skew_ms_)});
  }
  core_->step(input);
  drain();
}

void Replica::drain() {
  if (draining_) return;
  draining_ = true;
  Ready ready = core_->take_ready();
  const std::int64_t wake = ready.wake_at_ms;
  handle(std::move(ready));
  draining_ = false;
  verifier_->set_horizon(core_->horizon());
  schedule_tick(wake);
  if (!honest()) return;
  // Counting what is buffered costs more than a step: every few turns.
  const Horizon horizon = core_->horizon();
  world_.oracle().watermarks(self_, incarnation_, horizon);
  if (++turns_ % 8 == 0) world_.oracle().state(self_, incarnation_, core_->status());
}

void Replica::handle(Ready ready) {
  for (const EnvelopeDigest& digest : ready.persist_envelopes) {
    unsynced_.records.push_back(encode_record(EnvelopeRecord{encode_envelope(envelopes_.at(digest))}));
  }
  for (const LogRecord& record : ready.records) unsynced_.records.push_back(encode_record(record));
  for (const OwnMessage& own : ready.votes) {
    const auto signed_message = signer_->sign(own.message);
    unsynced_.records.push_back(encode_record(record_of(own, signed_message)));
    unsynced_.votes.push_back(signed_message);
  }
  for (const Outgoing& outgoing : ready.messages_now) {
    Message message = message_of(outgoing);
    if (const auto header = signed_header(message); header && header->sender.value() == self_ && honest()) {
      world_.oracle().sent(self_, *header);
    }
    transmit(outgoing.to ? std::optional(outgoing.to->value()) : std::nullopt, std::move(message));
  }
  for (const CertifiedBlock& certified : ready.certificates) {
    unsynced_.certificates.push_back(certified.certificate);
    if (honest()) world_.oracle().certified(certified.certificate.height, certified.certificate.header);
  }
  for (const Evidence& evidence : ready.evidence) {
    ++world_.counters().accusations;
    if (honest()) world_.oracle().accused(evidence);
  }
  if (ready.fetch_blocks) fetch_blocks(*ready.fetch_blocks);
  for (const EnvelopeFetch& fetch : ready.fetch_envelopes) fetch_envelopes(fetch);
  for (const EnvelopeDigest& digest : ready.forget) envelopes_.erase(digest);
  to_execute_.insert(to_execute_.end(), ready.execute.begin(), ready.execute.end());
  if (ready.must_sync) sync();
  run_executor();
}

void Replica::sync() {
  if (sync_running_) return;
  sync_running_ = true;
  syncing_ = std::exchange(unsynced_, Pending{});
  const std::uint32_t life = incarnation_;
  world_.at(world_.now() + world_.random().between(1, 8), [this, life] {
    if (life == incarnation_) synced();
  });
}

void Replica::synced() {
  Pending done = std::exchange(syncing_, Pending{});
  sync_running_ = false;
  disk_log_.insert(disk_log_.end(), done.records.begin(), done.records.end());
  for (const Block& block : done.blocks) disk_chain_[block.summary.height] = block;
  for (const auto& certificate : done.certificates) disk_certificates_[certificate.height] = certificate;
  for (const auto& vote : done.votes) {
    world_.oracle().durable(self_, *signed_header(*vote));
    send_own(vote);
  }
  if (!unsynced_.records.empty() || !unsynced_.blocks.empty()) sync();
  step(Persisted{done.votes});
}

void Replica::run_executor() {
  if (executor_running_ || to_execute_.empty()) return;
  executor_running_ = true;
  const std::uint32_t life = incarnation_;
  world_.at(world_.now() + world_.random().between(0, 4), [this, life] {
    if (life != incarnation_) return;
    executor_running_ = false;
    const ExecuteBatch batch = to_execute_.front();
    to_execute_.erase(to_execute_.begin());
    execute(batch);
    run_executor();
  });
}

void Replica::execute(const ExecuteBatch& batch) {
  const Block& head = chain_.rbegin()->second;
  if (batch.sequence != head.summary.height.next()) return;  // a block that was fetched overtook it
  Block block;
  block.parent = head.summary.header;
  block.summary.height = batch.sequence;
  block.summary.epoch = batch.epoch;
  block.summary.time = head.summary.time;
  if (batch.proposal) {
    block.summary.time = std::max(head.summary.time, batch.proposal->time);
    for (const EnvelopeDigest& digest : batch.proposal->envelopes) {
      const TransactionId id = envelopes_.at(digest).id;
      if (!executed_.contains(id) && std::ranges::find(block.summary.executed, id) == block.summary.executed.end()) {
        block.summary.executed.push_back(id);
      }
    }
  }
  block.summary.header = header_of(block.parent, batch.sequence, block.summary.time, block.summary.executed);
  append_block(block);
  step(Executed{block.summary});
}

void Replica::append_block(Block block) {
  for (const TransactionId& id : block.summary.executed) executed_[id] = block.summary.height;
  if (honest()) world_.oracle().executed(self_, block.summary.height, block.summary.header, block.summary.executed);
  unsynced_.blocks.push_back(block);
  chain_[block.summary.height] = std::move(block);
}

void Replica::fetch_blocks(const BlockFetch& fetch) {
  if (fetch.sources.empty()) return;
  const std::uint32_t source = fetch.sources[world_.random().below(fetch.sources.size())].value();
  const std::uint32_t life = incarnation_;
  world_.ask(self_, source, [this, fetch, life](Replica& peer) -> std::function<void()> {
    std::vector<Block> blocks;
    for (const auto& [height, block] : peer.chain()) {
      if (height >= fetch.first && height <= fetch.last) blocks.push_back(block);
    }
    if (peer.actor() != nullptr) peer.actor()->on_serve(peer, blocks);
    return [this, fetch, life, blocks] {
      if (life != incarnation_ || blocks.empty() || blocks.back().summary.height != fetch.last) return;
      // Nothing is taken on one peer's word: every header is hashed again and the last one is what the quorum signed.
      HeaderHash expected = fetch.certificate.header;
      for (auto it = blocks.rbegin(); it != blocks.rend(); ++it) {
        const BlockSummary& summary = it->summary;
        if (summary.header != expected ||
            header_of(it->parent, summary.height, summary.time, summary.executed) != expected)
          return;
        expected = it->parent;
      }
      for (const Block& block : blocks) {
        const Height height = block.summary.height;
        if (height != chain_.rbegin()->first.next()) continue;
        if (block.parent != chain_.rbegin()->second.summary.header) return;
        append_block(block);
        ++world_.counters().fetched_blocks;
        step(BlockInstalled{block.summary, fetch.certificate});
      }
    };
  });
}

void Replica::fetch_envelopes(const EnvelopeFetch& fetch) {
  if (fetch.sources.empty()) return;
  const std::size_t first = world_.random().below(fetch.sources.size());
  for (std::size_t i = 0; i < std::min<std::size_t>(2, fetch.sources.size()); ++i) {
    const std::uint32_t source = fetch.sources[(first + i) % fetch.sources.size()].value();
    const std::uint32_t life = incarnation_;
    world_.ask(self_, source, [this, fetch, life](Replica& peer) -> std::function<void()> {
      EnvelopesFetched found;
      if (peer.actor() != nullptr && !peer.actor()->serves_envelopes(peer)) return [] {};
      for (const EnvelopeDigest& digest : fetch.envelopes) {
        if (const EnvelopeInfo* info = peer.envelope(digest)) found.envelopes.push_back(*info);
      }
      return [this, found, life]() mutable {
        if (life != incarnation_) return;
        for (EnvelopeInfo& info : found.envelopes) {
          info.executed_at.reset();
          if (const auto done = executed_.find(info.id); done != executed_.end()) info.executed_at = done->second;
          envelopes_[info.digest] = info;
        }
        step(found);
      };
    });
  }
}

void Replica::maybe_compact() {
  // The log begins anew with the least that recovers the state, once the ledger holds everything up to L durably.
  const bool idle = !sync_running_ && unsynced_.records.empty() && unsynced_.votes.empty() && unsynced_.blocks.empty();
  if (!idle || disk_log_.size() < 60 || !world_.random().chance(10)) return;
  const Height stable = core_->status().stable;
  if (disk_chain_.rbegin()->first < stable) return;
  for (const auto& certificate : unsynced_.certificates) disk_certificates_[certificate.height] = certificate;
  unsynced_.certificates.clear();
  if (stable > Height(0) && !disk_certificates_.contains(stable)) return;
  disk_log_.clear();
  for (const EnvelopeDigest& digest : core_->pinned_envelopes()) {
    disk_log_.push_back(encode_record(EnvelopeRecord{encode_envelope(envelopes_.at(digest))}));
  }
  for (const LogRecord& record : core_->log_snapshot()) disk_log_.push_back(encode_record(record));
  ++world_.counters().compactions;
}

void Replica::send_own(const Verified<Message>& own) {
  if (honest()) world_.oracle().sent(self_, *signed_header(*own));
  transmit(std::nullopt, *own);
}

void Replica::transmit(std::optional<std::uint32_t> to, Message message) {
  if (honest()) {
    const auto shared = std::make_shared<const Message>(std::move(message));
    for (std::uint32_t i = 0; i < world_.size(); ++i) {
      if (i != self_ && (!to || *to == i)) world_.send(self_, i, shared);
    }
    return;
  }
  std::vector<Message> told;
  for (std::uint32_t i = 0; i < world_.size(); ++i) {
    if (i == self_ || (to && *to != i)) continue;
    told.clear();
    actor_->on_send(*this, i, message, told);
    if (told.empty()) ++world_.counters().withheld;
    for (Message& one : told) say(i, std::move(one));
  }
}

bool Replica::leads() const { return up() && core_->status().primary.value() == self_; }

Message Replica::sign(Message message) const {
  std::visit([&](auto& m) { m.sender = ReplicaId(self_); }, message);
  if (auto* view_change = std::get_if<ViewChange>(&message)) view_change->seal();
  return *signer_->sign(std::move(message));
}

void Replica::say(std::uint32_t to, Message message) const {
  if (to != self_) world_.send(self_, to, std::make_shared<const Message>(std::move(message)));
}

void Replica::say_all(const Message& message) const {
  const auto shared = std::make_shared<const Message>(message);
  for (std::uint32_t i = 0; i < world_.size(); ++i) {
    if (i != self_) world_.send(self_, i, shared);
  }
}

}  // namespace qilian::sim
