// qilian reindex: LevelDB anew from the ledger files.
#include "node/offline/reindex.h"

#include <fmt/format.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "cli/commands/commands.h"
#include "cli/json_text.h"
#include "node/offline/directory.h"

namespace qilian::cli {
namespace {

using Old = node::ReindexReport::Old;

std::string_view old_name(Old old) {
  switch (old) {
    case Old::kNone:
      return "none";
    case Old::kEqual:
      return "equal";
    case Old::kDifferent:
      return "different";
    case Old::kUnreadable:
      return "unreadable";
  }
  return "";
}

void run(Globals& globals, const std::string& given) {
  Session session(globals);
  QILIAN_OR_REPORT(const ledger::Genesis genesis, session.genesis());
  QILIAN_OR_REPORT(const std::filesystem::path directory, node::find_ledger(given));
  QILIAN_OR_REPORT(const node::ReindexReport report, node::reindex(directory, genesis));
  if (globals.json) {
    JsonObject out;
    out.number("height", static_cast<std::int64_t>(report.last.height.value()))
        .text("state_root", report.last.state_root.hex())
        .number("objects", static_cast<std::int64_t>(report.objects))
        .number("entries", static_cast<std::int64_t>(report.entries))
        .number("transactions", static_cast<std::int64_t>(report.transactions))
        .text("old_index", old_name(report.old));
    if (!report.old_message.empty()) out.text("old_index_message", report.old_message);
    fmt::print("{}\n", out.str());
    return;
  }
  fmt::print("Rebuilt from the ledger files up to block {}: {} objects, {} journal entries, {} transactions.\n",
             report.last.height.value(), report.objects, report.entries, report.transactions);
  fmt::print("Every journal and record was hashed again; together they give the state root {}.\n",
             report.last.state_root.hex());
  fmt::print("The index that stood here before: {}{}{}\n", old_name(report.old), report.old_message.empty() ? "" : ": ",
             report.old_message);
}

}  // namespace

void add_reindex_command(CLI::App& app, Globals& globals) {
  const auto directory = std::make_shared<std::string>();
  CLI::App* command = app.add_subcommand(
      "reindex",
      "重建索引 Build a stopped node's LevelDB anew from its ledger files, prove it against the state root, and "
      "compare it\n"
      "with the one that it replaces. Exit code 0: proved; 4: a ledger file is damaged, or a block does not follow.");
  command->add_option("DIR", *directory, "A folder with segments/ in it, a node's data folder, or the node's folder")
      ->required();
  command->callback([&globals, directory] { run(globals, *directory); });
}

}  // namespace qilian::cli
