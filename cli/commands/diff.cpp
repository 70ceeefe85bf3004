// qilian diff: where the ledgers of two nodes part.
#include <fmt/format.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "cli/commands/commands.h"
#include "cli/json_text.h"
#include "contracts/kinds.h"
#include "node/offline/directory.h"
#include "node/offline/ledger_diff.h"

namespace qilian::cli {
namespace {

struct Options {
  std::string left;
  std::string right;
  bool allow_shorter = false;
};

std::string key_text(const ledger::Key& key) {
  const auto* name = contracts::find_kind(key.kind);
  return fmt::format("{} {}", name ? std::string(name->name) : fmt::format("kind {}", key.kind), key.id);
}

/// Which of the two is wrong, where that can be told.
std::string judgement(const node::Difference& first) {
  if (first.left_follows && first.right_follows)
    return "both follow from their transactions: the orders differ, look at the certificates";
  if (first.left_follows) return "the left one follows from its transactions, the right one does not";
  if (first.right_follows) return "the right one follows from its transactions, the left one does not";
  return "neither follows from its transactions";
}

void print_json(const node::DiffReport& report) {
  JsonObject out;
  out.boolean("equal", !report.first && report.left_blocks == report.right_blocks)
      .number("left_blocks", static_cast<std::int64_t>(report.left_blocks))
      .number("right_blocks", static_cast<std::int64_t>(report.right_blocks));
  if (report.first) {
    JsonObject first;
    first.number("height", static_cast<std::int64_t>(report.first->height.value()));
    if (report.first->transaction) first.number("transaction", *report.first->transaction);
    if (report.first->key) first.number("kind", report.first->key->kind).text("id", report.first->key->id);
    first.text("what", report.first->what)
        .boolean("left_follows", report.first->left_follows)
        .boolean("right_follows", report.first->right_follows);
    out.raw("first", first.str());
  }
  fmt::print("{}\n", out.str());
}

void print_words(const node::DiffReport& report) {
  if (!report.first) {
    if (report.left_blocks == report.right_blocks)
      fmt::print("EQUAL 一致: {} blocks, byte for byte\n", report.left_blocks);
    else
      fmt::print("{} of {} blocks are equal, byte for byte; there the {} one ends\n",
                 std::min(report.left_blocks, report.right_blocks), std::max(report.left_blocks, report.right_blocks),
                 report.left_blocks < report.right_blocks ? "left" : "right");
    return;
  }
  const node::Difference& first = *report.first;
  fmt::print("DIFFERENT 不一致: they part at block {}", first.height.value());
  if (first.transaction) fmt::print(", transaction {}", *first.transaction);
  if (first.key) fmt::print(", key {}", key_text(*first.key));
  fmt::print(": {}\n{}\n", first.what, judgement(first));
}

void run(Globals& globals, const Options& options) {
  Session session(globals);
  QILIAN_OR_REPORT(const ledger::Genesis genesis, session.genesis());
  QILIAN_OR_REPORT(const auto left, node::QuietLedger::open(options.left));
  QILIAN_OR_REPORT(const auto right, node::QuietLedger::open(options.right));
  QILIAN_OR_REPORT(const node::DiffReport report, node::diff(left.directory(), right.directory(), genesis));
  const bool equal = !report.first && (options.allow_shorter || report.left_blocks == report.right_blocks);
  if (!equal) globals.exit = kUnverified;
  (globals.json ? print_json : print_words)(report);
}

}  // namespace

void add_diff_command(CLI::App& app, Globals& globals) {
  const auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("diff",
                                         "比对 Compare the ledger files of two nodes: the first height, transaction "
                                         "and key that differ, and which of the two\n"
                                         "does not follow from its transactions. Certificates may differ. Exit code 0: "
                                         "equal; 4: they differ, one is shorter,\n"
                                         "or a file is damaged.");
  command->add_option("LEFT", options->left, "A ledger folder, a node's data folder, or the node's folder")->required();
  command->add_option("RIGHT", options->right, "The same of another node")->required();
  command->add_flag("--allow-shorter", options->allow_shorter, "Exit code 0 where one is the beginning of the other");
  command->callback([&globals, options] { run(globals, *options); });
}

}  // namespace qilian::cli
