// Builds a node's LevelDB anew from its ledger files and proves the result.
#pragma once

#include <filesystem>

#include "ledger/core/genesis.h"
#include "ledger/core/header.h"

namespace qilian::node {

struct ReindexReport {
  ledger::Header last;  ///< the block at which the index stands
  std::uint64_t objects = 0;
  std::uint64_t entries = 0;
  std::uint64_t transactions = 0;
  enum class Old { kNone, kEqual, kDifferent, kUnreadable } old = Old::kNone;
  std::string old_message{};  ///< what differed first, or why it could not be read
};

/// Executes every block again (each must give the header that the ledger files hold), writes the index, proves it row
/// by row against the last block's state root, and compares it with the index that was there before, which it replaces.
/// Holds the ledger against a node meanwhile; cuts a torn tail as a node would. Errors: "store.*", "executor.diverged".
ledger::Result<ReindexReport> reindex(const std::filesystem::path& directory, const ledger::Genesis& genesis);

}  // namespace qilian::node
