// Stories in process: the same documents that the demo plays on four nodes.
#include <doctest/doctest.h>

#include "cli/genesis_file.h"
#include "cli/story/in_process.h"
#include "cli/story/player.h"

namespace qilian::cli {
namespace {

const std::filesystem::path kScenarios = std::filesystem::path(QILIAN_SOURCE_DIR) / "tests" / "scenarios";

Story load(const std::string& name) {
  auto story = Story::load(kScenarios / name);
  REQUIRE_MESSAGE(story.has_value(), (story ? "" : story.error().message));
  return *std::move(story);
}

struct Run {
  Totals totals;
  std::map<ledger::Key, ledger::Bytes> final_records;
};

Run play(const Story& story) {
  SeededKeys keys;
  const auto compiled = compile_genesis_file(story.genesis, keys, {});
  REQUIRE_MESSAGE(compiled.has_value(), (compiled ? "" : compiled.error().message));
  InProcessChain chain(compiled->genesis);
  const auto output = make_quiet_output();
  Player player(story, chain, keys, *output, "test", {});
  const auto totals = player.play();
  REQUIRE_MESSAGE(totals.has_value(), (totals ? "" : totals.error().message));
  return {*totals, chain.records()};
}

}  // namespace

TEST_CASE("the story of Gansu meets every expectation to its last step, and there are hundreds") {
  const Story story = load("gansu");
  const Run run = play(story);
  CHECK(run.totals.failed == 0);
  CHECK(run.totals.passed >= 700);
  CHECK(story.steps.back().id == "14");
  CHECK(run.totals.passed >= story.expectations());
}

TEST_CASE("the introduction ends with the shared revenue, and stands by itself") {
  Story story = load("gansu");
  story.shorten();
  CHECK(story.steps.back().id == "5s");
  const Run run = play(story);
  CHECK(run.totals.failed == 0);
  CHECK(run.totals.passed >= 60);
}

TEST_CASE("the same story twice leaves the same state, byte for byte") {
  const Story story = load("gansu");
  CHECK(play(story).final_records == play(story).final_records);
}

TEST_CASE("a story fails where a receipt's code, a trace or a state is not what a document expects") {
  Story story = load("gansu");
  REQUIRE(!story.steps.empty());
  story.steps.resize(1);
  const std::size_t good = play(story).totals.passed;
  Document& apply = story.steps[0].documents[0];
  SUBCASE("another code") { apply.expect.code = "COM-301"; }
  SUBCASE("a refusal at submission that did not happen") { apply.expect.refused = true; }
  SUBCASE("another trace") { apply.expect.trace = {"no trace says this"}; }
  SUBCASE("another rule-set version") { apply.expect.versions["negative_list"] = 99; }
  SUBCASE("another field") { apply.expect.objects[0].fields.fields[0].value = TomlValue::of_text("EXPELLED"); }
  SUBCASE("a field that the record lacks") { apply.expect.objects[0].fields.fields[0].name = "nonsense"; }
  SUBCASE("an object that should not be there") { apply.expect.objects[0].absent = true; }
  const Totals totals = play(story).totals;
  CHECK(totals.failed == 1);
  CHECK(totals.passed + 1 >= good);
}

TEST_CASE("a document that names what nobody knows is an error with its file") {
  Story story = load("gansu");
  story.steps.resize(1);
  story.steps[0].documents.resize(1);
  story.steps[0].documents[0].arguments.fields[0].value = TomlValue::of_text("${NOBODY}");
  SeededKeys keys;
  const auto compiled = compile_genesis_file(story.genesis, keys, {});
  REQUIRE(compiled.has_value());
  InProcessChain chain(compiled->genesis);
  const auto output = make_quiet_output();
  const auto totals = Player(story, chain, keys, *output, "test", {}).play();
  REQUIRE_FALSE(totals.has_value());
  CHECK(totals.error().code == "story.name");
  CHECK(totals.error().message.find("10-apply.toml") != std::string::npos);
}

TEST_CASE("a chain in process refuses what a node would refuse") {
  SeededKeys keys;
  const auto compiled = compile_genesis_file(load("gansu").genesis, keys, {});
  REQUIRE(compiled.has_value());
  InProcessChain chain(compiled->genesis);
  const auto garbage = chain.submit("garbage");
  REQUIRE(garbage.has_value());
  CHECK(garbage->refused);
  CHECK(garbage->code == "COM-102");
}

}  // namespace qilian::cli
