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
HeaderHash header_of(const HeaderHash& parent, const BlockSummary& block) {
  ledger::FixedWriter writer;
  writer.raw(parent.view()).u64(block.epoch.value()).u64(block.height.value()).i64(block.time.value());
  for (const TransactionId& id : block.executed) writer.raw(id.view());
  if (block.change) writer.raw(block.change->next.hash().view());
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
  disk_log_.push_back(encode_record(StartRecord{genesis_, epoch_key(self_, Epoch(0))}));
}

void Replica::start() {
  ++incarnation_;
  chain_ = disk_chain_;
  executed_.clear();
  for (const auto& [height, block] : chain_) {
    for (const TransactionId& id : block.summary.executed) executed_[id] = height;
  }
  Height low(0);
  CheckpointCertificate stable;
  for (const auto& [height, certificate] : disk_certificates_) {
    if (disk_chain_.contains(height)) {
      stable = certificate;
      low = height;
    }
  }
  sets_ = {{Epoch(0), set_}};
  boundaries_.clear();
  for (const auto& [height, block] : disk_chain_) {
    if (!block.summary.change) continue;
    boundaries_[block.summary.epoch] = Height(height.value() + window_);
    sets_[block.summary.change->next.epoch] = block.summary.change->next;
  }
  Epoch epoch(0);
  while (boundaries_.contains(epoch) && boundaries_.at(epoch) <= low) epoch = epoch.next();
  const auto place = seat_of(sets_.at(epoch), self_);

  Config config;
  config.genesis = genesis_;
  config.self = place.value_or(ReplicaId(0));
  config.observer = !place;
  config.window = window_;
  config.base_timeout_ms = world_.timeout_ms();
  config.max_timeout_ms = 16 * world_.timeout_ms();
  config.status_interval_ms = 200;
  config.catch_up_delay_ms = 100;
  config.await_reports = incarnation_ > 1 && honest();

  DurableState durable;
  durable.validators = sets_.at(epoch);
  durable.stable = stable;
  if (epoch > Epoch(0)) {
    const Epoch before(epoch.value() - 1);
    durable.begun_by = boundaries_.at(before);
    durable.previous = sets_.at(before);
    durable.previous_self = seat_of(sets_.at(before), self_);
  }
  if (boundaries_.contains(epoch) && boundaries_.at(epoch).value() <= low.value() + window_) {
    durable.boundary = boundaries_.at(epoch);
    durable.change = BlockSummary::Change{sets_.at(epoch.next()), seat_of(sets_.at(epoch.next()), self_)};
  }
  for (const auto& [height, block] : disk_chain_) {
    if (height >= low) durable.blocks.push_back(summary_of(block));
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
  auto core = Core::recover(config, durable, place ? std::span<const LogRecord>(log) : std::span<const LogRecord>());
  if (!core) {
    // An own log that does not read back is a failure of the run, told through the status that the oracle sees.
    CoreStatus status;
    status.stopped = core.error().code + ": " + core.error().message;
    world_.oracle().state(self_, incarnation_, status);
    return;
  }
  core_ = *std::move(core);
  verifier_.emplace(genesis_, fake_check, cache_);
  if (durable.previous) verifier_->add_validators(*durable.previous);
  verifier_->add_validators(durable.validators);
  verifier_->set_horizon(core_->horizon());
  signers_.clear();
  add_signer();
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
  signers_.clear();
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
  auto verified = verifier_->verify(id_of(from), message);
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
  for (const CertifiedBlock& certified : ready.certificates) unsynced_.certificates.push_back(certified.certificate);
  const bool new_epoch = std::ranges::any_of(
      ready.records, [](const LogRecord& record) { return std::holds_alternative<EpochRecord>(record); });
  if (new_epoch) hand_over();
  for (const EnvelopeDigest& digest : ready.persist_envelopes) {
    unsynced_.records.push_back(encode_record(EnvelopeRecord{encode_envelope(envelopes_.at(digest))}));
  }
  for (const LogRecord& record : ready.records) unsynced_.records.push_back(encode_record(record));
  for (const OwnMessage& own : ready.votes) {
    const auto signed_message = signers_.at(signed_header(own.message)->epoch).sign(own.message);
    unsynced_.records.push_back(encode_record(record_of(own, signed_message)));
    unsynced_.votes.push_back(signed_message);
  }
  for (const Outgoing& outgoing : ready.messages_now) {
    Message message = message_of(outgoing);
    const auto header = signed_header(message);
    if (header && honest() && seat_of(sets_.at(header->epoch), self_) == header->sender)
      world_.oracle().sent(self_, *header);
    transmit(outgoing.to ? std::optional(node_behind(*outgoing.to)) : std::nullopt, std::move(message));
  }
  for (const CertifiedBlock& certified : ready.certificates) {
    if (honest()) world_.oracle().certified(certified.certificate);
  }
  for (const Evidence& evidence : ready.evidence) {
    ++world_.counters().accusations;
    if (honest()) world_.oracle().accused(node_of(sets_.at(evidence.first.epoch), evidence.first.sender));
  }
  if (ready.fetch_blocks) fetch_blocks(*ready.fetch_blocks);
  for (const Handover& handover : ready.handovers) send_handover(handover);
  for (const EnvelopeFetch& fetch : ready.fetch_envelopes) fetch_envelopes(fetch);
  for (const EnvelopeDigest& digest : ready.forget) envelopes_.erase(digest);
  to_execute_.insert(to_execute_.end(), ready.execute.begin(), ready.execute.end());
  if (ready.must_sync) sync();
  run_executor();
  if (new_epoch && honest()) world_.epoch_began(self_);
}

// The ledger is durable up to the boundary before the log begins anew under the next key.
void Replica::hand_over() {
  ++world_.counters().epochs;
  for (Pending* pending : {&syncing_, &unsynced_}) {
    for (const Block& block : pending->blocks) disk_chain_[block.summary.height] = block;
    for (const auto& certificate : pending->certificates) disk_certificates_[certificate.height] = certificate;
    pending->blocks.clear();
    pending->certificates.clear();
  }
  verifier_->add_validators(core_->validators());
  verifier_->set_horizon(core_->horizon());
  if (!core_->place()) return;
  add_signer();
  disk_log_.clear();
  disk_log_.push_back(encode_record(StartRecord{genesis_, epoch_key(self_, core_->validators().epoch)}));
  disk_log_.push_back(encode_record(EpochRecord{core_->validators().epoch, core_->horizon().begun_by}));
}

void Replica::add_signer() {
  const auto place = core_->place();
  if (!place) return;
  const Epoch epoch = core_->validators().epoch;
  const PublicKey key = epoch_key(self_, epoch);
  signers_.try_emplace(epoch, genesis_, *place, [key](ByteView payload) { return fake_sign(key, payload); });
}

void Replica::send_handover(const Handover& handover) {
  const auto boundary = boundaries_.find(handover.epoch);
  if (boundary == boundaries_.end()) return;
  const auto certificate = disk_certificates_.find(boundary->second);
  if (certificate == disk_certificates_.end()) return;
  transmit(node_behind(handover.to),
           CheckpointProof{certificate->second, core_->place().value_or(ledger::kNoProposer)});
}

ReplicaId Replica::id_of(std::uint32_t node) const {
  return seat_of(core_->validators(), node).value_or(ReplicaId(kFirstGuest + node));
}

std::uint32_t Replica::node_behind(ReplicaId id) const {
  return is_guest(id) ? id.value() - kFirstGuest : node_of(core_->validators(), id);
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
  block.summary.change = decided_in(block);
  block.summary.header = header_of(block.parent, block.summary);
  append_block(block);
  step(Executed{summary_of(block)});
}

// As the contracts would: one change at a time, by the first transaction that asks for one.
std::optional<BlockSummary::Change> Replica::decided_in(const Block& block) const {
  const Epoch epoch = block.summary.epoch;
  if (boundaries_.contains(epoch)) return std::nullopt;
  for (const TransactionId& id : block.summary.executed) {
    const auto planned = world_.planned_changes().find(id);
    if (planned != world_.planned_changes().end())
      return BlockSummary::Change{set_of(planned->second, epoch.next()), std::nullopt};
  }
  return std::nullopt;
}

BlockSummary Replica::summary_of(const Block& block) const {
  BlockSummary out = block.summary;
  if (out.change) out.change->self = seat_of(out.change->next, self_);
  return out;
}

void Replica::append_block(Block block) {
  for (const TransactionId& id : block.summary.executed) executed_[id] = block.summary.height;
  if (honest()) world_.oracle().executed(self_, block.summary.height, block.summary.header, block.summary.executed);
  if (block.summary.change) {
    const ValidatorSet& next = block.summary.change->next;
    boundaries_[block.summary.epoch] = Height(block.summary.height.value() + window_);
    sets_[next.epoch] = next;
    if (honest()) world_.oracle().decided(block.summary.height, next);
  }
  unsynced_.blocks.push_back(block);
  chain_[block.summary.height] = std::move(block);
}

void Replica::fetch_blocks(const BlockFetch& fetch) {
  if (fetch.sources.empty()) return;
  // Of an epoch that is over its members may be gone: at times anybody is asked.
  const ReplicaId signer = fetch.sources[world_.random().below(fetch.sources.size())];
  std::uint32_t source = node_of(sets_.at(fetch.certificate.epoch), signer);
  if (world_.nodes() > world_.size() && world_.random().chance(30))
    source = static_cast<std::uint32_t>(world_.random().below(world_.nodes()));
  if (source == self_) return;
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
        if (summary.header != expected || header_of(it->parent, summary) != expected) return;
        expected = it->parent;
      }
      for (const Block& block : blocks) {
        const Height height = block.summary.height;
        if (height != chain_.rbegin()->first.next()) continue;
        if (block.parent != chain_.rbegin()->second.summary.header) return;
        append_block(block);
        ++world_.counters().fetched_blocks;
        step(BlockInstalled{summary_of(block), fetch.certificate});
      }
    };
  });
}

void Replica::fetch_envelopes(const EnvelopeFetch& fetch) {
  if (fetch.sources.empty()) return;
  const std::size_t first = world_.random().below(fetch.sources.size());
  for (std::size_t i = 0; i < std::min<std::size_t>(2, fetch.sources.size()); ++i) {
    const std::uint32_t source = node_behind(fetch.sources[(first + i) % fetch.sources.size()]);
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
  if (!idle || !core_->place() || disk_log_.size() < 60 || !world_.random().chance(10)) return;
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
    for (std::uint32_t i = 0; i < world_.nodes(); ++i) {
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
  return *signers_.rbegin()->second.sign(std::move(message));
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
