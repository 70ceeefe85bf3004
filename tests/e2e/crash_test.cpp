#include <doctest/doctest.h>

#include <filesystem>
#include <map>

#include "tests/e2e/history.h"

using namespace qilian;
using e2e::Clients;
using e2e::json_text;
using e2e::Network;

namespace {

// One node is killed in mid-load, is missed by nobody, and catches up when it is back.
void kill_and_restart(Network& network, Clients& clients, std::size_t node) {
  network.kill(node);
  clients.wait_for_more(100, 90'000);
  network.start(node);
  network.wait_ready();
  clients.wait_for_more(50, 60'000);
  clients.stop();
  network.wait_equal(60'000);
  check_history(network, clients.confirmed());
}

}  // namespace

TEST_CASE("a killed backup is not missed, and catches up when it is back") {
  Network network;
  network.start_all();
  network.wait_ready();
  Clients clients(network, 6);
  clients.wait_for_more(50, 30'000);
  const auto primary = static_cast<std::size_t>(network.status_number(0, "primary").value());
  kill_and_restart(network, clients, (primary + 1) % network.nodes());
}

TEST_CASE("a killed primary is replaced by a view change, and catches up when it is back") {
  Network network;
  network.start_all();
  network.wait_ready();
  Clients clients(network, 6);
  clients.wait_for_more(50, 30'000);
  const auto primary = static_cast<std::size_t>(network.status_number(0, "primary").value());
  const std::size_t other = (primary + 1) % network.nodes();
  const auto view = network.status_number(other, "view").value();
  kill_and_restart(network, clients, primary);
  CHECK(network.status_number(other, "view").value() > view);
}

TEST_CASE("all four killed at once in mid-load and restarted: nothing confirmed is lost and nothing runs twice") {
  Network network;
  network.start_all();
  network.wait_ready();
  Clients clients(network, 8);
  for (int round = 0; round < 3; ++round) {
    CAPTURE(round);
    clients.wait_for_more(100, 60'000);
    for (std::size_t node = 0; node < network.nodes(); ++node) network.kill(node);
    network.start_all();
    network.wait_ready(60'000);
  }
  clients.wait_for_more(50, 60'000);
  clients.stop();
  network.wait_equal(60'000);
  check_history(network, clients.confirmed());
}

TEST_CASE("a validator whose log is gone observes and follows, and says so") {
  Network network;
  network.start_all();
  network.wait_ready();
  REQUIRE(network.client(0).submit(network.transaction(4, 1)).has_value());
  const auto primary = static_cast<std::size_t>(network.status_number(0, "primary").value());
  const std::size_t backup = (primary + 2) % network.nodes();
  CHECK(network.terminate(backup) == 0);
  std::filesystem::remove_all(network.folder(backup) / "data" / "consensus");
  network.start(backup);
  const std::size_t other = (primary + 1) % network.nodes();
  for (std::uint64_t i = 0; i < 20; ++i)
    REQUIRE(network.client(other).submit(network.transaction(4, 10 + i)).has_value());
  network.wait_equal(60'000);
  CHECK(json_text(network.client(backup).fetch("/v1/status").value(), "voting") == "false");
  CHECK_FALSE(std::filesystem::exists(network.folder(backup) / "data" / "consensus"));
  CHECK(network.log(backup).find("only observes") != std::string::npos);
}

TEST_CASE("a power failure that takes the ledger's unsynced tail from all four costs nothing: the logs bring it back") {
  Network network;
  network.start_all();
  network.wait_ready();
  for (std::uint64_t i = 0; i < 10; ++i)
    REQUIRE(network.client(i % network.nodes()).submit(network.transaction(4, i)).has_value());
  network.wait_equal();
  std::map<std::filesystem::path, std::uintmax_t> sizes;
  for (std::size_t node = 0; node < network.nodes(); ++node) {
    for (const auto& entry :
         std::filesystem::directory_iterator(network.folder(node) / "data" / "ledger" / "segments")) {
      sizes[entry.path()] = entry.file_size();
    }
  }
  REQUIRE(sizes.size() >= network.nodes());
  std::vector<e2e::Confirmed> confirmed;
  for (std::uint64_t i = 10; i < 15; ++i) {
    const auto started = std::chrono::steady_clock::now();
    const auto submitted = network.client(i % network.nodes()).submit(network.transaction(5, i));
    REQUIRE(submitted.has_value());
    REQUIRE(submitted->certified);
    confirmed.push_back(
        {submitted->id, submitted->height, submitted->index, started, std::chrono::steady_clock::now()});
  }
  for (std::size_t node = 0; node < network.nodes(); ++node) network.kill(node);
  for (const auto& [file, size] : sizes) {
    REQUIRE(std::filesystem::file_size(file) > size);
    std::filesystem::resize_file(file, size);
  }
  network.start_all();
  network.wait_ready(60'000);
  REQUIRE(network.client(0).submit(network.transaction(4, 100)).has_value());
  network.wait_equal(60'000);
  check_history(network, confirmed);
}

TEST_CASE("a node whose disk is full stops and says so, the others go on, and with room it comes back") {
  Network network;
  network.start(0);
  network.start(1);
  network.start(2);
  network.start_with_full_disk(3, 100'000);
  network.wait_ready();
  Clients clients(network, 6);
  CHECK(network.wait_exit(3, 60'000) == 3);
  CHECK(network.log(3).find("critical") != std::string::npos);
  clients.wait_for_more(50, 60'000);
  network.start(3);
  network.wait_ready();
  clients.stop();
  network.wait_equal(60'000);
  check_history(network, clients.confirmed());
}
