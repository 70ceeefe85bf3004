#include "tests/sim/actors/all.h"
#include "tests/sim/actors/common.h"

namespace qilian::sim {

namespace {

class FutureSequenceFlooder final : public Actor {
  void on_tick(Replica& me) override {
    Random& random = me.world().random();
    const Horizon horizon = me.core().horizon();
    for (int i = 0; i < 8; ++i) {
      const std::uint64_t far = random.chance(80) ? 2 * me.window() + 2 : ~0ULL / 2;
      const Sequence sequence(horizon.stable.value() + random.below(far));
      const auto digest = random_hash<ProposalDigest>(random);
      me.lied();
      me.say_all(me.sign(Prepare{horizon.epoch, horizon.view, sequence, digest, {}, {}}));
      me.say_all(me.sign(Commit{horizon.epoch, horizon.view, sequence, digest, {}, {}}));
      me.say_all(me.sign(Checkpoint{horizon.epoch, sequence, random_hash<HeaderHash>(random), {}, {}}));
    }
  }
};

}  // namespace

constinit const ActorKind kFutureSequenceFlooder{"future-sequence flooder",
                                                 "24, 45: votes and CHECKPOINTs up to two windows ahead, and beyond",
                                                 make<FutureSequenceFlooder>, 8};

}  // namespace qilian::sim
