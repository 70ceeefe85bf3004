#include "tests/sim/actors/all.h"
#include "tests/sim/actors/common.h"

namespace qilian::sim {

namespace {

class Mute final : public Actor {
  void on_send(Replica&, std::uint32_t, const Message&, std::vector<Message>&) override {}
  void on_serve(Replica&, std::vector<Block>& blocks) override { blocks.clear(); }
  bool serves_envelopes(Replica&) override { return false; }
};

}  // namespace

constinit const ActorKind kMute{"mute", "15, 16: hears everything, says nothing, serves nothing", make<Mute>, 8};

}  // namespace qilian::sim
