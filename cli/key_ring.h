// Private keys by name: "MET", "REGR-2". A story and a genesis file speak of keys by name only.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>

#include "ledger/core/signature.h"

namespace qilian::cli {

class KeyRing {
 public:
  virtual ~KeyRing() = default;
  virtual ledger::Result<ledger::SecretKey> key(std::string_view name) = 0;
};

/// Keys computed from their names, for runs in process: the same every time and worth nothing.
class SeededKeys final : public KeyRing {
 public:
  ledger::Result<ledger::SecretKey> key(std::string_view name) override;
};

/// Encrypted key files NAME.pem in a folder, all under one passphrase; each is read once.
class KeyFolder final : public KeyRing {
 public:
  KeyFolder(std::filesystem::path folder, ledger::Bytes passphrase, bool create_missing);
  /// Errors of node/client/key_file.h; a missing key is made where the folder was opened so.
  ledger::Result<ledger::SecretKey> key(std::string_view name) override;

 private:
  std::filesystem::path folder_;
  ledger::Bytes passphrase_;
  bool create_missing_;
  std::map<std::string, ledger::SecretKey, std::less<>> known_;
};

/// Name of the file that holds a network's passphrase, beside its keys.
inline constexpr const char* kPassphraseFile = "passphrase";

}  // namespace qilian::cli
