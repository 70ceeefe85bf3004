// What clients saw of a network under load, and the check that its ledger bears them out.
#pragma once

#include <atomic>
#include <chrono>
#include <mutex>
#include <thread>

#include "tests/e2e/network.h"

namespace qilian::e2e {

/// One transaction that a node called certified, with the client's own times around it.
struct Confirmed {
  std::string id;  ///< hex
  std::uint64_t height = 0;
  std::uint32_t index = 0;
  std::chrono::steady_clock::time_point submitted;
  std::chrono::steady_clock::time_point confirmed;
};

/// Clients that submit without pause, each to one node after the other, and remember what was confirmed to them.
/// The network must outlive them; it may lose and regain nodes meanwhile.
class Clients {
 public:
  Clients(const Network& network, std::size_t count);
  /// Stops.
  ~Clients();
  Clients(const Clients&) = delete;
  Clients& operator=(const Clients&) = delete;

  void stop();
  std::size_t confirmed_count() const;
  std::vector<Confirmed> confirmed() const;
  /// Fails the test where fewer than `count` more are confirmed in time.
  void wait_for_more(std::size_t count, int timeout_ms) const;

 private:
  void run(std::size_t number);

  const Network& network_;
  std::atomic<bool> stopping_ = false;
  mutable std::mutex mutex_;
  std::vector<Confirmed> confirmed_;
  std::vector<std::thread> threads_;
};

/// Fails the test unless, on every node, every confirmed transaction stands at the place that the client was told, no
/// transaction stands twice, all nodes hold the same blocks, and whatever was confirmed before something else was
/// submitted stands before it. All nodes must run and be equal.
void check_history(const Network& network, const std::vector<Confirmed>& confirmed);

}  // namespace qilian::e2e
