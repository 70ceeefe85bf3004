#include "contracts/questions/memory_history.h"

#include <algorithm>

#include "ledger/core/ledger.pb.h"

namespace qilian::contracts::questions {

using ledger::Bytes;
using ledger::Height;
using ledger::Key;
using ledger::TimeMs;

class MemoryHistory::View final : public HistoryView {
 public:
  View(const MemoryHistory& history, Height height) : history_(history), height_(height) {}

  Height height() const override { return height_; }
  TimeMs time() const override { return history_.times_[height_.value()]; }

  std::optional<Bytes> record(const Key& key) const override {
    const auto found = history_.journals_.find(key);
    return found == history_.journals_.end() ? std::nullopt : record_in(found->second);
  }

  std::vector<HistoryEntry> journal(const Key& key) const override {
    const auto found = history_.journals_.find(key);
    if (found == history_.journals_.end()) return {};
    return {found->second.begin(), end_of(found->second)};
  }

  void each(ledger::Kind kind, const Visitor& visitor) const override {
    for (auto at = history_.journals_.lower_bound({kind, ""}); at != history_.journals_.end(); ++at) {
      if (at->first.kind != kind) break;
      if (at->second.front().height <= height_) visitor(at->first.id, record_in(at->second));
    }
  }

  std::optional<Bytes> receipt(ledger::ByteView transaction_id) const override {
    const auto found = history_.receipts_.find(transaction_id);
    if (found == history_.receipts_.end() || found->second.first > height_) return std::nullopt;
    return found->second.second;
  }

 private:
  std::vector<HistoryEntry>::const_iterator end_of(const std::vector<HistoryEntry>& entries) const {
    return std::ranges::upper_bound(entries, height_, {}, &HistoryEntry::height);
  }
  std::optional<Bytes> record_in(const std::vector<HistoryEntry>& entries) const {
    for (auto at = end_of(entries); at != entries.begin(); --at) {
      if (std::prev(at)->record) return std::prev(at)->record;
    }
    return std::nullopt;
  }

  const MemoryHistory& history_;
  Height height_;
};

MemoryHistory::MemoryHistory(const std::map<Key, Bytes>& records, TimeMs time) : times_{time} {
  for (const auto& [key, record] : records) {
    const auto created = static_cast<std::uint16_t>(EventKind::kCreated);
    journals_[key].push_back({Height(0), time, created, {}, record});
  }
}

void MemoryHistory::append(TimeMs time, std::span<const ledger::Event> events, std::span<const Bytes> receipts) {
  times_.push_back(time);
  for (const ledger::Event& event : events) {
    journals_[event.key].push_back({height(), time, event.kind, event.payload, event.record});
  }
  for (const Bytes& bytes : receipts) {
    ledger::pb::Receipt receipt;
    QILIAN_CHECK(receipt.ParseFromString(bytes));
    receipts_[receipt.transaction_id()] = {height(), bytes};
  }
}

Height MemoryHistory::height_at(TimeMs time) const {
  const auto after = std::ranges::upper_bound(times_, time);
  return Height(after == times_.begin() ? 0 : static_cast<std::uint64_t>(after - times_.begin()) - 1);
}

std::unique_ptr<HistoryView> MemoryHistory::at(Height height) const { return std::make_unique<View>(*this, height); }

}  // namespace qilian::contracts::questions
