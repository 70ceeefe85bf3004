#include "tests/sim/actors/all.h"
#include "tests/sim/actors/common.h"

namespace qilian::sim {

namespace {

class PreparingPrimary final : public Actor {
  void on_send(Replica& me, std::uint32_t, const Message& message, std::vector<Message>& out) override {
    out.push_back(message);
    const auto* mine = own<PrePrepare>(me, message);
    if (mine == nullptr) return;
    me.lied();
    out.push_back(me.sign(Prepare{mine->epoch, mine->view, mine->sequence, mine->digest, {}, {}}));
    out.push_back(me.sign(Commit{mine->epoch, mine->view, mine->sequence, mine->digest, {}, {}}));
  }
};

}  // namespace

constinit const ActorKind kPreparingPrimary{
    "preparing primary", "21: counts itself twice, by a PREPARE to its own PRE-PREPARE", make<PreparingPrimary>, 8};

}  // namespace qilian::sim
