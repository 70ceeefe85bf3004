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

void Oracle::certified(ledger::Height height, const ledger::HeaderHash& header) {
  const auto it = chain_.find(height);
  if (it == chain_.end()) {
    fail("height " + std::to_string(height.value()) + " was certified before anybody executed it");
  } else if (it->second != header) {
    fail("a certificate contradicts the chain at height " + std::to_string(height.value()));
  }
}

void Oracle::accused(const consensus::Evidence& evidence) {
  if (!byzantine_.contains(evidence.first.sender.value())) {
    fail("honest replica " + std::to_string(evidence.first.sender.value()) + " was accused");
  }
}

void Oracle::watermarks(std::uint32_t replica, std::uint32_t incarnation, const consensus::Horizon& horizon) {
  Watermarks& marks = marks_[replica];
  const std::uint64_t stable = horizon.stable.value(), view = horizon.view.value();
  if (marks.incarnation != incarnation) marks = {incarnation, stable, 0, view};
  if (stable < marks.stable || view < marks.view)
    fail("replica " + std::to_string(replica) + " moved its low watermark or its view back");
  marks.stable = stable;
  marks.view = view;
}

void Oracle::state(std::uint32_t replica, std::uint32_t incarnation, const consensus::CoreStatus& status) {
  Watermarks& marks = marks_[replica];
  const std::uint64_t stable = status.stable.value(), done = status.executed.value(), view = status.view.value();
  if (marks.incarnation == incarnation && (stable < marks.stable || done < marks.executed || view < marks.view)) {
    fail("replica " + std::to_string(replica) + " moved a watermark or its view back");
  }
  if (stable > done) fail("replica " + std::to_string(replica) + " has a low watermark above what it executed");
  marks = {incarnation, stable, done, view};
  // Prepares and commits of two windows, commits of eight views behind, two windows of votes for later views, three of
  // checkpoints, four view changes of each, proposals.
  const std::size_t bound = n_ * (2 + 16 + 6 + 3) * window_ + 4 * n_ + 16 * window_;
  if (status.buffered > bound)
    fail("replica " + std::to_string(replica) + " buffers " + std::to_string(status.buffered) + " messages");
  if (status.stopped && !byzantine_.contains(replica))
    fail("replica " + std::to_string(replica) + " stopped: " + *status.stopped);
}

}  // namespace qilian::sim
