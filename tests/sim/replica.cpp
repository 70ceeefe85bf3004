#include "tests/sim/replica.h"

#include "ledger/core/hash.h"
#include "tests/sim/fake_crypto.h"

namespace qilian::sim {

using namespace consensus;
using ledger::Bytes;
using ledger::ByteView;

namespace {

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

Replica::Replica(World& world, std::uint32_t self, Behaviour behaviour, const GenesisHash& genesis,
                 const ValidatorSet& set, std::uint32_t window, std::int64_t skew_ms)
    : world_(world),
      self_(self),
      behaviour_(behaviour),
      genesis_(genesis),
      set_(set),
      window_(window),
      skew_ms_(skew_ms) {
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
  verifier_.emplace(genesis_, fake_check, 4096);
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
  step(Tick{world_.now(), TimeMs(world_.now() + skew_ms_)});
  step(fetched);
  const std::uint32_t life = incarnation_;
  world_.at(world_.now() + 20, [this, life] {
    if (life == incarnation_) tick();
  });
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
  if (!up()) return;
  step(Tick{world_.now(), TimeMs(world_.now() + skew_ms_)});
  maybe_compact();
  const std::uint32_t life = incarnation_;
  world_.at(world_.now() + 20, [this, life] {
    if (life == incarnation_) tick();
  });
}

void Replica::receive(std::uint32_t from, const Message& message) {
  if (!up()) return;
  // A liar does not let its own lies teach it anything.
  if (const auto header = signed_header(message); !honest() && header && header->sender.value() == self_) return;
  auto verified = verifier_->verify(ReplicaId(from), message);
  if (!verified) {
    ++world_.counters().refused;
    return;
  }
  step(MessageVerified{*std::move(verified)});
}

void Replica::admit(const EnvelopeInfo& info) {
  if (!up() || executed_.contains(info.id)) return;
  envelopes_[info.digest] = info;
  step(TransactionsAdmitted{{info}});
}

const EnvelopeInfo* Replica::envelope(const EnvelopeDigest& digest) const {
  const auto it = envelopes_.find(digest);
  return it == envelopes_.end() ? nullptr : &it->second;
}

void Replica::step(const Input& input) {
  if (std::holds_alternative<MessageVerified>(input)) core_->step(Tick{world_.now(), TimeMs(world_.now() + skew_ms_)});
  core_->step(input);
  drain();
}

void Replica::drain() {
  if (draining_) return;
  draining_ = true;
  handle(core_->take_ready());
  draining_ = false;
  verifier_->set_horizon(core_->horizon());
  if (honest()) world_.oracle().state(self_, incarnation_, core_->status());
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
    const Message message = message_of(outgoing);
    if (const auto header = signed_header(message); header && header->sender.value() == self_ && honest()) {
      world_.oracle().sent(self_, *header);
    }
    transmit(outgoing.to ? std::optional(outgoing.to->value()) : std::nullopt, message);
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
    if (!peer.honest() && !blocks.empty() && world_.random().chance(50)) blocks.back().summary.time = TimeMs(1);
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

void Replica::transmit(std::optional<std::uint32_t> to, const Message& message) {
  const auto shared = std::make_shared<const Message>(message);
  for (std::uint32_t i = 0; i < world_.size(); ++i) {
    if (i == self_ || (to && *to != i)) continue;
    if (honest()) {
      world_.send(self_, i, shared);
    } else if (auto told = tamper(i, message)) {
      world_.send(self_, i, std::make_shared<const Message>(*std::move(told)));
    }
  }
}

std::optional<Message> Replica::tamper(std::uint32_t to, const Message& message) {
  const bool leads = up() && core_->status().primary.value() == self_;
  if (behaviour_ == Behaviour::kMute || (behaviour_ == Behaviour::kSilentPrimary && leads)) {
    ++world_.counters().silenced;
    return std::nullopt;
  }
  if (behaviour_ != Behaviour::kEquivocator) return message;
  const auto header = signed_header(message);
  if (!header || header->sender.value() != self_ || to % 2 == 0) return message;

  // Odd replicas hear the second story: another proposal, and votes that agree with it.
  const auto resign = [&](auto copy) -> Message {
    copy.signature = Signature{};
    const PublicKey key = set_.validators[self_].consensus_key;
    copy.signature = fake_sign(key, signing_payload(genesis_, *signed_header(Message(copy))));
    return copy;
  };
  if (const auto* pre_prepare = std::get_if<PrePrepare>(&message); pre_prepare != nullptr && pre_prepare->proposal) {
    auto& lie = lies_[{pre_prepare->view, pre_prepare->sequence}];
    if (!lie) {
      Proposal other = *pre_prepare->proposal;
      other.time = TimeMs(other.time.value() + 1);
      if (!other.envelopes.empty() && world_.random().chance(50)) other.envelopes.pop_back();
      lie = std::make_shared<const Proposal>(other);
    }
    ++world_.counters().equivocations;
    PrePrepare copy = *pre_prepare;
    copy.proposal = lie;
    copy.digest = lie->digest();
    return resign(copy);
  }
  if (const auto* commit = std::get_if<Commit>(&message)) {
    if (const auto lie = lies_.find({commit->view, commit->sequence}); lie != lies_.end()) {
      Commit copy = *commit;
      copy.digest = lie->second->digest();
      return resign(copy);
    }
  }
  if (const auto* prepare = std::get_if<Prepare>(&message); prepare != nullptr && world_.random().chance(20)) {
    Prepare copy = *prepare;
    copy.digest.bytes[0] = static_cast<char>(copy.digest.bytes[0] ^ 1);
    ++world_.counters().equivocations;
    return resign(copy);
  }
  if (const auto* view_change = std::get_if<ViewChange>(&message);
      view_change != nullptr && world_.random().chance(50)) {
    // Forgets what prepared.
    ViewChange copy = *view_change;
    copy.prepared.clear();
    copy.seal();
    ++world_.counters().equivocations;
    return resign(copy);
  }
  if (const auto* checkpoint = std::get_if<Checkpoint>(&message); checkpoint != nullptr && world_.random().chance(20)) {
    Checkpoint copy = *checkpoint;
    copy.header.bytes[0] = static_cast<char>(copy.header.bytes[0] ^ 1);
    ++world_.counters().equivocations;
    return resign(copy);
  }
  return message;
}

}  // namespace qilian::sim
