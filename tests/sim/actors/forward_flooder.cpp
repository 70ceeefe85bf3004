#include "tests/sim/actors/all.h"
#include "tests/sim/actors/common.h"

namespace qilian::sim {

namespace {

class ForwardFlooder final : public Actor {
  void on_tick(Replica& me) override {
    Forward forward;
    for (int i = 0; i < 64; ++i) forward.envelopes.push_back(random_hash<EnvelopeDigest>(me.world().random()));
    me.lied();
    me.say_all(forward);
  }
  bool serves_envelopes(Replica&) override { return false; }
};

}  // namespace

constinit const ActorKind kForwardFlooder{"forward flooder", "33, 45: forwards what does not exist",
                                          make<ForwardFlooder>, 8};

}  // namespace qilian::sim
