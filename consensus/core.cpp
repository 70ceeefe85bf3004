// Dispatch: which handler an input goes to, and the small questions about the state.
#include "consensus/core.h"

namespace qilian::consensus {

Message message_of(const Outgoing& outgoing) {
  return std::visit(
      [](const auto& message) -> Message {
        if constexpr (requires { *message; }) {
          return *message;
        } else {
          return message;
        }
      },
      outgoing.message);
}

LogRecord record_of(const OwnMessage& own, const Verified<Message>& signed_message) {
  if (const auto* view_change = std::get_if<ViewChange>(&*signed_message)) return ViewChangeRecord{*view_change};
  if (const auto* new_view = std::get_if<NewView>(&*signed_message)) return NewViewRecord{*new_view, own.view_changes};
  return VoteRecord{*signed_header(*signed_message), own.prepared};
}

bool Ready::empty() const {
  return persist_envelopes.empty() && records.empty() && votes.empty() && messages_now.empty() && execute.empty() &&
         certificates.empty() && !fetch_blocks && fetch_envelopes.empty() && handovers.empty() && forget.empty() &&
         evidence.empty() && !truncate_log;
}

void Core::step(const Input& input) {
  std::visit([this](const auto& one) { on(one); }, input);
  advance();
}

void Core::on(const Tick& input) {
  // A clock that starts at any number must not look like a long wait.
  if (!ticked_) progress_ms_ = entered_ms_ = proposed_ms_ = input.steady_ms;
  ticked_ = true;
  now_ = std::max(now_, input.steady_ms);
  clock_ = input.clock;
  run_timers();
}

void Core::on(const TransactionsAdmitted& input) {
  for (const EnvelopeInfo& info : input.envelopes) {
    if (pool_.admit(info, now_, config_.max_pending)) {
      envelope_arrived(info.digest);
    } else {
      ++dropped_;
    }
  }
}

void Core::on(const EnvelopesFetched& input) {
  for (const EnvelopeInfo& info : input.envelopes) {
    std::size_t forwarded = 0;
    for (auto& [sender, digests] : forwarded_wanted_) forwarded += digests.erase(info.digest);
    if (forwarded > 0) {
      pool_.admit(info, now_, config_.max_pending, true);
    } else {
      pool_.hold(info);
    }
    if (pool_.holds(info.digest)) envelope_arrived(info.digest);
  }
}

void Core::on(const MessageVerified& input) {
  // Our own signature coming back is either known, or proof that this log forgot it or that a second process holds the
  // key (rule 13).
  if (const auto header = signed_header(*input.message); header && header->sender == own_place(header->epoch)) {
    if (!is_known_own(*header)) {
      observe("a message signed by this replica is not in its log: a second process holds its key, or the log is old");
    }
    // An own COMMIT of a view left behind, which a peer kept: it was durable here once and counts again.
    const auto* commit = std::get_if<Commit>(&*input.message);
    if (commit == nullptr || observing_ || commit->epoch != set_.epoch || commit->view >= view_) return;
    on_message(input.message);
    return;
  }
  on_message(input.message);
}

void Core::on_message(const Verified<Message>& message) {
  std::visit(
      [&](const auto& m) {
        using T = std::decay_t<decltype(m)>;
        if constexpr (std::is_same_v<T, PrePrepare>) {
          on_pre_prepare(message, m, clock_, timeout_ms_);
        } else if constexpr (std::is_same_v<T, Prepare>) {
          on_prepare(message, m);
        } else if constexpr (std::is_same_v<T, Commit>) {
          on_commit(message, m);
        } else if constexpr (std::is_same_v<T, Checkpoint>) {
          on_checkpoint(message, m);
        } else if constexpr (std::is_same_v<T, ViewChange>) {
          on_view_change(message, m);
        } else if constexpr (std::is_same_v<T, NewView>) {
          on_new_view(message, m);
        } else if constexpr (std::is_same_v<T, Status>) {
          on_status(m);
        } else if constexpr (std::is_same_v<T, Forward>) {
          on_forward(m);
        } else if constexpr (std::is_same_v<T, FetchProposals>) {
          on_fetch_proposals(m);
        } else if constexpr (std::is_same_v<T, Proposals>) {
          on_proposals(m);
        } else if constexpr (std::is_same_v<T, FetchViewChanges>) {
          on_fetch_view_changes(m);
        } else if constexpr (std::is_same_v<T, CheckpointProof>) {
          on_certificate(m.certificate);
        }
      },
      *message);
}

void Core::on(const Persisted& input) {
  for (const Verified<Message>& own : input.own) {
    // Of an epoch that ended meanwhile CHECKPOINTs alone still matter.
    const bool past = signed_header(*own)->epoch != set_.epoch;
    if (past && !std::holds_alternative<Checkpoint>(*own)) continue;
    if (const auto* pre_prepare = std::get_if<PrePrepare>(&*own)) {
      const auto it = slots_.find(pre_prepare->sequence);
      if (it == slots_.end() || pre_prepare->view != view_ || !in_view_ || !it->second.pre_prepare) continue;
      it->second.pre_prepare->signature = pre_prepare->signature;
      it->second.pre_prepare_message = own;
      continue;
    }
    if (const auto* commit = std::get_if<Commit>(&*own)) {
      const auto it = slots_.find(commit->sequence);
      if (it != slots_.end() && it->second.prepared && it->second.prepared->view == commit->view) {
        it->second.own_commit = *signed_header(*own);
      }
    }
    if (const auto* view_change = std::get_if<ViewChange>(&*own);
        view_change != nullptr && view_change->view == view_ && !in_view_) {
      own_view_change_ = own;
    }
    on_message(own);
  }
}

Ready Core::take_ready() {
  ready_.forget = pool_.take_forgotten();
  std::int64_t wake = next_status_ms_;
  if (in_view_ && pool_.pending() > 0) wake = std::min(wake, next_scan_ms_);
  if (view_change_deadline_) wake = std::min(wake, *view_change_deadline_);
  if (leads() && in_view_) {
    if (const auto since = pool_.waiting_since()) wake = std::min(wake, *since + config_.batch_delay_ms);
  }
  ready_.wake_at_ms = std::max(wake, now_ + 1);
  return std::exchange(ready_, Ready{});
}

Sequence Core::high_watermark() const {
  const Sequence high(stable_.height.value() + config_.window);
  return change_ ? std::min(high, boundary_) : high;
}

void Core::vote(Message message, std::optional<PreparedCertificate> prepared, std::vector<ViewChange> view_changes) {
  QILIAN_CHECK(voting());
  ready_.votes.push_back({std::move(message), std::move(prepared), std::move(view_changes)});
  ready_.must_sync = true;
}

void Core::accuse(const SignedHeader& first, const SignedHeader& second) {
  if (accused_.insert({first.epoch, first.sender, first.type}).second) ready_.evidence.push_back({first, second});
}

void Core::stop(std::string why) {
  if (!stopped_) stopped_ = std::move(why);
}

void Core::observe(std::string why) {
  if (observing_) return;
  observing_ = true;
  observing_why_ = std::move(why) + "; it only observes until governance admits a new key";
}

std::vector<ReplicaId> Core::others(std::optional<ReplicaId> first) const {
  std::vector<ReplicaId> out;
  if (first && *first != config_.self) out.push_back(*first);
  for (std::uint32_t i = 0; i < n(); ++i) {
    const ReplicaId replica(static_cast<std::uint32_t>((i + fetch_turn_) % n()));
    if (replica != config_.self && replica != first) out.push_back(replica);
  }
  return out;
}

CoreStatus Core::status() const {
  CoreStatus out;
  out.epoch = set_.epoch;
  out.view = view_;
  out.in_view = in_view_;
  out.primary = primary();
  out.stable = stable_.height;
  out.executed = executed_;
  out.certified = std::max(certified_.height, stable_.height);
  out.pending = pool_.pending();
  out.envelopes = pool_.size();
  out.timeout_ms = timeout_ms_;
  out.voting = voting();
  out.stopped = stopped_;
  if (!stopped_ && observing_) out.stopped = observing_why_;
  if (change_) out.epoch_ends = boundary_;
  out.retiring = retiring_;
  out.view_changes = view_changes_started_;
  out.dropped = dropped_;
  for (const auto& [sender, messages] : future_) out.buffered += messages.size();
  for (const auto& [sequence, slot] : slots_)
    out.buffered += slot.prepares.size() + slot.commits.size() + slot.old_commits.size();
  for (const auto& [height, messages] : checkpoints_) out.buffered += messages.size();
  for (const auto& [view, messages] : view_changes_) out.buffered += messages.size();
  out.buffered += proposals_.size();
  return out;
}

Horizon Core::horizon() const {
  return {set_.epoch,     view_,     stable_.height,
          config_.window, begun_by_, change_ ? std::optional(boundary_) : std::nullopt};
}

}  // namespace qilian::consensus
