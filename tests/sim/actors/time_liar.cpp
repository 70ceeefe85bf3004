#include "tests/sim/actors/all.h"
#include "tests/sim/actors/common.h"

namespace qilian::sim {

namespace {

class TimeLiar final : public Actor {
  void on_send(Replica& me, std::uint32_t, const Message& message, std::vector<Message>& out) override {
    auto lie = story_.tell(me, message, [&](Proposal& proposal) {
      proposal.time = proposal.sequence.value() % 2 == 0 ? TimeMs(proposal.time.value() + 3'600'000) : TimeMs(1);
    });
    if (lie) me.lied();
    out.push_back(lie ? *std::move(lie) : message);
  }

  Story story_;
};

}  // namespace

constinit const ActorKind kTimeLiar{"time liar", "25: proposes an hour ahead, or long ago", make<TimeLiar>, 8};

}  // namespace qilian::sim
