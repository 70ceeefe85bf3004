// Many seeds, on several threads; one simulation belongs to one thread.
#pragma once

#include "tests/sim/simulation.h"

namespace qilian::sim {

struct CampaignResult {
  std::uint64_t seeds = 0;  ///< run to their end
  Counters total;
  double worst_timeouts = 0;  ///< Outcome::timeouts, the largest
  std::uint64_t worst_seed = 0;
  std::uint64_t failed_seed = 0;  ///< the lowest one found; meaningful where `failure` is not empty
  std::string failure, setup;
};

/// Runs the seeds `from`, `from` + 1, ... with these options, and stops soon after the first failure.
CampaignResult run_campaign(const Options& options, std::uint64_t from, std::uint64_t seeds, unsigned threads);

/// The command line that replays this one run.
std::string replay_line(const Options& options);

}  // namespace qilian::sim
