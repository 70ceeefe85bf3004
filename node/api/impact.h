// POST /v1/negative-list/impact: what a draft would stop, against live state. No transaction, nothing is kept.
#pragma once

#include <mutex>
#include <optional>
#include <string>

#include "contracts/negative_list/impact.h"
#include "ledger/store/store.h"

namespace qilian::node {

/// Keeps the assets in columns between two requests; one request at a time. Owned by the routes.
class ImpactReader {
 public:
  /// `draft`: arguments of negative_list.announce as JSON. {height, time_ms, state_root, published, versions, entries}.
  /// Errors: "json.*"; the code that an announcement would get for a bad entry (COM-101, COM-107, NEG-402, NEG-405).
  ledger::Result<std::string> answer(const ledger::store::Store& store, std::string_view draft);

 private:
  std::mutex mutex_;
  std::optional<contracts::negative_list::AssetTable> table_;
  contracts::negative_list::Standing standing_;
  ledger::Height height_;  ///< that the table shows
};

}  // namespace qilian::node
