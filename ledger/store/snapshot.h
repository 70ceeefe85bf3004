// The store's Snapshot over one fixed state of the index.
#pragma once

#include <mutex>

#include "ledger/store/index.h"
#include "ledger/store/store.h"

namespace qilian::ledger::store {

class IndexSnapshot final : public Snapshot {
 public:
  IndexSnapshot(const Header& header, std::shared_ptr<const Index> index) : header_(header), rows_(std::move(index)) {}

  Height height() const override { return header_.height; }
  const Header& header() const override { return header_; }
  std::optional<Bytes> record(const Key& key) const override;
  std::optional<KeyState> find(const Key& key) const override;
  Result<void> health() const override;
  Result<StoredObject> object(const Key& key) const override;
  Result<std::vector<StoredObject>> objects(Kind kind, std::string_view prefix, std::string_view after,
                                            std::size_t limit, std::size_t bytes) const override;
  Result<std::vector<StoredEntry>> journal(const Key& key, std::uint64_t first, std::size_t limit,
                                           std::size_t bytes) const override;
  Result<std::unique_ptr<JournalSource>> journal_until(const Key& key, Height height) const override;

  /// Where a transaction stands, by 12 bytes of its id.
  Result<std::pair<Height, std::uint32_t>> locate(const TransactionId& id) const;

 private:
  /// The object, nothing where there is none; errors are remembered.
  std::optional<StoredObject> read(const Key& key) const;

  Header header_;
  Index::View rows_;
  mutable std::mutex mutex_;
  mutable std::optional<Error> first_error_;
};

}  // namespace qilian::ledger::store
