#include "tests/sim/actors/all.h"
#include "tests/sim/actors/common.h"

namespace qilian::sim {

namespace {

class ViewChangeSpammer final : public Actor {
  void on_tick(Replica& me) override {
    static constexpr std::uint64_t kSteps[] = {1, 2, 3, 10, 1'000, 1'000'000'000, ~0ULL / 2};
    Random& random = me.world().random();
    if (!random.chance(50)) return;
    ViewChange message;
    message.epoch = me.core().horizon().epoch;
    message.view = View(me.core().horizon().view.value() + kSteps[random.below(std::size(kSteps))]);
    me.lied();
    me.say_all(me.sign(message));
  }
};

}  // namespace

constinit const ActorKind kViewChangeSpammer{
    "view-change spammer", "12, 13: asks for another view at every turn, near and far", make<ViewChangeSpammer>, 8};

}  // namespace qilian::sim
