// Recovery from the ledger's head and the log (rule 13), and the least log that recovers the present state.
#include "consensus/core.h"

namespace qilian::consensus {

using ledger::fail;

Result<Core> Core::recover(const Config& config, const DurableState& durable, std::span<const LogRecord> log) {
  if (config.window == 0 || config.window > kMaxWindow)
    return fail("consensus.config", "the window must lie between 1 and 256");
  if (durable.validators.size() == 0 || durable.validators.size() > ledger::kMaxValidators) {
    return fail("consensus.config", "the validator set is empty or too large");
  }
  if (!config.observer && config.self.value() >= durable.validators.size()) {
    return fail("consensus.config", "this replica is not in the validator set; run it as an observer");
  }
  if (config.base_timeout_ms <= 0 || config.max_timeout_ms < config.base_timeout_ms || config.status_interval_ms <= 0) {
    return fail("consensus.config", "timeouts must be positive and ascending");
  }
  if (durable.blocks.empty() || durable.blocks.back().height < durable.stable.height) {
    return fail("consensus.config", "the ledger's head lies below its own certificate");
  }
  Core core(config);
  if (config.observer) core.config_.self = ledger::kNoProposer;
  core.set_ = durable.validators;
  core.begun_by_ = durable.begun_by;
  core.previous_set_ = durable.previous;
  core.previous_self_ = durable.previous_self;
  core.stable_ = durable.stable;
  core.voted_stable_ = durable.stable;
  core.certified_ = durable.stable;
  core.timeout_ms_ = config.base_timeout_ms;
  core.limits_[Height(0)] = durable.limits;
  if (durable.change) core.close_epoch_at(durable.boundary, *durable.change);
  for (const BlockSummary& block : durable.blocks) core.note_block(block);
  if (!core.blocks_.contains(durable.stable.height))
    return fail("consensus.config", "the certified block is not among the blocks");
  core.executed_ = core.emitted_ = durable.blocks.back().height;

  // One that was just initialised has no votes to forget, whatever key it was made for, unless another validator's.
  const bool fresh = log.size() == 1;
  for (const LogRecord& record : log) QILIAN_TRY_VOID(core.replay(record, fresh));
  core.ready_ = Ready{};
  if (core.behind()) core.behind_since_ = 0;
  core.certificates_out_.clear();
  // A certificate that only the log kept goes out again: the ledger may have lost it, and peers ask us for it.
  if (core.certified_.height > durable.stable.height) {
    core.certificates_out_.insert(core.certified_.height);
    core.ready_.certificates.push_back({core.certified_});
  }
  static_cast<void>(core.pool_.take_forgotten());
  core.awaiting_reports_ = config.await_reports && !config.observer && core.quorum() > 1;
  for (const BlockSummary& block : durable.blocks) {
    if (block.height > durable.stable.height) core.vote_checkpoint(block.height);
  }
  return core;
}

Result<void> Core::replay(const LogRecord& record, bool fresh) {
  if (const auto* start = std::get_if<StartRecord>(&record)) {
    // The key of the epoch before, where the process ended between the hand-over and the new beginning of its log.
    const bool own_key = set_.find(start->key) == config_.self ||
                         (previous_set_ && previous_self_ && previous_set_->find(start->key) == previous_self_);
    if (start->genesis != config_.genesis || !(config_.observer || own_key || (fresh && !set_.find(start->key))))
      return fail("consensus.log", "the log belongs to another chain or key");
  } else if (const auto* epoch = std::get_if<EpochRecord>(&record)) {
    if (epoch->epoch > set_.epoch) return fail("consensus.log", "the ledger ends in an epoch before the log's");
  } else if (const auto* proposal = std::get_if<ProposalRecord>(&record)) {
    if (proposal->proposal.epoch != set_.epoch) return {};
    if (StoredProposal* stored =
            store_proposal(proposal->proposal.digest(), std::make_shared<const Proposal>(proposal->proposal), true)) {
      stored->recorded = true;
    }
  } else if (const auto* vote = std::get_if<VoteRecord>(&record)) {
    return replay_vote(*vote);
  } else if (const auto* view_change = std::get_if<ViewChangeRecord>(&record)) {
    const ViewChange& message = view_change->message;
    if (message.epoch != set_.epoch) return {};
    if (message.view < view_) return fail("consensus.log", "views go back");
    view_ = message.view;
    in_view_ = false;
    timeout_ms_ = std::min(timeout_ms_ * 2, config_.max_timeout_ms);
    current_new_view_.reset();
    for (auto& [sequence, slot] : slots_) slot.retire_commits();
    own_view_change_ = OwnLog::trust(message);
    std::erase_if(view_changes_, [&](const auto& entry) { return entry.first < view_; });
    view_changes_[view_].insert_or_assign(config_.self, *own_view_change_);
  } else if (const auto* new_view = std::get_if<NewViewRecord>(&record)) {
    if (new_view->message.epoch != set_.epoch) return {};
    if (new_view->message.view < view_) return fail("consensus.log", "views go back");
    std::vector<Verified<Message>> view_changes;
    for (const ViewChange& message : new_view->view_changes) view_changes.push_back(OwnLog::trust(message));
    const Verified<Message> message = OwnLog::trust(new_view->message);
    enter_view(message, std::get<NewView>(*message), std::move(view_changes));
  } else if (const auto* stable = std::get_if<StableRecord>(&record)) {
    if (stable->certificate.height > voted_stable_.height) voted_stable_ = stable->certificate;
    on_certificate(stable->certificate);
  }
  return {};
}

Result<void> Core::replay_vote(const VoteRecord& record) {
  const SignedHeader& vote = record.vote;
  if (vote.epoch == set_.epoch && vote.sender != config_.self)
    return fail("consensus.log", "a vote of another replica");
  if (vote.sender != own_place(vote.epoch)) return {};
  if (vote.type == MessageType::kCheckpoint) {
    if (set_of(vote.epoch) == nullptr || epoch_of(vote.sequence) != vote.epoch ||
        vote.sequence.value() + config_.window <= stable_.height.value())
      return {};
    own_checkpoints_[vote.sequence] = HeaderHash::of(vote.digest);
    // Above the ledger's head the block is not durable here any more: it counts again once it was executed and synced
    // again.
    if (vote.sequence > executed_) {
      logged_checkpoints_[vote.sequence] = vote;
      return {};
    }
    checkpoints_[vote.sequence].try_emplace(
        vote.sender,
        OwnLog::trust(Checkpoint{vote.epoch, vote.sequence, HeaderHash::of(vote.digest), vote.sender, vote.signature}));
    return {};
  }
  if (vote.epoch != set_.epoch) return {};
  // No upper bound here: votes of the log count wherever the ledger's low watermark was found.
  if (vote.sequence <= stable_.height) return {};
  Slot* slot = &slots_[vote.sequence];
  const ProposalDigest digest = ProposalDigest::of(vote.digest);
  if (record.prepared && (!slot->prepared || slot->prepared->view <= vote.view)) {
    slot->prepared = record.prepared;
    slot->own_commit = vote;
  }
  if (vote.view < view_) {
    if (vote.type == MessageType::kCommit) {
      slot->add_old_commit(
          OwnLog::trust(Commit{vote.epoch, vote.view, vote.sequence, digest, vote.sender, vote.signature}));
    }
    return {};
  }
  if (vote.view > view_ || !in_view_) return fail("consensus.log", "a vote in a view that the log never entered");
  switch (vote.type) {
    case MessageType::kPrePrepare: {
      const StoredProposal* stored = find_proposal(digest);
      if (stored == nullptr) return fail("consensus.log", "a PRE-PREPARE without its proposal");
      slot->pre_prepare = vote;
      slot->pre_prepare_message = OwnLog::trust(
          PrePrepare{vote.epoch, vote.view, vote.sequence, digest, vote.sender, vote.signature, stored->proposal});
      slot->valid = slot->proposed = true;
      return {};
    }
    case MessageType::kPrepare:
      slot->voted_prepare = true;
      slot->prepares.insert_or_assign(config_.self, OwnLog::trust(Prepare{vote.epoch, vote.view, vote.sequence, digest,
                                                                          vote.sender, vote.signature}));
      return {};
    case MessageType::kCommit:
      slot->voted_commit = true;
      slot->commits.insert_or_assign(config_.self, OwnLog::trust(Commit{vote.epoch, vote.view, vote.sequence, digest,
                                                                        vote.sender, vote.signature}));
      return {};
    default:
      return fail("consensus.log", "a vote of a type that is no vote");
  }
}

std::vector<LogRecord> Core::log_snapshot() const {
  std::vector<LogRecord> out;
  if (!config_.observer) {
    out.push_back(StartRecord{config_.genesis, set_.validators[config_.self.value()].consensus_key});
  }
  if (set_.epoch > Epoch(0)) out.push_back(EpochRecord{set_.epoch, begun_by_});
  if (voted_stable_.height > Height(0)) out.push_back(StableRecord{voted_stable_});
  if (in_view_ && current_new_view_) {
    NewViewRecord record{std::get<NewView>(*current_new_view_->message), {}};
    for (const Verified<Message>& named : current_new_view_->view_changes)
      record.view_changes.push_back(std::get<ViewChange>(*named));
    out.push_back(std::move(record));
  } else if (!in_view_ && own_view_change_) {
    out.push_back(ViewChangeRecord{std::get<ViewChange>(**own_view_change_)});
  }
  for (const auto& [digest, stored] : proposals_) {
    if (stored.recorded) out.push_back(ProposalRecord{*stored.proposal});
  }
  const auto add = [&](const std::map<ReplicaId, Verified<Message>>& votes) {
    if (const auto own = votes.find(config_.self); own != votes.end())
      out.push_back(VoteRecord{*signed_header(*own->second), {}});
  };
  for (const auto& [sequence, slot] : slots_) {
    if (slot.proposed && slot.pre_prepare_message) out.push_back(VoteRecord{*slot.pre_prepare, {}});
    add(slot.prepares);
    if (slot.prepared && slot.own_commit) out.push_back(VoteRecord{*slot.own_commit, slot.prepared});
  }
  for (const auto& [height, votes] : checkpoints_) {
    if (epoch_of(height) == set_.epoch) add(votes);
  }
  for (const auto& [height, vote] : logged_checkpoints_) {
    // It does not count again before its block was executed again, and was signed all the same.
    const auto votes = checkpoints_.find(height);
    const bool counts = votes != checkpoints_.end() && votes->second.contains(config_.self);
    if (!counts && vote.epoch == set_.epoch) out.push_back(VoteRecord{vote, {}});
  }
  return out;
}

std::vector<EnvelopeDigest> Core::pinned_envelopes() const { return pool_.pinned(); }

}  // namespace qilian::consensus
