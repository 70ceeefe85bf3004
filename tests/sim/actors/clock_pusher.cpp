#include "tests/sim/actors/all.h"
#include "tests/sim/actors/common.h"

namespace qilian::sim {

namespace {

class ClockPusher final : public Actor {
  void on_send(Replica& me, std::uint32_t, const Message& message, std::vector<Message>& out) override {
    auto lie =
        story_.tell(me, message, [&](Proposal& proposal) { proposal.time = TimeMs(proposal.time.value() + 1'900); });
    if (lie) me.lied();
    out.push_back(lie ? *std::move(lie) : message);
  }

  Story story_;
};

}  // namespace

constinit const ActorKind kClockPusher{"clock pusher", "25: proposes at the very edge of what the clock allows",
                                       make<ClockPusher>, 8};

}  // namespace qilian::sim
