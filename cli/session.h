// What the global options name: a node, a genesis, keys. Every command that talks to a network starts here.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "cli/key_ring.h"
#include "cli/message_values.h"
#include "cli/network.h"
#include "node/client/client.h"

namespace qilian::cli {

/// Exit codes: part of the interface, documented in cli/README.md.
enum Exit { kOk = 0, kRefused = 1, kUsage = 2, kConnection = 3, kUnverified = 4, kInterrupted = 130 };

struct Globals {
  bool json = false;
  std::string network;          ///< --network DIR, or QILIAN_NETWORK
  std::string node;             ///< --node URL
  std::string genesis;          ///< --genesis FILE
  std::string passphrase_file;  ///< --passphrase-file FILE; else QILIAN_PASSPHRASE, else the terminal
  int exit = kOk;               ///< set by the command that ran
};

/// Which exit code an error means.
Exit exit_of(const ledger::Error& error);

/// Prints the error (as JSON where asked for) and notes the exit code.
void report(Globals& globals, const ledger::Error& error);

/// "What went wrong" → report; the value otherwise. For callbacks of commands.
#define QILIAN_OR_REPORT(lhs, expression) QILIAN_OR_REPORT_(lhs, expression, __COUNTER__)
#define QILIAN_OR_REPORT_(lhs, expression, n) QILIAN_OR_REPORT__(lhs, expression, n)
#define QILIAN_OR_REPORT__(lhs, expression, n)                             \
  auto qilian_value_##n = (expression);                                    \
  if (!qilian_value_##n) return report(globals, qilian_value_##n.error()); \
  lhs = *std::move(qilian_value_##n)

class Session {
 public:
  explicit Session(const Globals& globals) : globals_(globals) {}

  /// --genesis, else the network's. Error "usage.genesis".
  ledger::Result<ledger::Genesis> genesis() const;
  /// --node, else the first node of the network that runs. Errors "usage.node", "client.*".
  ledger::Result<client::Client> client() const;
  ledger::Result<Network> network() const;
  /// A key file by its path, or a key of the network by its name. Errors "usage.key", "key.*".
  ledger::Result<ledger::SecretKey> key(const std::string& name_or_file);
  /// 64 hexadecimal digits, or what `key` finds.
  ledger::Result<ledger::PublicKey> public_key(const std::string& name_or_file_or_hex);

  /// --passphrase-file, QILIAN_PASSPHRASE, or asked for at the terminal (twice where `confirm`).
  ledger::Result<ledger::Bytes> passphrase(bool confirm) const;

 private:
  const Globals& globals_;
  std::unique_ptr<KeyFolder> folder_;
};

/// Names inside option values: key:NAME of the network, times as @now+30d or @2026-05-12T09:00:00+08:00.
class CommandNames final : public Names {
 public:
  explicit CommandNames(Session& session) : session_(session) {}
  Result<TomlValue> lookup(std::string_view path) const override;
  Result<ledger::Bytes> public_key(std::string_view name) const override;
  Result<std::int64_t> time(std::string_view mark) const override;

 private:
  Session& session_;
};

/// Now, in milliseconds.
std::int64_t wall_clock_ms();

}  // namespace qilian::cli
