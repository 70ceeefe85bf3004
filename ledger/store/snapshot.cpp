#include "ledger/store/snapshot.h"

#include "ledger/core/hash.h"

namespace qilian::ledger::store {

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
                                                         std::size_t limit) const {
  std::vector<StoredObject> out;
  if (limit == 0) return out;
  const Bytes row_prefix = rows::object_prefix(kind, prefix);
  // The smallest id above `after` is `after` with a zero byte behind it.
  const Bytes start = after.empty() ? row_prefix : rows::object_prefix(kind, std::string(after) + '\0');
  QILIAN_TRY_VOID(
      rows_.scan(row_prefix, std::max(start, row_prefix), [&](ByteView row, ByteView value) -> Result<bool> {
        QILIAN_TRY(const Key key, rows::read_object_key(row));
        QILIAN_TRY(StoredObject object, rows::read_object(key, value));
        out.push_back(std::move(object));
        return out.size() < limit;
      }));
  return out;
}

Result<std::vector<StoredEntry>> IndexSnapshot::journal(const Key& key, std::uint64_t first, std::size_t limit) const {
  std::vector<StoredEntry> out;
  if (const auto exists = object(key); !exists) return std::unexpected(exists.error());
  if (limit == 0) return out;
  const Bytes prefix = rows::entry_prefix(key);
  QILIAN_TRY_VOID(rows_.scan(prefix, rows::entry_key(key, first), [&](ByteView row, ByteView value) -> Result<bool> {
    // A row that is missing in the middle must not shift the numbers of those behind it.
    if (row != rows::entry_key(key, first + out.size()))
      return fail("store.corrupt", "index: a journal entry is missing");
    QILIAN_TRY(StoredEntry entry, rows::read_entry(value));
    out.push_back(std::move(entry));
    return out.size() < limit;
  }));
  return out;
}

Result<std::pair<Height, std::uint32_t>> IndexSnapshot::locate(const TransactionId& id) const {
  QILIAN_TRY(const Bytes value, rows_.get(rows::transaction_key(id)));
  return rows::read_transaction(value);
}

}  // namespace qilian::ledger::store
