#include "tests/sim/campaign.h"

#include <atomic>
#include <mutex>
#include <thread>

namespace qilian::sim {

CampaignResult run_campaign(const Options& options, std::uint64_t from, std::uint64_t seeds, unsigned threads) {
  CampaignResult result;
  std::mutex mutex;
  std::atomic<std::uint64_t> next = from;
  std::atomic<bool> failed = false;
  const auto work = [&] {
    while (!failed) {
      const std::uint64_t seed = next++;
      if (seed >= from + seeds) return;
      Options one = options;
      one.seed = seed;
      const Outcome outcome = run(one);
      const std::scoped_lock lock(mutex);
      ++result.seeds;
      result.total.add(outcome.counters);
      if (outcome.timeouts > result.worst_timeouts) {
        result.worst_timeouts = outcome.timeouts;
        result.worst_seed = seed;
      }
      if (outcome.failure.empty() || (failed && result.failed_seed < seed)) continue;
      failed = true;
      result.failed_seed = seed;
      result.failure = outcome.failure;
      result.setup = outcome.setup;
    }
  };
  std::vector<std::jthread> others;
  for (unsigned i = 1; i < threads; ++i) others.emplace_back(work);
  work();
  others.clear();
  return result;
}

std::string replay_line(const Options& options) {
  std::string line = "./dev sim --seeds 1 --from " + std::to_string(options.seed) + " --fault-ms " +
                     std::to_string(options.fault_ms) + " --transactions " + std::to_string(options.transactions);
  if (options.n != 0) line += " --n " + std::to_string(options.n);
  if (options.actor != nullptr) line += " --actor '" + std::string(options.actor->name) + "'";
  if (options.timeout_ms != Options().timeout_ms) line += " --timeout-ms " + std::to_string(options.timeout_ms);
  if (!options.crashes) line += " --no-crashes";
  if (options.wire) line += " --wire";
  return line;
}

}  // namespace qilian::sim
