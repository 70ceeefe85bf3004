// qilian network: a whole network in one folder, for trying things out.
#include <fmt/format.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "cli/commands/commands.h"
#include "cli/json_read.h"
#include "cli/json_text.h"
#include "cli/terminal.h"

namespace qilian::cli {
namespace {

constexpr int kStartTimeoutMs = 20'000;

struct Create {
  std::string folder;
  std::string genesis = "genesis/gansu-live.toml";
  std::size_t nodes = 0;
};

void create(Globals& globals, const Create& options) {
  QILIAN_OR_REPORT(const Network network, Network::create(options.folder, options.genesis, options.nodes));
  if (globals.json) {
    fmt::print("{}\n", JsonObject()
                           .text("folder", network.folder().string())
                           .text("genesis_hash", network.genesis().hash.hex())
                           .number("nodes", static_cast<std::int64_t>(network.nodes().size()))
                           .str());
    return;
  }
  fmt::print("{}: {} nodes, genesis hash {}\nStart it:  qilian network start {}\n", network.folder().string(),
             network.nodes().size(), network.genesis().hash.hex(), options.folder);
}

void start(Globals& globals, const std::string& folder) {
  QILIAN_OR_REPORT(const Network network, Network::open(folder));
  for (const NetworkNode& node : network.nodes()) {
    if (const auto started = network.start(node.replica); !started) return report(globals, started.error());
  }
  if (const auto healthy = network.wait_healthy(kStartTimeoutMs); !healthy) return report(globals, healthy.error());
  if (globals.json) {
    fmt::print("{}\n", JsonObject().text("folder", folder).boolean("running", true).str());
    return;
  }
  for (const NetworkNode& node : network.nodes()) {
    fmt::print("node {} ({})  {}  pid {}\n", node.replica, node.name, node.url(),
               network.running(node.replica).value_or(0));
  }
  fmt::print("Ask it:   qilian --network {} query status\nStop it:  qilian network stop {}\n", folder, folder);
}

void stop(Globals& globals, const std::string& folder) {
  QILIAN_OR_REPORT(const Network network, Network::open(folder));
  network.stop();
  if (globals.json) {
    fmt::print("{}\n", JsonObject().text("folder", folder).boolean("running", false).str());
  } else {
    fmt::print("{}: stopped\n", folder);
  }
}

void status(Globals& globals, const std::string& folder) {
  QILIAN_OR_REPORT(const Network network, Network::open(folder));
  std::string all;
  bool every_node_answers = true;
  for (const NetworkNode& node : network.nodes()) {
    auto asked = client::Client::at(node.url(), {.timeout_ms = 2'000});
    const auto said = asked ? asked->fetch("/v1/status") : Result<std::string>(std::unexpected(asked.error()));
    every_node_answers = every_node_answers && said.has_value();
    if (globals.json) {
      all += fmt::format("{}{}", all.empty() ? "" : ",",
                         said ? *said : JsonObject().text("error", said.error().message).str());
      continue;
    }
    const auto at = [&](const char* path) { return said ? json_at(*said, path).value_or("?") : "-"; };
    fmt::print("node {} {} {}  {}  view {}  primary {}  certified {}  executed {}  state {}\n", node.replica,
               fit(node.name, 6), node.url(), said ? styled(Style::kGreen, "up  ") : styled(Style::kRed, "down"),
               at("view"), at("primary"), at("height.certified"), at("height.executed"),
               at("state_root").substr(0, 16));
  }
  if (globals.json) fmt::print("[{}]\n", all);
  if (!every_node_answers) globals.exit = kConnection;
}

}  // namespace

void add_network_commands(CLI::App& app, Globals& globals) {
  CLI::App* noun = app.add_subcommand("network", "网络 A network of nodes on this machine, in one folder");
  noun->require_subcommand(1);
  const auto options = std::make_shared<Create>();
  CLI::App* make =
      noun->add_subcommand("create", "新建 Fresh keys, compiled genesis, configurations, empty consensus logs");
  make->add_option("DIR", options->folder, "New folder")->required();
  make->add_option("--from", options->genesis, "Readable genesis file")->capture_default_str();
  make->add_option("--nodes", options->nodes, "Keep the first so many validators of the file (0: all)");
  make->callback([&globals, options] { create(globals, *options); });

  const auto folder = std::make_shared<std::string>();
  const auto add = [&](const char* name, const char* about, void (*run)(Globals&, const std::string&)) {
    CLI::App* command = noun->add_subcommand(name, about);
    command->add_option("DIR", *folder, "Folder of the network")->required();
    command->callback([&globals, folder, run] { run(globals, *folder); });
  };
  add("start", "启动 Start every node; they run on after this command", start);
  add("stop", "停止 Stop every node", stop);
  add("status", "状态 Ask every node", status);
}

}  // namespace qilian::cli
