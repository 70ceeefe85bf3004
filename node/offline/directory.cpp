#include "node/offline/directory.h"

namespace qilian::node {

using namespace ledger;
namespace fs = std::filesystem;

Result<fs::path> find_ledger(const fs::path& given) {
  std::error_code error;
  if (!fs::is_directory(given, error)) return fail("offline.directory", given.string() + " is no folder");
  for (const fs::path& candidate : {given, given / "ledger", given / "data" / "ledger"})
    if (fs::is_directory(candidate / "segments", error)) return candidate;
  return fail(
      "offline.directory",
      given.string() + " is no ledger: give a folder with segments/ in it, a node's data folder or the node's folder");
}

Result<QuietLedger> QuietLedger::open(const fs::path& given) {
  QILIAN_TRY(fs::path directory, find_ledger(given));
  QILIAN_TRY(store::DirectoryLock lock, store::DirectoryLock::take_shared(directory));
  return QuietLedger(std::move(directory), std::move(lock));
}

}  // namespace qilian::node
