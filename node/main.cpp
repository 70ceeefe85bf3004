// qiliand: one node of a Qilian network.
#include <spdlog/spdlog.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>

#include "node/logging.h"
#include "node/node.h"

namespace {

constexpr int kBadConfiguration = 2;
constexpr int kFatal = 3;

int refuse(const qilian::ledger::Error& error, int status) {
  std::fprintf(stderr, "qiliand: %s: %s\n", error.code.c_str(), error.message.c_str());
  return status;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("One node of a Qilian network.");
  std::string file;
  bool initialise = false;
  app.add_option("--config", file, "The node's TOML file")->required();
  app.add_flag("--init", initialise,
               "Write the first record of a validator's consensus log and end; done once, before the first start");
  std::string organisation;
  std::string address;
  CLI::Option* prepare = app.add_option("--prepare-key", organisation,
                                        "Make a fresh consensus key for this organisation's next epoch, print what "
                                        "governance.change_validators needs of it, and end; the node may run meanwhile")
                             ->excludes("--init");
  app.add_option("--address", address, "With --prepare-key: host:port under which peers reach this node's mesh")
      ->needs(prepare);
  CLI11_PARSE(app, argc, argv);

  const auto config = qilian::node::Config::load(file);
  if (!config) return refuse(config.error(), kBadConfiguration);
  qilian::node::start_logging(config->log_level, config->log_format);

  if (initialise) {
    const auto done = qilian::node::Node::initialise(*config);
    if (!done) return refuse(done.error(), kBadConfiguration);
    spdlog::info("initialised; start it without --init");
    return 0;
  }

  if (!organisation.empty()) {
    const auto prepared = qilian::node::Node::prepare_key(*config, organisation, address);
    if (!prepared) return refuse(prepared.error(), kBadConfiguration);
    std::printf("%s\n", prepared->c_str());
    return 0;
  }

  // Before any thread starts: they all inherit it, and Node::run waits for these two.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);

  auto node = qilian::node::Node::start(*config);
  if (!node) return refuse(node.error(), kBadConfiguration);
  const auto ended = (*node)->run();
  return ended ? 0 : refuse(ended.error(), kFatal);
}
