#include "tests/sim/actors/all.h"
#include "tests/sim/actors/common.h"

namespace qilian::sim {

namespace {

/// The true header and another one, to everybody, in an order that differs.
class ConflictingCheckpoints final : public Actor {
  void on_send(Replica& me, std::uint32_t to, const Message& message, std::vector<Message>& out) override {
    const auto* checkpoint = own<Checkpoint>(me, message);
    if (checkpoint == nullptr) return out.push_back(message);
    Checkpoint copy = *checkpoint;
    copy.header = twisted(copy.header);
    me.lied();
    if (to % 2 == 0) out.push_back(message);
    out.push_back(me.sign(copy));
    if (to % 2 == 1) out.push_back(message);
  }
};

}  // namespace

constinit const ActorKind kConflictingCheckpoints{
    "conflicting checkpoints", "20, 41: signs two headers for every height", make<ConflictingCheckpoints>, 8};

}  // namespace qilian::sim
