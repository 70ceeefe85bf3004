#include "tests/sim/actors/all.h"
#include "tests/sim/actors/common.h"

namespace qilian::sim {

namespace {

class SilentPrimary final : public Actor {
  void on_send(Replica& me, std::uint32_t, const Message& message, std::vector<Message>& out) override {
    if (!me.leads()) out.push_back(message);
  }
};

}  // namespace

constinit const ActorKind kSilentPrimary{"silent primary", "15: says nothing whenever it leads", make<SilentPrimary>,
                                         8};

}  // namespace qilian::sim
