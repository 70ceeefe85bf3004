#include "node/consensus_keys.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "node/client/key_file.h"

namespace qilian::node {

namespace fs = std::filesystem;
using namespace ledger;

namespace {

bool sync(const fs::path& path, int flags) {
  const int file = ::open(path.c_str(), flags | O_CLOEXEC);
  if (file < 0) return false;
  const bool done = ::fsync(file) == 0;
  ::close(file);
  return done;
}

bool overwrite(const fs::path& path) {
  std::error_code error;
  const auto size = fs::file_size(path, error);
  const int file = error ? -1 : ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
  if (file < 0) return false;
  const Bytes zeros(size, '\0');
  const bool done = ::write(file, zeros.data(), zeros.size()) == static_cast<ssize_t>(size) && ::fsync(file) == 0;
  ::close(file);
  return done;
}

}  // namespace

Result<ConsensusKeys> ConsensusKeys::open(fs::path folder, std::optional<fs::path> configured, Bytes passphrase) {
  ConsensusKeys out;
  out.folder_ = std::move(folder);
  out.passphrase_ = std::move(passphrase);
  if (!configured) return out;
  std::error_code error;
  if (!fs::exists(*configured, error) && fs::exists(out.folder_, error)) return out;
  QILIAN_TRY(SecretKey key, client::read_key_file(*configured, out.passphrase_));
  out.configured_ = std::move(configured);
  out.configured_key_ = key.public_key();
  out.loaded_.emplace(key.public_key(), std::move(key));
  return out;
}

ConsensusKeys ConsensusKeys::of(SecretKey key) {
  ConsensusKeys out;
  const PublicKey name = key.public_key();
  out.loaded_.emplace(name, std::move(key));
  return out;
}

Result<SecretKey> ConsensusKeys::prepare(const fs::path& folder, ByteView passphrase) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) return fail("key.write", fmt::format("{}: {}", folder.string(), error.message()));
  fs::permissions(folder, fs::perms::owner_all, error);
  SecretKey key = SecretKey::generate();
  QILIAN_TRY_VOID(client::write_key_file(folder / (key.public_key().hex() + ".pem"), key, passphrase));
  return key;
}

fs::path ConsensusKeys::file_of(const PublicKey& key) const {
  return configured_key_ == key ? *configured_ : folder_ / (key.hex() + ".pem");
}

bool ConsensusKeys::any() const {
  std::error_code error;
  return !loaded_.empty() || (!folder_.empty() && fs::exists(folder_, error) && !fs::is_empty(folder_, error));
}

std::optional<PublicKey> ConsensusKeys::first() const {
  if (!loaded_.empty()) return loaded_.begin()->first;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder_, error)) {
    const auto bytes = from_hex(entry.path().stem().string());
    const auto key = bytes ? PublicKey::from(*bytes) : std::nullopt;
    if (key) return key;
  }
  return std::nullopt;
}

std::optional<ReplicaId> ConsensusKeys::place_in(const ValidatorSet& set) const {
  for (std::uint32_t i = 0; i < set.size(); ++i) {
    const PublicKey& key = set.validators[i].consensus_key;
    std::error_code error;
    if (loaded_.contains(key) || (!folder_.empty() && fs::exists(file_of(key), error))) return ReplicaId(i);
  }
  return std::nullopt;
}

Result<const SecretKey*> ConsensusKeys::find(const PublicKey& key) {
  auto known = loaded_.find(key);
  if (known == loaded_.end()) {
    QILIAN_TRY(SecretKey read, client::read_key_file(file_of(key), passphrase_));
    if (read.public_key() != key)
      return fail("key.format", file_of(key).string() + ": holds another key than its name says");
    known = loaded_.emplace(key, std::move(read)).first;
  }
  return &known->second;
}

Result<void> ConsensusKeys::destroy(const PublicKey& key) {
  loaded_.erase(key);
  const fs::path file = file_of(key);
  std::error_code error;
  if (folder_.empty() || !fs::exists(file, error)) return {};
  // It says that the configured key's file is missing on purpose.
  fs::create_directories(folder_, error);
  const bool gone = overwrite(file) && fs::remove(file, error) && sync(file.parent_path(), O_RDONLY | O_DIRECTORY);
  if (configured_key_ == key) {
    configured_.reset();
    configured_key_.reset();
  }
  return gone ? Result<void>() : fail("key.write", file.string() + ": an old consensus key could not be destroyed");
}

}  // namespace qilian::node
