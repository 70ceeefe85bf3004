// Changes of validators (rule 11): an epoch closes at h + window, empty batches fill up to there, and the set that the
// change named goes on from view 0. Each epoch's last block is certified by the set that it retires, so sets chain back
// to the genesis; a replica that lags walks that chain, one epoch's last certificate after the other.
#include "consensus/core.h"

namespace qilian::consensus {

const ValidatorSet* Core::set_of(Epoch epoch) const {
  if (epoch == set_.epoch) return &set_;
  return previous_set_ && previous_set_->epoch == epoch ? &*previous_set_ : nullptr;
}

// Of the heights that a core still looks at: an epoch is longer than a window, so they reach one epoch back at most.
Epoch Core::epoch_of(Height height) const {
  if (change_ && height > boundary_) return set_.epoch.next();
  return height > begun_by_ || set_.epoch == Epoch(0) ? set_.epoch : Epoch(set_.epoch.value() - 1);
}

std::optional<ReplicaId> Core::own_place(Epoch epoch) const {
  if (epoch == set_.epoch) return config_.observer ? std::nullopt : std::optional(config_.self);
  return previous_set_ && previous_set_->epoch == epoch ? previous_self_ : std::nullopt;
}

void Core::close_epoch_at(Height boundary, const BlockSummary::Change& change) {
  if (change_ || change.next.epoch != set_.epoch.next()) return;
  change_ = change;
  boundary_ = boundary;
}

void Core::start_epoch() {
  const std::optional<ReplicaId> before = own_place(set_.epoch);
  const std::optional<ReplicaId> after = change_->self;
  previous_set_ = std::exchange(set_, change_->next);
  previous_self_ = before;
  begun_by_ = boundary_;
  change_.reset();
  config_.self = after.value_or(ledger::kNoProposer);
  config_.observer = !after;
  retiring_ = before && !after;
  // The key is a fresh one. Whoever followed until now, or does not know yet what its log lacks, may have voted with it
  // all the same, before it lost its disk or was put back to an older one.
  const bool log_is_known = before && !awaiting_reports_ && !observing_;
  awaiting_reports_ = after && !log_is_known && config_.await_reports && quorum() > 1;
  observing_ = false;
  observing_why_.clear();
  reports_.clear();
  ready_.records.push_back(EpochRecord{set_.epoch, begun_by_});
  ready_.must_sync = true;

  // Older votes are dropped, certificates kept.
  view_ = View(0);
  in_view_ = true;
  current_new_view_.reset();
  pending_new_views_.clear();
  forwarded_wanted_.clear();
  own_view_change_.reset();
  proposed_new_view_.reset();
  proposed_named_.clear();
  view_change_deadline_.reset();
  boundary_wait_ms_.reset();
  view_changes_.clear();
  slots_.clear();
  future_.clear();
  answered_ms_.clear();
  fetches_answered_.clear();
  std::vector<ProposalDigest> left;
  for (const auto& [digest, stored] : proposals_) left.push_back(digest);
  for (const ProposalDigest& digest : left) drop_proposal(digest);
  logged_checkpoints_.clear();
  checkpoints_.erase(checkpoints_.upper_bound(begun_by_), checkpoints_.end());
  certificates_.erase(certificates_.upper_bound(begun_by_), certificates_.end());
  pool_.clear_in_flight();
  next_sequence_ = begun_by_.next();
  timeout_ms_ = config_.base_timeout_ms;
  entered_ms_ = progress_ms_ = now_;
}

}  // namespace qilian::consensus
