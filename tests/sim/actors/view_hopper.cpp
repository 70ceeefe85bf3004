#include "tests/sim/actors/all.h"
#include "tests/sim/actors/common.h"

namespace qilian::sim {

namespace {

/// Helps every view change along by one vote, so that f others suffice less one.
class ViewHopper final : public Actor {
  void on_tick(Replica& me) override {
    const Horizon horizon = me.core().horizon();
    if (asked_ >= horizon.view.next()) return;
    asked_ = horizon.view.next();
    ViewChange message;
    message.epoch = horizon.epoch;
    message.view = asked_;
    me.lied();
    me.say_all(me.sign(message));
  }

  View asked_;
};

}  // namespace

constinit const ActorKind kViewHopper{"view hopper", "13, 14: always asks for the view after the present one",
                                      make<ViewHopper>, 8};

}  // namespace qilian::sim
