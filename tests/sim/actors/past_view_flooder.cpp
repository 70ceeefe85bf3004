#include "tests/sim/actors/all.h"
#include "tests/sim/actors/common.h"

namespace qilian::sim {

namespace {

class PastViewFlooder final : public Actor {
  void on_tick(Replica& me) override {
    Random& random = me.world().random();
    const Horizon horizon = me.core().horizon();
    for (int i = 0; i < 8; ++i) {
      const View view(random.below(horizon.view.value() + 1));
      const Sequence sequence(horizon.stable.value() + 1 + random.below(2 * me.window()));
      me.lied();
      me.say_all(me.sign(Commit{horizon.epoch, view, sequence, random_hash<ProposalDigest>(random), {}, {}}));
    }
  }
};

}  // namespace

constinit const ActorKind kPastViewFlooder{
    "past-view flooder", "45: COMMITs of all views left behind, two digests each", make<PastViewFlooder>, 8};

}  // namespace qilian::sim
