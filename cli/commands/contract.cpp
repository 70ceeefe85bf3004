// qilian CONTRACT CALL: every call of the contracts' table, its options made from its argument message.
#include <fmt/format.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <set>

#include "cli/commands/commands.h"
#include "cli/json_read.h"
#include "cli/json_text.h"
#include "cli/messages.h"
#include "contracts/calls.h"
#include "ledger/core/canonical.h"
#include "ledger/core/hash.h"
#include "ledger/core/json.h"

namespace qilian::cli {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

constexpr std::int64_t kExpiryMs = 300'000;
constexpr std::size_t kNonceBytes = 16;

struct CallOptions {
  std::string key;
  std::vector<std::string> signers;
  std::string arguments_file;
  bool wait = true;
  std::map<std::string, std::vector<std::string>> fields;
};

/// Nouns with a Chinese label for --help.
const std::map<std::string_view, std::string_view> kContracts = {
    {"governance", "治理 Parameters, tables, calendar, documents, proposals"},
    {"membership", "主体 Organisations, keys, roles, undertakings"},
    {"registry", "登记 Assets, versions, rights, lineage"},
    {"authorization", "授权 Grants, licences, consent"},
    {"compute", "计算 Assessed environments and jobs"},
    {"evidence", "存证 Listings, trades, custody, disputes"},
    {"notary", "公证 Attestations and their reviews"},
    {"negative_list", "负面清单 Versioned prohibitions and restrictions"},
    {"credit", "信用 Determinations, objections, repair"},
    {"revenue", "收益 Price caps, costs, plans, settlements"},
    {"cross_border", "跨境 Recipients, exports and their log"},
    {"incident", "安全事件 Incidents, warnings, holds"},
    {"supervision", "督导 Assessments, valuations, certificates"},
};

std::string option_name(const FieldDescriptor& field) {
  static const std::set<std::string> reserved = {"json", "network", "node",      "genesis", "passphrase-file",
                                                 "key",  "signer",  "arguments", "help",    "no-wait"};
  std::string name = field.name();
  std::replace(name.begin(), name.end(), '_', '-');
  return (reserved.contains(name) ? "--field-" : "--") + name;
}

std::string option_help(const FieldDescriptor& field) {
  std::string out;
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_MESSAGE:
      out = fmt::format("{} as JSON", field.message_type()->name());
      break;
    case FieldDescriptor::CPPTYPE_ENUM:
      for (int i = 1; i < field.enum_type()->value_count(); ++i)
        out += (i == 1 ? "" : "|") + field.enum_type()->value(i)->name();
      break;
    case FieldDescriptor::CPPTYPE_BOOL:
      out = "true|false";
      break;
    case FieldDescriptor::CPPTYPE_STRING:
      out = field.type() == FieldDescriptor::TYPE_BYTES ? "sha256:TEXT, commit:TEXT, key:NAME or hex" : "text";
      break;
    default:
      out = field.name().ends_with("_fen") ? "fen, or 48000.01yuan"
                                           : "number; a time: @now+30d or @2026-05-12T09:00:00+08:00";
      break;
  }
  return out + (field.is_repeated() ? " (may be given several times)" : "");
}

std::string policy_text(contracts::SignaturePolicy policy) {
  switch (policy) {
    case contracts::SignaturePolicy::kSelf:
      return "signed by the caller";
    case contracts::SignaturePolicy::kBoth:
      return "signed by both parties";
    case contracts::SignaturePolicy::kEach:
      return "signed by each party";
    case contracts::SignaturePolicy::kRegulators:
      return "signed by a regulator";
    case contracts::SignaturePolicy::kTwoRegulators:
      return "signed by two regulators";
    case contracts::SignaturePolicy::kValidators:
      return "signed by two thirds of the validators";
    case contracts::SignaturePolicy::kConsensusKey:
      return "signed with a validator's consensus key, by its node";
    case contracts::SignaturePolicy::kByContract:
      return "signers as the contract says";
  }
  return {};
}

Result<std::unique_ptr<Message>> arguments_of(const contracts::CallSpec& spec, const CallOptions& options,
                                              const Names& names) {
  QILIAN_TRY(std::unique_ptr<Message> message, arguments_message(spec.name));
  if (!options.arguments_file.empty()) {
    QILIAN_TRY(const ledger::Bytes text, read_file(options.arguments_file));
    QILIAN_TRY_VOID(ledger::from_json(text, *message));
  }
  for (const auto& [name, values] : options.fields) {
    const FieldDescriptor* field = message->GetDescriptor()->FindFieldByName(name);
    if (field->is_repeated() && !values.empty()) message->GetReflection()->ClearField(message.get(), field);
    for (const std::string& value : values) {
      QILIAN_TRY_VOID(set_from_text(*message, *field, value, names));
    }
  }
  return message;
}

void call(Globals& globals, const contracts::CallSpec& spec, const CallOptions& options) {
  Session session(globals);
  const CommandNames names(session);
  QILIAN_OR_REPORT(const std::unique_ptr<Message> arguments, arguments_of(spec, options, names));
  QILIAN_OR_REPORT(const ledger::Genesis genesis, session.genesis());
  std::vector<ledger::SecretKey> keys;
  QILIAN_OR_REPORT(ledger::SecretKey lead, session.key(options.key));
  keys.push_back(std::move(lead));
  for (const std::string& signer : options.signers) {
    QILIAN_OR_REPORT(ledger::SecretKey key, session.key(signer));
    keys.push_back(std::move(key));
  }
  ledger::BodyFields fields;
  for (const ledger::SecretKey& key : keys) fields.signers.push_back(key.public_key());
  fields.lead = keys.front().public_key();
  fields.expires = ledger::TimeMs(wall_clock_ms() + kExpiryMs);
  fields.nonce = ledger::SecretKey::generate().seed().substr(0, kNonceBytes);
  fields.call = spec.name;
  fields.arguments = ledger::encode(*arguments);
  QILIAN_OR_REPORT(const ledger::Bytes envelope, sign_and_assemble(fields, keys, genesis.hash));
  send_and_print(globals, envelope, options.wait);
}

void add_call(CLI::App& noun, const contracts::CallSpec& spec, Globals& globals) {
  const std::string verb(spec.name.substr(spec.name.find('.') + 1));
  std::string dashed = verb;
  std::replace(dashed.begin(), dashed.end(), '_', '-');
  CLI::App* command = noun.add_subcommand(dashed, fmt::format("{} {}", spec.label_zh, spec.label_en))->group("Calls");
  if (dashed != verb) command->alias(verb);
  command->footer("Signatures: " + policy_text(spec.policy) + ".");
  const auto options = std::make_shared<CallOptions>();
  command->add_option("--key", options->key, "Key file or name that leads (pays and is counted)")->required();
  command->add_option("--signer", options->signers,
                      "Further keys that sign here and now (for others: `qilian tx build`)");
  command->add_option("--arguments", options->arguments_file,
                      "JSON file with the arguments; options below override it");
  command->add_flag("!--no-wait", options->wait, "Return when a node has accepted it, before it stands in a block");
  for (int i = 0; i < spec.arguments->field_count(); ++i) {
    const FieldDescriptor& field = *spec.arguments->field(i);
    CLI::Option* option =
        command->add_option(option_name(field), options->fields[field.name()], option_help(field))->group("Arguments");
    option->expected(field.is_repeated() ? -1 : 1);
  }
  command->callback([&globals, &spec, options] { call(globals, spec, *options); });
}

}  // namespace

void send_and_print(Globals& globals, const ledger::Bytes& envelope, bool wait) {
  Session session(globals);
  QILIAN_OR_REPORT(client::Client node, session.client());
  QILIAN_OR_REPORT(const client::Submitted sent, node.submit(envelope, wait));
  if (sent.code != "OK" && sent.code != "PENDING") globals.exit = kRefused;
  if (globals.json) {
    fmt::print("{}\n", sent.json);
    return;
  }
  if (sent.code == "PENDING") {
    fmt::print("accepted, in no certified block yet\n  ask:  qilian query transaction {}\n", sent.id);
    return;
  }
  fmt::print("{}  block {}  signed by {} replicas\n  transaction {}\n", sent.code, sent.height, sent.signers.size(),
             sent.id);
  if (const auto object = json_at(sent.receipt_json, "object"); object && !object->empty())
    fmt::print("  object      {}\n", *object);
  if (const auto trace = json_at(sent.receipt_json, "trace"); trace && !trace->empty())
    fmt::print("  trace       {}\n", *trace);
}

void add_contract_commands(CLI::App& app, Globals& globals) {
  std::map<std::string, CLI::App*, std::less<>> nouns;
  for (const contracts::CallSpec& spec : contracts::calls()) {
    const std::string contract(spec.name.substr(0, spec.name.find('.')));
    CLI::App*& noun = nouns[contract];
    if (noun == nullptr) {
      const auto about = kContracts.find(contract);
      noun = app.add_subcommand(contract, std::string(about == kContracts.end() ? contract : about->second))
                 ->group("Contracts");
      noun->require_subcommand(1);
    }
    add_call(*noun, spec, globals);
  }
}

}  // namespace qilian::cli
