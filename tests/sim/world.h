// What a simulated replica may touch: virtual time and a lossy network.
#pragma once

#include <functional>

#include "consensus/core.h"
#include "tests/sim/actor.h"
#include "tests/sim/epochs.h"
#include "tests/sim/oracle.h"
#include "tests/sim/random.h"

namespace qilian::sim {

/// How one run is set up. Everything else follows from the seed.
struct Options {
  std::uint64_t seed = 1;
  std::int64_t fault_ms = 8'000;       ///< the safety phase: faults of every kind
  std::int64_t liveness_ms = 240'000;  ///< after healing: the longest that all transactions may take
  int transactions = 40;               ///< submitted during the faults
  bool wire = false;                   ///< every message goes through wire.h
  std::size_t n = 0;                   ///< 0: drawn from the seed
  const ActorKind* actor = nullptr;    ///< f replicas play it; null: drawn from the seed
  bool changes = true;                 ///< of validators, in one run of four
  bool crashes = true;                 ///< honest replicas crash and restart as well
  std::int64_t timeout_ms = 600;       ///< the shortest; short against the network's delays it makes storms of views
};

/// What happened. Counts of one run, or of many.
struct Counters {
  std::uint64_t deliveries = 0, dropped = 0, duplicated = 0, crashes = 0, partitions = 0, view_changes = 0,
                withheld = 0, blocks = 0, transactions = 0, accusations = 0, refused = 0, fetched_blocks = 0,
                compactions = 0, simulated_ms = 0, epochs = 0;
  std::map<std::string_view, std::uint64_t> lies;  ///< misdeeds by actor
  /// Message type, field and way of every change that the field mutator made.
  std::set<std::tuple<std::uint8_t, std::uint8_t, std::uint8_t>> mutations;

  void add(const Counters& other);
};

class World {
 public:
  virtual ~World() = default;
  virtual std::int64_t now() const = 0;
  virtual void at(std::int64_t time_ms, std::function<void()> action) = 0;
  virtual void send(std::uint32_t from, std::uint32_t to, std::shared_ptr<const consensus::Message> message) = 0;
  virtual Random& random() = 0;
  virtual Oracle& oracle() = 0;
  virtual Counters& counters() = 0;
  /// The validators of the first epoch: nodes 0 to size()-1.
  virtual std::size_t size() const = 0;
  /// All nodes, those that may join included.
  virtual std::size_t nodes() const { return size(); }
  virtual const PlannedChanges& planned_changes() const {
    static const PlannedChanges kNone;
    return kNone;
  }
  /// A node's core began an epoch in this moment.
  virtual void epoch_began(std::uint32_t /*node*/) {}
  /// The cores' shortest timeout.
  virtual std::int64_t timeout_ms() const { return Options().timeout_ms; }
  /// Asks `to` for something outside the core's messages; `answer` runs at `to` when it is up and reached, and what it
  /// returns runs here.
  virtual void ask(std::uint32_t from, std::uint32_t to,
                   std::function<std::function<void()>(class Replica&)> answer) = 0;
};

}  // namespace qilian::sim
