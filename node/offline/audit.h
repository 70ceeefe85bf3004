// The offline examination of one node's ledger files: a full replay. Needs the files and the genesis; no index, no
// running node. Reads only.
#pragma once

#include <atomic>
#include <filesystem>
#include <functional>
#include <optional>

#include "ledger/core/fact.h"
#include "node/offline/replay.h"

namespace qilian::node {

struct AuditProgress {
  std::uint64_t bytes = 0;        ///< of the files, judged so far
  std::uint64_t total_bytes = 0;  ///< of all of them
  ledger::Height height;
  std::uint64_t transactions = 0;
};

struct AuditOptions {
  /// Threads that decode and check signatures; 0: one a core, at most 8.
  std::size_t threads = 0;
  /// Called after each block, on a thread of the audit.
  std::function<void(const AuditProgress&)> progress{};
  /// A block that the caller knows by other means: the ledger must hold it, or it is a finding.
  std::optional<ledger::PinnedHead> head{};
  /// Where an interrupted audit leaves its place, and takes it up; empty: nowhere. Removed by an audit that reaches the
  /// end.
  std::filesystem::path checkpoint{};
  /// How often the place is written while it runs; 0: after each block.
  std::int64_t checkpoint_interval_ms = 20'000;
  /// Set from anywhere (a signal handler): the audit writes its place and ends with "audit.interrupted".
  const std::atomic<bool>* stop = nullptr;
};

/// What an audit has walked, and what it found first.
struct AuditReport {
  std::uint64_t blocks = 0;  ///< header 0 included
  std::uint64_t transactions = 0;
  std::uint64_t certificates = 0;
  std::uint64_t epochs = 1;
  /// The last block that a quorum stands for, hand-over by hand-over from the genesis; blocks above it are this node's
  /// word alone.
  ledger::Height certified;
  ledger::Header last;
  std::uint64_t torn_tail_bytes = 0;  ///< what the next start of the node would cut
  std::uint64_t resumed_blocks = 0;   ///< judged by the audit that this one took up
  std::optional<Finding> finding;     ///< nothing: the ledger is what its transactions and the genesis give
};

/// Walks every frame: checksums, parents, history roots; signatures and ids of the transactions; each block is executed
/// again over a state that is rebuilt from the genesis, and receipts, roots and the whole header are compared; every
/// certificate and every hand-over of validators is verified. Stops at the first thing that differs. Errors: "store.*"
/// (damage, with file, offset and height), "audit.empty", "audit.interrupted", "audit.checkpoint". Keeps the current
/// records in memory.
ledger::Result<AuditReport> audit(const std::filesystem::path& directory, const ledger::Genesis& genesis,
                                  const AuditOptions& options = {});

}  // namespace qilian::node
