// qilian tx: build, sign, assemble and send apart, so that two organisations sign one body on two machines.
#include <fmt/format.h>
#include <google/protobuf/message.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>

#include "cli/commands/commands.h"
#include "cli/json_read.h"
#include "cli/json_text.h"
#include "cli/messages.h"
#include "cli/terminal.h"
#include "ledger/core/canonical.h"
#include "ledger/core/json.h"
#include "ledger/core/ledger.pb.h"

namespace qilian::cli {
namespace {

constexpr std::size_t kNonceBytes = 16;

struct Build {
  std::string call;
  std::string arguments_file;
  std::string lead;
  std::vector<std::string> signers;
  std::int64_t expires_s = 0;
  std::string out;
};

void build(Globals& globals, const Build& options) {
  Session session(globals);
  QILIAN_OR_REPORT(const std::unique_ptr<google::protobuf::Message> arguments, arguments_message(options.call));
  QILIAN_OR_REPORT(const ledger::Bytes text, read_file(options.arguments_file));
  if (const auto read = ledger::from_json(text, *arguments); !read) return report(globals, read.error());
  ledger::BodyFields fields;
  QILIAN_OR_REPORT(fields.lead, session.public_key(options.lead));
  fields.signers.push_back(fields.lead);
  for (const std::string& signer : options.signers) {
    QILIAN_OR_REPORT(const ledger::PublicKey key, session.public_key(signer));
    fields.signers.push_back(key);
  }
  fields.expires = ledger::TimeMs(wall_clock_ms() + options.expires_s * 1000);
  fields.nonce = ledger::SecretKey::generate().seed().substr(0, kNonceBytes);
  fields.call = options.call;
  fields.arguments = ledger::encode(*arguments);
  QILIAN_OR_REPORT(const ledger::Bytes body, ledger::encode_body(fields));
  if (const auto written = write_file(options.out, body); !written) return report(globals, written.error());
  if (globals.json) {
    fmt::print("{}\n", JsonObject()
                           .text("file", options.out)
                           .number("signers", static_cast<std::int64_t>(fields.signers.size()))
                           .number("expires_ms", fields.expires.value())
                           .str());
    return;
  }
  fmt::print(
      "{}: body of {}, for {} signers, expires {} (UTC+8)\nEach signer:  qilian tx sign {} --key KEY --out NAME.sig "
      "--genesis genesis.bin\n",
      options.out, options.call, fields.signers.size(), time_text(fields.expires.value()), options.out);
}

struct DecodedBody {
  ledger::pb::Body body;
  ledger::Bytes bytes;
};

/// A body file, or an envelope's body.
Result<DecodedBody> read_body(const std::string& file) {
  DecodedBody out;
  QILIAN_TRY(out.bytes, read_file(file));
  if (const auto transaction = ledger::Transaction::decode(out.bytes)) out.bytes = ledger::Bytes(transaction->body());
  if (!out.body.ParseFromString(out.bytes) || out.body.signers().empty()) {
    return fail("usage.body", fmt::format("{} is neither a body nor an envelope; `qilian tx build` makes one", file));
  }
  return out;
}

void sign(Globals& globals, const std::string& file, const std::string& key_name, const std::string& out) {
  Session session(globals);
  QILIAN_OR_REPORT(const DecodedBody read, read_body(file));
  QILIAN_OR_REPORT(const ledger::Genesis genesis, session.genesis());
  QILIAN_OR_REPORT(const ledger::SecretKey key, session.key(key_name));
  const ledger::Bytes raw(key.public_key().view());
  if (std::find(read.body.signers().begin(), read.body.signers().end(), raw) == read.body.signers().end()) {
    return report(globals, {"usage.signer",
                            fmt::format("{} is not among the signers that the body lists", key.public_key().hex())});
  }
  const ledger::Signature signature = ledger::sign_body(read.bytes, genesis.hash, key);
  const std::string line = fmt::format("{} {}\n", key.public_key().hex(), ledger::to_hex(signature.view()));
  if (const auto written = write_file(out, line); !written) return report(globals, written.error());
  if (globals.json) {
    fmt::print("{}\n", JsonObject().text("file", out).text("public_key", key.public_key().hex()).str());
  } else {
    fmt::print("{}: signature of {}\n", out, key.public_key().hex());
  }
}

Result<ledger::Bytes> assemble_files(const std::string& file, const std::vector<std::string>& signature_files) {
  QILIAN_TRY(const DecodedBody read, read_body(file));
  std::map<std::string, ledger::Signature> signatures;
  for (const std::string& name : signature_files) {
    QILIAN_TRY(const ledger::Bytes line, read_file(name));
    const std::size_t space = line.find(' ');
    const auto key = ledger::from_hex(std::string_view(line).substr(0, space));
    const auto bytes = space == std::string::npos
                           ? Result<ledger::Bytes>(fail("usage.signature", "no space"))
                           : ledger::from_hex(std::string_view(line).substr(space + 1, 2 * ledger::Signature::kSize));
    const auto signature = bytes ? ledger::Signature::from(*bytes) : std::nullopt;
    if (!key || !signature)
      return fail("usage.signature", fmt::format("{} is not a signature file of `qilian tx sign`", name));
    signatures[*key] = *signature;
  }
  std::vector<ledger::Signature> ordered;
  for (const std::string& signer : read.body.signers()) {
    const auto found = signatures.find(signer);
    if (found == signatures.end()) {
      return fail("usage.signature", fmt::format("the signature of {} is missing; it signs with `qilian tx sign`",
                                                 ledger::to_hex(signer)));
    }
    ordered.push_back(found->second);
  }
  return ledger::assemble_envelope(read.bytes, ordered);
}

void assemble(Globals& globals, const std::string& file, const std::vector<std::string>& signatures,
              const std::string& out) {
  QILIAN_OR_REPORT(const ledger::Bytes envelope, assemble_files(file, signatures));
  if (const auto written = write_file(out, envelope); !written) return report(globals, written.error());
  if (globals.json) {
    fmt::print("{}\n",
               JsonObject().text("file", out).number("bytes", static_cast<std::int64_t>(envelope.size())).str());
  } else {
    fmt::print("{}: envelope of {} bytes\nSend it:  qilian tx send {} --node URL\n", out, envelope.size(), out);
  }
}

void send(Globals& globals, const std::string& file, bool wait) {
  QILIAN_OR_REPORT(const ledger::Bytes envelope, read_file(file));
  send_and_print(globals, envelope, wait);
}

void show(Globals& globals, const std::string& file) {
  QILIAN_OR_REPORT(const DecodedBody read, read_body(file));
  std::string arguments = json_string(ledger::to_hex(read.body.arguments()));
  if (const auto message = arguments_message(read.body.call());
      message && (*message)->ParseFromString(read.body.arguments())) {
    if (const auto json = ledger::to_json(**message)) arguments = *json;
  }
  std::string signers;
  for (const std::string& signer : read.body.signers())
    signers += (signers.empty() ? "" : ",") + json_string(ledger::to_hex(signer));
  const std::string text = JsonObject()
                               .text("call", read.body.call())
                               .text("lead", ledger::to_hex(read.body.lead()))
                               .raw("signers", "[" + signers + "]")
                               .number("expires_ms", read.body.expires_ms())
                               .text("expires", time_text(read.body.expires_ms()))
                               .raw("arguments", arguments)
                               .str();
  fmt::print("{}\n", globals.json ? text : json_indented(text));
}

}  // namespace

void add_transaction_commands(CLI::App& app, Globals& globals) {
  CLI::App* noun =
      app.add_subcommand("tx", "交易 Build, sign, assemble and send apart: several organisations, several machines");
  noun->require_subcommand(1);
  const auto options = std::make_shared<Build>();
  CLI::App* make = noun->add_subcommand("build", "拟稿 A body from a call, its arguments and its listed signers");
  make->add_option("CALL", options->call, "contract.call, e.g. evidence.agree")->required();
  make->add_option("--arguments", options->arguments_file, "JSON file with the arguments")->required();
  make->add_option("--lead", options->lead, "Key that leads: public key in hex, key file, or name")->required();
  make->add_option("--signer", options->signers, "Further signers, likewise");
  make->add_option("--expires-in", options->expires_s, "Seconds until it expires")->default_val(86'400);
  make->add_option("--out", options->out, "Body file to write")->required();
  make->callback([&globals, options] { build(globals, *options); });

  struct Files {
    std::string in;
    std::string key;
    std::string out;
    std::vector<std::string> signatures;
    bool wait = true;
  };
  const auto files = std::make_shared<Files>();
  CLI::App* sign_command = noun->add_subcommand("sign", "签署 Adds one signature, as a file of its own");
  sign_command->add_option("BODY", files->in, "Body file")->required();
  sign_command->add_option("--key", files->key, "Key file or name")->required();
  sign_command->add_option("--out", files->out, "Signature file to write")->required();
  sign_command->callback([&globals, files] { sign(globals, files->in, files->key, files->out); });
  CLI::App* join = noun->add_subcommand("assemble", "合稿 Body and signatures to an envelope");
  join->add_option("BODY", files->in, "Body file")->required();
  join->add_option("SIGNATURES", files->signatures, "Signature files, in any order")->required();
  join->add_option("--out", files->out, "Envelope file to write")->required();
  join->callback([&globals, files] { assemble(globals, files->in, files->signatures, files->out); });
  CLI::App* send_command = noun->add_subcommand("send", "提交 Sends an envelope and prints the receipt");
  send_command->add_option("ENVELOPE", files->in, "Envelope file")->required();
  send_command->add_flag("!--no-wait", files->wait, "Return when a node has accepted it");
  send_command->callback([&globals, files] { send(globals, files->in, files->wait); });
  CLI::App* show_command = noun->add_subcommand("show", "查看 Prints a body or an envelope: read it before you sign");
  show_command->add_option("FILE", files->in, "Body or envelope file")->required();
  show_command->callback([&globals, files] { show(globals, files->in); });
}

}  // namespace qilian::cli
