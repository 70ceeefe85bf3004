#include "tests/sim/actors/all.h"
#include "tests/sim/actors/common.h"

namespace qilian::sim {

namespace {

/// As many as f never hear a word of it; the others think it correct.
class MuteToSome final : public Actor {
  void on_send(Replica& me, std::uint32_t to, const Message& message, std::vector<Message>& out) override {
    const std::size_t n = me.world().size();
    const std::size_t distance = (to + n - me.self()) % n;
    if (distance > ledger::max_faulty(n)) out.push_back(message);
  }
};

}  // namespace

constinit const ActorKind kMuteToSome{"mute to some", "10, 24: a part of the network never hears it", make<MuteToSome>,
                                      8};

}  // namespace qilian::sim
