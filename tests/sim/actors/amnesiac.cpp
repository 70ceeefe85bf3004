#include "tests/sim/actors/all.h"
#include "tests/sim/actors/common.h"

namespace qilian::sim {

namespace {

/// Every vote again for something else, later: what a replica does that lost its log.
class Amnesiac final : public Actor {
  void on_send(Replica& me, std::uint32_t to, const Message& message, std::vector<Message>& out) override {
    out.push_back(message);
    if (!me.world().random().chance(30)) return;
    const auto again = [&](auto vote) {
      vote.digest = random_hash<ProposalDigest>(me.world().random());
      me.lied();
      me.world().at(me.world().now() + me.world().random().between(10, 900), [&me, to, vote] {
        if (me.up()) me.say(to, me.sign(vote));
      });
    };
    if (const auto* prepare = own<Prepare>(me, message)) again(*prepare);
    if (const auto* commit = own<Commit>(me, message)) again(*commit);
  }
};

}  // namespace

constinit const ActorKind kAmnesiac{"amnesiac", "34, 36: forgets at random what it voted, and votes anew",
                                    make<Amnesiac>, 8};

}  // namespace qilian::sim
