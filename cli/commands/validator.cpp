// qilian validator: what a change of validators is made of. Each next validator's operator prepares a key; whoever
// writes the change joins what they hand over; two thirds of the present validators sign it.
#include <fmt/format.h>
#include <google/protobuf/message.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <filesystem>

#include "cli/commands/commands.h"
#include "cli/json_read.h"
#include "cli/json_text.h"
#include "cli/messages.h"
#include "cli/process.h"
#include "ledger/core/canonical.h"
#include "ledger/core/json.h"

namespace qilian::cli {
namespace {

constexpr const char* kCall = "governance.change_validators";

struct Prepare {
  std::string config;
  std::string organisation;
  std::string address;
  std::string out;
};

struct Change {
  std::vector<std::string> next;
  std::string out;
};

void prepare(Globals& globals, const Prepare& options) {
  QILIAN_OR_REPORT(const std::filesystem::path program, find_program("qiliand"));
  std::vector<std::string> words = {"--config", options.config, "--prepare-key", options.organisation};
  if (!options.address.empty()) words.insert(words.end(), {"--address", options.address});
  const std::filesystem::path said = options.out + ".log";
  std::error_code ignored;
  std::filesystem::remove(said, ignored);
  QILIAN_OR_REPORT(const int status, run_process(program, words, said));
  QILIAN_OR_REPORT(const ledger::Bytes text, read_file(said));
  std::filesystem::remove(said, ignored);
  if (status != 0) return report(globals, {"usage.validator", text});
  const std::string json = text.substr(std::min(text.find('{'), text.size()));
  if (const auto written = write_file(options.out, json); !written) return report(globals, written.error());
  if (globals.json) {
    fmt::print("{}", json);
    return;
  }
  fmt::print(
      "{}: a fresh consensus key waits in the node's data/keys; hand this file to whoever writes the change\n"
      "  consensus key  {}\n  node key       {}\n  address        {}\n",
      options.out, json_at(json, "consensus_key").value_or("?"), json_at(json, "node_key").value_or("?"),
      json_at(json, "address").value_or("?"));
}

void change(Globals& globals, const Change& options) {
  Session session(globals);
  QILIAN_OR_REPORT(client::Client node, session.client());
  QILIAN_OR_REPORT(const std::string status, node.fetch("/v1/status"));
  const std::int64_t epoch = json_number_at(status, "epoch").value_or(0) + 1;
  std::string validators;
  for (const std::string& file : options.next) {
    QILIAN_OR_REPORT(const ledger::Bytes text, read_file(file));
    validators += (validators.empty() ? "" : ",") + text;
  }
  const std::string json = JsonObject().number("epoch", epoch).raw("validators", "[" + validators + "]").str();
  QILIAN_OR_REPORT(const auto arguments, arguments_message(kCall));
  if (const auto read = ledger::from_json(json, *arguments); !read) return report(globals, read.error());
  if (const auto written = write_file(options.out, json + "\n"); !written) return report(globals, written.error());
  if (globals.json) {
    fmt::print("{}\n", JsonObject().text("file", options.out).number("epoch", epoch).str());
    return;
  }
  fmt::print(
      "{}: epoch {}, {} validators. Two thirds of the present ones sign it\n"
      "  here and now:      qilian governance change-validators --arguments {} --key A --signer B --signer C\n"
      "  on many machines:  qilian tx build {} --arguments {} --lead A --signer B --signer C --out change.body\n",
      options.out, epoch, options.next.size(), options.out, kCall, options.out);
}

}  // namespace

void add_validator_commands(CLI::App& app, Globals& globals) {
  CLI::App* noun =
      app.add_subcommand("validator", "验证节点 Who validates next: fresh keys, and the change that seats them");
  noun->require_subcommand(1);
  const auto key = std::make_shared<Prepare>();
  CLI::App* make = noun->add_subcommand(
      "prepare", "备钥 Make a node's fresh consensus key for its next epoch; the node may run meanwhile");
  make->add_option("CONFIG", key->config, "The node's qiliand.toml")->required();
  make->add_option("--organisation", key->organisation, "USCC of the organisation that validates with it")->required();
  make->add_option("--address", key->address, "host:port under which peers reach its mesh (default: mesh.listen)");
  make->add_option("--out", key->out, "New file: what the change needs to know of it")->required();
  make->callback([&globals, key] { prepare(globals, *key); });

  const auto seats = std::make_shared<Change>();
  CLI::App* write = noun->add_subcommand(
      "change",
      "编制变更 Join prepared validators, in replica order, to the arguments of governance.change_validators");
  write->add_option("NEXT", seats->next, "Files made by `validator prepare`: the whole next set")->required();
  write->add_option("--out", seats->out, "New file: the arguments, JSON")->required();
  write->callback([&globals, seats] { change(globals, *seats); });
}

}  // namespace qilian::cli
