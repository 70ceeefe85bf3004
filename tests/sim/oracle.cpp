#include "tests/sim/oracle.h"

namespace qilian::sim {

using consensus::MessageType;

Oracle::VoteKey Oracle::key_of(std::uint32_t replica, const consensus::SignedHeader& header) {
  // A CHECKPOINT is one per height; a VIEW-CHANGE or NEW-VIEW one per view, whatever low watermark it names.
  const bool per_view = header.type == MessageType::kViewChange || header.type == MessageType::kNewView;
  return {replica, header.type, header.epoch.value(), header.view.value(), per_view ? 0 : header.sequence.value()};
}

void Oracle::durable(std::uint32_t replica, const consensus::SignedHeader& header) {
  durable_.insert({key_of(replica, header), header.digest});
}

void Oracle::sent(std::uint32_t replica, const consensus::SignedHeader& header) {
  // Mistakes 49 and 50: whoever signs sits in that epoch's set, under that number, and signs slots of that epoch alone.
  const std::uint64_t epoch = header.epoch.value();
  if (epoch >= sets_.size() || seat_of(sets_[epoch], replica) != header.sender) {
    fail("replica " + std::to_string(replica) + " signed in epoch " + std::to_string(epoch) + " without a seat");
  } else if (header.type <= MessageType::kCheckpoint && epoch_at(header.sequence) != epoch) {
    fail("replica " + std::to_string(replica) + " signed a slot of another epoch");
  }
  const VoteKey key = key_of(replica, header);
  const auto [it, fresh] = votes_.try_emplace(key, header.digest);
  if (!fresh && it->second != header.digest) {
    fail("replica " + std::to_string(replica) + " signed two digests, type " +
         std::to_string(static_cast<int>(header.type)) + " view " + std::to_string(header.view.value()) + " sequence " +
         std::to_string(header.sequence.value()));
  }
  if (!durable_.contains({key, header.digest})) {
    fail("replica " + std::to_string(replica) + " sent what is not durable, type " +
         std::to_string(static_cast<int>(header.type)));
  }
}

void Oracle::executed(std::uint32_t replica, ledger::Height height, const ledger::HeaderHash& header,
                      const std::vector<ledger::TransactionId>& ids) {
  const auto [it, fresh] = chain_.try_emplace(height, header);
  if (!fresh) {
    if (it->second != header)
      fail("replica " + std::to_string(replica) + " forked at height " + std::to_string(height.value()));
    return;
  }
  for (const ledger::TransactionId& id : ids) {
    const auto [known, first] = executed_.try_emplace(id, height);
    if (!first && known->second != height)
      fail("a transaction was executed twice, again at height " + std::to_string(height.value()));
  }
}

void Oracle::certified(const consensus::CheckpointCertificate& certificate) {
  const ledger::Height height = certificate.height;
  const auto it = chain_.find(height);
  if (it == chain_.end()) {
    fail("height " + std::to_string(height.value()) + " was certified before anybody executed it");
  } else if (it->second != certificate.header) {
    fail("a certificate contradicts the chain at height " + std::to_string(height.value()));
  }
  // Mistakes 49 and 50: each epoch's blocks, its last one included, are certified by a quorum of that epoch's set.
  const std::uint64_t epoch = epoch_at(height);
  if (certificate.epoch.value() != epoch)
    return fail("height " + std::to_string(height.value()) + " was certified by the set of another epoch");
  const std::size_t n = sets_[epoch].size();
  const auto members = consensus::bitmap_members(certificate.signers, n);
  if (!members || members->size() < ledger::quorum(n))
    fail("height " + std::to_string(height.value()) + " was certified by fewer than a quorum of its epoch");
}

std::uint64_t Oracle::epoch_at(ledger::Height height) const {
  std::uint64_t epoch = 0;
  while (epoch < boundaries_.size() && boundaries_[epoch] < height) ++epoch;
  return epoch;
}

void Oracle::decided(ledger::Height height, const ledger::ValidatorSet& next) {
  const std::uint64_t epoch = next.epoch.value();
  const ledger::Height boundary(height.value() + window_);
  if (epoch < sets_.size()) {
    if (sets_[epoch] != next || boundaries_[epoch - 1] != boundary)
      fail("epoch " + std::to_string(epoch) + " was decided in two ways");
    return;
  }
  if (epoch != sets_.size()) return fail("epoch " + std::to_string(epoch) + " was decided out of turn");
  if (!boundaries_.empty() && boundaries_.back() >= height)
    fail("epoch " + std::to_string(epoch) + " was decided while another change was pending");
  sets_.push_back(next);
  boundaries_.push_back(boundary);
}

void Oracle::accused(std::uint32_t replica) {
  if (!byzantine_.contains(replica)) fail("honest replica " + std::to_string(replica) + " was accused");
}

void Oracle::watermarks(std::uint32_t replica, std::uint32_t incarnation, const consensus::Horizon& horizon) {
  Watermarks& marks = marks_[replica];
  const std::uint64_t stable = horizon.stable.value(), view = horizon.view.value();
  if (marks.incarnation != incarnation) marks = {incarnation, stable, 0, view, horizon.epoch.value()};
  const std::uint64_t epoch = horizon.epoch.value();
  if (stable < marks.stable || epoch < marks.epoch || (epoch == marks.epoch && view < marks.view))
    fail("replica " + std::to_string(replica) + " moved its low watermark or its view back");
  marks.stable = stable;
  marks.view = view;
  marks.epoch = epoch;
}

void Oracle::state(std::uint32_t replica, std::uint32_t incarnation, const consensus::CoreStatus& status) {
  Watermarks& marks = marks_[replica];
  const std::uint64_t stable = status.stable.value(), done = status.executed.value(), view = status.view.value();
  if (marks.incarnation == incarnation && (stable < marks.stable || done < marks.executed)) {
    fail("replica " + std::to_string(replica) + " moved a watermark or its view back");
  }
  if (stable > done) fail("replica " + std::to_string(replica) + " has a low watermark above what it executed");
  marks = {incarnation, stable, done, view, status.epoch.value()};
  // Prepares and commits of two windows, commits of eight views behind, two windows of votes for later views, three of
  // checkpoints, four view changes of each, proposals.
  std::size_t n = n_;
  for (const ledger::ValidatorSet& set : sets_) n = std::max(n, set.size());
  const std::size_t bound = n * (2 + 16 + 6 + 3) * window_ + 4 * n + 16 * window_;
  if (status.buffered > bound)
    fail("replica " + std::to_string(replica) + " buffers " + std::to_string(status.buffered) + " messages");
  if (status.stopped && !byzantine_.contains(replica))
    fail("replica " + std::to_string(replica) + " stopped: " + *status.stopped);
}

}  // namespace qilian::sim
