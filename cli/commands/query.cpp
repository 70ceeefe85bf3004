// qilian query: what a node says. For what can be proved, `qilian certificate get`.
#include <fmt/format.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "cli/commands/commands.h"
#include "cli/json_read.h"
#include "contracts/kinds.h"

namespace qilian::cli {
namespace {

void ask(Globals& globals, const std::string& path) {
  Session session(globals);
  QILIAN_OR_REPORT(client::Client node, session.client());
  QILIAN_OR_REPORT(const std::string answer, node.fetch(path));
  fmt::print("{}\n", globals.json ? answer : json_indented(answer));
}

std::string kind_list() {
  std::string out;
  for (const contracts::KindName& kind : contracts::kind_names()) {
    if (!kind.message.empty()) out += fmt::format("{}{}", out.empty() ? "" : " ", kind.name);
  }
  return out;
}

}  // namespace

void add_query_commands(CLI::App& app, Globals& globals) {
  CLI::App* noun = app.add_subcommand("query", "查询 Objects, transactions, blocks, status");
  noun->require_subcommand(1);
  const auto first = std::make_shared<std::string>();
  const auto second = std::make_shared<std::string>();

  CLI::App* object = noun->add_subcommand("object", "对象 The current record of an object");
  object->add_option("KIND", *first, "One of: " + kind_list())->required();
  object->add_option("ID", *second, "Its id, e.g. a USCC or gsd:...")->required();
  object->callback([&globals, first, second] {
    ask(globals, fmt::format("/v1/objects/{}/{}", *first, client::Client::percent_encode(*second)));
  });
  CLI::App* history = noun->add_subcommand("journal", "履历 Everything that happened to an object");
  history->add_option("KIND", *first, "One of: " + kind_list())->required();
  history->add_option("ID", *second, "Its id")->required();
  const auto from = std::make_shared<std::uint64_t>(0);
  history->add_option("--first", *from, "Number of the first entry; what `next` of the page before said");
  history->callback([&globals, first, second, from] {
    ask(globals,
        fmt::format("/v1/objects/{}/{}/journal?first={}", *first, client::Client::percent_encode(*second), *from));
  });
  CLI::App* list = noun->add_subcommand("list", "列表 The objects of a kind");
  list->add_option("KIND", *first, "One of: " + kind_list())->required();
  list->add_option("--prefix", *second, "Ids that begin so");
  const auto after = std::make_shared<std::string>();
  list->add_option("--after", *after, "Ids behind this one; what `next` of the page before said");
  list->callback([&globals, first, second, after] {
    ask(globals, fmt::format("/v1/objects/{}?prefix={}&after={}", *first, client::Client::percent_encode(*second),
                             client::Client::percent_encode(*after)));
  });
  CLI::App* transaction = noun->add_subcommand("transaction", "交易 A transaction with its receipt");
  transaction->add_option("ID", *first, "64 hexadecimal digits")->required();
  transaction->callback([&globals, first] { ask(globals, "/v1/transactions/" + *first); });
  CLI::App* block = noun->add_subcommand("block", "区块 A block's header and transactions");
  block->add_option("HEIGHT", *first, "A number, or latest")->required();
  block->callback([&globals, first] { ask(globals, "/v1/blocks/" + *first); });
  noun->add_subcommand("status", "状态 Height, view, peers")->callback([&globals] { ask(globals, "/v1/status"); });
}

}  // namespace qilian::cli
