// The normal case (OSDI'99 §4.2): PRE-PREPARE, PREPARE, COMMIT, execution in order, and what a primary proposes.
#include "consensus/core.h"

namespace qilian::consensus {

namespace {

/// The vote that another one of the same sender, view, sequence and phase is compared with. The first stands.
template <class Vote>
void keep_first(std::map<ReplicaId, Verified<Message>>& votes, const Verified<Message>& message, const Vote& vote,
                const std::function<void(const SignedHeader&, const SignedHeader&)>& accuse) {
  const auto [it, fresh] = votes.try_emplace(vote.sender, message);
  if (fresh) return;
  if (std::get<Vote>(*it->second).digest != vote.digest) accuse(*signed_header(*it->second), *signed_header(*message));
}

}  // namespace

Slot* Core::open_slot(Epoch epoch, Sequence sequence) {
  if (epoch != set_.epoch || sequence <= stable_.height || sequence > horizon_sequence()) return nullptr;
  return &slots_[sequence];
}

void Core::buffer_future(const Verified<Message>& message, View view, Sequence sequence) {
  const auto header = signed_header(*message);
  if (!header || sequence <= stable_.height || sequence > horizon_sequence()) return;
  // At most one per sender, slot and phase: three times two windows per sender, whatever it sends. The higher view
  // wins.
  auto& kept = future_[header->sender];
  const auto [it, fresh] =
      kept.try_emplace({sequence, header->type}, FutureMessage{message, view, clock_, timeout_ms_});
  if (fresh) return;
  ++dropped_;
  if (it->second.view < view) it->second = {message, view, clock_, timeout_ms_};
}

void Core::replay_future() {
  std::vector<FutureMessage> due;
  for (auto& [sender, messages] : future_) {
    std::erase_if(messages, [&](const auto& entry) {
      if (entry.second.view == view_) due.push_back(entry.second);
      return entry.second.view <= view_;
    });
  }
  for (const FutureMessage& future : due) {
    if (const auto* pre_prepare = std::get_if<PrePrepare>(&*future.message)) {
      on_pre_prepare(future.message, *pre_prepare, future.clock, future.timeout_ms);
    } else {
      on_message(future.message);
    }
  }
}

void Core::on_pre_prepare(const Verified<Message>& message, const PrePrepare& pre_prepare, TimeMs clock,
                          std::int64_t timeout_ms) {
  if (pre_prepare.epoch != set_.epoch || pre_prepare.view < view_) return;
  if (pre_prepare.view > view_ || !in_view_) return buffer_future(message, pre_prepare.view, pre_prepare.sequence);
  if (pre_prepare.sender != primary() || !pre_prepare.proposal || pre_prepare.digest == kNullDigest) return;
  // NEW-VIEW alone orders the slots that it covers, and those up to min-s are decided.
  if (current_new_view_) {
    const auto& new_view = std::get<NewView>(*current_new_view_->message);
    const Sequence max_s(new_view.min_s.value() + new_view.slots.size());
    if (pre_prepare.sequence <= max_s) return;
  }
  Slot* slot = open_slot(pre_prepare.epoch, pre_prepare.sequence);
  if (slot == nullptr) return;
  if (slot->pre_prepare) {
    // The first one stands; a second digest under the primary's signature is equivocation.
    if (slot->pre_prepare->digest != Digest::of(pre_prepare.digest))
      accuse(*slot->pre_prepare, *signed_header(*message));
    return;
  }
  const Proposal& proposal = *pre_prepare.proposal;
  slot->pre_prepare = signed_header(*message);
  slot->pre_prepare_message = message;
  slot->arrival_clock = clock;
  slot->arrival_timeout_ms = timeout_ms;
  slot->since_ms = now_;
  // A fresh proposal is this primary's own, and names no envelope twice.
  const std::set<EnvelopeDigest> distinct(proposal.envelopes.begin(), proposal.envelopes.end());
  slot->refused = proposal.proposer != pre_prepare.sender || distinct.size() != proposal.envelopes.size();
  if (slot->refused) return;
  if (StoredProposal* stored = store_proposal(pre_prepare.digest, pre_prepare.proposal);
      stored != nullptr && !stored->missing.empty()) {
    ready_.fetch_envelopes.push_back({{stored->missing.begin(), stored->missing.end()}, others(pre_prepare.sender)});
  }
  mark_in_flight(*slot);
}

void Core::on_prepare(const Verified<Message>& message, const Prepare& prepare) {
  if (prepare.epoch != set_.epoch || prepare.view < view_) return;
  if (prepare.view > view_ || !in_view_) return buffer_future(message, prepare.view, prepare.sequence);
  if (prepare.sender == primary()) return;
  if (Slot* slot = open_slot(prepare.epoch, prepare.sequence)) {
    keep_first(slot->prepares, message, prepare, [this](const auto& a, const auto& b) { accuse(a, b); });
  }
}

void Core::on_commit(const Verified<Message>& message, const Commit& commit) {
  if (commit.epoch != set_.epoch) return;
  if (commit.view < view_) {
    if (Slot* slot = open_slot(commit.epoch, commit.sequence)) slot->add_old_commit(message);
    return;
  }
  if (commit.view > view_ || !in_view_) return buffer_future(message, commit.view, commit.sequence);
  Slot* slot = open_slot(commit.epoch, commit.sequence);
  if (slot == nullptr) return;
  keep_first(slot->commits, message, commit, [this](const auto& a, const auto& b) { accuse(a, b); });
  // The first does not stand where more others say the second: who tells two stories must not hide the one that
  // completes a quorum.
  Verified<Message>& kept = slot->commits.at(commit.sender);
  const ProposalDigest known = std::get<Commit>(*kept).digest;
  if (known == commit.digest) return;
  std::int64_t lead = 0;
  for (const auto& [sender, vote] : slot->commits) {
    const ProposalDigest& digest = std::get<Commit>(*vote).digest;
    if (sender != commit.sender) lead += (digest == commit.digest) - (digest == known);
  }
  if (lead > 0) kept = message;
}

std::optional<TimeMs> Core::header_time(Sequence sequence) const {
  const auto head = blocks_.find(executed_);
  if (sequence <= executed_) {
    const auto block = blocks_.find(sequence);
    return block == blocks_.end() ? std::nullopt : std::optional(block->second.time);
  }
  TimeMs time = head->second.time;
  for (Sequence s = executed_.next(); s <= sequence; s = s.next()) {
    const auto it = slots_.find(s);
    if (it == slots_.end()) return std::nullopt;
    ProposalDigest digest;
    if (it->second.committed) {
      digest = *it->second.committed;
    } else if (it->second.pre_prepare) {
      digest = ProposalDigest::of(it->second.pre_prepare->digest);
    } else {
      return std::nullopt;
    }
    if (digest == kNullDigest) continue;
    const StoredProposal* stored = find_proposal(digest);
    if (stored == nullptr) return std::nullopt;
    time = std::max(time, stored->proposal->time);
  }
  return time;
}

const Limits& Core::limits_at(Sequence sequence) const {
  auto it = limits_.upper_bound(sequence);
  QILIAN_CHECK(it != limits_.begin());
  return std::prev(it)->second;
}

bool Core::fresh_proposal_is_valid(Sequence sequence, Slot& slot, const StoredProposal& stored) {
  const Proposal& proposal = *stored.proposal;
  const auto previous = header_time(Sequence(sequence.value() - 1));
  if (!previous) return false;  // decided when the slots before are known; the clock was compared at arrival
  const Limits& limits = limits_at(sequence);
  // Widths first, so that no sum can overflow whatever the proposal claims.
  const __int128 t = proposal.time.value();
  const __int128 clock = slot.arrival_clock.value();
  const __int128 d = limits.max_clock_skew_ms;
  const bool in_time = proposal.time >= *previous && t >= clock - std::max<__int128>(d, slot.arrival_timeout_ms) &&
                       (t <= clock + d || proposal.time == *previous);
  bool fits = proposal.envelopes.size() <= limits.max_batch_transactions;
  if (proposal.envelopes.empty()) {
    const bool idle = limits.max_idle_ms > 0 && t - previous->value() >= limits.max_idle_ms / 2;
    // It may fill up to the boundary of a change that is still to be executed here.
    if (!idle && !change_ && executed_.next() < sequence) return false;
    fits = idle || change_.has_value();
  }
  std::set<TransactionId> ids;
  std::map<PublicKey, std::uint32_t> per_key;
  std::uint64_t bytes = 0;
  for (const EnvelopeDigest& digest : proposal.envelopes) {
    const Pool::Entry* entry = pool_.find(digest);
    if (entry == nullptr) return false;
    bytes += entry->info.size;
    const bool repeats =
        !ids.insert(entry->info.id).second || (entry->info.executed_at && *entry->info.executed_at <= stable_.height);
    fits = fits && !repeats && ++per_key[entry->info.lead] <= limits.max_per_key;
  }
  fits = fits && bytes <= limits.max_batch_bytes;
  slot.valid = in_time && fits;
  slot.refused = !slot.valid;
  return slot.valid;
}

void Core::advance() {
  for (auto& [sequence, slot] : slots_) {
    if (sequence > high_watermark()) break;
    note_committed(slot);
    if (in_view_) advance_slot(sequence, slot);
  }
  execute_committed();
  try_propose();
}

void Core::note_committed(Slot& slot) {
  // A quorum of matching COMMITs commits the slot even where this replica did not prepare it, or gave that view up
  // meanwhile.
  if (slot.committed) return;
  slot.committed = committed_digest(slot, n());
  if (slot.committed && *slot.committed != kNullDigest && find_proposal(*slot.committed) == nullptr) {
    request_proposal(*slot.committed,
                     slot.commits.empty() ? slot.old_commits.begin()->first.first : slot.commits.begin()->first);
  }
}

void Core::advance_slot(Sequence sequence, Slot& slot) {
  if (!slot.pre_prepare) return;
  const auto digest = ProposalDigest::of(slot.pre_prepare->digest);
  StoredProposal* stored = find_proposal(digest);
  const bool held = digest == kNullDigest || (stored != nullptr && stored->missing.empty());

  if (held && !slot.from_new_view && !slot.valid && !slot.refused && stored != nullptr)
    fresh_proposal_is_valid(sequence, slot, *stored);

  if (voting() && !leads() && held && !slot.voted_prepare && (slot.from_new_view || slot.valid)) {
    slot.voted_prepare = true;
    if (stored != nullptr) record_proposal(*stored);
    vote(Prepare{set_.epoch, view_, sequence, digest, config_.self, {}});
  }

  const bool durable = slot.from_new_view || slot.pre_prepare_message.has_value();
  if (!voting() || slot.voted_commit || !durable || slot.prepares.size() + 1 < quorum()) return;
  if (auto certificate = prepared_certificate(slot, n(), primary())) {
    slot.voted_commit = true;
    slot.prepared = *certificate;
    slot.own_commit.reset();
    vote(Commit{set_.epoch, view_, sequence, digest, config_.self, {}}, *std::move(certificate));
  }
}

void Core::execute_committed() {
  while (!stopped_ && emitted_.value() - executed_.value() < config_.window) {
    if (change_ && emitted_ >= boundary_) return;
    const auto it = slots_.find(emitted_.next());
    if (it == slots_.end() || !it->second.committed || !body_is_here(*it->second.committed)) return;
    emitted_ = emitted_.next();
    ExecuteBatch batch{emitted_, set_.epoch, nullptr};
    if (const StoredProposal* stored = find_proposal(*it->second.committed)) batch.proposal = stored->proposal;
    ready_.execute.push_back(std::move(batch));
  }
}

// --- The primary ---

bool Core::ready_to_propose() const {
  if (!voting() || !leads() || !in_view_ || !ticked_ || next_sequence_ > high_watermark()) return false;
  if (current_new_view_ && executed_ < std::get<NewView>(*current_new_view_->message).min_s) return false;
  for (Sequence s = executed_.next(); s < next_sequence_; s = s.next()) {
    const auto it = slots_.find(s);
    if (it == slots_.end() || !it->second.pre_prepare) return false;
    if (!body_is_here(ProposalDigest::of(it->second.pre_prepare->digest))) return false;
  }
  return true;
}

void Core::try_propose() {
  if (!leads() || !in_view_) return;
  next_sequence_ = std::max({next_sequence_, emitted_.next(), executed_.next(), stable_.height.next()});
  for (auto it = slots_.find(next_sequence_);
       it != slots_.end() && it->first == next_sequence_ && it->second.pre_prepare; ++it) {
    next_sequence_ = next_sequence_.next();
  }
  while (ready_to_propose()) {
    const auto previous = header_time(Sequence(next_sequence_.value() - 1));
    if (!previous) return;
    const TimeMs time = std::max(clock_, *previous);
    const Limits& limits = limits_at(next_sequence_);
    const bool idle_pipeline = next_sequence_ == executed_.next();
    const auto since = pool_.waiting_since();
    const bool batch_is_due = since && (idle_pipeline || pool_.available() >= limits.max_batch_transactions ||
                                        now_ - *since >= config_.batch_delay_ms);
    std::vector<EnvelopeDigest> envelopes;
    if (batch_is_due) envelopes = pool_.select(limits, time);
    const bool empty_is_due =
        change_.has_value() || (limits.max_idle_ms > 0 && idle_pipeline && now_ - proposed_ms_ >= limits.max_idle_ms &&
                                time.value() - previous->value() >= limits.max_idle_ms / 2);
    if (envelopes.empty() && !empty_is_due) return;
    propose(time, std::move(envelopes));
  }
}

void Core::propose(TimeMs time, std::vector<EnvelopeDigest> envelopes) {
  const auto proposal = std::make_shared<const Proposal>(
      Proposal{config_.genesis, set_.epoch, next_sequence_, config_.self, time, std::move(envelopes)});
  const ProposalDigest digest = proposal->digest();
  Slot& slot = slots_[next_sequence_];
  slot.pre_prepare = SignedHeader{MessageType::kPrePrepare, set_.epoch,   view_,      next_sequence_,
                                  Digest::of(digest),       config_.self, Signature{}};
  slot.valid = true;
  slot.proposed = true;
  slot.since_ms = now_;
  StoredProposal* stored = store_proposal(digest, proposal);
  QILIAN_CHECK(stored != nullptr && stored->missing.empty());
  record_proposal(*stored);
  mark_in_flight(slot);
  proposed_ms_ = now_;
  vote(PrePrepare{set_.epoch, view_, next_sequence_, digest, config_.self, {}, proposal});
  next_sequence_ = next_sequence_.next();
}

}  // namespace qilian::consensus
