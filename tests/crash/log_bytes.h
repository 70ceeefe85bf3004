// A consensus log in the node's own file format, cut and flipped at every byte, and what a replica makes of what is
// left.
#pragma once

#include <filesystem>

#include "tests/crash/run.h"

namespace qilian::crash {

struct LogTally {
  std::size_t bytes = 0;        ///< of the log file
  std::size_t groups = 0;       ///< fsynced groups in it
  std::uint64_t whole = 0;      ///< cut between two groups: reads back, as far as it goes
  std::uint64_t torn_tail = 0;  ///< the last group was cut away, the rest reads back
  std::uint64_t refused = 0;    ///< damage before the tail: refused, naming the file and the offset
  std::uint64_t went_on = 0;    ///< replicas that lost a tail and vote again
  std::uint64_t observes = 0;   ///< replicas that lost votes which peers hold, and only observe
  std::string failure;
};

/// Takes the log of replica `place` as it stands when it holds `groups` groups for the first time. `folder` is made and
/// removed.
LogTally cut_and_flip(std::uint32_t place, std::size_t groups, const std::filesystem::path& folder);

/// The other three are alive, replica `place` comes back with each shorter log that ends at an fsync: it goes on or
/// only observes, and never says two things. Adds to `tally`.
void come_back_with_less(std::uint32_t place, std::size_t steps, LogTally& tally);

}  // namespace qilian::crash
