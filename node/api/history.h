// The store as the questions read it: the state as of any height, from journals.
#pragma once

#include <memory>

#include "contracts/questions/history.h"
#include "ledger/store/store.h"

namespace qilian::node {

/// One snapshot, looked at as of `height`. For one request on one thread. A read that fails answers "nothing" and is
/// remembered: `health()`.
class StoreHistory final : public contracts::questions::HistoryView {
 public:
  /// "store.pending" where the block has not been executed here.
  static ledger::Result<std::unique_ptr<StoreHistory>> open(const ledger::store::Store& store, ledger::Height height);

  ledger::Height height() const override { return header_.height; }
  ledger::TimeMs time() const override { return header_.time; }
  const ledger::Header& header() const { return header_; }
  std::optional<ledger::Bytes> record(const ledger::Key& key) const override;
  std::vector<contracts::questions::HistoryEntry> journal(const ledger::Key& key) const override;
  void each(ledger::Kind kind, const Visitor& visitor) const override;
  std::optional<ledger::Bytes> receipt(ledger::ByteView transaction_id) const override;
  /// The first read that failed, if any. Whoever shows an answer asks before.
  ledger::Result<void> health() const;

 private:
  StoreHistory(const ledger::store::Store& store, std::shared_ptr<const ledger::store::Snapshot> snapshot,
               ledger::Header header);
  bool latest() const { return snapshot_->height() == header_.height; }
  void remember(const ledger::Error& error) const;
  /// How many of the journal's `count` entries stand at or below the height.
  std::uint64_t count_below(const ledger::Key& key, std::uint64_t count) const;
  std::optional<ledger::Bytes> record_below(const ledger::Key& key, std::uint64_t count) const;

  const ledger::store::Store& store_;
  std::shared_ptr<const ledger::store::Snapshot> snapshot_;
  ledger::Header header_;
  mutable std::optional<ledger::Error> first_error_;
};

/// The last executed block at or before `time`; block 0 where there is none.
ledger::Result<ledger::Height> height_at(const ledger::store::Store& store, ledger::TimeMs time);

}  // namespace qilian::node
