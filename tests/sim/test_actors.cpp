// Every actor by itself: f replicas of n play it, honest ones crash besides; the network stays safe, and after healing
// every transaction executes everywhere within the actor's bound while the actor goes on.
#include <doctest/doctest.h>

#include <thread>

#include "tests/sim/campaign.h"

using namespace qilian;

namespace {

struct Size {
  std::size_t n;
  std::uint64_t seeds;
};

sim::CampaignResult must_hold(const sim::ActorKind& kind, Size size, std::uint64_t from) {
  sim::Options options;
  options.actor = &kind;
  options.n = size.n;
  options.fault_ms = 2'000;
  options.transactions = size.n > 10 ? 6 : 16;
  const auto result = sim::run_campaign(options, from, size.seeds, std::max(1U, std::thread::hardware_concurrency()));
  options.seed = result.failed_seed;
  CHECK_MESSAGE(result.failure.empty(), kind.name, ", replay: ", sim::replay_line(options), " (", result.setup,
                "): ", result.failure);
  return result;
}

}  // namespace

TEST_CASE("one of four, whatever it plays, splits nothing and stops nothing for longer than its bound") {
  for (const sim::ActorKind& kind : sim::actor_kinds()) {
    const auto result = must_hold(kind, {4, 60}, 1);
    // It did what it is here for; what leaves nothing out and adds nothing shows nothing.
    CHECK_MESSAGE((result.total.lies.contains(kind.name) || result.total.withheld > 0), kind.name);
  }
}

TEST_CASE("two of seven, whatever they play, split nothing and stop nothing for longer than their bound") {
  for (const sim::ActorKind& kind : sim::actor_kinds()) must_hold(kind, {7, 12}, 1'000);
}

TEST_CASE("networks of 5, 6, 10 and 31 with f actors of every kind stay safe and go on") {
  std::uint64_t from = 2'000;
  for (const sim::ActorKind& kind : sim::actor_kinds()) {
    for (const Size size : {Size{5, 3}, Size{6, 3}, Size{10, 2}}) must_hold(kind, size, from);
    ++from;
  }
  // 31 costs 60 times as much: every third kind, another third with every hundred seeds of `sim --n 31`.
  for (std::size_t i = 0; i < sim::actor_kinds().size(); i += 3) must_hold(sim::actor_kinds()[i], {31, 1}, 3'000 + i);
}

TEST_CASE("the field mutator reaches every field of every message in every way") {
  sim::CampaignResult all;
  for (std::uint64_t from = 5'000; from < 5'800; from += 200)
    all.total.add(must_hold(*sim::find_actor("field mutator"), {4, 200}, from).total);
  std::map<std::uint8_t, std::set<std::uint8_t>> fields;
  for (const auto& [type, field, way] : all.total.mutations) fields[type].insert(field);
  CHECK(fields.size() == std::variant_size_v<consensus::Message>);
  for (const auto& [type, seen] : fields) {
    // No field was skipped up to the last one that was reached, and each saw each of the six ways.
    CHECK_MESSAGE(*seen.rbegin() + 1U == seen.size(), "type ", int{type});
    for (const std::uint8_t field : seen) {
      for (std::uint8_t way = 0; way < 6; ++way)
        CHECK_MESSAGE(all.total.mutations.contains({type, field, way}), "type ", int{type}, " field ", int{field},
                      " way ", int{way});
    }
  }
}
