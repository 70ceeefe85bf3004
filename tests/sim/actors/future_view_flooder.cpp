#include "tests/sim/actors/all.h"
#include "tests/sim/actors/common.h"

namespace qilian::sim {

namespace {

class FutureViewFlooder final : public Actor {
  void on_tick(Replica& me) override {
    Random& random = me.world().random();
    const Horizon horizon = me.core().horizon();
    for (int i = 0; i < 8; ++i) {
      const View view(horizon.view.value() + 1 + random.below(random.chance(50) ? 4 : 1'000'000));
      const Sequence sequence(horizon.stable.value() + 1 + random.below(2 * me.window()));
      const auto digest = random_hash<ProposalDigest>(random);
      me.lied();
      me.say_all(me.sign(Prepare{horizon.epoch, view, sequence, digest, {}, {}}));
      me.say_all(me.sign(Commit{horizon.epoch, view, sequence, digest, {}, {}}));
      // The next view that it leads itself: a PRE-PREPARE that has to be kept.
      const std::size_t n = me.world().size();
      const std::uint64_t lead =
          horizon.view.value() + (me.self() + n - primary_of(horizon.epoch, horizon.view, n).value()) % n;
      const auto proposal = std::make_shared<const Proposal>(
          Proposal{me.genesis(), horizon.epoch, sequence, ReplicaId(me.self()), TimeMs(me.world().now()), {}});
      me.say_all(me.sign(
          PrePrepare{horizon.epoch, View(lead + n * random.below(9)), sequence, proposal->digest(), {}, {}, proposal}));
    }
  }
};

}  // namespace

constinit const ActorKind kFutureViewFlooder{"future-view flooder", "45: votes of every kind for views to come",
                                             make<FutureViewFlooder>, 8};

}  // namespace qilian::sim
