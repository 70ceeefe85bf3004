#include "tests/sim/actors/all.h"
#include "tests/sim/actors/common.h"

namespace qilian::sim {

namespace {

class LateSpeaker final : public Actor {
  void on_send(Replica& me, std::uint32_t to, const Message& message, std::vector<Message>&) override {
    me.lied();
    me.world().at(me.world().now() + 650, [&me, to, message] { me.say(to, message); });
  }
};

}  // namespace

constinit const ActorKind kLateSpeaker{"late speaker", "14, 42: everything that it says comes a timeout late",
                                       make<LateSpeaker>, 8};

}  // namespace qilian::sim
