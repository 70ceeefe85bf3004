// qilian demo: four nodes, one story, a certificate that is checked with the network switched off.
#include <fmt/format.h>
#include <stdlib.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <chrono>

#include "cli/commands/commands.h"
#include "cli/story/performance.h"
#include "cli/story/player.h"
#include "cli/terminal.h"

namespace qilian::cli {
namespace {

constexpr int kStartTimeoutMs = 20'000;

struct Demo {
  bool once = false;
  bool all = false;
  std::string story = "tests/scenarios/gansu";
  std::string folder;
  std::size_t mutations = 1'000;
};

/// A fresh folder under the system's temporary one.
Result<std::string> fresh_folder() {
  std::string pattern = (std::filesystem::temp_directory_path() / "qilian-demo-XXXXXX").string();
  if (mkdtemp(pattern.data()) == nullptr) return fail("network.folder", fmt::format("{}: cannot be made", pattern));
  return pattern;
}

Result<void> start_all(const Network& network) {
  for (const NetworkNode& node : network.nodes()) {
    QILIAN_TRY_VOID(network.start(node.replica));
  }
  return network.wait_healthy(kStartTimeoutMs);
}

void say_what_next(const Network& network) {
  const std::string folder = network.folder().string();
  const auto line = [](const char* what, const std::string& command) {
    fmt::print("  {} {}\n", fit(what, 38), styled(Style::kCyan, command));
  };
  fmt::print("\n{}\n", styled(Style::kBold, "接下来 What to try next"));
  const auto program = std::filesystem::read_symlink("/proc/self/exe").parent_path().string();
  line("have qilian at hand", fmt::format("export PATH={}:$PATH", program));
  line("the nodes' API", network.nodes().front().url() + "/");
  line("who is in which state", fmt::format("qilian network status {}", folder));
  line("the trade T1", fmt::format("qilian --network {} query object trade T1", folder));
  line("the whole life of a grant", fmt::format("qilian --network {} query journal grant G1", folder));
  line("a certificate of your own",
       fmt::format("qilian --network {} certificate get --kind settlement --id S1 --out S1.qilian", folder));
  line("check one, with no node at all",
       fmt::format("qilian verify {}/certificates/data-admission-P1.qilian --genesis {}/genesis.bin", folder, folder));
  line("be refused",
       fmt::format("qilian --network {} membership add-role --key REG1 --uscc 91620100DEM00041XD --role DEALER",
                   folder));
  line("read a genesis", fmt::format("qilian genesis show {}/genesis.bin", folder));
  line("stop the network", fmt::format("qilian network stop {}", folder));
}

void run(Globals& globals, Demo options) {
  const auto begun = std::chrono::steady_clock::now();
  QILIAN_OR_REPORT(Story story, Story::load(options.story));
  if (!options.all) story.shorten();
  const bool temporary = options.folder.empty();
  if (temporary) {
    QILIAN_OR_REPORT(options.folder, fresh_folder());
  }
  QILIAN_OR_REPORT(const Network network, Network::create(options.folder, story.genesis_live, 0));
  StopGuard guard(network);
  if (const auto started = start_all(network); !started) return report(globals, started.error());

  const std::unique_ptr<StoryOutput> output =
      globals.json ? make_json_output(short_names(story)) : make_terminal_output(short_names(story));
  output->begin(story, fmt::format("{} nodes in {}, genesis {}", network.nodes().size(), network.folder().string(),
                                   network.genesis().hash.hex()));
  const auto performed =
      perform({.story = story, .network = network, .output = *output, .mutations = options.mutations});
  if (!performed) return report(globals, performed.error());
  const auto seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
  if (performed->failed > 0) globals.exit = kUnverified;

  if (!options.once) {
    if (const auto again = start_all(network); !again) return report(globals, again.error());
    guard.disarm();
    if (!globals.json) say_what_next(network);
  }
  if (!globals.json)
    fmt::print("\n{}",
               styled(Style::kDim, fmt::format("{:.1f} s, everything in {}", seconds, network.folder().string())));
  output->end(*performed);
  if (options.once && temporary && performed->failed == 0) {
    std::error_code ignored;
    std::filesystem::remove_all(network.folder(), ignored);
  }
}

}  // namespace

void add_demo_command(CLI::App& app, Globals& globals) {
  const auto options = std::make_shared<Demo>();
  CLI::App* command =
      app.add_subcommand("demo", "演示 Four nodes on this machine play a story; a certificate is checked offline");
  command->add_flag("--once", options->once,
                    "Stop everything at the end, and exit 0 only if every expectation was met");
  command->add_flag("--all", options->all, "Play the whole story, not only its introduction");
  command->add_option("--story", options->story, "Folder of the story")->capture_default_str();
  command->add_option("--dir", options->folder, "Folder for the network (default: a fresh temporary one)");
  command->add_option("--mutations", options->mutations, "Damaged copies to try of each certificate")
      ->capture_default_str();
  command->callback([&globals, options] { run(globals, *options); });
}

}  // namespace qilian::cli
