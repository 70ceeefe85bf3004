// Checkpoints (OSDI'99 §4.3), here one for every block: its quorum is the block's certificate, moves the low watermark
// and shows a replica that it lags (rule 7).
#include "consensus/core.h"

namespace qilian::consensus {

void Core::note_block(const BlockSummary& block) {
  BlockSummary kept = block;
  kept.executed.clear();
  kept.change.reset();
  blocks_[block.height] = std::move(kept);
  if (block.limits) limits_[Height(block.height.value() + config_.window + 1)] = *block.limits;
  if (block.change) close_epoch_at(Height(block.height.value() + config_.window), *block.change);
  if (const auto certificate = certificates_.find(block.height);
      certificate != certificates_.end() && certificate->second.header != block.header) {
    stop("the certificate of block " + std::to_string(block.height.value()) +
         " names another header than the one executed here");
  }
}

void Core::settle_requests(const BlockSummary& block) {
  std::size_t settled = 0;
  for (const TransactionId& id : block.executed) settled += pool_.executed(id, block.height, now_);
  if (const auto slot = slots_.find(block.height); slot != slots_.end() && slot->second.committed) {
    if (const StoredProposal* stored = find_proposal(*slot->second.committed)) {
      // Dropped as executed already: they stop waiting as well.
      const std::vector<EnvelopeDigest> envelopes = stored->proposal->envelopes;
      for (const EnvelopeDigest& digest : envelopes) {
        if (const Pool::Entry* entry = pool_.find(digest))
          settled += pool_.executed(TransactionId(entry->info.id), block.height, now_);
      }
    }
  }
  pool_.expire(block.time);
  if (settled > 0 && in_view_) timeout_ms_ = config_.base_timeout_ms;
  progress_ms_ = now_;
}

void Core::on(const Executed& input) {
  const BlockSummary& block = input.block;
  if (block.height != executed_.next() || block.height > emitted_ || stopped_) {
    ++dropped_;
    return;
  }
  executed_ = block.height;
  note_block(block);
  settle_requests(block);
  vote_checkpoint(block.height);
  move_watermark();
}

void Core::on(const BlockInstalled& input) {
  const BlockSummary& block = input.block;
  if (block.height > executed_ && !stopped_) {
    executed_ = block.height;
    emitted_ = std::max(emitted_, executed_);
    note_block(block);
    settle_requests(block);
    behind_since_ = now_;
  }
  on_certificate(input.certificate);
  move_watermark();
}

void Core::vote_checkpoint(Height height) {
  const auto block = blocks_.find(height);
  if (block == blocks_.end() || epoch_of(height) != set_.epoch) return;
  if (const auto signed_before = own_checkpoints_.find(height); signed_before != own_checkpoints_.end()) {
    // A replica signs at most one header per height.
    if (signed_before->second != block->second.header) {
      stop("block " + std::to_string(height.value()) +
           " was executed to another header than the one this replica signed before");
    }
    if (checkpoints_[height].contains(config_.self)) return;
  }
  if (!voting()) return;
  own_checkpoints_[height] = block->second.header;
  vote(Checkpoint{block->second.epoch, height, block->second.header, config_.self, {}});
}

void Core::on_checkpoint(const Verified<Message>& message, const Checkpoint& checkpoint) {
  if (checkpoint.height.value() + config_.window <= stable_.height.value() || checkpoint.height > horizon_sequence())
    return;
  // A set judges the blocks of its own epoch alone.
  const ValidatorSet* set = set_of(checkpoint.epoch);
  if (set == nullptr || checkpoint.height == Height(0) || epoch_of(checkpoint.height) != checkpoint.epoch) return;
  auto& votes = checkpoints_[checkpoint.height];
  const auto [it, fresh] = votes.try_emplace(checkpoint.sender, message);
  if (!fresh) {
    const auto& first = std::get<Checkpoint>(*it->second);
    if (first.header != checkpoint.header) accuse(*signed_header(*it->second), *signed_header(*message));
    return;
  }
  if (certificates_out_.contains(checkpoint.height)) return;
  CheckpointCertificate certificate{
      checkpoint.epoch, checkpoint.height, checkpoint.header, make_bitmap(set->size()), {}};
  for (const auto& [sender, vote] : votes) {
    const auto& other = std::get<Checkpoint>(*vote);
    if (other.header != checkpoint.header) continue;
    if (certificate.signatures.size() == ledger::quorum(set->size())) break;
    set_bit(certificate.signers, sender);
    certificate.signatures.push_back(other.signature);
  }
  if (certificate.signatures.size() >= ledger::quorum(set->size())) on_certificate(certificate);
}

void Core::on_certificate(const CheckpointCertificate& certificate) {
  const Height height = certificate.height;
  if (height == Height(0) || height.value() + config_.window <= stable_.height.value()) return;
  if (epoch_of(height) != certificate.epoch) return;
  if (const auto own = blocks_.find(height); own != blocks_.end() && own->second.header != certificate.header) {
    return stop("the certificate of block " + std::to_string(height.value()) +
                " names another header than the one executed here");
  }
  if (certificates_out_.insert(height).second) ready_.certificates.push_back({certificate});
  if (height <= stable_.height) return;
  if (height <= horizon_sequence()) certificates_.try_emplace(height, certificate);
  if (height > begun_by_) retiring_ = false;
  if (height > certified_.height) {
    certified_ = certificate;
    if (behind() && !behind_since_) behind_since_ = now_;
  }
  move_watermark();
}

void Core::move_watermark() {
  if (stopped_) return;
  // The highest block both certified and executed here. One that was installed beyond the horizon stands in certified_
  // alone.
  const CheckpointCertificate* best = nullptr;
  for (const auto& [height, certificate] : certificates_) {
    if (height <= executed_ && blocks_.contains(height)) best = &certificate;
  }
  if (certified_.height <= executed_ && blocks_.contains(certified_.height) &&
      (best == nullptr || best->height < certified_.height)) {
    best = &certified_;
  }
  if (!behind()) behind_since_.reset();
  if (best == nullptr || best->height <= stable_.height) return;
  stable_ = CheckpointCertificate(*best);
  const Height low = stable_.height;
  if (low > voted_stable_.height) {
    voted_stable_ = stable_;
    ready_.records.push_back(StableRecord{stable_});
  }
  const Height kept(low.value() > config_.window ? low.value() - config_.window : 0);

  std::erase_if(slots_, [&](const auto& entry) { return entry.first <= low; });
  std::vector<ProposalDigest> settled;
  for (const auto& [digest, stored] : proposals_) {
    if (stored.proposal->sequence <= low) settled.push_back(digest);
  }
  for (const ProposalDigest& digest : settled) drop_proposal(digest);
  for (auto& [sender, messages] : future_)
    std::erase_if(messages, [&](const auto& entry) { return entry.first.first <= low; });
  std::erase_if(certificates_, [&](const auto& entry) { return entry.first <= low; });
  std::erase_if(certificates_out_, [&](Height height) { return height <= kept; });
  std::erase_if(checkpoints_, [&](const auto& entry) { return entry.first <= kept; });
  std::erase_if(own_checkpoints_, [&](const auto& entry) { return entry.first <= kept; });
  std::erase_if(logged_checkpoints_, [&](const auto& entry) { return entry.first <= kept; });
  std::erase_if(blocks_, [&](const auto& entry) { return entry.first < kept && entry.first < executed_; });
  while (limits_.size() > 1 && std::next(limits_.begin())->first <= low.next()) limits_.erase(limits_.begin());
  ready_.truncate_log = low;

  if (change_ && low >= boundary_) start_epoch();
  adopt_new_view_slots();
}

void Core::fetch_blocks() {
  if (!behind() || !behind_since_ || stopped_) return;
  // While the executor works through committed slots nothing is lacking.
  const bool executing = emitted_ > executed_ && certified_.height <= emitted_;
  if (executing || now_ - *behind_since_ < config_.catch_up_delay_ms) return;
  behind_since_ = now_ + config_.status_interval_ms;
  BlockFetch fetch{executed_.next(), certified_.height, certified_, {}};
  const ValidatorSet* set = set_of(certified_.epoch);
  const auto signers = set == nullptr ? std::nullopt : bitmap_members(certified_.signers, set->size());
  if (!signers) return;
  for (std::size_t i = 0; i < signers->size(); ++i) {
    const ReplicaId source = (*signers)[(i + fetch_turn_) % signers->size()];
    if (source != own_place(certified_.epoch)) fetch.sources.push_back(source);
  }
  ++fetch_turn_;
  ready_.fetch_blocks = std::move(fetch);
}

}  // namespace qilian::consensus
