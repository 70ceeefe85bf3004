// The consensus log on a disk whose sync is watched, and fails on demand.
#include <doctest/doctest.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

#include "node/consensus_log.h"

namespace {

int syncs = 0;
bool disk_fails = false;

}  // namespace

/// Stands before the C library's, in this program alone.
extern "C" int fdatasync(int file) {
  ++syncs;
  if (!disk_fails) return static_cast<int>(::syscall(SYS_fdatasync, file));
  errno = EIO;
  return -1;
}

TEST_CASE("a log whose disk fails says so, and takes nothing more even when the disk comes back") {
  using qilian::ledger::Bytes;
  namespace fs = std::filesystem;
  std::string pattern = (fs::temp_directory_path() / "qilian-disk-XXXXXX").string();
  REQUIRE(::mkdtemp(pattern.data()) != nullptr);
  const fs::path folder = fs::path(pattern) / "consensus";
  const auto genesis = *qilian::ledger::GenesisHash::from(std::string(32, 'g'));
  REQUIRE(qilian::node::ConsensusLog::initialise(folder, genesis, "start").has_value());
  {
    auto opened = qilian::node::ConsensusLog::open(folder, genesis, 1 << 20);
    REQUIRE(opened.has_value());
    const std::vector<Bytes> records{"vote"};
    const int before = syncs;
    CHECK(opened->log.append(records).has_value());
    CHECK(syncs == before + 1);
    disk_fails = true;
    CHECK(opened->log.append(records).error().code == "log.io");
    disk_fails = false;
    // What the page cache holds after a failed sync is unknown: there is no second try.
    CHECK(opened->log.append(records).error().code == "log.io");
    CHECK(opened->log.restart_with(records).error().code == "log.io");
  }
  fs::remove_all(pattern);
}
