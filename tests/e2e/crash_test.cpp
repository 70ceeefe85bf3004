#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <map>
#include <mutex>
#include <set>
#include <thread>

#include "tests/e2e/network.h"

using namespace qilian;
using e2e::json_text;
using e2e::Network;

namespace {

// Clients that submit without pause to the nodes that answer, and remember what was confirmed to them.
class Load {
 public:
  Load(const Network& network, std::size_t clients) {
    for (std::size_t i = 0; i < clients; ++i) threads_.emplace_back([this, &network, i] { run(network, i); });
  }
  ~Load() { stop(); }

  void stop() {
    stopping_ = true;
    for (auto& thread : threads_) {
      if (thread.joinable()) thread.join();
    }
  }
  std::size_t confirmed_count() const {
    const std::lock_guard lock(mutex_);
    return confirmed_.size();
  }
  std::vector<client::Submitted> confirmed() const {
    const std::lock_guard lock(mutex_);
    return confirmed_;
  }
  void wait_for(std::size_t count, int timeout_ms) const {
    const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(timeout_ms);
    while (confirmed_count() < count) {
      REQUIRE_MESSAGE(std::chrono::steady_clock::now() < end,
                      "only " << confirmed_count() << " of " << count << " confirmed");
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
  }

 private:
  void run(const Network& network, std::size_t number) {
    for (std::uint64_t i = 0; !stopping_; ++i) {
      auto client = network.client((number + i) % Network::kNodes);
      const auto submitted = client.submit(network.transaction(number % 6, number << 32 | i), true, 3'000);
      if (submitted && submitted->certified) {
        const std::lock_guard lock(mutex_);
        confirmed_.push_back(*submitted);
      } else if (!submitted) {
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
      }
    }
  }

  std::atomic<bool> stopping_ = false;
  mutable std::mutex mutex_;
  std::vector<client::Submitted> confirmed_;
  std::vector<std::thread> threads_;
};

// Every transaction of every block of a node, each with its height; fails where one stands twice.
std::map<std::string, std::string> all_transactions(const Network& network, std::size_t node) {
  std::map<std::string, std::string> out;
  auto client = network.client(node);
  const auto last = network.status_number(node, "height.certified");
  REQUIRE(last.has_value());
  for (std::int64_t height = 1; height <= *last; ++height) {
    const auto block = client.fetch("/v1/blocks/" + std::to_string(height));
    REQUIRE(block.has_value());
    for (auto at = block->find("{\"id\":\""); at != std::string::npos; at = block->find("{\"id\":\"", at + 1)) {
      const bool fresh = out.emplace(block->substr(at + 7, 64), std::to_string(height)).second;
      CHECK_MESSAGE(fresh, "executed twice at height " << height);
    }
  }
  return out;
}

void check_nothing_lost(const Network& network, const std::vector<client::Submitted>& confirmed) {
  for (std::size_t node = 0; node < Network::kNodes; ++node) {
    const auto all = all_transactions(network, node);
    for (const auto& submitted : confirmed) {
      const auto found = all.find(submitted.id);
      REQUIRE_MESSAGE(found != all.end(), "node " << node << " lost a confirmed transaction");
      CHECK(found->second == std::to_string(submitted.height));
    }
  }
}

}  // namespace

TEST_CASE("a killed backup is not missed, and catches up when it is back") {
  Network network;
  network.start_all();
  network.wait_ready();
  Load load(network, 6);
  load.wait_for(50, 30'000);
  const auto primary = static_cast<std::size_t>(network.status_number(0, "primary").value());
  const std::size_t backup = (primary + 1) % Network::kNodes;
  network.kill(backup);
  load.wait_for(load.confirmed_count() + 100, 60'000);
  network.start(backup);
  network.wait_ready();
  load.wait_for(load.confirmed_count() + 50, 60'000);
  load.stop();
  network.wait_equal(60'000);
  check_nothing_lost(network, load.confirmed());
}

TEST_CASE("a killed primary is replaced by a view change, and catches up when it is back") {
  Network network;
  network.start_all();
  network.wait_ready();
  Load load(network, 6);
  load.wait_for(50, 30'000);
  const auto primary = static_cast<std::size_t>(network.status_number(0, "primary").value());
  const std::size_t other = (primary + 1) % Network::kNodes;
  const auto view = network.status_number(other, "view").value();
  network.kill(primary);
  load.wait_for(load.confirmed_count() + 100, 90'000);
  CHECK(network.status_number(other, "view").value() > view);
  network.start(primary);
  network.wait_ready();
  load.wait_for(load.confirmed_count() + 50, 60'000);
  load.stop();
  network.wait_equal(60'000);
  check_nothing_lost(network, load.confirmed());
}

TEST_CASE("all four killed at once in mid-load and restarted: nothing confirmed is lost and nothing runs twice") {
  Network network;
  network.start_all();
  network.wait_ready();
  Load load(network, 8);
  for (int round = 0; round < 3; ++round) {
    CAPTURE(round);
    load.wait_for(load.confirmed_count() + 100, 60'000);
    for (std::size_t node = 0; node < Network::kNodes; ++node) network.kill(node);
    network.start_all();
    network.wait_ready(60'000);
  }
  load.wait_for(load.confirmed_count() + 50, 60'000);
  load.stop();
  network.wait_equal(60'000);
  check_nothing_lost(network, load.confirmed());
}

TEST_CASE("a validator whose log is gone observes and follows, and says so") {
  Network network;
  network.start_all();
  network.wait_ready();
  REQUIRE(network.client(0).submit(network.transaction(4, 1)).has_value());
  const auto primary = static_cast<std::size_t>(network.status_number(0, "primary").value());
  const std::size_t backup = (primary + 2) % Network::kNodes;
  CHECK(network.terminate(backup) == 0);
  std::filesystem::remove_all(network.folder(backup) / "data" / "consensus");
  network.start(backup);
  const std::size_t other = (primary + 1) % Network::kNodes;
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
    REQUIRE(network.client(i % Network::kNodes).submit(network.transaction(4, i)).has_value());
  network.wait_equal();
  std::map<std::filesystem::path, std::uintmax_t> sizes;
  for (std::size_t node = 0; node < Network::kNodes; ++node) {
    for (const auto& entry :
         std::filesystem::directory_iterator(network.folder(node) / "data" / "ledger" / "segments")) {
      sizes[entry.path()] = entry.file_size();
    }
  }
  REQUIRE(sizes.size() >= Network::kNodes);
  std::vector<client::Submitted> confirmed;
  for (std::uint64_t i = 10; i < 15; ++i) {
    const auto submitted = network.client(i % Network::kNodes).submit(network.transaction(5, i));
    REQUIRE(submitted.has_value());
    REQUIRE(submitted->certified);
    confirmed.push_back(*submitted);
  }
  for (std::size_t node = 0; node < Network::kNodes; ++node) network.kill(node);
  for (const auto& [file, size] : sizes) {
    REQUIRE(std::filesystem::file_size(file) > size);
    std::filesystem::resize_file(file, size);
  }
  network.start_all();
  network.wait_ready(60'000);
  REQUIRE(network.client(0).submit(network.transaction(4, 100)).has_value());
  network.wait_equal(60'000);
  check_nothing_lost(network, confirmed);
}

TEST_CASE("a node whose disk is full stops and says so, the others go on, and with room it comes back") {
  Network network;
  network.start(0);
  network.start(1);
  network.start(2);
  network.start_with_full_disk(3, 100'000);
  network.wait_ready();
  Load load(network, 6);
  CHECK(network.wait_exit(3, 60'000) == 3);
  CHECK(network.log(3).find("critical") != std::string::npos);
  load.wait_for(load.confirmed_count() + 50, 60'000);
  network.start(3);
  network.wait_ready();
  load.stop();
  network.wait_equal(60'000);
  check_nothing_lost(network, load.confirmed());
}
