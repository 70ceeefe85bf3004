// A Byzantine replica: under it runs a core that follows the protocol, which makes it the more plausible; the actor
// decides what really leaves, and adds what it likes under its own key. It cannot sign for others.
#pragma once

#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "consensus/messages.h"

namespace qilian::sim {

class Replica;
struct Block;

class Actor {
 public:
  virtual ~Actor() = default;
  /// Everything that the core under it sends, one receiver at a time: what is in `out` leaves instead.
  virtual void on_send(Replica&, std::uint32_t /*to*/, const consensus::Message& message,
                       std::vector<consensus::Message>& out) {
    out.push_back(message);
  }
  /// What a peer said, before the core under the actor hears it; false keeps it from the core.
  virtual bool on_receive(Replica&, std::uint32_t /*from*/, const consensus::Message&) { return true; }
  /// A client's transaction, before the core hears of it; false keeps it from the core.
  virtual bool admits(Replica&, const consensus::EnvelopeInfo&) { return true; }
  /// Again and again, every 20 ms among four replicas.
  virtual void on_tick(Replica&) {}
  /// Blocks that a peer asked for; the actor may change or drop them.
  virtual void on_serve(Replica&, std::vector<Block>&) {}
  /// Whether it hands out envelopes that it holds.
  virtual bool serves_envelopes(Replica&) { return true; }
};

struct ActorKind {
  std::string_view name;
  /// What it shows; numbers are those of the list of mistakes in tests/sim/README.md.
  std::string_view shows;
  std::unique_ptr<Actor> (*make)();
  /// After healing every transaction executes everywhere within this many timeouts, the longest one in force at the
  /// healing; asserted for f of these at once.
  int bound;
};

/// Every actor there is, by name.
std::span<const ActorKind> actor_kinds();
/// Nothing where there is none of that name.
const ActorKind* find_actor(std::string_view name);

}  // namespace qilian::sim
