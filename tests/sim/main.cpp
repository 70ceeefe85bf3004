// sim: runs seeds and stops at the first failure with a line that replays it.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <thread>

#include "tests/sim/campaign.h"

namespace {

using namespace qilian::sim;

constexpr const char* kUsage =
    "usage: sim [--seeds N] [--from S] [--threads T] [--actor NAME] [--n N] [--fault-ms MS] [--transactions N]\n"
    "           [--timeout-ms MS] [--no-crashes] [--wire]\n"
    "Simulates networks of consensus cores under faults, N seeds from S, until one fails. A seed gives the same run "
    "on\n"
    "every machine. --actor lets f replicas play this one (a wrong name lists them), --n sets the size, --timeout-ms "
    "the\n"
    "shortest timeout (60 makes a storm of view changes), --wire sends every message through the codec.\n";

void say(const char* what, std::uint64_t count) {
  std::printf("  %-28s %llu\n", what, static_cast<unsigned long long>(count));
}

void report(const CampaignResult& result, double seconds) {
  const Counters& c = result.total;
  const double per_second = seconds > 0 ? 1 / seconds : 0;
  std::printf("%llu seeds in %.1f s, %s; %.1f simulated hours, %.0f deliveries/s, %.0f view changes/s\n",
              static_cast<unsigned long long>(result.seeds), seconds, result.failure.empty() ? "none failed" : "FAILED",
              static_cast<double>(c.simulated_ms) / 3'600'000, static_cast<double>(c.deliveries) * per_second,
              static_cast<double>(c.view_changes) * per_second);
  std::printf("  slowest seed after healing: %llu, %.1f timeouts\n", static_cast<unsigned long long>(result.worst_seed),
              result.worst_timeouts);
  say("deliveries", c.deliveries);
  say("view changes started", c.view_changes);
  say("blocks", c.blocks);
  say("transactions", c.transactions);
  say("epochs begun", c.epochs);
  say("blocks fetched", c.fetched_blocks);
  say("logs compacted", c.compactions);
  say("accusations", c.accusations);
  say("messages refused", c.refused);
  std::printf("faults\n");
  say("messages lost", c.dropped);
  say("messages duplicated", c.duplicated);
  say("messages withheld", c.withheld);
  say("crashes", c.crashes);
  say("partitions", c.partitions);
  for (const auto& [actor, count] : c.lies) say(std::string(actor).c_str(), count);
}

}  // namespace

int main(int argc, char** argv) {
  std::uint64_t seeds = 100, from = 1;
  unsigned threads = std::max(1U, std::thread::hardware_concurrency());
  Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string_view name = argv[i];
    const auto text = [&] { return i + 1 < argc ? argv[++i] : ""; };
    const auto number = [&] { return std::strtoull(text(), nullptr, 10); };
    if (name == "--seeds") {
      seeds = number();
    } else if (name == "--from") {
      from = number();
    } else if (name == "--threads") {
      threads = std::max(1U, static_cast<unsigned>(number()));
    } else if (name == "--fault-ms") {
      options.fault_ms = static_cast<std::int64_t>(std::max(1ULL, number()));
    } else if (name == "--transactions") {
      options.transactions = static_cast<int>(number());
    } else if (name == "--n") {
      options.n = number();
    } else if (name == "--actor") {
      const std::string_view wanted = text();
      options.actor = find_actor(wanted);
      if (options.actor == nullptr) {
        for (const ActorKind& kind : actor_kinds())
          std::fprintf(stderr, "%-30s %s\n", std::string(kind.name).c_str(), std::string(kind.shows).c_str());
        return 2;
      }
    } else if (name == "--timeout-ms") {
      options.timeout_ms = static_cast<std::int64_t>(std::max(10ULL, number()));
    } else if (name == "--no-crashes") {
      options.crashes = false;
    } else if (name == "--wire") {
      options.wire = true;
    } else {
      std::fputs(kUsage, stderr);
      return 2;
    }
  }
  const auto begun = std::chrono::steady_clock::now();
  const CampaignResult result = run_campaign(options, from, seeds, threads);
  report(result, std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count());
  if (result.failure.empty()) return 0;
  options.seed = result.failed_seed;
  std::printf("FAILED seed %llu (%s): %s\nreplay: %s\n", static_cast<unsigned long long>(result.failed_seed),
              result.setup.c_str(), result.failure.c_str(), replay_line(options).c_str());
  return 1;
}
