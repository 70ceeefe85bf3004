// qilian story: play a story in process, or on a network.
#include <fmt/format.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "cli/commands/commands.h"
#include "cli/genesis_file.h"
#include "cli/json_text.h"
#include "cli/story/in_process.h"
#include "cli/story/performance.h"
#include "cli/story/player.h"

namespace qilian::cli {
namespace {

std::unique_ptr<StoryOutput> output_for(const Globals& globals, const Story& story) {
  return globals.json ? make_json_output(short_names(story)) : make_terminal_output(short_names(story));
}

void play_in_process(Globals& globals, const Story& story) {
  SeededKeys keys;
  QILIAN_OR_REPORT(const CompiledGenesis compiled, compile_genesis_file(story.genesis, keys, {}));
  InProcessChain chain(compiled.genesis);
  const std::unique_ptr<StoryOutput> output = output_for(globals, story);
  output->begin(story, fmt::format("in process, genesis {}", compiled.genesis.hash.hex()));
  Player player(story, chain, keys, *output, "in process", {});
  QILIAN_OR_REPORT(const Totals totals, player.play());
  output->end(totals);
  if (totals.failed > 0) globals.exit = kUnverified;
}

void play_on_network(Globals& globals, const Story& story) {
  Session session(globals);
  QILIAN_OR_REPORT(const Network network, session.network());
  StopGuard guard(network);
  for (const NetworkNode& node : network.nodes()) {
    if (const auto started = network.start(node.replica); !started) return report(globals, started.error());
  }
  if (const auto healthy = network.wait_healthy(20'000); !healthy) return report(globals, healthy.error());
  const std::unique_ptr<StoryOutput> output = output_for(globals, story);
  output->begin(story, fmt::format("{}, genesis {}", network.folder().string(), network.genesis().hash.hex()));
  QILIAN_OR_REPORT(const Totals totals, perform({.story = story, .network = network, .output = *output}));
  output->end(totals);
  if (totals.failed > 0) globals.exit = kUnverified;
}

void play(Globals& globals, const std::string& folder, bool in_process) {
  QILIAN_OR_REPORT(const Story story, Story::load(folder));
  if (in_process) return play_in_process(globals, story);
  play_on_network(globals, story);
}

void check(Globals& globals, const std::string& folder) {
  QILIAN_OR_REPORT(const Story story, Story::load(folder));
  std::size_t documents = 0;
  for (const Step& step : story.steps) documents += step.documents.size();
  if (globals.json) {
    fmt::print("{}\n", JsonObject()
                           .text("story", folder)
                           .number("steps", static_cast<std::int64_t>(story.steps.size()))
                           .number("documents", static_cast<std::int64_t>(documents))
                           .number("expectations", static_cast<std::int64_t>(story.expectations()))
                           .str());
    return;
  }
  fmt::print("{}: {} steps, {} documents, {} expectations\n", folder, story.steps.size(), documents,
             story.expectations());
}

}  // namespace

void add_story_commands(CLI::App& app, Globals& globals) {
  CLI::App* noun = app.add_subcommand("story", "故事 Stories as data: tests/scenarios/README.md has the format");
  noun->require_subcommand(1);
  const auto folder = std::make_shared<std::string>();
  const auto in_process = std::make_shared<bool>(false);
  CLI::App* command =
      noun->add_subcommand("play", "演出 Play a story on a fresh network (--network DIR), which is stopped at the end");
  command->add_option("DIR", *folder, "Folder of the story")->required();
  command->add_flag("--in-process", *in_process,
                    "Against the contracts in this process, with the story's dates as block times");
  command->callback([&globals, folder, in_process] { play(globals, *folder, *in_process); });
  CLI::App* count = noun->add_subcommand("check", "检查 Read a story and count its expectations");
  count->add_option("DIR", *folder, "Folder of the story")->required();
  count->callback([&globals, folder] { check(globals, *folder); });
}

}  // namespace qilian::cli
