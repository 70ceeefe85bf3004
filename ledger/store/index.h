// LevelDB with the rows of rows.h: what is derived from the segments and can be thrown away.
//
// A block is one unsynced write batch with its height in it, so the index is always the state after some whole block.
// Reads are thread-safe; writes are one thread's. Errors: "store.corrupt", "store.io", "store.not_found".
#pragma once

#include <leveldb/db.h>

#include <span>

#include "ledger/core/commit.h"
#include "ledger/store/rows.h"
#include "ledger/store/segments.h"

namespace leveldb {
class Cache;
class FilterPolicy;
class WriteBatch;
}  // namespace leveldb

namespace qilian::ledger::store {

/// Which block the index stands at.
struct IndexMark {
  std::optional<Height> executed;
  HeaderHash header;                  ///< of that block
  std::optional<Position> confirmed;  ///< how far the segments were durable when this was written
};

/// Everything that a block writes.
struct IndexUpdate {
  Height height;
  HeaderHash header;
  Position confirmed;
  std::span<const TransactionId> ids;  ///< of its transactions, in order
  const StateChange* change = nullptr;
  std::vector<MapWrite> writes;   ///< of `change`, with the values before
  std::vector<Height> forgotten;  ///< heights whose map writes are dropped
};

class Index {
 public:
  /// Opens or creates `folder`. "store.corrupt" where it is damaged, of another format or of another network: remove()
  /// and open again.
  static Result<std::shared_ptr<Index>> open(const std::filesystem::path& folder, const GenesisHash& genesis);
  /// Deletes it. REQUIRES: not open.
  static Result<void> remove(const std::filesystem::path& folder);
  ~Index();

  Result<IndexMark> mark() const;
  /// REQUIRES: mark().executed is the height below, or nothing for height 0.
  Result<void> write(const IndexUpdate& update);
  /// Durable at once: what a clean shutdown leaves.
  Result<void> confirm(Position confirmed);

  /// A fixed state of the whole index, released with the last copy.
  class View {
   public:
    explicit View(std::shared_ptr<const Index> index);
    ~View();
    View(const View&) = delete;
    View& operator=(const View&) = delete;

    /// "store.not_found" where there is no such row.
    Result<Bytes> get(ByteView row) const;
    /// Rows that begin with `prefix`, from `start` on, in order, until the visitor says false or fails.
    Result<void> scan(ByteView prefix, ByteView start,
                      const std::function<Result<bool>(ByteView row, ByteView value)>& visitor) const;

   private:
    std::shared_ptr<const Index> index_;
    const leveldb::Snapshot* snapshot_;
  };

 private:
  explicit Index(std::filesystem::path folder);
  /// Objects, entries, and the inner nodes that these entries complete.
  Result<void> write_journals(const StateChange& change, leveldb::WriteBatch& batch) const;
  Result<void> write_journal(const KeyUpdate& update, std::span<const JournalAddition* const> additions,
                             leveldb::WriteBatch& batch) const;
  Result<StoredObject> object_before(const Key& key) const;
  Error error_of(const leveldb::Status& status) const;
  std::filesystem::path folder_;
  // Destroyed in reverse order: the database before what it uses.
  std::unique_ptr<leveldb::Cache> cache_;
  std::unique_ptr<const leveldb::FilterPolicy> filter_;
  std::unique_ptr<leveldb::DB> db_;
};

}  // namespace qilian::ledger::store
