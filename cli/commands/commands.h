// One function for each noun: adds its commands to the program. The commands set globals.exit.
#pragma once

#include "cli/session.h"

namespace CLI {
class App;
}

namespace qilian::cli {

void add_key_commands(CLI::App& app, Globals& globals);
void add_genesis_commands(CLI::App& app, Globals& globals);
void add_network_commands(CLI::App& app, Globals& globals);
/// What a change of validators is made of.
void add_validator_commands(CLI::App& app, Globals& globals);
/// One noun for each contract, one command for each call of the table.
void add_contract_commands(CLI::App& app, Globals& globals);
/// check, impact and diff beside the calls of negative_list. REQUIRES: add_contract_commands came before.
void add_negative_list_commands(CLI::App& app, Globals& globals);
void add_transaction_commands(CLI::App& app, Globals& globals);
void add_query_commands(CLI::App& app, Globals& globals);
/// One command for each question of contracts/questions.
void add_ask_commands(CLI::App& app, Globals& globals);
void add_certificate_commands(CLI::App& app, Globals& globals);
/// `certificate export`, under that noun.
void add_certificate_export(CLI::App& noun, Globals& globals);
void add_disclosure_commands(CLI::App& app, Globals& globals);
/// Tools on ledger files, without a node.
void add_audit_command(CLI::App& app, Globals& globals);
void add_diff_command(CLI::App& app, Globals& globals);
void add_reindex_command(CLI::App& app, Globals& globals);
void add_story_commands(CLI::App& app, Globals& globals);
void add_demo_command(CLI::App& app, Globals& globals);

/// Sends an envelope and prints what became of it; notes the exit code. `wait`: until the block is certified.
void send_and_print(Globals& globals, const ledger::Bytes& envelope, bool wait);

}  // namespace qilian::cli
