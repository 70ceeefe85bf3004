#include "tests/sim/actors/all.h"
#include "tests/sim/actors/common.h"

namespace qilian::sim {

namespace {

class Impersonator final : public Actor {
  void on_tick(Replica& me) override {
    Random& random = me.world().random();
    const Horizon horizon = me.core().horizon();
    const Sequence sequence(horizon.stable.value() + 1 + random.below(me.window()));
    const auto digest = random_hash<ProposalDigest>(random);
    for (std::uint32_t i = 0; i < me.world().size(); ++i) {
      // A real signature, but its own.
      auto commit = std::get<Commit>(me.sign(Commit{horizon.epoch, horizon.view, sequence, digest, {}, {}}));
      commit.sender = ReplicaId(i);
      me.lied();
      me.say_all(commit);
      ViewChange change;
      change.epoch = horizon.epoch;
      change.view = horizon.view.next();
      change = std::get<ViewChange>(me.sign(change));
      change.sender = ReplicaId(i);
      me.say_all(change);
    }
  }
};

}  // namespace

constinit const ActorKind kImpersonator{"impersonator", "20, 46: signs as others, without their keys",
                                        make<Impersonator>, 8};

}  // namespace qilian::sim
