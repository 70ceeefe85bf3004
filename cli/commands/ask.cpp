// qilian ask: the questions that a regulator asks, one command each.
#include <fmt/format.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <map>

#include "cli/commands/commands.h"
#include "cli/json_read.h"
#include "contracts/questions/questions.h"

namespace qilian::cli {
namespace {

namespace questions = contracts::questions;

void ask(Globals& globals, std::string_view name, const std::map<std::string, std::string>& query) {
  std::string path = fmt::format("/v1/questions/{}", name);
  char separator = '?';
  for (const auto& [key, value] : query) {
    if (value.empty()) continue;
    path += fmt::format("{}{}={}", separator, key, client::Client::percent_encode(value));
    separator = '&';
  }
  Session session(globals);
  QILIAN_OR_REPORT(client::Client node, session.client());
  QILIAN_OR_REPORT(const std::string answer, node.fetch(path));
  fmt::print("{}\n", globals.json ? answer : json_indented(answer));
}

}  // namespace

void add_ask_commands(CLI::App& app, Globals& globals) {
  CLI::App* noun = app.add_subcommand("ask", "提问 What a regulator asks, as of any height or time");
  noun->require_subcommand(1);
  for (const questions::Question& question : questions::questions()) {
    CLI::App* command =
        noun->add_subcommand(std::string(question.name), fmt::format("{} {}", question.zh, question.en));
    const auto query = std::make_shared<std::map<std::string, std::string>>();
    for (const questions::Argument& argument : question.arguments) {
      CLI::Option* option = command->add_option("--" + std::string(argument.name), (*query)[std::string(argument.name)],
                                                std::string(argument.meaning));
      option->required(argument.required);
    }
    command->add_option("--height", (*query)["height"], "As of this height (default: the latest, or the one at --at)");
    command->add_option("--at", (*query)["at"], "As of this time: a date like 2026-09-15, or milliseconds");
    command->add_option("--tier", (*query)["tier"], "public, member or regulator: as this reader sees it");
    command->callback([&globals, name = question.name, query] { ask(globals, name, *query); });
  }
}

}  // namespace qilian::cli
