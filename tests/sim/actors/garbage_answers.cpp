#include "tests/sim/actors/all.h"
#include "tests/sim/actors/common.h"

namespace qilian::sim {

namespace {

class GarbageAnswers final : public Actor {
  static Proposal made_up(Replica& me) {
    Random& random = me.world().random();
    const Horizon horizon = me.core().horizon();
    return {me.genesis(),
            horizon.epoch,
            Sequence(horizon.stable.value() + random.below(2 * me.window() + 2)),
            ReplicaId(me.self()),
            TimeMs(me.world().now()),
            {random_hash<EnvelopeDigest>(random)}};
  }
  void on_send(Replica& me, std::uint32_t, const Message& message, std::vector<Message>& out) override {
    if (!std::holds_alternative<Proposals>(message)) return out.push_back(message);
    me.lied();
    out.push_back(Proposals{{made_up(me)}, {}});
  }
  void on_tick(Replica& me) override {
    Proposals many;
    for (int i = 0; i < 8; ++i) many.proposals.push_back(made_up(me));
    me.lied();
    me.say_all(many);
  }
  void on_serve(Replica& me, std::vector<Block>& blocks) override {
    me.lied();
    if (!blocks.empty()) blocks.pop_back();
  }
};

}  // namespace

constinit const ActorKind kGarbageAnswers{
    "garbage answers", "16, 40: answers fetches with something else, unasked as well", make<GarbageAnswers>, 8};

}  // namespace qilian::sim
