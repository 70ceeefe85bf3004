#include "tests/stage/replica.h"

#include "ledger/core/hash.h"
#include "tests/sim/fake_crypto.h"

namespace qilian::stage {

using namespace consensus;
using ledger::Bytes;
using ledger::ByteView;
using ledger::FixedReader;
using ledger::FixedWriter;

namespace {

Bytes encode_envelope(const EnvelopeInfo& info) {
  FixedWriter writer;
  writer.raw(info.digest.view()).raw(info.id.view()).raw(info.lead.view()).i64(info.expires.value()).u32(info.size);
  return writer.take();
}

EnvelopeInfo decode_envelope(ByteView bytes) {
  FixedReader reader(bytes);
  EnvelopeInfo info;
  info.digest = *EnvelopeDigest::from(reader.raw(32));
  info.id = *TransactionId::from(reader.raw(32));
  info.lead = *PublicKey::from(reader.raw(32));
  info.expires = TimeMs(reader.i64());
  info.size = reader.u32();
  return info;
}

}  // namespace

Settings settings_for(std::size_t n) {
  Settings out;
  out.genesis = GenesisHash::of(ledger::sha256({"staged genesis"}));
  out.validators = sim::fake_validators(n);
  return out;
}

HeaderHash header_of(const HeaderHash& parent, const BlockSummary& block) {
  FixedWriter writer;
  writer.raw(parent.view()).u64(block.height.value()).i64(block.time.value());
  for (const TransactionId& id : block.executed) writer.raw(id.view());
  return HeaderHash::of(ledger::sha256({writer.take()}));
}

Verified<Message> forge(const GenesisHash& genesis, ReplicaId who, Message message) {
  const PublicKey key = sim::fake_key(who.value());
  return Signer(genesis, who, [key](ByteView payload) { return sim::fake_sign(key, payload); })
      .sign(std::move(message));
}

EnvelopeInfo transaction(std::uint64_t number) {
  EnvelopeInfo info;
  info.digest = EnvelopeDigest::of(ledger::sha256({"staged envelope", std::to_string(number)}));
  info.id = TransactionId::of(ledger::sha256({"staged id", std::to_string(number)}));
  info.lead = sim::fake_key(50);
  info.expires = TimeMs(1'000'000'000);
  info.size = 100;
  return info;
}

Replica::Replica(const Settings& settings, std::uint32_t place, ReplicaId self)
    : settings_(&settings), place_(place), self_(self) {
  Block first;
  first.summary.header = HeaderHash::of(settings.genesis);
  disk_.chain[Height(0)] = first;
  disk_.log.push_back(
      encode_record(StartRecord{settings.genesis, settings.validators.validators[self.value()].consensus_key}));
  disk_.groups.push_back(disk_.log.size());
}

const EnvelopeInfo* Replica::envelope(const EnvelopeDigest& digest) const {
  const auto it = envelopes_.find(digest);
  return it == envelopes_.end() ? nullptr : &it->second;
}

ledger::Result<void> Replica::start(Host& host, std::int64_t now_ms) {
  ++life_;
  chain_ = disk_.chain;
  for (const auto& [height, block] : chain_) {
    for (const TransactionId& id : block.summary.executed) executed_[id] = height;
  }
  Config config;
  config.genesis = settings_->genesis;
  config.self = self_;
  config.window = settings_->window;
  config.base_timeout_ms = settings_->base_timeout_ms;
  config.max_timeout_ms = settings_->max_timeout_ms;
  config.batch_delay_ms = settings_->batch_delay_ms;
  config.status_interval_ms = settings_->status_interval_ms;
  config.catch_up_delay_ms = settings_->catch_up_delay_ms;
  config.await_reports = life_ > 1;

  DurableState durable;
  durable.validators = settings_->validators;
  durable.limits = settings_->limits;
  for (const auto& [height, certificate] : disk_.certificates) {
    if (disk_.chain.contains(height)) durable.stable = certificate;
  }
  for (const auto& [height, block] : disk_.chain) {
    if (height >= durable.stable.height) durable.blocks.push_back(block.summary);
  }
  std::vector<LogRecord> log;
  EnvelopesFetched held;
  for (const Bytes& bytes : disk_.log) {
    QILIAN_TRY(auto record, decode_record(bytes));
    if (const auto* envelope = std::get_if<EnvelopeRecord>(&record)) {
      held.envelopes.push_back(decode_envelope(envelope->envelope));
    } else {
      log.push_back(std::move(record));
    }
  }
  QILIAN_TRY(core_, Core::recover(config, durable, log));
  verifier_.emplace(settings_->genesis, sim::fake_check, 4096);
  verifier_->add_validators(settings_->validators);
  verifier_->set_self(self_);
  verifier_->set_horizon(core_->horizon());
  tick(host, now_ms);
  hold(host, held.envelopes);
  return {};
}

void Replica::power_off(std::size_t survivors) {
  survivors = std::min(survivors, unsynced_.size());
  if (survivors > 0) {
    disk_.log.insert(disk_.log.end(), unsynced_.begin(), unsynced_.begin() + static_cast<std::ptrdiff_t>(survivors));
    disk_.groups.push_back(disk_.log.size());
  }
  core_.reset();
  verifier_.reset();
  planned_.clear();
  unsynced_.clear();
  unsynced_blocks_.clear();
  unsynced_certificates_.clear();
  wants_compaction_ = false;
  chain_.clear();
  executed_.clear();
  envelopes_.clear();
}

void Replica::tick(Host& host, std::int64_t now_ms) { input(host, Tick{now_ms, TimeMs(now_ms)}); }

void Replica::admit(Host& host, const std::vector<EnvelopeInfo>& infos) {
  if (!up()) return;
  TransactionsAdmitted admitted;
  for (const EnvelopeInfo& info : infos) {
    if (executed_.contains(info.id)) continue;
    envelopes_[info.digest] = info;
    admitted.envelopes.push_back(info);
  }
  if (!admitted.envelopes.empty()) input(host, admitted);
}

void Replica::hold(Host& host, const std::vector<EnvelopeInfo>& infos) {
  if (!up()) return;
  EnvelopesFetched fetched{infos};
  for (EnvelopeInfo& info : fetched.envelopes) {
    info.executed_at.reset();
    if (const auto done = executed_.find(info.id); done != executed_.end()) info.executed_at = done->second;
    envelopes_[info.digest] = info;
  }
  if (!fetched.envelopes.empty()) input(host, fetched);
}

ledger::Result<void> Replica::receive(Host& host, ReplicaId from, const Verified<Message>& message) {
  if (!settings_->verify) {
    input(host, MessageVerified{message});
    return {};
  }
  QILIAN_TRY(auto verified, verifier_->verify(from, *message));
  input(host, MessageVerified{std::move(verified)});
  return {};
}

bool Replica::install(Host& host, const std::vector<Block>& blocks, const CheckpointCertificate& certificate) {
  if (blocks.empty() || blocks.back().summary.header != certificate.header) return false;
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    if (header_of(blocks[i].parent, blocks[i].summary) != blocks[i].summary.header) return false;
    if (i > 0 && blocks[i].parent != blocks[i - 1].summary.header) return false;
  }
  for (const Block& block : blocks) {
    if (!up()) return false;
    const auto& [height, head] = *chain_.rbegin();
    if (block.summary.height != height.next()) continue;
    if (block.parent != head.summary.header) return false;
    planned_.push_back(AppendBlock{block});
    planned_.push_back(Feed{BlockInstalled{block.summary, certificate}});
    perform(host);
  }
  return true;
}

void Replica::input(Host& host, const Input& one) {
  if (!up()) return;
  planned_.push_back(Feed{one});
  perform(host);
}

Verified<Message> Replica::sign(const Message& message) const { return forge(settings_->genesis, self_, message); }

void Replica::plan(Host& host, Ready ready) {
  if (settings_->keep_disk) {
    for (const EnvelopeDigest& digest : ready.persist_envelopes) {
      planned_.push_back(AppendRecord{encode_record(EnvelopeRecord{encode_envelope(envelopes_.at(digest))}), {}});
    }
    for (const LogRecord& record : ready.records) planned_.push_back(AppendRecord{encode_record(record), {}});
  }
  Persisted persisted;
  for (const OwnMessage& own : ready.votes) {
    persisted.own.push_back(sign(own.message));
    const Verified<Message>& vote = persisted.own.back();
    if (settings_->keep_disk) {
      planned_.push_back(AppendRecord{encode_record(record_of(own, vote)), signed_header(*vote)});
    }
  }
  for (const Outgoing& outgoing : ready.messages_now) planned_.push_back(SendNow{outgoing});
  for (const CertifiedBlock& certified : ready.certificates)
    planned_.push_back(AppendCertificate{certified.certificate});
  for (const ExecuteBatch& batch : ready.execute) planned_.push_back(Execute{batch});
  if (ready.must_sync) {
    if (settings_->keep_disk) {
      planned_.push_back(SyncLedger{});
      planned_.push_back(SyncLog{});
    }
    for (const Verified<Message>& vote : persisted.own) {
      for (std::uint32_t i = 0; i < settings_->validators.size(); ++i) {
        if (ReplicaId(i) != self_) planned_.push_back(SendVote{ReplicaId(i), vote});
      }
    }
    if (!persisted.own.empty()) planned_.push_back(Feed{std::move(persisted)});
  }
  for (const EnvelopeDigest& digest : ready.forget) envelopes_.erase(digest);
  for (const Evidence& evidence : ready.evidence) host.accuse(*this, evidence);
  if (ready.fetch_blocks) host.fetch_blocks(*this, *ready.fetch_blocks);
  for (const EnvelopeFetch& fetch : ready.fetch_envelopes) host.fetch_envelopes(*this, fetch);
  wants_compaction_ = wants_compaction_ || ready.truncate_log.has_value();
}

void Replica::plan_compaction() {
  if (!wants_compaction_ || settings_->compact_above == 0 || disk_.log.size() <= settings_->compact_above) return;
  wants_compaction_ = false;
  // The ledger first: what the new log leaves out must be durable there, certificate included.
  planned_.push_back(SyncLedger{true});
  planned_.push_back(CompactLog{});
}

void Replica::perform(Host& host) {
  if (performing_) return;
  performing_ = true;
  while (up() && !planned_.empty()) {
    const Effect effect = std::move(planned_.front());
    planned_.pop_front();
    if (!host.before(*this, effect)) break;
    run(host, effect);
    host.after(*this, effect);
    if (!planned_.empty() || !up()) continue;
    Ready ready = core_->take_ready();
    verifier_->set_horizon(core_->horizon());
    const bool idle = ready.empty() && !ready.must_sync;
    plan(host, std::move(ready));
    if (idle) plan_compaction();
  }
  performing_ = false;
  if (up()) host.settled(*this);
}

void Replica::run(Host& host, const Effect& effect) {
  if (const auto* append = std::get_if<AppendRecord>(&effect)) {
    unsynced_.push_back(append->record);
  } else if (const auto* block = std::get_if<AppendBlock>(&effect)) {
    for (const TransactionId& id : block->block.summary.executed) executed_[id] = block->block.summary.height;
    chain_[block->block.summary.height] = block->block;
    unsynced_blocks_.push_back(block->block);
    host.appended(*this, block->block);
  } else if (const auto* certificate = std::get_if<AppendCertificate>(&effect)) {
    unsynced_certificates_.push_back(certificate->certificate);
  } else if (const auto* sync = std::get_if<SyncLedger>(&effect)) {
    if (!sync->at_once && unsynced_blocks_.size() < settings_->ledger_lag) return;
    for (const Block& one : unsynced_blocks_) disk_.chain[one.summary.height] = one;
    for (const CheckpointCertificate& one : unsynced_certificates_) disk_.certificates[one.height] = one;
    unsynced_blocks_.clear();
    unsynced_certificates_.clear();
  } else if (std::holds_alternative<SyncLog>(effect)) {
    if (settings_->lying_disk) return;
    disk_.log.insert(disk_.log.end(), unsynced_.begin(), unsynced_.end());
    if (!unsynced_.empty()) disk_.groups.push_back(disk_.log.size());
    unsynced_.clear();
  } else if (std::holds_alternative<CompactLog>(effect)) {
    disk_.log.clear();
    const std::vector<LogRecord> snapshot = core_->log_snapshot();
    disk_.log.push_back(encode_record(snapshot.front()));
    for (const EnvelopeDigest& digest : core_->pinned_envelopes()) {
      disk_.log.push_back(encode_record(EnvelopeRecord{encode_envelope(envelopes_.at(digest))}));
    }
    for (std::size_t i = 1; i < snapshot.size(); ++i) disk_.log.push_back(encode_record(snapshot[i]));
    disk_.groups.assign(1, disk_.log.size());
    unsynced_.clear();
  } else if (const auto* vote = std::get_if<SendVote>(&effect)) {
    host.send(*this, vote->to, vote->message);
  } else if (const auto* now = std::get_if<SendNow>(&effect)) {
    const auto* verified = std::get_if<Verified<Message>>(&now->outgoing.message);
    host.send(*this, now->outgoing.to, verified != nullptr ? *verified : OwnLog::trust(message_of(now->outgoing)));
  } else if (const auto* batch = std::get_if<Execute>(&effect)) {
    execute(batch->batch);
  } else if (const auto* feed = std::get_if<Feed>(&effect)) {
    core_->step(feed->input);
  }
}

void Replica::execute(const ExecuteBatch& batch) {
  // In front of everything else that is planned: the next effect is the block's frame.
  const Block& head = chain_.rbegin()->second;
  if (batch.sequence != head.summary.height.next()) return;
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
  block.summary.header = header_of(block.parent, block.summary);
  const BlockSummary summary = block.summary;
  planned_.push_front(Feed{Executed{summary}});
  planned_.push_front(AppendBlock{std::move(block)});
}

}  // namespace qilian::stage
