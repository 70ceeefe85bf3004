// A ledger's history in memory: for stories in process, and for tests.
#pragma once

#include <map>
#include <memory>
#include <span>

#include "contracts/questions/history.h"

namespace qilian::contracts::questions {

/// Owned by one thread. Views are fixed at their height and must not outlive it.
class MemoryHistory {
 public:
  /// Block 0: what a genesis holds.
  MemoryHistory(const std::map<ledger::Key, ledger::Bytes>& records, ledger::TimeMs time);

  /// The next block. REQUIRES: events in their order; receipts are canonical bytes of ledger.proto Receipt.
  void append(ledger::TimeMs time, std::span<const ledger::Event> events, std::span<const ledger::Bytes> receipts);

  ledger::Height height() const { return ledger::Height(times_.size() - 1); }
  /// The last block at or before `time`; block 0 where there is none.
  ledger::Height height_at(ledger::TimeMs time) const;
  /// The state after that block. REQUIRES: height <= height().
  std::unique_ptr<HistoryView> at(ledger::Height height) const;

 private:
  class View;
  std::map<ledger::Key, std::vector<HistoryEntry>> journals_;
  std::map<ledger::Bytes, std::pair<ledger::Height, ledger::Bytes>, std::less<>> receipts_;
  std::vector<ledger::TimeMs> times_;  ///< by height
};

}  // namespace qilian::contracts::questions
