// model [--liar R]... [--checkpoints] [--unverified] [--max STATES]: without a liar named, replica 0, 1 and 3 in turn
// (2 is 3 under another name). --checkpoints: CHECKPOINTs are delivered as well, so that low watermarks move.
// --unverified puts a fault in: what liars sign is not checked.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "tests/model/checker.h"

int main(int argc, char** argv) {
  qilian::model::Bounds bounds;
  bounds.max_states = 400'000'000;
  bounds.checkpoints = false;
  bounds.liars.clear();
  for (int i = 1; i < argc; ++i) {
    const std::string_view name = argv[i];
    if (name == "--checkpoints") {
      bounds.checkpoints = true;
    } else if (name == "--unverified") {
      bounds.verify = false;
    } else if (name == "--liar" && i + 1 < argc) {
      bounds.liars.insert(static_cast<std::uint32_t>(std::strtoul(argv[++i], nullptr, 10)));
    } else if (name == "--max" && i + 1 < argc) {
      bounds.max_states = std::strtoull(argv[++i], nullptr, 10);
    } else {
      std::fprintf(stderr, "usage: model [--liar R]... [--checkpoints] [--unverified] [--max STATES]\n");
      return 2;
    }
  }
  std::vector<std::set<std::uint32_t>> casts{bounds.liars};
  if (bounds.liars.empty()) casts = {{0}, {1}, {3}};
  int failures = 0;
  for (const auto& cast : casts) {
    bounds.liars = cast;
    const auto begun = std::chrono::steady_clock::now();
    const auto result = qilian::model::check(bounds);
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
    std::printf("liar");
    for (const std::uint32_t liar : cast) std::printf(" %u", liar);
    std::printf(
        ": %llu states (%llu with a block, %llu with a replica in view 1), depth %u, %llu transitions, %llu states of "
        "single replicas, %llu messages, %llu steps, %.1f s, %s\n",
        static_cast<unsigned long long>(result.states), static_cast<unsigned long long>(result.executed),
        static_cast<unsigned long long>(result.in_view_1), result.depth,
        static_cast<unsigned long long>(result.transitions), static_cast<unsigned long long>(result.local_states),
        static_cast<unsigned long long>(result.messages), static_cast<unsigned long long>(result.steps), seconds,
        result.complete ? "complete" : "not complete");
    std::fflush(stdout);
    if (!result.violation.empty()) {
      std::printf("VIOLATION: %s\n", result.violation.c_str());
      ++failures;
    }
  }
  return failures == 0 ? 0 : 1;
}
