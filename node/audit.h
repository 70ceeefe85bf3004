// The offline examination of ledger files: a full replay, and a comparison of two nodes. Needs the files and the
// genesis; no index, no running node. Read-only.
#pragma once

#include <filesystem>
#include <optional>

#include "ledger/core/genesis.h"

namespace qilian::node {

/// What an audit that found nothing wrong has walked.
struct AuditReport {
  std::uint64_t blocks = 0;  ///< header 0 included
  std::uint64_t transactions = 0;
  std::uint64_t certificates = 0;
  ledger::Height certified;  ///< blocks above it are this node's word alone
  ledger::Header last;
  std::uint64_t torn_tail_bytes = 0;  ///< what the next start would cut
};

/// Walks every frame: checksums, parents, history roots; signatures and ids of the transactions; each block is executed
/// again over a state that is rebuilt from the genesis, and receipts, roots and the whole header are compared; every
/// certificate is verified. Stops at the first thing that differs: "audit.differs" names height and, where one is to
/// blame, the transaction. Also "store.*", "certificate.*". Keeps the current records in memory.
ledger::Result<AuditReport> audit(const std::filesystem::path& directory, const ledger::Genesis& genesis);

/// Where two ledgers part.
struct Difference {
  ledger::Height height;
  std::optional<std::uint32_t> transaction;  ///< the first one that differs, where it is not the header alone
  std::string what;
};

struct DiffReport {
  std::uint64_t left_blocks = 0;
  std::uint64_t right_blocks = 0;
  std::optional<Difference> first;  ///< nothing: one is the beginning of the other
};

/// Compares the block frames of two ledgers of one network, byte for byte; certificates may differ and are ignored.
/// Errors "store.*".
ledger::Result<DiffReport> diff(const std::filesystem::path& left, const std::filesystem::path& right,
                                const ledger::Genesis& genesis);

}  // namespace qilian::node
