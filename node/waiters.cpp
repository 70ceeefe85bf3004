#include "node/waiters.h"

#include <utility>

namespace qilian::node {
namespace {

constexpr std::int64_t kCheckEveryMs = 50;

}  // namespace

void Waiters::add(const ledger::TransactionId& id, std::int64_t deadline_ms, Callback callback) {
  waiting_.emplace(id, Waiting{deadline_ms, std::move(callback)});
}

void Waiters::executed(const ledger::TransactionId& id, Place place) {
  const auto height = place.height;
  if (waiting_.contains(id)) executed_.emplace(height, std::pair(id, std::move(place)));
}

void Waiters::certified(ledger::Height height) {
  while (!executed_.empty() && executed_.begin()->first <= height) {
    const auto [id, place] = std::move(executed_.begin()->second);
    executed_.erase(executed_.begin());
    end(id, End::kCertified, &place);
  }
}

void Waiters::expired(const ledger::TransactionId& id) { end(id, End::kExpired, nullptr); }

void Waiters::time_out(std::int64_t now_ms) {
  if (now_ms < next_check_ms_) return;
  next_check_ms_ = now_ms + kCheckEveryMs;
  std::vector<Callback> late;
  for (auto it = waiting_.begin(); it != waiting_.end();) {
    if (it->second.deadline_ms <= now_ms) {
      late.push_back(std::move(it->second.callback));
      it = waiting_.erase(it);
    } else {
      ++it;
    }
  }
  for (const auto& callback : late) callback(End::kTimedOut, nullptr);
}

void Waiters::fail_all() {
  executed_.clear();
  for (const auto& [id, waiting] : std::exchange(waiting_, {})) waiting.callback(End::kTimedOut, nullptr);
}

void Waiters::end(const ledger::TransactionId& id, End how, const Place* place) {
  const auto [first, last] = waiting_.equal_range(id);
  std::vector<Callback> ended;
  for (auto it = first; it != last; ++it) ended.push_back(std::move(it->second.callback));
  waiting_.erase(first, last);
  for (const auto& callback : ended) callback(how, place);
}

}  // namespace qilian::node
