// crash [--again N] [--stride N]: every crash point of the script, alone and of all four replicas at once, with a
// ledger that is synced at once and one that lags; --again: and a second one in front of each of the next N effects of
// the replica that came back.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "tests/crash/points.h"

int main(int argc, char** argv) {
  using namespace qilian::crash;
  std::size_t again = 0, stride = 1;
  for (int i = 1; i < argc; ++i) {
    const std::string_view name = argv[i];
    if ((name == "--again" || name == "--stride") && i + 1 < argc) {
      (name == "--again" ? again : stride) = std::strtoull(argv[++i], nullptr, 10);
    } else {
      std::fprintf(stderr, "usage: crash [--again N] [--stride N]\n");
      return 2;
    }
  }
  if (stride == 0) stride = 1;
  for (const std::uint64_t lag : {0U, 3U}) {
    for (const int mode : {0, 1, 2}) {
      if (mode == 2 && again == 0) continue;
      const auto begun = std::chrono::steady_clock::now();
      const Tally tally =
          enumerate({.ledger_lag = lag, .everybody = mode == 1, .again = mode == 2 ? again : 0, .stride = stride});
      const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
      static constexpr const char* kModes[] = {"one replica", "all four", "one replica twice"};
      std::printf(
          "%s, ledger lag %llu: %llu points, %llu runs (%llu with unsynced records kept), slowest recovery "
          "%lld ms, %.1f s\n",
          kModes[mode], static_cast<unsigned long long>(lag), static_cast<unsigned long long>(tally.points),
          static_cast<unsigned long long>(tally.runs), static_cast<unsigned long long>(tally.with_tail),
          static_cast<long long>(tally.slowest_ms), seconds);
      for (const auto& [kind, count] : tally.by_kind) {
        std::printf("  before %-20s %llu\n", kind.c_str(), static_cast<unsigned long long>(count));
      }
      if (!tally.failure.empty()) {
        std::printf("FAILED: %s\n", tally.failure.c_str());
        return 1;
      }
    }
  }
  return 0;
}
