// Real processes under what kills real systems: seeded rounds of one fault each, while clients write, and a check of
// everything that the clients saw.
#include <doctest/doctest.h>
#include <signal.h>

#include <cstdio>
#include <cstdlib>
#include <functional>
#include <random>

#include "ledger/core/transaction.h"
#include "tests/chaos/hosts.h"
#include "tests/e2e/history.h"

using namespace qilian;
using chaos::Hosts;
using chaos::SmallDisk;
using e2e::Clients;
using e2e::json_text;
using e2e::Network;
using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

namespace {

constexpr e2e::Timing kTiming{.view_timeout_ms = 1'000, .view_timeout_cap_ms = 4'000};
constexpr int kFaultMs = 6'000;
// After healing the network executes what any node is given within so many of the longest timeouts.
constexpr int kTimeoutsToRecover = 5;
// And a node that was left behind has everything again within this time, while the others go on.
constexpr int kCatchUpMs = 60'000;
constexpr std::uint64_t kDiskBytes = 256ull << 20;

std::uint64_t setting(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text ? std::strtoull(text, nullptr, 10) : otherwise;
}

struct Fault {
  std::string name;
  bool leaves_quorum;
  std::function<void()> begin;
  std::function<void()> end;
};

// One network with its hosts, its disks and its clients, and the faults that it can suffer.
class Field {
 public:
  Field(std::size_t nodes, std::uint64_t seed) : hosts_(nodes), network_(hosts_.list(), kTiming), random_(seed) {
    for (std::size_t i = 0; i < nodes; ++i) {
      disks_.push_back(std::make_unique<SmallDisk>(network_.folder(i) / "data", kDiskBytes));
    }
    network_.start_all();
    network_.wait_ready(60'000);
  }

  Network& network() { return network_; }
  std::mt19937_64& random() { return random_; }

  std::vector<Fault> faults() {
    const std::size_t n = network_.nodes();
    const std::size_t one = pick(n);
    const std::size_t leader = primary();
    const std::string named = "node " + std::to_string(one);
    const auto heal = [this] { hosts_.heal(); };
    std::vector<Fault> out;
    out.push_back({"the network falls into halves", false,
                   [this, n] {
                     for (std::size_t a = 0; a < n / 2; ++a) {
                       for (std::size_t b = n / 2; b < n; ++b) hosts_.separate(a, b);
                     }
                   },
                   heal});
    out.push_back(
        {named + " hears nobody, and is heard", true, [this, one] { each_other(one, &Hosts::cut, true); }, heal});
    out.push_back(
        {named + " is not heard, and hears", true, [this, one] { each_other(one, &Hosts::cut, false); }, heal});
    out.push_back({"primary " + std::to_string(leader) + " is alone", true,
                   [this, leader] { each_other(leader, &Hosts::separate, true); }, heal});
    out.push_back({named + " is stopped (SIGSTOP)", true, [this, one] { network_.signal(one, SIGSTOP); },
                   [this, one] { network_.signal(one, SIGCONT); }});
    out.push_back({named + " is killed over and over", true,
                   [this, one] {
                     for (int i = 0; i < 4; ++i) {
                       network_.kill(one);
                       network_.start(one);
                       std::this_thread::sleep_for(milliseconds(pick(800)));
                     }
                     network_.kill(one);
                   },
                   [this, one] { network_.start(one); }});
    out.push_back({"primary " + std::to_string(leader) + " is killed", true, [this, leader] { network_.kill(leader); },
                   [this, leader] { network_.start(leader); }});
    out.push_back({"all are killed at once", false,
                   [this, n] {
                     for (std::size_t i = 0; i < n; ++i) network_.kill(i);
                   },
                   [this] { network_.start_all(); }});
#ifdef QILIAN_CLOCK_LIBRARY
    const int step = pick(2) == 0 ? -3'600 : 3'600;
    out.push_back({named + "'s clock steps by " + std::to_string(step) + " s", true,
                   [this, one, step] { hosts_.set_clock(one, step); }, [this, one] { hosts_.set_clock(one, 0); }});
#endif
    out.push_back({named + "'s disk is full", true,
                   [this, one] {
                     disks_[one]->fill();
                     CHECK(network_.wait_exit(one, 20'000) == 3);
                   },
                   [this, one] {
                     disks_[one]->clear();
                     network_.start(one);
                   }});
    return out;
  }

 private:
  std::size_t pick(std::size_t count) { return std::uniform_int_distribution<std::size_t>(0, count - 1)(random_); }

  std::size_t primary() const {
    for (std::size_t i = 0; i < network_.nodes(); ++i) {
      if (const auto found = network_.status_number(i, "primary")) return static_cast<std::size_t>(*found);
    }
    return 0;
  }

  // towards: the links from the others to `node`; else those from it.
  void each_other(std::size_t node, void (Hosts::*act)(std::size_t, std::size_t), bool towards) {
    for (std::size_t other = 0; other < network_.nodes(); ++other) {
      if (other != node) (hosts_.*act)(towards ? other : node, towards ? node : other);
    }
  }

  Hosts hosts_;
  Network network_;
  std::vector<std::unique_ptr<SmallDisk>> disks_;
  std::mt19937_64 random_;
};

milliseconds since(Clock::time_point start) { return std::chrono::duration_cast<milliseconds>(Clock::now() - start); }

bool certified_somewhere(const Network& network, const std::string& id) {
  for (std::size_t node = 0; node < network.nodes(); ++node) {
    const auto found = network.client(node, 2'000).fetch("/v1/transactions/" + id);
    if (found && json_text(*found, "certified") == "true") return true;
  }
  return false;
}

// How long it takes until the network has executed a transaction that was given to each of the nodes.
milliseconds recovery_time(const Network& network, std::uint64_t number) {
  const auto start = Clock::now();
  const auto limit = start + milliseconds(kTimeoutsToRecover * kTiming.view_timeout_cap_ms);
  for (std::size_t node = 0; node < network.nodes(); ++node) {
    const auto probe = network.transaction(network.nodes() + 1, (1ull << 62) | number << 8 | node);
    const std::string id = ledger::Transaction::decode(probe).value().id().hex();
    while (!certified_somewhere(network, id)) {
      const bool in_time = Clock::now() < limit;
      REQUIRE_MESSAGE(in_time, "what node " << node << " was given is not executed after healing\n"
                                            << network.client(node).fetch("/v1/status").value_or("no status") << "\n"
                                            << network.log(node));
      (void)network.client(node, 2'000).submit(probe, true, 500);  // a refusal is tried again like a silence
    }
  }
  return since(start);
}

// How long it takes until every node has executed what the network had certified.
milliseconds catch_up_time(const Network& network) {
  const auto start = Clock::now();
  std::int64_t height = 0;
  for (std::size_t node = 0; node < network.nodes(); ++node)
    height = std::max(height, network.status_number(node, "height.certified").value_or(0));
  for (std::size_t node = 0; node < network.nodes(); ++node) {
    while (network.status_number(node, "height.executed").value_or(0) < height) {
      const bool in_time = since(start) < milliseconds(kCatchUpMs);
      REQUIRE_MESSAGE(in_time, "node " << node << " does not catch up\n" << network.log(node));
      std::this_thread::sleep_for(milliseconds(20));
    }
  }
  return since(start);
}

void run(std::size_t nodes, std::uint64_t rounds) {
  const std::uint64_t seed = setting("QILIAN_CHAOS_SEED", std::random_device{}());
  std::printf("%zu nodes, seed %llu\n", nodes, static_cast<unsigned long long>(seed));
  Field field(nodes, seed + nodes);
  Network& network = field.network();
  Clients clients(network, 6);
  const char* wanted = std::getenv("QILIAN_CHAOS_FAULT");
  const std::string only = wanted ? wanted : "";
  std::vector<std::size_t> order;
  for (std::uint64_t round = 0; round < rounds; ++round) {
    auto faults = field.faults();
    std::erase_if(faults, [&](const Fault& fault) { return !fault.name.contains(only); });
    REQUIRE_MESSAGE(!faults.empty(), "no fault of that name: " << only);
    if (order.empty()) {
      for (std::size_t i = 0; i < faults.size(); ++i) order.push_back(i);
      std::shuffle(order.begin(), order.end(), field.random());
    }
    const Fault& fault = faults[order.back()];
    order.pop_back();
    CAPTURE(fault.name);
    const std::size_t before = clients.confirmed_count();
    fault.begin();
    std::this_thread::sleep_for(milliseconds(kFaultMs));
    const std::size_t meanwhile = clients.confirmed_count() - before;
    fault.end();
    const auto recovered = recovery_time(network, round);
    const auto level = catch_up_time(network);
    std::printf("  %-45s %6zu confirmed meanwhile, recovered after %5lld ms, level after %5lld ms\n",
                fault.name.c_str(), meanwhile, static_cast<long long>(recovered.count()),
                static_cast<long long>(recovered.count() + level.count()));
    std::fflush(stdout);
    if (fault.leaves_quorum) CHECK_MESSAGE(meanwhile > 0, "no progress during: " << fault.name);
  }
  clients.stop();
  network.wait_equal(60'000);
  const auto confirmed = clients.confirmed();
  check_history(network, confirmed);
  std::printf("  %zu confirmed transactions: none lost, reordered or run twice\n", confirmed.size());
}

}  // namespace

TEST_CASE("four nodes lose nothing and recover, whatever befalls one of them or the network") {
  run(4, setting("QILIAN_CHAOS_ROUNDS", 5));
}

TEST_CASE("seven nodes lose nothing and recover, whatever befalls one of them or the network") {
  run(7, setting("QILIAN_CHAOS_ROUNDS", 3));
}
