#include <doctest/doctest.h>

#include "tests/sim/random.h"
#include "tests/twins/campaign.h"

using namespace qilian;

TEST_CASE("n = 4 with one twin has 812,110 cases of three rounds, symmetry removed; sampled ones are safe and heal") {
  const std::vector<twins::Round> rounds = twins::all_rounds(4, 1);
  CHECK(rounds.size() == 52 * 4);
  const auto renamings = twins::renamings(rounds, 4, 1);
  CHECK(renamings.size() == 12);
  CHECK(twins::each_case(renamings, 1, [](const auto&) {}) == 42);
  CHECK(twins::each_case(renamings, 2, [](const auto&) {}) == 4'695);

  twins::Campaign campaign(4, 1);
  std::uint64_t index = 0;
  const std::uint64_t count = twins::each_case(renamings, 3, [&](const std::vector<std::uint32_t>& numbers) {
    if (index++ % 397 != 0 || !campaign.tally().failure.empty()) return;
    std::vector<twins::Round> chosen;
    for (const std::uint32_t number : numbers) chosen.push_back(rounds[number]);
    campaign.play(chosen, campaign.tally().cases % 4 == 0);
  });
  CHECK(count == 812'110);
  CHECK(campaign.tally().failure == "");
  CHECK(campaign.tally().cases == 2'046);
  // They are no empty shows.
  CHECK(campaign.tally().with_blocks > 500);
  CHECK(campaign.tally().equivocations > 100);
}

TEST_CASE("two twins of four are one too many: honest nodes fork, and this is seen") {
  twins::Campaign campaign(4, 2);
  sim::Random chance(1);
  for (int i = 0; i < 20'000 && campaign.tally().failure.empty(); ++i) {
    std::vector<twins::Round> rounds(2);
    for (twins::Round& round : rounds) {
      for (int node = 0; node < 6; ++node) round.group_of_node.push_back(static_cast<std::uint32_t>(chance.below(2)));
      round.leader = static_cast<std::uint32_t>(chance.below(2));
    }
    campaign.play(rounds, false);
  }
  CHECK(campaign.tally().failure != "");
}
