// qilian 祁连: the command line.
#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <csignal>
#include <cstdlib>

#include "cli/commands/commands.h"
#include "cli/process.h"

namespace {

constexpr const char* kAbout =
    "Qilian 祁连: the ledger of a data market.\n"
    "Exit codes: 0 done; 1 refused by the ledger, the code is printed; 2 usage; 3 no connection; 4 verification "
    "failed.\n"
    "Start with:  qilian demo     or:  qilian network create DIR && qilian network start DIR";

}  // namespace

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);
  qilian::cli::Globals globals;
  CLI::App app{kAbout, "qilian"};
  app.fallthrough();
  app.require_subcommand(1);
  app.add_flag("--json", globals.json, "Print JSON, for programs");
  app.add_option("--network", globals.network, "Folder of a network made by `network create`")
      ->envname("QILIAN_NETWORK");
  app.add_option("--node", globals.node, "A node's address, http://HOST:PORT");
  app.add_option("--genesis", globals.genesis, "The compiled genesis that you trust");
  app.add_option_function<std::string>(
      "--bin", [](const std::string& folder) { setenv(qilian::cli::kProgramsVariable, folder.c_str(), 1); },
      "Where qiliand is, for commands that start nodes (default: beside this program, or the PATH)");
  app.add_option("--passphrase-file", globals.passphrase_file,
                 "First line: the passphrase of key files (or set QILIAN_PASSPHRASE)");

  qilian::cli::add_demo_command(app, globals);
  qilian::cli::add_story_commands(app, globals);
  qilian::cli::add_network_commands(app, globals);
  qilian::cli::add_validator_commands(app, globals);
  qilian::cli::add_genesis_commands(app, globals);
  qilian::cli::add_key_commands(app, globals);
  qilian::cli::add_query_commands(app, globals);
  qilian::cli::add_ask_commands(app, globals);
  qilian::cli::add_certificate_commands(app, globals);
  qilian::cli::add_disclosure_commands(app, globals);
  qilian::cli::add_audit_command(app, globals);
  qilian::cli::add_diff_command(app, globals);
  qilian::cli::add_reindex_command(app, globals);
  qilian::cli::add_transaction_commands(app, globals);
  qilian::cli::add_contract_commands(app, globals);
  qilian::cli::add_negative_list_commands(app, globals);

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? qilian::cli::kOk : qilian::cli::kUsage;
  }
  return globals.exit;
}
