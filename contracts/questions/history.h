// What a question reads: the state after one block, with everything that led to it. The store's reader on a node, a
// map's in stories and tests. Pure for whoever asks: the same height gives the same answers on every node.
#pragma once

#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "contracts/kinds.h"
#include "ledger/core/state.h"

namespace qilian::contracts::questions {

/// One entry of a journal: what was written, when, and the record from then on.
struct HistoryEntry {
  ledger::Height height;
  ledger::TimeMs time;
  std::uint16_t event = 0;  ///< EventKind
  ledger::Bytes payload;
  std::optional<ledger::Bytes> record;
};

class HistoryView : public ledger::StateView {
 public:
  /// The block after which this is the state.
  virtual ledger::Height height() const = 0;
  /// Of that block.
  virtual ledger::TimeMs time() const = 0;
  /// Entries up to that block, oldest first; none where the key was never written.
  virtual std::vector<HistoryEntry> journal(const ledger::Key& key) const = 0;
  /// Every key of a kind that was written by then, ascending by id. An index has no record.
  using Visitor = std::function<void(std::string_view id, const std::optional<ledger::Bytes>& record)>;
  virtual void each(ledger::Kind kind, const Visitor& visitor) const = 0;
  /// Canonical bytes of a transaction's receipt; nothing where it was not executed by then.
  virtual std::optional<ledger::Bytes> receipt(ledger::ByteView transaction_id) const = 0;
};

}  // namespace qilian::contracts::questions
