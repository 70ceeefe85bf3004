#include <doctest/doctest.h>
#include <unistd.h>

#include "tests/crash/log_bytes.h"
#include "tests/crash/points.h"

using namespace qilian;

TEST_CASE("the script changes the view twice, proposes a prepared slot again and compacts logs, without any crash") {
  crash::Run run(crash::settings(0));
  CHECK(run.finish() == "");
  CHECK(run.last_view() >= 2);
  CHECK(run.proposed_again() >= 3);
}

TEST_CASE("a replica may lose power in front of any effect, with any part of what it wrote: safe, and it comes back") {
  for (const std::uint64_t lag : {0U, 3U}) {
    const crash::Tally tally = crash::enumerate({.ledger_lag = lag});
    CHECK(tally.failure == "");
    CHECK(tally.points > 1'500);
    CHECK(tally.with_tail > 500);
    CHECK(tally.by_kind.size() == 10);
    MESSAGE("ledger lag ", lag, ": ", tally.points, " points, ", tally.runs, " runs");
  }
}

TEST_CASE("all four may lose power at once in front of any effect") {
  for (const std::uint64_t lag : {0U, 3U}) {
    const crash::Tally tally = crash::enumerate({.ledger_lag = lag, .everybody = true});
    CHECK(tally.failure == "");
    CHECK(tally.runs > 1'500);
  }
}

TEST_CASE("a replica may lose power again while it comes back") {
  const crash::Tally tally = crash::enumerate({.ledger_lag = 3, .again = 12, .stride = 29});
  CHECK(tally.failure == "");
  CHECK(tally.runs > 500);
}

TEST_CASE("a disk that lies about fsync is noticed by these oracles") {
  const crash::Tally tally = crash::enumerate({.lying_disk = true});
  CHECK(tally.failure != "");
}

TEST_CASE("a log cut or flipped at any byte is recovered up to its torn tail, or refused by file and offset") {
  const std::filesystem::path shared = "/dev/shm";
  const auto root = std::filesystem::is_directory(shared) ? shared : std::filesystem::temp_directory_path();
  const crash::LogTally tally = crash::cut_and_flip(2, 9, root / ("qilian-crash-" + std::to_string(::getpid())));
  CHECK(tally.failure == "");
  CHECK(tally.groups >= 8);
  CHECK(tally.whole + tally.torn_tail + tally.refused == 2 * tally.bytes);
  MESSAGE(tally.bytes, " bytes in ", tally.groups, " groups: ", tally.whole, " whole, ", tally.torn_tail, " torn, ",
          tally.refused, " refused");
}

TEST_CASE("a replica whose log lost fsynced votes goes on or observes, and never says two things") {
  crash::LogTally tally;
  for (std::uint32_t place = 0; place < 4; ++place) {
    for (std::size_t steps = 60; steps <= 1'000; steps += 100) crash::come_back_with_less(place, steps, tally);
  }
  CHECK(tally.failure == "");
  CHECK(tally.went_on > 0);
  CHECK(tally.observes > 0);
  MESSAGE(tally.went_on, " went on, ", tally.observes, " observe");
}
