#include "consensus/pool.h"

#include <algorithm>

namespace qilian::consensus {

namespace {
constexpr std::uint64_t kOrdinary = std::uint64_t{1} << 63;
}  // namespace

Pool::QueueKey Pool::key_of(const Entry& entry) {
  return {entry.prioritised ? entry.order : entry.order | kOrdinary, entry.info.digest};
}

Pool::Entry& Pool::insert(const EnvelopeInfo& info) {
  auto [it, fresh] = entries_.try_emplace(info.digest);
  if (fresh) {
    it->second.info = info;
    it->second.order = next_order_++;
    by_id_[info.id].insert(info.digest);
    if (const auto pins = pins_.find(info.digest); pins != pins_.end()) {
      it->second.pins = pins->second;
      pins_.erase(pins);
    }
  }
  return it->second;
}

bool Pool::admit(const EnvelopeInfo& info, std::int64_t now_ms, std::size_t max_pending, bool prioritised) {
  const auto known = entries_.find(info.digest);
  if (known != entries_.end() && (known->second.pending || known->second.info.executed_at)) return true;
  // A second set of signatures for a body that waits already: the first one stands, this one is held only where a
  // proposal names it.
  const auto same_id = by_id_.find(info.id);
  const bool id_waits =
      same_id != by_id_.end() &&
      std::ranges::any_of(same_id->second, [&](const EnvelopeDigest& digest) { return entries_.at(digest).pending; });
  if (info.executed_at || id_waits || pending_.size() >= max_pending) {
    if (pins_.contains(info.digest) || known != entries_.end()) {
      insert(info);
      return true;
    }
    forgotten_.push_back(info.digest);
    return false;
  }
  Entry& entry = insert(info);
  entry.pending = true;
  entry.prioritised = prioritised;
  entry.since_ms = now_ms;
  pending_.insert({entry.order, info.digest});
  expiring_.insert({info.expires, info.digest});
  enqueue(entry);
  return true;
}

void Pool::hold(const EnvelopeInfo& info) {
  if (entries_.contains(info.digest)) return;
  if (pins_.contains(info.digest)) {
    insert(info);
  } else {
    forgotten_.push_back(info.digest);
  }
}

const Pool::Entry* Pool::find(const EnvelopeDigest& digest) const {
  const auto it = entries_.find(digest);
  return it == entries_.end() ? nullptr : &it->second;
}

void Pool::pin(const EnvelopeDigest& digest) {
  const auto it = entries_.find(digest);
  if (it != entries_.end()) {
    ++it->second.pins;
  } else {
    ++pins_[digest];
  }
}

void Pool::unpin(const EnvelopeDigest& digest) {
  if (const auto it = entries_.find(digest); it != entries_.end()) {
    QILIAN_CHECK(it->second.pins > 0);
    --it->second.pins;
    forget_if_unneeded(digest);
  } else if (const auto lacking = pins_.find(digest); lacking != pins_.end() && --lacking->second == 0) {
    pins_.erase(lacking);
  }
}

std::vector<EnvelopeDigest> Pool::pinned() const {
  std::vector<EnvelopeDigest> out;
  for (const auto& [digest, entry] : entries_) {
    if (entry.pins > 0) out.push_back(digest);
  }
  return out;
}

void Pool::enqueue(const Entry& entry) {
  if (entry.pending && !entry.in_flight) {
    queue_.insert(key_of(entry));
  } else {
    queue_.erase(key_of(entry));
  }
}

void Pool::set_in_flight(const EnvelopeDigest& digest, bool in_flight) {
  const auto it = entries_.find(digest);
  if (it == entries_.end()) return;
  it->second.in_flight = in_flight;
  enqueue(it->second);
}

void Pool::clear_in_flight() {
  for (auto& [digest, entry] : entries_) {
    if (!entry.in_flight) continue;
    entry.in_flight = false;
    enqueue(entry);
  }
}

void Pool::prioritise(const EnvelopeDigest& digest) {
  const auto it = entries_.find(digest);
  if (it == entries_.end() || it->second.prioritised) return;
  queue_.erase(key_of(it->second));
  it->second.prioritised = true;
  enqueue(it->second);
}

void Pool::settle(Entry& entry) {
  queue_.erase(key_of(entry));
  pending_.erase({entry.order, entry.info.digest});
  expiring_.erase({entry.info.expires, entry.info.digest});
  entry.pending = false;
}

void Pool::forget_if_unneeded(const EnvelopeDigest& digest) {
  const auto it = entries_.find(digest);
  if (it == entries_.end() || it->second.pending || it->second.pins > 0) return;
  const auto ids = by_id_.find(it->second.info.id);
  ids->second.erase(digest);
  if (ids->second.empty()) by_id_.erase(ids);
  entries_.erase(it);
  forgotten_.push_back(digest);
}

std::size_t Pool::executed(const TransactionId& id, Height height, std::int64_t now_ms) {
  const auto it = by_id_.find(id);
  if (it == by_id_.end()) return 0;
  std::size_t settled = 0;
  const std::set<EnvelopeDigest> digests = it->second;
  for (const EnvelopeDigest& digest : digests) {
    Entry& entry = entries_.at(digest);
    if (!entry.info.executed_at) entry.info.executed_at = height;
    if (entry.pending) {
      ++settled;
      ++executed_pending_;
      executed_ms_ = now_ms;
      settle(entry);
    }
    forget_if_unneeded(digest);
  }
  return settled;
}

void Pool::expire(TimeMs time) {
  while (!expiring_.empty() && expiring_.begin()->first <= time) {
    const EnvelopeDigest digest = expiring_.begin()->second;
    settle(entries_.at(digest));
    forget_if_unneeded(digest);
  }
}

std::vector<EnvelopeDigest> Pool::select(const Limits& limits, TimeMs time) const {
  std::vector<EnvelopeDigest> out;
  std::set<TransactionId> ids;
  std::map<PublicKey, std::uint32_t> per_key;
  std::uint64_t bytes = 0;
  const std::size_t most = std::min<std::size_t>(limits.max_batch_transactions, kMaxBatch);
  // How far to look past envelopes that do not fit: bounded, so that a crowd of one key costs no more than this.
  std::size_t looks = 4 * most + 16;
  for (const auto& [order, digest] : queue_) {
    if (out.size() == most || looks-- == 0) break;
    const EnvelopeInfo& info = entries_.at(digest).info;
    if (info.expires <= time || bytes + info.size > limits.max_batch_bytes || per_key[info.lead] >= limits.max_per_key)
      continue;
    if (!ids.insert(info.id).second) continue;
    ++per_key[info.lead];
    bytes += info.size;
    out.push_back(digest);
  }
  return out;
}

std::optional<std::int64_t> Pool::waiting_since() const {
  if (queue_.empty()) return std::nullopt;
  return entries_.at(queue_.begin()->second).since_ms;
}

std::vector<EnvelopeDigest> Pool::take_to_forward(View view, std::int64_t entered_ms, std::int64_t now_ms,
                                                  std::int64_t timeout_ms, std::size_t limit) {
  std::vector<EnvelopeDigest> out;
  for (const auto& [order, digest] : pending_) {
    Entry& entry = entries_.at(digest);
    // Arrival order is time order, so nothing behind the first young one is due.
    if (out.size() == limit || std::max(entry.since_ms, entered_ms) + timeout_ms / 2 > now_ms) break;
    if (entry.forwarded_in == view) continue;
    entry.forwarded_in = view;
    entry.forwarded_ms = now_ms;
    entry.executed_then = executed_pending_;
    entry.pending_then = pending_.size();
    out.push_back(digest);
  }
  return out;
}

bool Pool::overdue(View view, std::int64_t now_ms, std::int64_t timeout_ms, std::uint32_t window) const {
  for (const auto& [order, digest] : pending_) {
    const Entry& entry = entries_.at(digest);
    if (entry.forwarded_in != view || entry.forwarded_ms + timeout_ms > now_ms) return false;
    const std::uint64_t others = executed_pending_ - entry.executed_then;
    // Nothing for a whole timeout, counted anew from the last one: a primary that dies after one execution must not be
    // waited for.
    const bool standstill = others == 0 || executed_ms_ + timeout_ms <= now_ms;
    if (standstill || others > 2 * (entry.pending_then + window)) return true;
  }
  return false;
}

std::vector<EnvelopeDigest> Pool::take_forgotten() {
  // What came back meanwhile is known again.
  std::erase_if(forgotten_, [this](const EnvelopeDigest& digest) { return holds(digest); });
  return std::exchange(forgotten_, {});
}

Bytes Pool::encode() const {
  ledger::FixedWriter writer;
  for (const auto& [digest, entry] : entries_) {
    writer.raw(digest.view())
        .u8(static_cast<std::uint8_t>(entry.pending | entry.in_flight << 1 | entry.prioritised << 2));
    writer.u64(entry.order)
        .i64(entry.since_ms)
        .u32(entry.pins)
        .u64(entry.info.executed_at ? entry.info.executed_at->value() + 1 : 0);
    writer.u64(entry.forwarded_in ? entry.forwarded_in->value() + 1 : 0).i64(entry.forwarded_ms);
    writer.u64(entry.executed_then).u64(entry.pending_then);
  }
  for (const auto& [digest, pins] : pins_) writer.raw(digest.view()).u32(pins);
  writer.u64(next_order_).u64(executed_pending_).i64(executed_ms_);
  return writer.take();
}

}  // namespace qilian::consensus
