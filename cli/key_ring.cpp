#include "cli/key_ring.h"

#include "ledger/core/hash.h"
#include "node/client/key_file.h"

namespace qilian::cli {

ledger::Result<ledger::SecretKey> SeededKeys::key(std::string_view name) {
  return *ledger::SecretKey::from_seed(ledger::sha256({"key of a story in process", name}).view());
}

KeyFolder::KeyFolder(std::filesystem::path folder, ledger::Bytes passphrase, bool create_missing)
    : folder_(std::move(folder)), passphrase_(std::move(passphrase)), create_missing_(create_missing) {}

ledger::Result<ledger::SecretKey> KeyFolder::key(std::string_view name) {
  if (const auto known = known_.find(name); known != known_.end()) return known->second;
  if (name.empty() || name.find_first_of("/\\") != std::string_view::npos || name.starts_with('.')) {
    return ledger::fail("key.name", "'" + std::string(name) + "' is not a name of a key: letters, digits and '-'");
  }
  const std::filesystem::path file = folder_ / (std::string(name) + ".pem");
  if (create_missing_ && !std::filesystem::exists(file)) {
    const ledger::SecretKey fresh = ledger::SecretKey::generate();
    QILIAN_TRY_VOID(client::write_key_file(file, fresh, passphrase_));
    return known_.emplace(std::string(name), fresh).first->second;
  }
  QILIAN_TRY(const ledger::SecretKey read, client::read_key_file(file, passphrase_));
  return known_.emplace(std::string(name), read).first->second;
}

}  // namespace qilian::cli
