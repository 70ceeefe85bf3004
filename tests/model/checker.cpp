#include "tests/model/checker.h"

#include <bit>
#include <bitset>
#include <unordered_map>
#include <unordered_set>

#include "consensus/new_view.h"
#include "ledger/core/hash.h"
#include "tests/sim/fake_crypto.h"
#include "tests/stage/replica.h"

namespace qilian::model {

using namespace consensus;

namespace {

constexpr std::size_t kReplicas = 4;
constexpr std::size_t kQuorum = ledger::quorum(kReplicas);
constexpr std::size_t kMaxMessages = 4096;
constexpr std::int64_t kTimeoutMs = 1'000;
constexpr std::int64_t kBeginMs = 1'000;
constexpr Sequence kSlot{1};
constexpr std::uint32_t kSame = ~0U;  ///< a step that changes nothing that anybody could see

using MessageId = std::uint16_t;
using Pool = std::bitset<kMaxMessages>;
/// Delivered one after the other, as one visible step; empty: the replica's timers run out.
using Batch = std::vector<MessageId>;

/// Batches of which the first that shows stands for all.
struct Choices {
  std::vector<std::uint32_t> batches;
  bool changes_view = false;  ///< nothing new for a replica whose own timers would make it ask for view 1
};

/// A single replica, by what decides its future and what it said.
struct Local {
  Core core;
  Pool said;
  std::optional<HeaderHash> executed;  ///< block 1
};

/// Calls visit with every message of the pool, in the order in which they were first said. Visiting may add messages.
template <class Visit>
void each(const Pool& pool, const Visit& visit) {
  for (std::size_t id = pool._Find_first(); id < kMaxMessages; id = pool._Find_next(id)) {
    visit(static_cast<MessageId>(id));
  }
}

std::uint64_t mix(std::uint64_t a, std::uint64_t b) {
  a = (a ^ b) * 0x9E3779B97F4A7C15ULL;
  return a ^ (a >> 29);
}

class Checker {
 public:
  explicit Checker(const Bounds& bounds) : bounds_(bounds), settings_(stage::settings_for(kReplicas)) {
    for (std::uint32_t i = 0; i < kReplicas; ++i) {
      if (!bounds.liars.contains(i)) honest_.push_back(i);
    }
    verifier_.emplace(settings_.genesis, sim::fake_check);
    verifier_->add_validators(settings_.validators);
    Horizon horizon;
    horizon.window = 1;
    verifier_->set_horizon(horizon);
  }

  Result run() {
    std::uint64_t first = 0;
    for (std::size_t i = 0; i < honest_.size(); ++i) first |= std::uint64_t{begin(honest_[i])} << (21 * i);
    lie_at_first();
    std::vector<std::uint64_t> frontier{first};
    visited_.insert(first);
    while (!frontier.empty() && result_.violation.empty()) {
      std::vector<std::uint64_t> next;
      for (const std::uint64_t state : frontier) {
        expand(state, next);
        if (!result_.violation.empty() || visited_.size() > bounds_.max_states) break;
      }
      if (visited_.size() > bounds_.max_states) break;
      frontier = std::move(next);
      if (!frontier.empty()) ++result_.depth;
    }
    result_.complete = frontier.empty() && result_.violation.empty();
    result_.states = visited_.size();
    result_.local_states = locals_.size();
    result_.messages = messages_.size();
    return result_;
  }

 private:
  std::uint32_t local_of(std::uint64_t state, std::size_t index) const {
    return static_cast<std::uint32_t>(state >> (21 * index) & 0x1FFFFF);
  }
  void violate(std::string what) {
    if (result_.violation.empty()) result_.violation = std::move(what);
  }

  // --- Messages ---

  MessageId intern(const Verified<Message>& message) {
    const auto header = signed_header(*message);
    ledger::FixedWriter name;
    name.u8(static_cast<std::uint8_t>(message->index()));
    if (header) {
      name.raw(header->digest.view())
          .u64(header->view.value())
          .u64(header->sequence.value())
          .u32(header->sender.value());
      name.raw(header->signature.view());
    } else {
      name.raw(std::get<Proposals>(*message).proposals.front().digest().view());
    }
    const auto [it, fresh] = ids_.try_emplace(ledger::sha256({name.take()}), static_cast<MessageId>(messages_.size()));
    if (fresh) {
      QILIAN_CHECK(messages_.size() < kMaxMessages);
      messages_.push_back(message);
      if (const auto* pre_prepare = std::get_if<PrePrepare>(&*message)) {
        // Whoever saw the proposal serves it.
        bodies_[pre_prepare->digest] = intern(OwnLog::trust(Proposals{{*pre_prepare->proposal}, pre_prepare->sender}));
        proposals_[pre_prepare->digest] = pre_prepare->proposal;
      }
    }
    return it->second;
  }

  Verified<Message> sign(std::uint32_t who, Message message) const {
    return stage::forge(settings_.genesis, ReplicaId(who), std::move(message));
  }

  /// What a liar signs passes the real border, or does not.
  std::optional<MessageId> lie(const Verified<Message>& message) {
    if (!bounds_.verify) return intern(message);
    const auto header = signed_header(*message);
    auto verified = verifier_->verify(header->sender, *message);
    return verified ? std::optional(intern(*verified)) : std::nullopt;
  }
  void lie_into(Pool& pool, std::uint32_t who, Message message) {
    if (const auto id = lie(sign(who, std::move(message)))) pool.set(*id);
  }

  // --- Single replicas ---

  std::uint32_t begin(std::uint32_t who) {
    Config config;
    config.genesis = settings_.genesis;
    config.self = ReplicaId(who);
    config.window = 1;
    config.base_timeout_ms = config.max_timeout_ms = kTimeoutMs;
    config.status_interval_ms = 1'000'000'000;
    DurableState durable;
    durable.validators = settings_.validators;
    durable.limits.max_batch_transactions = 1;
    BlockSummary genesis;
    genesis.header = HeaderHash::of(settings_.genesis);
    durable.blocks = {genesis};
    auto core = Core::recover(config, durable, {});
    QILIAN_CHECK(core.has_value());
    Local local{*std::move(core), {}, {}};
    // The primary of view 1 would propose another transaction than that of view 0.
    const std::vector<EnvelopeInfo> order = who == 1 ? std::vector{stage::transaction(2), stage::transaction(1)}
                                                     : std::vector{stage::transaction(1), stage::transaction(2)};
    local.core.step(Tick{kBeginMs, TimeMs(kBeginMs)});
    local.core.step(TransactionsAdmitted{order});
    settle(who, local);
    return keep(std::move(local));
  }

  /// Everything that a step caused: votes are durable and blocks executed at once.
  void settle(std::uint32_t who, Local& local) {
    for (;;) {
      Ready ready = local.core.take_ready();
      for (const Evidence& evidence : ready.evidence) {
        if (!bounds_.liars.contains(evidence.first.sender.value())) violate("an honest replica was accused");
      }
      Persisted persisted;
      for (const OwnMessage& own : ready.votes) {
        persisted.own.push_back(sign(who, own.message));
        say(who, local, persisted.own.back());
      }
      std::vector<BlockSummary> blocks;
      for (const ExecuteBatch& batch : ready.execute) {
        BlockSummary block;
        block.height = batch.sequence;
        block.time = TimeMs(kBeginMs);
        if (batch.proposal) {
          for (const EnvelopeDigest& digest : batch.proposal->envelopes) {
            for (std::uint64_t i = 1; i <= 2; ++i) {
              if (stage::transaction(i).digest == digest) block.executed.push_back(stage::transaction(i).id);
            }
          }
        }
        // Two proposals are two blocks here, even where they order the same: agreement is on proposals.
        ledger::FixedWriter content;
        content.u64(block.height.value());
        if (batch.proposal) content.raw(batch.proposal->digest().view());
        block.header = HeaderHash::of(ledger::sha256({content.take()}));
        if (batch.sequence == kSlot) local.executed = block.header;
        blocks.push_back(std::move(block));
      }
      if (persisted.own.empty() && blocks.empty()) break;
      if (!persisted.own.empty()) step(local, persisted);
      for (const BlockSummary& block : blocks) step(local, Executed{block});
    }
    if (const auto stopped = local.core.status().stopped) {
      violate("replica " + std::to_string(who) + " stopped: " + *stopped);
    }
  }

  void step(Local& local, const Input& input) {
    ++result_.steps;
    local.core.step(input);
  }

  void say(std::uint32_t who, Local& local, const Verified<Message>& message) {
    const SignedHeader header = *signed_header(*message);
    const bool per_view = header.type == MessageType::kViewChange || header.type == MessageType::kNewView;
    each(local.said, [&](MessageId id) {
      const SignedHeader other = *signed_header(*messages_[id]);
      if (other.type == header.type && other.view == header.view && (per_view || other.sequence == header.sequence) &&
          other.digest != header.digest) {
        violate("replica " + std::to_string(who) + " signed two things, " + std::string(name_of(*message)));
      }
    });
    // Beyond the bounds: later slots and views.
    const Sequence highest =
        header.type == MessageType::kViewChange || header.type == MessageType::kNewView ? Sequence(0) : header.sequence;
    if (highest > kSlot || header.view > View(1)) return;
    local.said.set(intern(message));
  }

  std::uint32_t keep(Local local) {
    std::uint64_t said = 0;
    each(local.said, [&](MessageId id) { said = mix(said, id + 1U); });
    ledger::FixedWriter name;
    name.raw(local.core.fingerprint().view()).u64(said);
    const auto [it, fresh] =
        local_ids_.try_emplace(ledger::sha256({name.take()}), static_cast<std::uint32_t>(locals_.size()));
    if (fresh) {
      QILIAN_CHECK(locals_.size() < 0x1FFFFF);
      locals_.push_back(std::move(local));
    }
    return it->second;
  }

  bool visible(const Local& before, const Local& after) const {
    const CoreStatus a = before.core.status(), b = after.core.status();
    return before.said != after.said || before.executed != after.executed || a.stable != b.stable || a.view != b.view ||
           a.in_view != b.in_view;
  }

  std::uint32_t after(std::uint32_t who, std::uint32_t local, std::uint32_t batch) {
    const std::uint64_t key = std::uint64_t{local} << 32 | batch;
    if (const auto known = next_.find(key); known != next_.end()) return known->second;
    const std::uint32_t result = deliver(who, locals_[local], batches_[batch]);
    next_.emplace(key, result);
    return result;
  }

  std::uint32_t deliver(std::uint32_t who, const Local& before, const Batch& batch) {
    // Timers run out in view 0 alone; beyond view 1 nothing is said.
    const View view = before.core.status().view;
    if (view > View(1) || (batch.empty() && view > View(0))) return kSame;
    Local local = before;
    if (batch.empty()) {
      // Half a timeout to forward, and one more for whatever waits.
      for (const std::int64_t ms : {kTimeoutMs / 2 + 1, 2 * kTimeoutMs + 2}) {
        step(local, Tick{kBeginMs + ms, TimeMs(kBeginMs)});
        settle(who, local);
        if (local.core.status().view > View(0)) break;
      }
    }
    for (const MessageId id : batch) {
      const auto header = signed_header(*messages_[id]);
      if (header && header->sender == ReplicaId(who)) continue;
      step(local, MessageVerified{messages_[id]});
      settle(who, local);
    }
    return visible(before, local) ? keep(std::move(local)) : kSame;
  }

  // --- What may arrive ---

  void lie_at_first() {
    for (const std::uint32_t liar : bounds_.liars) {
      for (const View view : {View(0), View(1)}) {
        if (primary_of(Epoch(0), view, kReplicas) != ReplicaId(liar)) continue;
        for (std::uint64_t i = 1; i <= 2; ++i) {
          const auto proposal = std::make_shared<const Proposal>(Proposal{
              settings_.genesis, Epoch(0), kSlot, ReplicaId(liar), TimeMs(kBeginMs), {stage::transaction(i).digest}});
          lie_into(always_, liar, PrePrepare{Epoch(0), view, kSlot, proposal->digest(), ReplicaId(liar), {}, proposal});
        }
      }
    }
  }

  /// One prepared certificate of view 0 for each digest for which the pool and the liars have the signatures; which of
  /// them signed makes no difference to anybody.
  std::vector<PreparedCertificate> certificates(const Pool& pool) {
    std::vector<PreparedCertificate> out;
    for (std::size_t i = 0; i < messages_.size(); ++i) {
      const auto* pre_prepare = pool.test(i) ? std::get_if<PrePrepare>(&*messages_[i]) : nullptr;
      if (pre_prepare == nullptr || pre_prepare->view != View(0)) continue;
      PreparedCertificate certificate{
          View(0), kSlot, pre_prepare->digest, pre_prepare->signature, make_bitmap(kReplicas), {}};
      for (std::uint32_t who = 1; who < kReplicas && certificate.prepares.size() + 1 < kQuorum; ++who) {
        const auto prepare = sign(who, Prepare{Epoch(0), View(0), kSlot, pre_prepare->digest, ReplicaId(who), {}});
        const bool said = bounds_.liars.contains(who) || has(pool, prepare);
        if (!said) continue;
        set_bit(certificate.preparers, ReplicaId(who));
        certificate.prepares.push_back(signed_header(*prepare)->signature);
      }
      if (certificate.prepares.size() + 1 == kQuorum) {
        out.push_back(std::move(certificate));
      } else {
        // A forged one: the signatures that lack are made up.
        for (std::uint32_t who = 1; who < kReplicas && certificate.prepares.size() + 1 < kQuorum; ++who) {
          if (has_bit(certificate.preparers, ReplicaId(who))) continue;
          set_bit(certificate.preparers, ReplicaId(who));
          certificate.prepares.emplace_back();
        }
        out.push_back(std::move(certificate));
      }
    }
    return out;
  }
  bool has(const Pool& pool, const Verified<Message>& message) {
    const auto header = signed_header(*message);
    for (std::size_t i = 0; i < messages_.size(); ++i) {
      if (pool.test(i) && signed_header(*messages_[i]) == header) return true;
    }
    return false;
  }

  std::optional<CheckpointCertificate> stable(const Pool& pool) {
    std::map<HeaderHash, CheckpointCertificate> found;
    for (std::uint32_t who = 0; who < kReplicas; ++who) {
      for (std::size_t i = 0; i < messages_.size(); ++i) {
        const auto* checkpoint = pool.test(i) ? std::get_if<Checkpoint>(&*messages_[i]) : nullptr;
        if (checkpoint == nullptr || checkpoint->sender != ReplicaId(who)) continue;
        auto& certificate =
            found
                .try_emplace(checkpoint->header,
                             CheckpointCertificate{Epoch(0), kSlot, checkpoint->header, make_bitmap(kReplicas), {}})
                .first->second;
        if (certificate.signatures.size() == kQuorum) continue;
        set_bit(certificate.signers, ReplicaId(who));
        certificate.signatures.push_back(checkpoint->signature);
      }
    }
    for (const auto& [header, certificate] : found) {
      if (certificate.signatures.size() == kQuorum) return certificate;
    }
    return std::nullopt;
  }

  /// Everything that can arrive once the honest ones said this.
  const Pool& arrivable(const Pool& said) {
    const auto known = arrivable_.find(said);
    if (known != arrivable_.end()) return known->second;
    Pool pool = said | always_;
    // Votes of liars for everything that was proposed or executed.
    std::set<HeaderHash> headers;
    for (std::size_t i = 0, count = messages_.size(); i < count; ++i) {
      if (!pool.test(i)) continue;
      if (const auto* pre_prepare = std::get_if<PrePrepare>(&*messages_[i])) {
        pool.set(bodies_.at(pre_prepare->digest));
      }
      if (const auto* checkpoint = std::get_if<Checkpoint>(&*messages_[i])) headers.insert(checkpoint->header);
    }
    for (const std::uint32_t liar : bounds_.liars) {
      for (const View view : {View(0), View(1)}) {
        for (const auto& [digest, proposal] : proposals_) {
          if (!pool.test(bodies_.at(digest))) continue;
          if (primary_of(Epoch(0), view, kReplicas) != ReplicaId(liar)) {
            lie_into(pool, liar, Prepare{Epoch(0), view, kSlot, digest, ReplicaId(liar), {}});
          }
          lie_into(pool, liar, Commit{Epoch(0), view, kSlot, digest, ReplicaId(liar), {}});
        }
      }
      for (const HeaderHash& header : headers) {
        lie_into(pool, liar, Checkpoint{Epoch(0), kSlot, header, ReplicaId(liar), {}});
      }
    }
    const auto certificates_known = certificates(pool);
    const auto stable_known = stable(pool);
    for (const std::uint32_t liar : bounds_.liars) {
      const auto ask = [&](std::vector<PreparedCertificate> prepared, CheckpointCertificate low) {
        ViewChange message;
        message.view = View(1);
        message.sender = ReplicaId(liar);
        message.prepared = std::move(prepared);
        message.stable = std::move(low);
        message.seal();
        lie_into(pool, liar, std::move(message));
      };
      CheckpointCertificate genesis;
      genesis.header = HeaderHash::of(settings_.genesis);
      ask({}, genesis);
      for (const PreparedCertificate& certificate : certificates_known) ask({certificate}, genesis);
      if (stable_known && bounds_.checkpoints) ask({}, *stable_known);
    }
    if (bounds_.liars.contains(1)) lie_new_views(pool);
    return arrivable_.emplace(said, pool).first->second;
  }

  std::map<std::uint32_t, std::vector<MessageId>> view_changes(const Pool& pool) const {
    std::map<std::uint32_t, std::vector<MessageId>> out;
    for (std::size_t i = 0; i < messages_.size(); ++i) {
      const auto* view_change = pool.test(i) ? std::get_if<ViewChange>(&*messages_[i]) : nullptr;
      if (view_change != nullptr) out[view_change->sender.value()].push_back(static_cast<MessageId>(i));
    }
    return out;
  }

  /// Calls visit with every choice of `size` VIEW-CHANGEs of distinct senders.
  template <class Visit>
  static void choose(const std::map<std::uint32_t, std::vector<MessageId>>& by_sender, std::size_t size,
                     const Visit& visit) {
    std::vector<std::uint32_t> senders;
    for (const auto& [sender, ids] : by_sender) senders.push_back(sender);
    for (std::uint32_t mask = 0; mask < 1U << senders.size(); ++mask) {
      if (static_cast<std::size_t>(std::popcount(mask)) != size) continue;
      std::vector<Batch> partial{{}};
      for (std::size_t i = 0; i < senders.size(); ++i) {
        if ((mask >> i & 1U) == 0) continue;
        std::vector<Batch> longer;
        for (const Batch& batch : partial) {
          for (const MessageId id : by_sender.at(senders[i])) {
            longer.push_back(batch);
            longer.back().push_back(id);
          }
        }
        partial = std::move(longer);
      }
      for (const Batch& batch : partial) visit(batch);
    }
  }

  /// The lying primary of view 1: every O-set that follows from some quorum of VIEW-CHANGEs, and one that does not.
  void lie_new_views(Pool& pool) {
    std::set<std::pair<Sequence, std::vector<ProposalDigest>>> told;
    bool wrong = false;
    choose(view_changes(pool), kQuorum, [&](const Batch& named) {
      std::vector<const ViewChange*> contents;
      NewView message;
      message.view = View(1);
      message.sender = ReplicaId(1);
      for (const MessageId id : named) {
        contents.push_back(&std::get<ViewChange>(*messages_[id]));
        message.view_changes.push_back({contents.back()->sender, contents.back()->digest});
      }
      const OSet right = compute_o_set(contents);
      message.min_s = right.min_s;
      if (told.insert({right.min_s, right.digests}).second) {
        for (const ProposalDigest& digest : right.digests) message.slots.push_back({digest, {}});
        lie_into(pool, 1, message);
      }
      if (std::exchange(wrong, true)) return;
      message.slots.clear();
      if (right.digests.empty()) message.slots.push_back({proposals_.begin()->first, {}});
      lie_into(pool, 1, message);
    });
  }

  // --- Visible steps ---

  std::uint32_t batch_id(const Batch& batch) {
    const auto [it, fresh] = batch_ids_.try_emplace(batch, static_cast<std::uint32_t>(batches_.size()));
    if (fresh) batches_.push_back(batch);
    return it->second;
  }

  /// The batches out of which a visible step of `who` can consist: see README.md.
  const std::vector<Choices>& batches(std::uint32_t who, const Pool& said) {
    auto& known = batches_of_[who];
    if (const auto it = known.find(said); it != known.end()) return it->second;
    const Pool& pool = arrivable(said);
    std::vector<Choices> out;
    const auto alone = [&](const Batch& batch) { out.push_back({{batch_id(batch)}, false}); };
    // Votes of one kind, view and digest, by sender; each also with the proposal's body behind it.
    std::map<std::tuple<MessageType, View, Digest>, std::vector<MessageId>> votes;
    for (std::size_t i = 0, count = messages_.size(); i < count; ++i) {
      if (!pool.test(i)) continue;
      const auto id = static_cast<MessageId>(i);
      const auto header = signed_header(*messages_[i]);
      if (!header) {
        alone({id});
        continue;
      }
      if (header->sender == ReplicaId(who)) continue;
      switch (header->type) {
        case MessageType::kPrePrepare:
          alone({id});
          break;
        case MessageType::kNewView: {
          // With what it names in front of it or behind it.
          Batch named;
          for (const NewView::Choice& choice : std::get<NewView>(*messages_[i]).view_changes) {
            for (std::size_t j = 0; j < count; ++j) {
              const auto* view_change = pool.test(j) ? std::get_if<ViewChange>(&*messages_[j]) : nullptr;
              if (view_change != nullptr && view_change->sender == choice.sender &&
                  view_change->digest == choice.digest) {
                named.push_back(static_cast<MessageId>(j));
              }
            }
          }
          Batch behind{id};
          behind.insert(behind.end(), named.begin(), named.end());
          named.push_back(id);
          out.push_back({{batch_id(named), batch_id(behind)}, true});
          break;
        }
        case MessageType::kViewChange:
          break;
        case MessageType::kCheckpoint:
          if (bounds_.checkpoints) votes[{header->type, View(0), header->digest}].push_back(id);
          break;
        default:
          votes[{header->type, header->view, header->digest}].push_back(id);
      }
    }
    for (const auto& [key, ids] : votes) {
      // Which votes complete a quorum makes no difference to anybody: the smallest choice that shows is taken.
      Choices choices, with_body;
      const auto body = bodies_.find(ProposalDigest::of(std::get<2>(key)));
      const bool may_lack_body =
          std::get<0>(key) == MessageType::kCommit && body != bodies_.end() && pool.test(body->second);
      for (int size = 1; size <= static_cast<int>(kQuorum); ++size) {
        for (std::uint32_t mask = 1; mask < 1U << ids.size(); ++mask) {
          if (std::popcount(mask) != size) continue;
          Batch batch;
          for (std::size_t i = 0; i < ids.size(); ++i) {
            if ((mask >> i & 1U) != 0) batch.push_back(ids[i]);
          }
          choices.batches.push_back(batch_id(batch));
          if (!may_lack_body) continue;
          batch.push_back(body->second);
          with_body.batches.push_back(batch_id(batch));
        }
      }
      out.push_back(std::move(choices));
      if (!with_body.batches.empty()) out.push_back(std::move(with_body));
    }
    add_view_changes(who, said, pool, out);
    return known.emplace(said, std::move(out)).first->second;
  }

  /// VIEW-CHANGEs make a replica join, and the primary of view 1 lead. For what it orders the O-set alone counts, not
  /// on whose VIEW-CHANGEs it rests.
  void add_view_changes(std::uint32_t who, const Pool& said, const Pool& pool, std::vector<Choices>& out) {
    auto others = view_changes(pool);
    const auto own = others.extract(who);
    const bool leads = primary_of(Epoch(0), View(1), kReplicas) == ReplicaId(who);
    Choices joining{{}, true};
    std::map<std::pair<Sequence, std::vector<ProposalDigest>>, Choices> leading;
    for (std::size_t size = 1; size < kQuorum; ++size) {
      choose(others, size, [&](const Batch& batch) {
        const bool moves_low = std::ranges::any_of(
            batch, [&](MessageId id) { return std::get<ViewChange>(*messages_[id]).stable.height > Height(0); });
        if (leads && size + 1 == kQuorum && !own.empty() && said.test(own.mapped().front())) {
          std::vector<const ViewChange*> contents{&std::get<ViewChange>(*messages_[own.mapped().front()])};
          for (const MessageId id : batch) contents.push_back(&std::get<ViewChange>(*messages_[id]));
          OSet o_set = compute_o_set(contents);
          leading[{o_set.min_s, std::move(o_set.digests)}].batches.push_back(batch_id(batch));
        } else if (moves_low || leads) {
          out.push_back({{batch_id(batch)}, !moves_low});
        } else {
          joining.batches.push_back(batch_id(batch));
        }
      });
    }
    out.push_back(std::move(joining));
    for (auto& [o_set, choices] : leading) out.push_back(std::move(choices));
  }

  void expand(std::uint64_t state, std::vector<std::uint64_t>& next) {
    Pool said;
    const Local* executed = nullptr;
    bool in_view_1 = false;
    for (std::size_t i = 0; i < honest_.size(); ++i) {
      const Local& local = locals_[local_of(state, i)];
      said |= local.said;
      const CoreStatus status = local.core.status();
      in_view_1 = in_view_1 || (status.in_view && status.view == View(1));
      if (!local.executed) continue;
      if (executed != nullptr && executed->executed != local.executed) {
        return violate("two blocks at height 1: honest replicas disagree");
      }
      executed = &local;
    }
    result_.executed += executed != nullptr;
    result_.in_view_1 += in_view_1;
    for (std::size_t i = 0; i < honest_.size(); ++i) {
      const std::uint32_t own = local_of(state, i);
      const auto reach = [&](std::uint32_t changed) {
        ++result_.transitions;
        const std::uint64_t reached = (state & ~(std::uint64_t{0x1FFFFF} << (21 * i))) | std::uint64_t{changed}
                                                                                             << (21 * i);
        if (visited_.insert(reached).second) next.push_back(reached);
      };
      const std::uint32_t timed_out = after(honest_[i], own, batch_id({}));
      if (timed_out != kSame) reach(timed_out);
      for (const Choices& choices : batches(honest_[i], said)) {
        if (choices.changes_view && timed_out != kSame) continue;
        for (const std::uint32_t batch : choices.batches) {
          const std::uint32_t changed = after(honest_[i], own, batch);
          if (!result_.violation.empty()) return;
          if (changed == kSame) continue;
          reach(changed);
          break;
        }
      }
    }
  }

  Bounds bounds_;
  stage::Settings settings_;
  std::vector<std::uint32_t> honest_;
  std::optional<Verifier> verifier_;
  Result result_;

  std::vector<Verified<Message>> messages_;
  std::map<Digest, MessageId> ids_;
  std::map<ProposalDigest, MessageId> bodies_;
  std::map<ProposalDigest, std::shared_ptr<const Proposal>> proposals_;
  Pool always_;

  std::vector<Local> locals_;
  std::map<Digest, std::uint32_t> local_ids_;
  std::vector<Batch> batches_;
  std::map<Batch, std::uint32_t> batch_ids_;
  std::unordered_map<std::uint64_t, std::uint32_t> next_;
  std::unordered_map<Pool, Pool> arrivable_;
  std::map<std::uint32_t, std::unordered_map<Pool, std::vector<Choices>>> batches_of_;
  std::unordered_set<std::uint64_t> visited_;
};

}  // namespace

Result check(const Bounds& bounds) { return Checker(bounds).run(); }

}  // namespace qilian::model
