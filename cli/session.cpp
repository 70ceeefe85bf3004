#include "cli/session.h"

#include <fmt/format.h>
#include <termios.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <iostream>

#include "cli/json_text.h"
#include "cli/story/marks.h"
#include "cli/terminal.h"
#include "node/client/key_file.h"

namespace qilian::cli {
namespace {

constexpr const char* kPassphraseVariable = "QILIAN_PASSPHRASE";

/// Reads one line without echo.
ledger::Result<ledger::Bytes> ask(const char* prompt) {
  if (isatty(STDIN_FILENO) == 0) {
    return fail("usage.passphrase",
                fmt::format("no passphrase: give --passphrase-file FILE or set {}", kPassphraseVariable));
  }
  fmt::print(stderr, "{}", prompt);
  termios before{};
  tcgetattr(STDIN_FILENO, &before);
  termios silent = before;
  silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
  tcsetattr(STDIN_FILENO, TCSANOW, &silent);
  std::string line;
  std::getline(std::cin, line);
  tcsetattr(STDIN_FILENO, TCSANOW, &before);
  fmt::print(stderr, "\n");
  return line;
}

}  // namespace

Exit exit_of(const ledger::Error& error) {
  const std::string& code = error.code;
  if (code.size() == 7 && code[3] == '-') return kRefused;
  if (code.starts_with("client.") || code.starts_with("network.start") || code.starts_with("story.timeout"))
    return kConnection;
  if (code.starts_with("fact.") || code.starts_with("certificate.") || code.starts_with("verify.")) return kUnverified;
  if (code == "store.corrupt" || code == "executor.diverged" || code.ends_with(".differs")) return kUnverified;
  if (code == "audit.interrupted") return kInterrupted;
  return kUsage;
}

void report(Globals& globals, const ledger::Error& error) {
  globals.exit = exit_of(error);
  if (globals.json) {
    fmt::print("{}\n", JsonObject().text("code", error.code).text("message", error.message).str());
  } else {
    fmt::print(stderr, "qilian: {}: {}\n", error.code, error.message);
  }
}

std::int64_t wall_clock_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch())
      .count();
}

ledger::Result<Network> Session::network() const {
  if (globals_.network.empty()) return fail("usage.network", "name a network: --network DIR, or set QILIAN_NETWORK");
  return Network::open(globals_.network);
}

ledger::Result<ledger::Genesis> Session::genesis() const {
  if (globals_.genesis.empty() && globals_.network.empty()) {
    return fail("usage.genesis", "name the genesis that you trust: --genesis genesis.bin, or --network DIR");
  }
  const std::filesystem::path file = globals_.genesis.empty() ? std::filesystem::path(globals_.network) / "genesis.bin"
                                                              : std::filesystem::path(globals_.genesis);
  QILIAN_TRY(const ledger::Bytes bytes, read_file(file));
  return ledger::Genesis::decode(bytes);
}

ledger::Result<client::Client> Session::client() const {
  if (!globals_.node.empty()) return client::Client::at(globals_.node);
  if (globals_.network.empty()) return fail("usage.node", "name a node: --node http://HOST:PORT, or --network DIR");
  QILIAN_TRY(const Network opened, network());
  for (const NetworkNode& node : opened.nodes()) {
    if (opened.running(node.replica)) return client::Client::at(node.url());
  }
  return fail("client.stopped",
              fmt::format("no node of {} runs; `qilian network start {}`", globals_.network, globals_.network));
}

ledger::Result<ledger::Bytes> Session::passphrase(bool confirm) const {
  if (!globals_.passphrase_file.empty()) return client::passphrase_from_file(globals_.passphrase_file);
  if (std::getenv(kPassphraseVariable) != nullptr) return client::passphrase_from_env(kPassphraseVariable);
  QILIAN_TRY(ledger::Bytes first, ask("Passphrase: "));
  if (!confirm) return first;
  QILIAN_TRY(const ledger::Bytes second, ask("Once more:  "));
  if (first != second) return fail("usage.passphrase", "the two passphrases differ");
  return first;
}

ledger::Result<ledger::SecretKey> Session::key(const std::string& name_or_file) {
  if (name_or_file.empty())
    return fail("usage.key", "name the key that signs: --key FILE.pem, or the name of one of the network's keys");
  if (name_or_file.ends_with(".pem") || name_or_file.find('/') != std::string::npos) {
    const std::filesystem::path file = name_or_file;
    const std::filesystem::path beside = file.parent_path().parent_path() / kPassphraseFile;
    // A network's keys have their passphrase beside them.
    if (globals_.passphrase_file.empty() && std::getenv(kPassphraseVariable) == nullptr &&
        std::filesystem::exists(beside)) {
      QILIAN_TRY(const ledger::Bytes words, client::passphrase_from_file(beside));
      return client::read_key_file(file, words);
    }
    QILIAN_TRY(const ledger::Bytes words, passphrase(false));
    return client::read_key_file(file, words);
  }
  if (!folder_) {
    if (globals_.network.empty())
      return fail("usage.key", fmt::format("'{}' is no key file; with --network DIR it may be a name", name_or_file));
    QILIAN_TRY(const Network opened, network());
    QILIAN_TRY(KeyFolder keys, opened.keys(false));
    folder_ = std::make_unique<KeyFolder>(std::move(keys));
  }
  return folder_->key(name_or_file);
}

ledger::Result<ledger::PublicKey> Session::public_key(const std::string& text) {
  if (text.size() == 2 * ledger::PublicKey::kSize) {
    if (const auto bytes = ledger::from_hex(text)) {
      if (const auto read = ledger::PublicKey::from(*bytes)) return *read;
    }
  }
  QILIAN_TRY(const ledger::SecretKey secret, key(text));
  return secret.public_key();
}

Result<TomlValue> CommandNames::lookup(std::string_view path) const {
  return fail("usage.name", fmt::format("${{{}}}: names of a cast stand in stories only", path));
}

Result<ledger::Bytes> CommandNames::public_key(std::string_view name) const {
  QILIAN_TRY(const ledger::PublicKey key, session_.public_key(std::string(name)));
  return ledger::Bytes(key.view());
}

Result<std::int64_t> CommandNames::time(std::string_view text) const {
  if (text.size() > 2 && text[1] >= '0' && text[1] <= '9') {
    QILIAN_TRY(const TomlValue parsed, parse_toml("time = " + std::string(text.substr(1)), "time"));
    if (const TomlValue* time = parsed.find("time"); time != nullptr && time->is(TomlValue::Type::kTime))
      return time->integer;
    return fail("usage.time", fmt::format("'{}' is not a time like @2026-05-12T09:00:00+08:00", text));
  }
  QILIAN_TRY(const Mark mark, parse_mark(text));
  if (mark.anchor != "now")
    return fail("usage.time", fmt::format("'{}': a time is @now+30d or @2026-05-12T09:00:00+08:00", text));
  std::int64_t at = wall_clock_ms();
  for (const Mark::Offset& offset : mark.offsets) at = move_time(at, offset, nullptr);
  return at;
}

}  // namespace qilian::cli
