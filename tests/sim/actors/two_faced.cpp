#include "tests/sim/actors/all.h"
#include "tests/sim/actors/common.h"

namespace qilian::sim {

namespace {

/// One consistent story for even replicas, another one for odd ones.
class TwoFaced final : public Actor {
  void on_send(Replica& me, std::uint32_t to, const Message& message, std::vector<Message>& out) override {
    if (to % 2 == 0) return out.push_back(message);
    auto lie = story_.tell(me, message, [&](Proposal& proposal) {
      proposal.time = TimeMs(proposal.time.value() + 1);
      if (!proposal.envelopes.empty() && me.world().random().chance(50)) proposal.envelopes.pop_back();
    });
    if (!lie) lie = other_votes(me, message);
    if (lie) me.lied();
    out.push_back(lie ? *std::move(lie) : message);
  }

  static std::optional<Message> other_votes(Replica& me, const Message& message) {
    if (const auto* prepare = own<Prepare>(me, message); prepare != nullptr && me.world().random().chance(20)) {
      Prepare copy = *prepare;
      copy.digest = twisted(copy.digest);
      return me.sign(copy);
    }
    if (const auto* change = own<ViewChange>(me, message); change != nullptr && me.world().random().chance(50)) {
      ViewChange copy = *change;
      copy.prepared.clear();
      return me.sign(copy);
    }
    if (const auto* checkpoint = own<Checkpoint>(me, message);
        checkpoint != nullptr && me.world().random().chance(20)) {
      Checkpoint copy = *checkpoint;
      copy.header = twisted(copy.header);
      return me.sign(copy);
    }
    return std::nullopt;
  }

  Story story_;
};

}  // namespace

constinit const ActorKind kTwoFaced{
    "two-faced", "3, 19, 23: odd replicas hear another proposal, and votes that agree with it", make<TwoFaced>, 8};

}  // namespace qilian::sim
