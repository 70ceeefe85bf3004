// qilian negative-list check, impact, diff: what the list says or would say. Reads; nothing is signed.
#include <fmt/format.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <fstream>
#include <sstream>

#include "cli/commands/commands.h"
#include "cli/json_read.h"

namespace qilian::cli {
namespace {

void print(const Globals& globals, const std::string& answer) {
  fmt::print("{}\n", globals.json ? answer : json_indented(answer));
}

void ask(Globals& globals, const std::string& path) {
  Session session(globals);
  QILIAN_OR_REPORT(client::Client node, session.client());
  QILIAN_OR_REPORT(const std::string answer, node.fetch(path));
  print(globals, answer);
}

struct Check {
  std::string version;
  std::string operation;
  std::string purpose;
  std::string buyer;
  std::string environment;
};

void add_check(CLI::App& noun, Globals& globals) {
  CLI::App* command = noun.add_subcommand("check", "试算 May this operation be done on this version now? A dry run");
  const auto given = std::make_shared<Check>();
  command->add_option("VERSION", given->version, "UDI@sequence")->required();
  command->add_option("OPERATION", given->operation, "REGISTER, GRANT, DERIVE, LIST, TRADE, DELIVER or EXPORT")
      ->required();
  command->add_option("--purpose", given->purpose, "Of the call");
  command->add_option("--buyer", given->buyer, "USCC");
  command->add_option("--environment", given->environment, "IN_DOMAIN, PRIVACY or OPEN");
  command->callback([&globals, given] {
    std::string path = fmt::format("/v1/questions/list-check?version={}&operation={}",
                                   client::Client::percent_encode(given->version), given->operation);
    for (const auto& [name, value] : {std::pair("purpose", &given->purpose), std::pair("buyer", &given->buyer),
                                      std::pair("environment", &given->environment)}) {
      if (!value->empty()) path += fmt::format("&{}={}", name, client::Client::percent_encode(*value));
    }
    ask(globals, path);
  });
}

void send_draft(Globals& globals, const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  if (!in) return report(globals, {"file.unreadable", fmt::format("{}: cannot be read; check the path", file)});
  Session session(globals);
  QILIAN_OR_REPORT(client::Client node, session.client());
  QILIAN_OR_REPORT(const client::Response answer,
                   node.post("/v1/negative-list/impact", "application/json", std::move(text).str()));
  if (answer.status != 200) {
    return report(globals, {json_at(answer.body, "code").value_or("client.answer"),
                            json_at(answer.body, "message").value_or(answer.body)});
  }
  print(globals, answer.body);
}

}  // namespace

void add_negative_list_commands(CLI::App& app, Globals& globals) {
  CLI::App* noun = app.get_subcommand("negative_list");
  noun->alias("negative-list");
  add_check(*noun, globals);
  const auto file = std::make_shared<std::string>();
  CLI::App* impact = noun->add_subcommand("impact", "影响评估 What a draft would stop, against live state");
  impact->add_option("DRAFT", *file, "JSON file: the arguments of `announce`")->required();
  impact->callback([&globals, file] { send_draft(globals, *file); });
  const auto versions = std::make_shared<std::pair<std::string, std::string>>();
  CLI::App* diff =
      noun->add_subcommand("diff", "差异 What one version says that another does not, and what that affects");
  diff->add_option("FROM", versions->first, "Number of the earlier version")->required();
  diff->add_option("TO", versions->second, "Number of the later version")->required();
  diff->callback([&globals, versions] {
    ask(globals, fmt::format("/v1/questions/list-diff?from={}&to={}", client::Client::percent_encode(versions->first),
                             client::Client::percent_encode(versions->second)));
  });
}

}  // namespace qilian::cli
