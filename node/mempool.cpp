#include "node/mempool.h"

namespace qilian::node {

Mempool::Admission Mempool::admit(Pointer transaction, Source source) {
  if (waiting_ids_.contains(transaction->id())) return Admission::kKnown;
  const std::size_t size = transaction->envelope().size();
  if (order_.size() >= limits_.transactions || bytes_ + size > limits_.bytes) return Admission::kFull;
  if (source != kClient) {
    const OfPeer& pushed = per_peer_[source];
    if (pushed.transactions >= limits_.transactions_per_peer || pushed.bytes + size > limits_.bytes_per_peer)
      return Admission::kFull;
  }
  const auto mine = per_key_.find(transaction->lead());
  if (mine != per_key_.end() && mine->second >= limits_.transactions_per_key) return Admission::kKeyFull;

  Entry& entry = entries_[transaction->envelope_digest()];
  entry.order = next_order_++;
  entry.source = source;
  if (source != kClient) {
    ++per_peer_[source].transactions;
    per_peer_[source].bytes += size;
  }
  entry.transaction = std::move(transaction);
  order_.emplace(entry.order, entry.transaction->envelope_digest());
  waiting_ids_.emplace(entry.transaction->id(), entry.transaction->envelope_digest());
  ++per_key_[entry.transaction->lead()];
  bytes_ += size;
  return Admission::kAdded;
}

void Mempool::hold(Pointer transaction) {
  const auto digest = transaction->envelope_digest();
  entries_.try_emplace(digest, Entry{std::move(transaction), 0, kClient});
}

Mempool::Pointer Mempool::find(const ledger::EnvelopeDigest& digest) const {
  const auto found = entries_.find(digest);
  return found == entries_.end() ? nullptr : found->second.transaction;
}

Mempool::Pointer Mempool::find(const ledger::TransactionId& id) const {
  const auto found = waiting_ids_.find(id);
  return found == waiting_ids_.end() ? nullptr : find(found->second);
}

void Mempool::forget(const ledger::EnvelopeDigest& digest) {
  const auto found = entries_.find(digest);
  if (found == entries_.end()) return;
  stop_waiting(found->second);
  entries_.erase(found);
}

void Mempool::settle(const ledger::TransactionId& id) {
  const auto found = waiting_ids_.find(id);
  if (found != waiting_ids_.end()) stop_waiting(entries_.at(found->second));
}

std::vector<Mempool::Pointer> Mempool::waiting() const {
  std::vector<Pointer> out;
  for (const auto& [order, digest] : order_) out.push_back(entries_.at(digest).transaction);
  return out;
}

void Mempool::stop_waiting(Entry& entry) {
  if (entry.order == 0) return;
  order_.erase(entry.order);
  entry.order = 0;
  bytes_ -= entry.transaction->envelope().size();
  if (entry.source != kClient) {
    OfPeer& pushed = per_peer_.at(entry.source);
    --pushed.transactions;
    pushed.bytes -= entry.transaction->envelope().size();
  }
  waiting_ids_.erase(entry.transaction->id());
  const auto mine = per_key_.find(entry.transaction->lead());
  if (--mine->second == 0) per_key_.erase(mine);
}

}  // namespace qilian::node
