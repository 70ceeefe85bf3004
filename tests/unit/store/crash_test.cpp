// kill -9 and power failure, many times over: what was confirmed stays, and the replayed state is the same.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <random>
#include <sstream>
#include <thread>

#include "unit/store/network.h"

using namespace qilian::ledger;
using namespace qilian::testing;
using qilian::node::Executor;
namespace fs = std::filesystem;

namespace {

struct Confirmed {
  std::uint64_t height = 0;
  std::string header_hash;
  std::string segment;
  std::uint64_t bytes = 0;
};

/// Lets the child append for `life`, kills it, and returns the last line that it completed.
std::optional<Confirmed> run_and_kill(const fs::path& folder, int blocks_per_sync, std::chrono::microseconds life) {
  int ends[2];
  REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
  const std::string batch = std::to_string(blocks_per_sync);
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    ::dup2(ends[1], STDOUT_FILENO);
    ::execl(QILIAN_CRASH_CHILD, "store_crash_child", folder.c_str(), batch.c_str(), nullptr);
    ::_exit(127);
  }
  ::close(ends[1]);
  std::this_thread::sleep_for(life);
  ::kill(child, SIGKILL);
  int status = 0;
  ::waitpid(child, &status, 0);
  REQUIRE(WIFSIGNALED(status));
  std::string said;
  char buffer[4096];
  for (ssize_t got; (got = ::read(ends[0], buffer, sizeof buffer)) > 0;)
    said.append(buffer, static_cast<std::size_t>(got));
  ::close(ends[0]);
  said.resize(said.rfind('\n') == std::string::npos ? 0 : said.rfind('\n'));
  if (said.empty()) return std::nullopt;
  Confirmed out;
  std::istringstream(said.substr(said.rfind('\n') == std::string::npos ? 0 : said.rfind('\n') + 1)) >> out.height >>
      out.header_hash >> out.segment >> out.bytes;
  return out;
}

/// What a power failure may leave of bytes that were never synced: a part of them, zeros, or noise.
void lose_unsynced(const fs::path& folder, const Confirmed& confirmed, std::mt19937_64& random) {
  const auto segments = segments_of(folder);
  for (const auto& path : segments) {
    if (path.filename() < confirmed.segment) continue;
    const bool is_last_confirmed = path.filename() == confirmed.segment;
    if (!is_last_confirmed) {
      // Made after the last line; the one before it was synced as a whole. Only the newest can have lost anything.
      if (path != segments.back()) continue;
    } else if (path != segments.back()) {
      continue;
    }
    const std::uint64_t safe = is_last_confirmed ? confirmed.bytes : 64;
    std::string bytes = file_bytes(path);
    if (bytes.size() <= safe) continue;
    const std::uint64_t cut = safe + random() % (bytes.size() - safe + 1);
    switch (random() % 3) {
      case 0:
        bytes.resize(cut);
        break;
      case 1:
        std::fill(bytes.begin() + static_cast<std::ptrdiff_t>(cut), bytes.end(), '\0');
        break;
      default:
        for (std::size_t at = cut; at < bytes.size(); ++at) bytes[at] = static_cast<char>(random());
    }
    overwrite(path, bytes);
  }
}

}  // namespace

TEST_CASE("a node that is killed 120 times, with power failures among them, loses nothing that was synced") {
  const char* given = std::getenv("QILIAN_SEED");
  const std::uint64_t seed = given != nullptr ? std::strtoull(given, nullptr, 10) : std::random_device{}();
  MESSAGE("QILIAN_SEED=", seed);
  std::mt19937_64 random(seed);

  const Network network;
  const Folder reference_folder;
  const auto reference = *Executor::open(options_in(reference_folder.path()), network.genesis());
  auto options = options_in({});
  options.segment_bytes = 64 << 10;
  options.recent_versions = 16;

  std::unique_ptr<Folder> folder;
  std::uint64_t kept = 0;
  std::uint64_t lost_tails = 0;
  std::uint64_t farthest = 0;
  for (int round = 0; round < 120; ++round) {
    if (round % 20 == 0) {
      folder = std::make_unique<Folder>();
      kept = 0;
    }
    const auto confirmed = run_and_kill(folder->path(), 1 + static_cast<int>(random() % 8),
                                        std::chrono::microseconds(5'000 + random() % 90'000));
    if (confirmed) kept = confirmed->height;
    const bool power_failure = random() % 2 == 0;
    if (power_failure && confirmed) {
      lose_unsynced(folder->path(), *confirmed, random);
      ++lost_tails;
    }

    options.directory = folder->path();
    Log log;
    options.log = log.sink();
    auto opened = Executor::open(options, network.genesis());
    if (!opened) FAIL("round ", round, ": ", opened.error().message, "\n", log.text());
    Executor& executor = **opened;
    REQUIRE_MESSAGE(executor.height().value() >= kept, "round ", round, ": confirmed blocks are gone\n", log.text());
    if (confirmed) REQUIRE(executor.store().header_hash(Height(confirmed->height))->hex() == confirmed->header_hash);
    while (reference->height() < executor.height())
      REQUIRE(reference->execute(scripted_batch(network, reference->height().next())));
    REQUIRE(executor.header() == *reference->store().header(executor.height()));
    REQUIRE(executor.store().map(executor.height())->root() == executor.header().state_root);
    // The reopened store confirmed what it found.
    kept = executor.height().value();
    farthest = std::max(farthest, kept);
    // Half of the time the next life starts from a clean end, else from another kill.
    if (random() % 2 == 0) REQUIRE(executor.execute(scripted_batch(network, executor.height().next())));
    kept = executor.height().value();
  }
  MESSAGE("farthest height ", farthest, ", power failures ", lost_tails);
  CHECK(farthest > 50);
  CHECK(lost_tails > 10);
}

TEST_CASE("a write that the disk refuses is an error, stops all further writes and costs nothing that was synced") {
  const Folder folder;
  // In a process of its own: the limit on file sizes holds for the whole process.
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    const std::string command = "ulimit -f 200; trap '' XFSZ; exec '" + std::string(QILIAN_CRASH_CHILD) + "' '" +
                                folder.path().string() + "' 3 > '" + (folder.path() / "said").string() + "'";
    ::execl("/bin/bash", "bash", "-c", command.c_str(), nullptr);
    ::_exit(127);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 1);
  std::istringstream said(file_bytes(folder.path() / "said"));
  Confirmed last;
  while (said >> last.height >> last.header_hash >> last.segment >> last.bytes) {
  }
  CHECK(last.height > 10);
  const Network network;
  const auto executor = Executor::open(options_in(folder.path()), network.genesis());
  REQUIRE(executor);
  CHECK((*executor)->height().value() >= last.height);
  CHECK((*executor)->store().header_hash(Height(last.height))->hex() == last.header_hash);
}
