#include <doctest/doctest.h>

#include "tests/sim/simulation.h"

using namespace qilian;

TEST_CASE(
    "300 seeded networks with losses, crashes, partitions and faulty replicas stay safe and finish after healing") {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    sim::Options options;
    options.seed = seed;
    options.wire = seed % 10 == 0;
    const sim::Outcome outcome = sim::run(options);
    CHECK_MESSAGE(outcome.failure.empty(), "replay: sim --seeds 1 --from ", seed, options.wire ? " --wire" : "", " (",
                  outcome.setup, "): ", outcome.failure);
    if (!outcome.failure.empty()) break;
  }
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
