// qilian disclosure: a document whose fields are shown or erased one by one, under one commitment on the ledger.
#include "ledger/core/disclosure.h"

#include <fmt/format.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <boost/json.hpp>

#include "cli/commands/commands.h"
#include "cli/json_text.h"
#include "cli/terminal.h"
#include "ledger/core/fact.h"

namespace qilian::cli {
namespace {

struct Options {
  std::string file;
  std::vector<std::string> fields;
  std::string out;
  std::string certificate;
};

Result<std::vector<ledger::DisclosedField>> read_fields(const ledger::Bytes& text) {
  boost::system::error_code error;
  const boost::json::value value = boost::json::parse(text, error);
  const boost::json::object* object = error ? nullptr : value.if_object();
  if (object == nullptr) return fail("usage.fields", "a JSON object of names and texts is needed");
  std::vector<ledger::DisclosedField> out;
  for (const auto& [name, field] : *object) {
    const boost::json::string* content = field.if_string();
    if (content == nullptr) return fail("usage.fields", "the value of " + std::string(name) + " is no text");
    out.push_back({name, {content->data(), content->size()}});
  }
  return out;
}

void seal(Globals& globals, const Options& options) {
  QILIAN_OR_REPORT(const ledger::Bytes text, read_file(options.file));
  QILIAN_OR_REPORT(const std::vector<ledger::DisclosedField> fields, read_fields(text));
  std::vector<ledger::Bytes> salts;
  for (std::size_t i = 0; i < fields.size(); ++i) salts.emplace_back(ledger::SecretKey::generate().seed());
  QILIAN_OR_REPORT(const ledger::Bytes opening, ledger::seal_document(fields, salts));
  QILIAN_OR_REPORT(const ledger::Disclosed sealed, ledger::read_disclosure(opening));
  if (const auto written = write_file(options.out, opening); !written) return report(globals, written.error());
  const std::string commitment = ledger::to_hex(sealed.commitment);
  if (globals.json) {
    fmt::print("{}\n", JsonObject().text("file", options.out).text("commitment", commitment).str());
  } else {
    fmt::print("{}\nKeep {}: whoever has it can show the fields, and without it nobody can.\n", commitment,
               options.out);
  }
}

void rewrite(Globals& globals, const Options& options, bool erase) {
  QILIAN_OR_REPORT(const ledger::Bytes document, read_file(options.file));
  const std::set<std::string> names(options.fields.begin(), options.fields.end());
  QILIAN_OR_REPORT(const ledger::Bytes rest,
                   erase ? ledger::erase_fields(document, names) : ledger::show_only(document, names));
  if (const auto written = write_file(options.out, rest); !written) return report(globals, written.error());
  if (erase && !globals.json) {
    fmt::print("{}: without the fields named. They are gone once {} and every copy of it is destroyed.\n", options.out,
               options.file);
  }
}

/// The bytes of the certificate's fact in which a commitment can stand.
bool holds(const ledger::VerifiedFact& fact, const ledger::Bytes& commitment) {
  const auto has = [&](ledger::ByteView bytes) { return bytes.find(commitment) != ledger::ByteView::npos; };
  if (const auto* made = std::get_if<ledger::VerifiedTransaction>(&fact.fact)) return has(made->transaction.body());
  const auto& state = std::get<ledger::VerifiedState>(fact.fact);
  for (const ledger::VerifiedEntry& entry : state.entries) {
    if (entry.record && has(*entry.record)) return true;
  }
  return state.record_before && has(*state.record_before);
}

void verify(Globals& globals, const Options& options) {
  Session session(globals);
  QILIAN_OR_REPORT(const ledger::Bytes document, read_file(options.file));
  QILIAN_OR_REPORT(const ledger::Bytes certificate, read_file(options.certificate));
  QILIAN_OR_REPORT(const ledger::Genesis genesis, session.genesis());
  const auto fact = ledger::verify_fact(certificate, genesis);
  const auto disclosed = ledger::read_disclosure(document);
  const auto refuse = [&](const ledger::Error& error) {
    report(globals, error);
    globals.exit = kUnverified;
  };
  if (!fact) return refuse(fact.error());
  if (!disclosed) return refuse(disclosed.error());
  if (!holds(*fact, disclosed->commitment)) {
    return refuse({"disclosure.commitment",
                   "the certificate holds no commitment to this document: " + ledger::to_hex(disclosed->commitment)});
  }
  if (globals.json) {
    JsonObject fields;
    for (const auto& [name, value] : disclosed->shown) fields.text(name, value);
    fmt::print("{}\n", JsonObject()
                           .boolean("verified", true)
                           .text("commitment", ledger::to_hex(disclosed->commitment))
                           .raw("fields", fields.str())
                           .number("hidden", static_cast<std::int64_t>(disclosed->hidden))
                           .number("height", static_cast<std::int64_t>(fact->header.height.value()))
                           .str());
    return;
  }
  fmt::print("The certificate (block {}) holds the commitment to:\n", fact->header.height.value());
  for (const auto& [name, value] : disclosed->shown) {
    fmt::print("  {}: {}\n", json_string(name), json_string(value));
  }
  fmt::print("{} more fields are not shown.\n", disclosed->hidden);
}

}  // namespace

void add_disclosure_commands(CLI::App& app, Globals& globals) {
  CLI::App* noun =
      app.add_subcommand("disclosure", "披露 Show or erase single fields of a document under one commitment");
  noun->require_subcommand(1);
  const auto verb = [&](const char* name, const char* about, const char* file) {
    const auto options = std::make_shared<Options>();
    CLI::App* command = noun->add_subcommand(name, about);
    command->add_option("FILE", options->file, file)->required();
    return std::pair(command, options);
  };
  const auto [seal_command, sealing] =
      verb("seal", "封存 Salt every field; prints the commitment for a record", "JSON object of names and texts");
  seal_command->add_option("--out", sealing->out, "The opening, to keep")->required();
  seal_command->callback([&globals, options = sealing] { seal(globals, *options); });

  const auto [show_command, showing] = verb("show", "出示 Write a copy that shows these fields alone", "An opening");
  const auto [erase_command, erasing] = verb("erase", "删除 Write a copy without these fields", "An opening");
  for (const auto& [command, options] : {std::pair(show_command, showing), std::pair(erase_command, erasing)}) {
    command->add_option("--field", options->fields, "A field's name; may be repeated")->required();
    command->add_option("--out", options->out, "File to write")->required();
  }
  show_command->callback([&globals, options = showing] { rewrite(globals, *options, false); });
  erase_command->callback([&globals, options = erasing] { rewrite(globals, *options, true); });

  const auto [verify_command, checking] = verb(
      "verify", "核验 Check what is shown against the commitment in a certificate, offline", "An opening or a copy");
  verify_command->add_option("--certificate", checking->certificate, "Certificate whose record holds the commitment")
      ->required();
  verify_command->callback([&globals, options = checking] { verify(globals, *options); });
}

}  // namespace qilian::cli
