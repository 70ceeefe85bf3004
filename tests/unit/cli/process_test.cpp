#include "cli/process.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <algorithm>
#include <set>

namespace qilian::cli {

TEST_CASE("a process that was just started is known by its name at once, and gone after a kill") {
  // Between spawning and exec the child bears its parent's name: a node restarted in a story was once taken for dead.
  for (int i = 0; i < 50; ++i) {
    const auto pid = start_process("/bin/sleep", {"60"}, "/dev/null");
    REQUIRE(pid.has_value());
    CHECK(process_runs(*pid, "sleep"));
    CHECK_FALSE(process_runs(*pid, "another"));
    kill_process(*pid, "sleep");
    CHECK_FALSE(process_runs(*pid, "sleep"));
  }
}

TEST_CASE("a process is asked to stop, and its exit status is told") {
  const auto pid = start_process("/bin/sleep", {"60"}, "/dev/null");
  REQUIRE(pid.has_value());
  stop_process(*pid, "sleep", 5'000);
  CHECK_FALSE(process_runs(*pid, "sleep"));
  CHECK(run_process("/bin/false", {}, "/dev/null").value() == 1);
  CHECK(start_process("/no/such/program", {}, "/dev/null").error().code == "process.start");
}

TEST_CASE("a pid of another program is never signalled") {
  kill_process(getpid(), "another");
  stop_process(getpid(), "another", 10);
  CHECK(process_runs(getpid(), "test_cli"));
}

TEST_CASE("free ports are distinct") {
  const auto ports = free_ports(8);
  REQUIRE(ports.size() == 8);
  CHECK(std::set<std::uint16_t>(ports.begin(), ports.end()).size() == 8);
}

}  // namespace qilian::cli
