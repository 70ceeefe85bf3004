// Finds the ledger that a person means, and makes sure that nobody writes it meanwhile.
#pragma once

#include <filesystem>

#include "ledger/store/file.h"

namespace qilian::node {

/// The folder that holds `segments/`: the one given, or the ledger of the node or the data directory given. Error
/// "offline.directory".
ledger::Result<std::filesystem::path> find_ledger(const std::filesystem::path& given);

/// A ledger that no node writes for as long as the value lives. Error "store.locked" where one does.
class QuietLedger {
 public:
  static ledger::Result<QuietLedger> open(const std::filesystem::path& given);
  const std::filesystem::path& directory() const { return directory_; }

 private:
  QuietLedger(std::filesystem::path directory, ledger::store::DirectoryLock lock)
      : directory_(std::move(directory)), lock_(std::move(lock)) {}
  std::filesystem::path directory_;
  ledger::store::DirectoryLock lock_;
};

}  // namespace qilian::node
