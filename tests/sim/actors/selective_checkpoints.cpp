#include "tests/sim/actors/all.h"
#include "tests/sim/actors/common.h"

namespace qilian::sim {

namespace {

class SelectiveCheckpoints final : public Actor {
  void on_send(Replica& me, std::uint32_t to, const Message& message, std::vector<Message>& out) override {
    const bool heard = to == (me.self() + 1) % me.world().size();
    const bool proof = std::holds_alternative<CheckpointProof>(message);
    if (heard || (!proof && !std::holds_alternative<Checkpoint>(message))) out.push_back(message);
  }
};

}  // namespace

constinit const ActorKind kSelectiveCheckpoints{
    "selective checkpoints", "10, 24, 43: one replica alone ever hears its CHECKPOINTs", make<SelectiveCheckpoints>, 8};

}  // namespace qilian::sim
