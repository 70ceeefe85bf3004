#include "ledger/store/snapshot.h"

#include <bit>

#include "ledger/core/hash.h"

namespace qilian::ledger::store {

namespace {

/// A journal whose entries and inner nodes are rows of the index.
class IndexedJournal final : public JournalSource {
 public:
  IndexedJournal(const Index::View& rows, Key key, std::uint64_t count)
      : rows_(rows), key_(std::move(key)), count_(count) {}

  std::uint64_t count() const override { return count_; }
  void cut(std::uint64_t count) { count_ = count; }

  Result<StoredEntry> stored(std::uint64_t index) const {
    const auto row = rows_.get(rows::entry_key(key_, index));
    if (!row) return missing(row.error(), "a journal entry is missing");
    return rows::read_entry(*row);
  }

  Result<JournalRecord> entry(std::uint64_t index) const override {
    QILIAN_TRY(StoredEntry found, stored(index));
    return JournalRecord(std::move(found));
  }

  Result<std::optional<Bytes>> record_after(std::uint64_t index) const override {
    QILIAN_TRY(StoredEntry found, stored(index));
    if (!found.record_at || found.record) return std::move(found.record);
    QILIAN_TRY(StoredEntry writer, stored(*found.record_at));
    return std::move(writer.record);
  }

  Result<Digest> subtree(std::uint64_t begin, std::uint64_t end) const override {
    const std::uint64_t size = end - begin;
    if (size == 1) {
      QILIAN_TRY(const StoredEntry found, stored(begin));
      return list_leaf_hash(found.leaf.encode());
    }
    const auto level = static_cast<unsigned>(std::countr_zero(size));
    if (std::has_single_bit(size) && begin % size == 0 && rows::keeps_level(level)) {
      const auto row = rows_.get(rows::node_key(key_, level, begin >> level));
      if (!row) return missing(row.error(), "a journal's inner node is missing");
      const auto node = Digest::from(*row);
      if (!node) return fail("store.corrupt", "index: a journal's inner node is malformed");
      return *node;
    }
    const std::uint64_t middle = begin + std::bit_floor(size - 1);
    QILIAN_TRY(const Digest left, subtree(begin, middle));
    QILIAN_TRY(const Digest right, subtree(middle, end));
    return list_node_hash(left, right);
  }

 private:
  static std::unexpected<Error> missing(const Error& error, std::string_view what) {
    if (error.code != "store.not_found") return std::unexpected(error);
    return fail("store.corrupt", "index: " + std::string(what) + "; it is rebuilt by `qilian reindex`");
  }

  const Index::View& rows_;
  Key key_;
  std::uint64_t count_;
};

}  // namespace

std::optional<StoredObject> IndexSnapshot::read(const Key& key) const {
  auto found = object(key);
  if (found) return *std::move(found);
  if (found.error().code != "store.not_found") {
    const std::lock_guard lock(mutex_);
    if (!first_error_) first_error_ = found.error();
  }
  return std::nullopt;
}

std::optional<Bytes> IndexSnapshot::record(const Key& key) const {
  auto found = read(key);
  return found ? std::move(found->record) : std::nullopt;
}

std::optional<KeyState> IndexSnapshot::find(const Key& key) const {
  const auto found = read(key);
  if (!found) return std::nullopt;
  return KeyState{found->frontier, found->record ? hash(Domain::kRecord, {*found->record}) : Digest{}};
}

Result<void> IndexSnapshot::health() const {
  const std::lock_guard lock(mutex_);
  if (first_error_) return std::unexpected(*first_error_);
  return {};
}

Result<StoredObject> IndexSnapshot::object(const Key& key) const {
  QILIAN_TRY(const Bytes value, rows_.get(rows::object_key(key)));
  return rows::read_object(key, value);
}

Result<std::vector<StoredObject>> IndexSnapshot::objects(Kind kind, std::string_view prefix, std::string_view after,
                                                         std::size_t limit, std::size_t bytes) const {
  std::vector<StoredObject> out;
  std::size_t read = 0;
  if (limit == 0) return out;
  const Bytes row_prefix = rows::object_prefix(kind, prefix);
  // The smallest id above `after` is `after` with a zero byte behind it.
  const Bytes start = after.empty() ? row_prefix : rows::object_prefix(kind, std::string(after) + '\0');
  QILIAN_TRY_VOID(
      rows_.scan(row_prefix, std::max(start, row_prefix), [&](ByteView row, ByteView value) -> Result<bool> {
        QILIAN_TRY(const Key key, rows::read_object_key(row));
        QILIAN_TRY(StoredObject object, rows::read_object(key, value));
        out.push_back(std::move(object));
        read += row.size() + value.size();
        return out.size() < limit && read < bytes;
      }));
  return out;
}

Result<std::vector<StoredEntry>> IndexSnapshot::journal(const Key& key, std::uint64_t first, std::size_t limit,
                                                        std::size_t bytes) const {
  std::vector<StoredEntry> out;
  std::size_t read = 0;
  if (const auto exists = object(key); !exists) return std::unexpected(exists.error());
  if (limit == 0) return out;
  const Bytes prefix = rows::entry_prefix(key);
  QILIAN_TRY_VOID(rows_.scan(prefix, rows::entry_key(key, first), [&](ByteView row, ByteView value) -> Result<bool> {
    // A row that is missing in the middle must not shift the numbers of those behind it.
    if (row != rows::entry_key(key, first + out.size()))
      return fail("store.corrupt", "index: a journal entry is missing");
    QILIAN_TRY(StoredEntry entry, rows::read_entry(value));
    out.push_back(std::move(entry));
    read += row.size() + value.size();
    return out.size() < limit && read < bytes;
  }));
  return out;
}

Result<std::unique_ptr<JournalSource>> IndexSnapshot::journal_until(const Key& key, Height height) const {
  QILIAN_TRY(const StoredObject found, object(key));
  auto out = std::make_unique<IndexedJournal>(rows_, key, found.frontier.size());
  if (out->count() == 0 || height >= header_.height) return out;
  std::uint64_t low = 0;
  std::uint64_t high = out->count();
  while (low < high) {
    const std::uint64_t middle = low + (high - low) / 2;
    QILIAN_TRY(const StoredEntry entry, out->stored(middle));
    if (entry.leaf.height <= height)
      low = middle + 1;
    else
      high = middle;
  }
  out->cut(low);
  return out;
}

Result<std::pair<Height, std::uint32_t>> IndexSnapshot::locate(const TransactionId& id) const {
  QILIAN_TRY(const Bytes value, rows_.get(rows::transaction_key(id)));
  return rows::read_transaction(value);
}

}  // namespace qilian::ledger::store
