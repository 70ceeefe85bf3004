#include "tests/sim/actors/all.h"
#include "tests/sim/actors/common.h"

namespace qilian::sim {

namespace {

/// Two-faced by partition: whoever is on the wrong side hears nothing and cannot make itself heard.
class SideSwitcher final : public Actor {
  static bool on_my_side(const Replica& me, std::uint32_t peer) {
    const std::size_t n = me.world().size();
    const auto phase = static_cast<std::uint64_t>(me.world().now() / 700);
    return (peer + phase) % n < ledger::quorum(n) - 1;
  }
  void on_send(Replica& me, std::uint32_t to, const Message& message, std::vector<Message>& out) override {
    if (on_my_side(me, to)) return out.push_back(message);
    me.lied();
  }
  bool on_receive(Replica& me, std::uint32_t from, const Message&) override { return on_my_side(me, from); }
};

}  // namespace

constinit const ActorKind kSideSwitcher{
    "side switcher", "3, 10: belongs to one half of the network now, to the other one then", make<SideSwitcher>, 8};

}  // namespace qilian::sim
