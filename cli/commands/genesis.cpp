// qilian genesis: readable genesis files and compiled ones.
#include <fmt/format.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "cli/commands/commands.h"
#include "cli/genesis_file.h"
#include "cli/json_text.h"
#include "node/client/key_file.h"

namespace qilian::cli {
namespace {

struct Compile {
  std::string source;
  std::string target;
  std::string keys;
};

void compile(Globals& globals, const Compile& options) {
  Session session(globals);
  ledger::Bytes passphrase;
  if (!options.keys.empty()) {
    QILIAN_OR_REPORT(passphrase, session.passphrase(false));
  }
  KeyFolder keys(options.keys, passphrase, false);
  QILIAN_OR_REPORT(const CompiledGenesis compiled,
                   compile_genesis_file(options.source, keys, {.creation_ms = wall_clock_ms()}));
  if (const auto written = write_file(options.target, compiled.genesis.bytes); !written)
    return report(globals, written.error());
  if (globals.json) {
    fmt::print("{}\n", JsonObject()
                           .text("file", options.target)
                           .text("hash", compiled.genesis.hash.hex())
                           .number("bytes", static_cast<std::int64_t>(compiled.genesis.bytes.size()))
                           .str());
  } else {
    fmt::print("{}: {} bytes, genesis hash {}\nPublish the hash: nodes and verifiers pin it.\n", options.target,
               compiled.genesis.bytes.size(), compiled.genesis.hash.hex());
  }
}

void show(Globals& globals, const std::string& file, bool hash_only) {
  QILIAN_OR_REPORT(const ledger::Bytes bytes, read_file(file));
  QILIAN_OR_REPORT(const ledger::Genesis genesis, ledger::Genesis::decode(bytes));
  if (globals.json) {
    fmt::print("{}\n", JsonObject()
                           .text("chain", genesis.chain)
                           .text("hash", genesis.hash.hex())
                           .number("time_ms", genesis.time.value())
                           .number("validators", static_cast<std::int64_t>(genesis.validators.size()))
                           .number("records", static_cast<std::int64_t>(genesis.records.size()))
                           .str());
    return;
  }
  if (hash_only) {
    fmt::print("{}\n", genesis.hash.hex());
    return;
  }
  QILIAN_OR_REPORT(const std::string text, describe_genesis(genesis));
  fmt::print("{}", text);
}

}  // namespace

void add_genesis_commands(CLI::App& app, Globals& globals) {
  CLI::App* noun =
      app.add_subcommand("genesis", "创世 What a network starts from: readable TOML, compiled and pinned by its hash");
  noun->require_subcommand(1);
  const auto options = std::make_shared<Compile>();
  CLI::App* command = noun->add_subcommand("compile", "编译 Compile a readable genesis file");
  command->add_option("SOURCE", options->source, "genesis/*.toml")->required();
  command->add_option("TARGET", options->target, "File to write, e.g. genesis.bin")->required();
  command->add_option("--keys", options->keys, "Folder of key files, for values key:NAME");
  command->callback([&globals, options] { compile(globals, *options); });
  const auto file = std::make_shared<std::string>();
  CLI::App* describe = noun->add_subcommand("show", "查看 Print a compiled genesis");
  describe->add_option("FILE", *file, "genesis.bin")->required();
  describe->callback([&globals, file] { show(globals, *file, false); });
  CLI::App* hash = noun->add_subcommand("hash", "哈希 Print the genesis hash");
  hash->add_option("FILE", *file, "genesis.bin")->required();
  hash->callback([&globals, file] { show(globals, *file, true); });
}

}  // namespace qilian::cli
