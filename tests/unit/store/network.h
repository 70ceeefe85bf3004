// A network of one process for the store's tests: genesis, keys, signed transactions, certificates, folders that
// vanish. Its contract is stub_contracts.cpp: "put.<id>" writes the arguments as the record of object {kKind, <id>} and
// a reference into the index {kIndexKind, "all"}; "touch.<id>" adds an event that leaves the record as it is;
// "deny.<id>" is refused with COM-407. "put.epoch" with u64 first height ‖ set bytes, in hex, hands over to that set.
#pragma once

#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "ledger/core/block_certificate.h"
#include "ledger/core/genesis.h"
#include "ledger/core/transaction.h"
#include "ledger/store/types.h"
#include "node/executor.h"

namespace qilian::testing {

inline constexpr ledger::Kind kKind = 7;
inline constexpr ledger::Kind kIndexKind = 9;
inline constexpr std::int64_t kStart = 1'700'000'000'000;
inline constexpr std::int64_t kShortExpiryMs = 600'000;

/// A fresh folder under the system's temporary one, removed with the value. In memory, where the system has such a
/// place, for tests that make thousands of them and look at no disk.
class Folder {
 public:
  enum Place { kOnDisk, kInMemory };
  explicit Folder(Place place = kOnDisk);
  ~Folder();
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// What the store said.
class Log {
 public:
  std::function<void(std::string_view)> sink();
  bool contains(std::string_view text) const;
  std::string text() const;

 private:
  mutable std::mutex mutex_;
  std::string text_;
};

class Network {
 public:
  explicit Network(std::size_t validators = 1);

  const ledger::Genesis& genesis() const { return genesis_; }
  /// Signed by a client key; the same arguments give the same bytes. `expires` in ms after kStart.
  std::shared_ptr<const ledger::Transaction> transaction(const std::string& call, const std::string& arguments,
                                                         std::int64_t expires = 60'000) const;
  /// A batch for the next height of `executor`, `time` in ms after kStart.
  node::Batch batch(ledger::Height height, std::int64_t time,
                    std::vector<std::shared_ptr<const ledger::Transaction>> transactions) const;
  /// The certificate of a header by its whole set.
  ledger::BlockCertificate certify(const ledger::Header& header) const;

 private:
  std::vector<ledger::SecretKey> keys_;
  ledger::SecretKey client_;
  ledger::Genesis genesis_;
};

/// The deterministic block of a height that the long-running tests append: a few writes, a denial, a long-lived id.
node::Batch scripted_batch(const Network& network, ledger::Height height);

ledger::store::Options options_in(const std::filesystem::path& folder, Log* log = nullptr);

std::string file_bytes(const std::filesystem::path& path);
void overwrite(const std::filesystem::path& path, std::string_view bytes);
/// The segments of a store, in order.
std::vector<std::filesystem::path> segments_of(const std::filesystem::path& folder);

}  // namespace qilian::testing
