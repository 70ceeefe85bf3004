// twins [--stride K] [--first I] [--heal K]: every K-th case of n = 4 with one twin and three rounds, of 812,110; every
// --heal K-th of those is played on until everything has executed.
// twins --random N [--n 7] [--twins 2] [--rounds 4] [--seed S]: N cases drawn at random, all healed.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "tests/sim/random.h"
#include "tests/twins/campaign.h"

namespace {

using namespace qilian::twins;

void report(const Tally& tally, double seconds) {
  std::printf(
      "%llu cases in %.1f s: %llu rounds played, %llu deliveries, %llu cases with blocks, %llu with evidence, %llu "
      "healed, %llu stragglers\n",
      static_cast<unsigned long long>(tally.cases), seconds, static_cast<unsigned long long>(tally.rounds),
      static_cast<unsigned long long>(tally.deliveries), static_cast<unsigned long long>(tally.with_blocks),
      static_cast<unsigned long long>(tally.equivocations), static_cast<unsigned long long>(tally.healed),
      static_cast<unsigned long long>(tally.stragglers));
  if (!tally.failure.empty()) std::printf("FAILED: %s\n", tally.failure.c_str());
  std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
  std::uint64_t stride = 1, first = 0, heal = 16, random = 0, seed = 1;
  std::uint32_t n = 4, twins = 1;
  std::size_t length = 3;
  for (int i = 1; i < argc; i += 2) {
    const std::string_view name = argv[i];
    const std::uint64_t value = i + 1 < argc ? std::strtoull(argv[i + 1], nullptr, 10) : 0;
    if (name == "--stride")
      stride = value;
    else if (name == "--first")
      first = value;
    else if (name == "--heal")
      heal = value;
    else if (name == "--random")
      random = value;
    else if (name == "--seed")
      seed = value;
    else if (name == "--n")
      n = static_cast<std::uint32_t>(value);
    else if (name == "--twins")
      twins = static_cast<std::uint32_t>(value);
    else if (name == "--rounds")
      length = value;
    else
      stride = 0;
  }
  if (stride == 0 || heal == 0 || n < 2 || n > 31 || twins > n || length == 0) {
    std::fprintf(stderr,
                 "usage: twins [--stride K] [--first I] [--heal K]\n"
                 "       twins --random N [--n 7] [--twins 2] [--rounds 4] [--seed S]\n");
    return 2;
  }
  const auto begun = std::chrono::steady_clock::now();
  const auto seconds = [&] { return std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count(); };
  Campaign campaign(n, twins);
  if (random > 0) {
    qilian::sim::Random chance(seed);
    for (std::uint64_t i = 0; i < random && campaign.tally().failure.empty(); ++i) {
      std::vector<Round> rounds(length);
      for (Round& round : rounds) {
        const std::uint64_t groups = 1 + chance.below(3);
        for (std::uint32_t node = 0; node < n + twins; ++node) {
          round.group_of_node.push_back(static_cast<std::uint32_t>(chance.below(groups)));
        }
        round.leader = static_cast<std::uint32_t>(chance.chance(50) ? chance.below(twins) : chance.below(n));
      }
      campaign.play(rounds, true);
    }
    report(campaign.tally(), seconds());
    return campaign.tally().failure.empty() ? 0 : 1;
  }
  const std::vector<Round> rounds = all_rounds(4, 1);
  std::uint64_t index = 0;
  const std::uint64_t count = each_case(renamings(rounds, 4, 1), 3, [&](const std::vector<std::uint32_t>& numbers) {
    const std::uint64_t own = index++;
    if (own < first || (own - first) % stride != 0 || !campaign.tally().failure.empty()) return;
    std::vector<Round> chosen;
    for (const std::uint32_t number : numbers) chosen.push_back(rounds[number]);
    campaign.play(chosen, campaign.tally().cases % heal == 0);
    if (campaign.tally().cases % 100'000 == 0) report(campaign.tally(), seconds());
  });
  std::printf("n = 4, one twin, three rounds: %llu cases exist\n", static_cast<unsigned long long>(count));
  report(campaign.tally(), seconds());
  return campaign.tally().failure.empty() ? 0 : 1;
}
