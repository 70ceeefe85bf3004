#include <doctest/doctest.h>

#include <thread>

#include "tests/sim/campaign.h"

using namespace qilian;

namespace {

unsigned threads() { return std::max(1U, std::thread::hardware_concurrency()); }

void must_hold(const sim::Options& options, std::uint64_t from, std::uint64_t seeds) {
  const sim::CampaignResult result = sim::run_campaign(options, from, seeds, threads());
  sim::Options failed = options;
  failed.seed = result.failed_seed;
  CHECK_MESSAGE(result.failure.empty(), "replay: ", sim::replay_line(failed), " (", result.setup,
                "): ", result.failure);
  CHECK((result.seeds == seeds || !result.failure.empty()));
}

}  // namespace

TEST_CASE(
    "20,000 short seeds: networks with losses, crashes, partitions and faulty replicas stay safe and finish after "
    "healing") {
  sim::Options options;
  options.fault_ms = 1'200;
  options.transactions = 10;
  must_hold(options, 1, 20'000);
}

TEST_CASE("long seeds stay safe and finish after healing") { must_hold({}, 100'001, 400); }

TEST_CASE("seeds whose every message goes through the codec stay safe and finish after healing") {
  sim::Options options;
  options.wire = true;
  must_hold(options, 200'001, 40);
}

TEST_CASE("a seed gives the same deliveries and the same final states each time") {
  for (const std::uint64_t seed : {3U, 17U, 40U}) {
    sim::Options options;
    options.seed = seed;
    const sim::Outcome first = sim::run(options);
    const sim::Outcome second = sim::run(options);
    CHECK(first.trace == second.trace);
    CHECK(first.counters.deliveries == second.counters.deliveries);
    CHECK(first.counters.deliveries > 100);
  }
}
