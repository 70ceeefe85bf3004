// Where two nodes' ledgers part. Needs the files and the genesis; no index, no running node. Reads only.
#pragma once

#include <filesystem>
#include <optional>

#include "node/offline/replay.h"

namespace qilian::node {

struct Difference {
  ledger::Height height;
  std::optional<std::uint32_t> transaction;  ///< the first one that differs, where it is not the header alone
  std::optional<ledger::Key> key;            ///< the first one that the two blocks leave in different states
  std::string what;
  /// Which of the two follows from its transactions over the common beginning; both may, where the orders differ.
  bool left_follows = false;
  bool right_follows = false;
};

struct DiffReport {
  std::uint64_t left_blocks = 0;
  std::uint64_t right_blocks = 0;
  std::optional<Difference> first;  ///< nothing: one is the beginning of the other
};

/// Compares the block frames of two ledgers of one network, byte for byte; certificates may differ and are ignored.
/// Where they part, the common beginning is executed again (signatures are not checked: `audit` does), so that the key
/// can be named, and the one that does not follow from its transactions. Errors "store.*", "diff.*".
ledger::Result<DiffReport> diff(const std::filesystem::path& left, const std::filesystem::path& right,
                                const ledger::Genesis& genesis);

}  // namespace qilian::node
