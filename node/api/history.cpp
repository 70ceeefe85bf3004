#include "node/api/history.h"

namespace qilian::node {

using namespace ledger;
using contracts::questions::HistoryEntry;

namespace {

/// Journals and kinds are read in portions of this size.
constexpr std::size_t kPortion = 256;

}  // namespace

StoreHistory::StoreHistory(const store::Store& store, std::shared_ptr<const store::Snapshot> snapshot, Header header)
    : store_(store), snapshot_(std::move(snapshot)), header_(std::move(header)) {}

Result<std::unique_ptr<StoreHistory>> StoreHistory::open(const store::Store& store, Height height) {
  auto snapshot = store.latest();
  if (height > snapshot->height()) {
    return fail("store.pending", "height " + std::to_string(height.value()) + " has not been executed here yet");
  }
  QILIAN_TRY(Header header, store.header(height));
  return std::unique_ptr<StoreHistory>(new StoreHistory(store, std::move(snapshot), std::move(header)));
}

void StoreHistory::remember(const Error& error) const {
  if (error.code != "store.not_found" && !first_error_) first_error_ = error;
}

std::uint64_t StoreHistory::count_below(const Key& key, std::uint64_t count) const {
  std::uint64_t low = 0;
  std::uint64_t high = count;
  while (low < high) {
    const std::uint64_t middle = low + (high - low) / 2;
    const auto entry = snapshot_->journal(key, middle, 1);
    if (!entry || entry->empty()) {
      remember(entry ? Error{"store.corrupt", "a journal is shorter than its frontier says"} : entry.error());
      return 0;
    }
    if (entry->front().leaf.height <= header_.height) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

std::optional<Bytes> StoreHistory::record_below(const Key& key, std::uint64_t count) const {
  for (std::uint64_t next = count_below(key, count); next > 0; --next) {
    auto entry = snapshot_->journal(key, next - 1, 1);
    if (!entry || entry->empty()) {
      if (!entry) remember(entry.error());
      return std::nullopt;
    }
    if (entry->front().record) return std::move(entry->front().record);
  }
  return std::nullopt;
}

std::optional<Bytes> StoreHistory::record(const Key& key) const {
  if (latest()) return snapshot_->record(key);
  const auto object = snapshot_->object(key);
  if (!object) {
    remember(object.error());
    return std::nullopt;
  }
  return record_below(key, object->frontier.size());
}

std::vector<HistoryEntry> StoreHistory::journal(const Key& key) const {
  std::vector<HistoryEntry> out;
  while (true) {
    auto portion = snapshot_->journal(key, out.size(), kPortion);
    if (!portion) {
      remember(portion.error());
      return out;
    }
    for (auto& entry : *portion) {
      if (entry.leaf.height > header_.height) return out;
      out.push_back(
          {entry.leaf.height, entry.leaf.time, entry.leaf.kind, std::move(entry.payload), std::move(entry.record)});
    }
    if (portion->size() < kPortion) return out;
  }
}

void StoreHistory::each(Kind kind, const Visitor& visitor) const {
  std::string after;
  while (true) {
    const auto portion = snapshot_->objects(kind, "", after, kPortion);
    if (!portion) return remember(portion.error());
    for (const auto& object : *portion) {
      if (latest()) {
        visitor(object.key.id, object.record);
      } else if (count_below(object.key, object.frontier.size()) > 0) {
        visitor(object.key.id, record_below(object.key, object.frontier.size()));
      }
    }
    if (portion->size() < kPortion) return;
    after = portion->back().key.id;
  }
}

std::optional<Bytes> StoreHistory::receipt(ByteView transaction_id) const {
  const auto id = TransactionId::from(transaction_id);
  if (!id) return std::nullopt;
  auto stored = store_.transaction(*id);
  if (!stored) {
    remember(stored.error());
    return std::nullopt;
  }
  if (stored->height > header_.height) return std::nullopt;
  return std::move(stored->receipt);
}

Result<void> StoreHistory::health() const {
  if (first_error_) return std::unexpected(*first_error_);
  return snapshot_->health();
}

Result<Height> height_at(const store::Store& store, TimeMs time) {
  const auto executed = store.executed();
  std::uint64_t low = 0;
  std::uint64_t high = executed ? executed->value() : 0;
  // Block times never fall: the last height whose time is not past `time`.
  while (low < high) {
    const std::uint64_t middle = low + (high - low + 1) / 2;
    QILIAN_TRY(const Header header, store.header(Height(middle)));
    if (header.time <= time) {
      low = middle;
    } else {
      high = middle - 1;
    }
  }
  return Height(low);
}

}  // namespace qilian::node
