// Time: timers, overdue requests (rule 9), STATUS and everything that is sent again (rules 7, 8 and 13).
#include "consensus/core.h"

namespace qilian::consensus {

namespace {
/// Messages in one answer to one STATUS. What does not fit comes with the next answer.
constexpr std::size_t kMaxAnswer = 512;
/// Bytes in the answers to one peer's fetches in one status interval. What does not fit is asked for again.
constexpr std::size_t kMaxFetchedBytes = 4 * 1024 * 1024;
}  // namespace

void Core::run_timers() {
  if (view_change_deadline_ && now_ >= *view_change_deadline_ && voting()) start_view_change(view_.next());
  // More than d behind the clock no honest primary's time can reach it any more in time; it leaves without a view
  // change.
  pool_.expire(TimeMs(clock_.value() - limits_at(executed_.next()).max_clock_skew_ms));
  watch_slots();
  watch_requests();
  fetch_blocks();
  if (now_ >= next_status_ms_) {
    next_status_ms_ = now_ + config_.status_interval_ms;
    ++fetch_turn_;
    send_again();
  }
}

void Core::watch_slots() {
  bool waiting = false;
  for (const auto& [sequence, slot] : slots_)
    waiting = waiting || (sequence > executed_ && sequence <= high_watermark() && slot.pre_prepare);
  // Slots that committed wait for bodies or for this replica's executor, not for the primary; so does one that lags.
  const auto next = slots_.find(executed_.next());
  const bool decided = next != slots_.end() && next->second.committed;
  if (!waiting || decided || behind()) progress_ms_ = now_;
  // Filling up to an epoch's boundary is the primary's duty as well.
  if (change_ && !waiting && executed_ < boundary_ && in_view_) {
    if (!boundary_wait_ms_) boundary_wait_ms_ = now_;
  } else {
    boundary_wait_ms_.reset();
  }
  if (!in_view_ || !voting()) return;
  const bool idle_boundary = boundary_wait_ms_ && now_ - *boundary_wait_ms_ >= timeout_ms_;
  if (now_ - progress_ms_ >= timeout_ms_ || idle_boundary) start_view_change(view_.next());
}

void Core::watch_requests() {
  if (!in_view_ || !voting() || now_ < next_scan_ms_) return;
  next_scan_ms_ = now_ + std::max<std::int64_t>(10, timeout_ms_ / 16);
  const auto due = pool_.take_to_forward(view_, entered_ms_, now_, timeout_ms_, kMaxForward);
  if (!due.empty() && !leads()) ready_.messages_now.push_back({primary(), Forward{due, config_.self}});
  if (!behind() && pool_.overdue(view_, now_, timeout_ms_, config_.window)) start_view_change(view_.next());
}

void Core::send_again() {
  if (n() == 1 && !config_.observer) return;
  ready_.messages_now.push_back({std::nullopt, make_status()});
  // The same bytes until a view is entered.
  if (!in_view_ && own_view_change_) ready_.messages_now.push_back({std::nullopt, *own_view_change_});
  for (const auto& [sender, pending] : pending_new_views_) {
    const auto& new_view = std::get<NewView>(*pending.message);
    FetchViewChanges fetch{new_view.view, {}, config_.self};
    for (const NewView::Choice& choice : new_view.view_changes) {
      if (!pending.named.contains(choice.sender)) fetch.wanted.push_back(choice);
    }
    const auto sources = others();
    if (!sources.empty()) ready_.messages_now.push_back({sources.front(), fetch});
    if (new_view.sender != config_.self) ready_.messages_now.push_back({new_view.sender, std::move(fetch)});
  }
  fetch_missing();
}

Status Core::make_status() const {
  Status out;
  out.epoch = set_.epoch;
  out.view = view_;
  out.in_view = in_view_;
  out.stable = stable_.height;
  out.executed = executed_;
  out.asks_report = awaiting_reports_;
  out.sender = config_.self;
  for (const auto& [sequence, slot] : slots_) {
    if (sequence > horizon_sequence()) break;
    out.slots.resize(sequence.value() - stable_.height.value(), '\0');
    std::uint8_t flags = 0;
    if (slot.pre_prepare && (slot.refused || body_is_here(ProposalDigest::of(slot.pre_prepare->digest))))
      flags |= Status::kHasProposal;
    if (slot.voted_commit) flags |= Status::kPrepared;
    if (slot.committed && sequence <= emitted_) flags |= Status::kCommitted;
    out.slots.back() = static_cast<char>(flags);
  }
  return out;
}

void Core::relay(ReplicaId to, const Verified<Message>& message) {
  if (to != config_.self) ready_.messages_now.push_back({to, message});
}

bool Core::may_answer(ReplicaId peer, std::size_t bytes) {
  Answered& answered = fetches_answered_[peer];
  if (now_ - answered.since_ms >= config_.status_interval_ms) answered = {now_, 0};
  if (answered.bytes > 0 && answered.bytes + bytes > kMaxFetchedBytes) {
    ++dropped_;
    return false;
  }
  answered.bytes += bytes;
  return true;
}

void Core::on_status(const Status& status) {
  if (status.sender == config_.self) return;
  if (status.is_report) return note_report(status);
  // Amplification: one answer per peer and interval, whatever it asks.
  const auto answered = answered_ms_.find(status.sender);
  if (answered != answered_ms_.end() && now_ - answered->second < config_.status_interval_ms / 2) return;
  answered_ms_[status.sender] = now_;
  answer_status(status);
}

void Core::answer_status(const Status& status) {
  const ReplicaId peer = status.sender;
  if (status.epoch < set_.epoch) {
    ready_.handovers.push_back({peer, status.epoch});
  } else if (status.stable < stable_.height) {
    ready_.messages_now.push_back({peer, CheckpointProof{stable_, config_.self}});
  }
  // Everything of ours above the peer's L that can still complete a certificate there.
  for (auto it = checkpoints_.upper_bound(status.stable); it != checkpoints_.end(); ++it) {
    const auto own = own_place(epoch_of(it->first));
    if (const auto found = own ? it->second.find(*own) : it->second.end(); found != it->second.end())
      relay(peer, found->second);
  }
  if (status.epoch != set_.epoch) return;

  if (status.asks_report) {
    Status report = make_status();
    report.asks_report = false;
    report.is_report = true;
    const auto add = [&](const std::map<ReplicaId, Verified<Message>>& messages) {
      if (const auto it = messages.find(peer); it != messages.end())
        report.yours.push_back(*signed_header(*it->second));
    };
    for (const auto& [sequence, slot] : slots_) {
      if (slot.pre_prepare && slot.pre_prepare->sender == peer) report.yours.push_back(*slot.pre_prepare);
      add(slot.prepares);
      add(slot.commits);
    }
    for (const auto& [height, messages] : checkpoints_) {
      if (epoch_of(height) == set_.epoch) add(messages);
    }
    for (const auto& [view, messages] : view_changes_) add(messages);
    if (report.yours.size() > 4 * std::size_t{config_.window}) report.yours.resize(4 * std::size_t{config_.window});
    ready_.messages_now.push_back({peer, std::move(report)});
  }

  if (status.view < view_ || (status.view == view_ && !status.in_view)) {
    if (in_view_ && current_new_view_) {
      relay(peer, current_new_view_->message);
      for (const Verified<Message>& named : current_new_view_->view_changes) relay(peer, named);
    } else if (!in_view_ && own_view_change_) {
      relay(peer, *own_view_change_);
    }
  }
  const bool same_view = status.view == view_ && in_view_ && status.in_view;
  const std::size_t before = ready_.messages_now.size();
  for (const auto& [sequence, slot] : slots_) {
    if (ready_.messages_now.size() - before > kMaxAnswer) break;
    // Young slots are still on their way by themselves.
    if (sequence <= status.stable || now_ - slot.since_ms < config_.status_interval_ms / 2) continue;
    const std::size_t index = sequence.value() - status.stable.value() - 1;
    const auto flags = index < status.slots.size() ? static_cast<unsigned char>(status.slots[index]) : 0;
    if ((flags & Status::kCommitted) != 0) continue;
    if (same_view && (flags & Status::kHasProposal) == 0 && slot.pre_prepare_message)
      relay(peer, *slot.pre_prepare_message);
    if (same_view && (flags & Status::kPrepared) == 0) {
      for (const auto& [sender, message] : slot.prepares) {
        if (sender != peer) relay(peer, message);
      }
    }
    // COMMITs help in any view; the peer's own ones may be gone from its compacted log.
    for (const auto& [sender, message] : slot.commits) relay(peer, message);
    for (const auto& [key, message] : slot.old_commits) {
      if (!slot.committed || std::get<Commit>(*message).digest == *slot.committed) relay(peer, message);
    }
  }
}

void Core::note_report(const Status& status) {
  for (const SignedHeader& header : status.yours) {
    if (header.sender != own_place(header.epoch) || is_known_own(header)) continue;
    return observe("a peer holds a message signed by this replica that its log lacks (type " +
                   std::to_string(static_cast<int>(header.type)) + ", view " + std::to_string(header.view.value()) +
                   ", sequence " + std::to_string(header.sequence.value()) + ")");
  }
  if (!awaiting_reports_ || status.epoch != set_.epoch) return;
  reports_.insert(status.sender);
  if (reports_.size() + 1 < quorum()) return;
  awaiting_reports_ = false;
  for (const auto& [height, block] : std::map<Height, BlockSummary>(blocks_)) {
    if (height > stable_.height) vote_checkpoint(height);
  }
  join_view_changes();
}

bool Core::is_known_own(const SignedHeader& header) const {
  if (header.epoch != set_.epoch && header.type != MessageType::kCheckpoint) return header.epoch < set_.epoch;
  switch (header.type) {
    case MessageType::kViewChange:
    case MessageType::kNewView:
      return header.view <= view_;
    case MessageType::kCheckpoint: {
      if (header.sequence <= stable_.height) return true;
      const auto own = own_checkpoints_.find(header.sequence);
      return own != own_checkpoints_.end() && own->second == HeaderHash::of(header.digest);
    }
    default:
      break;
  }
  if (header.sequence <= stable_.height || header.view < view_) return true;
  if (header.type == MessageType::kPrePrepare && header.view == view_ && current_new_view_) {
    // A slot of our NEW-VIEW may lie beyond what is open here after a restart.
    const auto& new_view = std::get<NewView>(*current_new_view_->message);
    const std::uint64_t index = header.sequence.value() - new_view.min_s.value() - 1;
    if (header.sequence <= new_view.min_s) return false;
    if (index < new_view.slots.size()) return Digest::of(new_view.slots[index].digest) == header.digest;
  }
  const auto it = slots_.find(header.sequence);
  if (header.view > view_ || it == slots_.end()) return false;
  const Slot& slot = it->second;
  // A durable vote says which digest it was for; one that is still on its way to the disk follows the accepted
  // PRE-PREPARE.
  const auto matches = [&](const std::map<ReplicaId, Verified<Message>>& votes) {
    if (const auto own = votes.find(config_.self); own != votes.end())
      return signed_header(*own->second)->digest == header.digest;
    return !slot.pre_prepare || slot.pre_prepare->digest == header.digest;
  };
  if (header.type == MessageType::kPrepare) return slot.voted_prepare && matches(slot.prepares);
  if (header.type == MessageType::kCommit) return slot.voted_commit && matches(slot.commits);
  return (slot.proposed || slot.from_new_view) && slot.pre_prepare && slot.pre_prepare->digest == header.digest;
}

}  // namespace qilian::consensus
