// sim --seeds N --from S [--fault-ms T] [--wire]: runs N seeds and stops at the first failure with a line that replays
// it.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "tests/sim/simulation.h"

int main(int argc, char** argv) {
  std::uint64_t seeds = 100, from = 1;
  qilian::sim::Options options;
  bool verbose = false;
  for (int i = 1; i < argc; ++i) {
    const std::string_view name = argv[i];
    const auto number = [&] { return i + 1 < argc ? std::strtoull(argv[++i], nullptr, 10) : 0ULL; };
    if (name == "--seeds") {
      seeds = number();
    } else if (name == "--from") {
      from = number();
    } else if (name == "--fault-ms") {
      options.fault_ms = static_cast<std::int64_t>(number());
    } else if (name == "--wire") {
      options.wire = true;
    } else if (name == "--verbose") {
      verbose = true;
    } else {
      std::fprintf(stderr, "usage: sim [--seeds N] [--from S] [--fault-ms T] [--wire] [--verbose]\n");
      return 2;
    }
  }
  qilian::sim::Counters total;
  const auto begun = std::chrono::steady_clock::now();
  int failures = 0;
  std::uint64_t done = 0;
  for (std::uint64_t seed = from; seed < from + seeds && failures == 0; ++seed, ++done) {
    options.seed = seed;
    const qilian::sim::Outcome outcome = qilian::sim::run(options);
    const auto& c = outcome.counters;
    if (verbose) {
      std::printf("seed %llu: %s; %llu blocks, %llu deliveries, %llu view changes, trace %s\n",
                  static_cast<unsigned long long>(seed), outcome.setup.c_str(),
                  static_cast<unsigned long long>(c.blocks), static_cast<unsigned long long>(c.deliveries),
                  static_cast<unsigned long long>(c.view_changes), outcome.trace.hex().substr(0, 16).c_str());
    }
    total.deliveries += c.deliveries;
    total.dropped += c.dropped;
    total.duplicated += c.duplicated;
    total.crashes += c.crashes;
    total.partitions += c.partitions;
    total.view_changes += c.view_changes;
    total.equivocations += c.equivocations;
    total.silenced += c.silenced;
    total.blocks += c.blocks;
    total.transactions += c.transactions;
    total.accusations += c.accusations;
    total.fetched_blocks += c.fetched_blocks;
    total.compactions += c.compactions;
    if (!outcome.failure.empty()) {
      ++failures;
      std::printf("FAILED seed %llu (%s): %s\nreplay: sim --seeds 1 --from %llu --fault-ms %lld%s --verbose\n",
                  static_cast<unsigned long long>(seed), outcome.setup.c_str(), outcome.failure.c_str(),
                  static_cast<unsigned long long>(seed), static_cast<long long>(options.fault_ms),
                  options.wire ? " --wire" : "");
    }
  }
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
  const auto say = [](const char* what, std::uint64_t count) {
    std::printf("  %-22s %llu\n", what, static_cast<unsigned long long>(count));
  };
  std::printf("%llu seeds from %llu in %.1f s, %d failed\n", static_cast<unsigned long long>(done),
              static_cast<unsigned long long>(from), seconds, failures);
  say("deliveries", total.deliveries);
  say("blocks", total.blocks);
  say("transactions", total.transactions);
  say("view changes started", total.view_changes);
  say("messages lost", total.dropped);
  say("messages duplicated", total.duplicated);
  say("crashes", total.crashes);
  say("partitions", total.partitions);
  say("equivocations", total.equivocations);
  say("messages withheld", total.silenced);
  say("accusations", total.accusations);
  say("blocks fetched", total.fetched_blocks);
  say("logs compacted", total.compactions);
  return failures == 0 ? 0 : 1;
}
