// qilian key: private keys, encrypted at rest.
#include <fmt/format.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "cli/commands/commands.h"
#include "cli/json_text.h"
#include "node/client/key_file.h"

namespace qilian::cli {
namespace {

void print_key(const Globals& globals, const std::string& file, const ledger::PublicKey& key) {
  if (globals.json) {
    fmt::print("{}\n",
               JsonObject().text("file", file).text("algorithm", "ed25519").text("public_key", key.hex()).str());
  } else {
    fmt::print("{}\n  public key {}\n", file, key.hex());
  }
}

void make_key(Globals& globals, const std::string& file) {
  Session session(globals);
  QILIAN_OR_REPORT(const ledger::Bytes passphrase, session.passphrase(true));
  const ledger::SecretKey key = ledger::SecretKey::generate();
  if (const auto written = client::write_key_file(file, key, passphrase); !written)
    return report(globals, written.error());
  print_key(globals, file, key.public_key());
}

void show_key(Globals& globals, const std::string& file) {
  Session session(globals);
  QILIAN_OR_REPORT(const ledger::SecretKey key, session.key(file));
  print_key(globals, file, key.public_key());
}

}  // namespace

void add_key_commands(CLI::App& app, Globals& globals) {
  CLI::App* noun =
      app.add_subcommand("key", "密钥 Key files: encrypted PKCS#8, Ed25519; `openssl pkey -in FILE` reads them");
  noun->require_subcommand(1);
  const auto file = std::make_shared<std::string>();
  CLI::App* fresh = noun->add_subcommand("new", "生成密钥 Make a fresh key in a new file");
  fresh->add_option("FILE", *file, "File to make, e.g. met.pem")->required();
  fresh->callback([&globals, file] { make_key(globals, *file); });
  CLI::App* show = noun->add_subcommand("show", "查看公钥 Print the public key of a key file");
  show->add_option("FILE", *file, "Key file, or a name with --network")->required();
  show->callback([&globals, file] { show_key(globals, *file); });
}

}  // namespace qilian::cli
