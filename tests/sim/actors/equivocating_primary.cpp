#include "tests/sim/actors/all.h"
#include "tests/sim/actors/common.h"

namespace qilian::sim {

namespace {

/// As many proposals for a slot as there are backups.
class EquivocatingPrimary final : public Actor {
  void on_send(Replica& me, std::uint32_t to, const Message& message, std::vector<Message>& out) override {
    auto lie = stories_[to].tell(me, message,
                                 [&](Proposal& proposal) { proposal.time = TimeMs(proposal.time.value() + 1 + to); });
    if (lie) me.lied();
    out.push_back(lie ? *std::move(lie) : message);
  }

  std::map<std::uint32_t, Story> stories_;
};

}  // namespace

constinit const ActorKind kEquivocatingPrimary{"equivocating primary", "23: every backup hears a proposal of its own",
                                               make<EquivocatingPrimary>, 8};

}  // namespace qilian::sim
