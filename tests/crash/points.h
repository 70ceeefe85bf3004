// Enumerates crash points of crash::Run.
#pragma once

#include "tests/crash/run.h"

namespace qilian::crash {

struct Plan {
  std::uint64_t ledger_lag = 0;
  bool lying_disk = false;
  bool everybody = false;  ///< all four lose power at once, with nothing and with everything unsynced kept
  std::size_t again = 0;   ///< the same replica loses power again in front of each of its next `again` effects
  std::size_t stride = 1;  ///< every how many-th crash point is taken
};

struct Tally {
  std::uint64_t points = 0;  ///< effects of the script in front of which the power can fail
  std::uint64_t runs = 0;
  std::uint64_t with_tail = 0;  ///< runs in which unsynced records survived
  std::map<std::string, std::uint64_t> by_kind;
  std::int64_t slowest_ms = 0;  ///< longest recovery
  std::string failure;          ///< the first one, with the point
};

Tally enumerate(const Plan& plan);

}  // namespace qilian::crash
