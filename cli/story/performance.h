// A story on a running network, from the first transaction to the certificates that are checked with the network
// switched off.
#pragma once

#include <filesystem>

#include "cli/network.h"
#include "cli/story/output.h"

namespace qilian::cli {

/// Where documents, genesis files and keys come from; all outlive the call.
struct Performance {
  const Story& story;
  const Network& network;
  StoryOutput& output;
  std::size_t mutations = 1'000;  ///< of each certificate, tried after the network has stopped
};

/// Plays, stops the network, verifies every certificate file with nothing but genesis.bin, and damages copies of them.
/// The totals count all of it. Error where the network can no longer be asked; it is stopped all the same.
Result<Totals> perform(const Performance& performance);

/// Stops the network when the process is told to end (Ctrl-C, SIGTERM) or when this object goes out of scope while
/// still armed. One at a time.
class StopGuard {
 public:
  explicit StopGuard(const Network& network);
  ~StopGuard();
  StopGuard(const StopGuard&) = delete;
  StopGuard& operator=(const StopGuard&) = delete;
  /// The network may run on.
  void disarm();

 private:
  struct Watch;
  std::unique_ptr<Watch> watch_;
};

}  // namespace qilian::cli
