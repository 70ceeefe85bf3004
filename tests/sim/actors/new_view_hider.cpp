#include "tests/sim/actors/all.h"
#include "tests/sim/actors/common.h"

namespace qilian::sim {

namespace {

class NewViewHider final : public Actor {
  void on_send(Replica& me, std::uint32_t to, const Message& message, std::vector<Message>& out) override {
    const bool chosen = to == (me.self() + 1) % me.world().size();
    if (chosen || own<NewView>(me, message) == nullptr) return out.push_back(message);
    me.lied();
  }
};

}  // namespace

constinit const ActorKind kNewViewHider{"NEW-VIEW hider", "10, 44: enters a view that it tells one replica alone",
                                        make<NewViewHider>, 8};

}  // namespace qilian::sim
