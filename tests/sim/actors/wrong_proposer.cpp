#include "tests/sim/actors/all.h"
#include "tests/sim/actors/common.h"

namespace qilian::sim {

namespace {

class WrongProposer final : public Actor {
  void on_send(Replica& me, std::uint32_t, const Message& message, std::vector<Message>& out) override {
    auto lie = story_.tell(me, message, [&](Proposal& proposal) {
      proposal.proposer = ReplicaId((me.self() + 1) % static_cast<std::uint32_t>(me.world().size()));
    });
    if (lie) me.lied();
    out.push_back(lie ? *std::move(lie) : message);
  }
  bool on_receive(Replica& me, std::uint32_t, const Message& message) override {
    const auto* heard = std::get_if<PrePrepare>(&message);
    // To the primary alone: several of its kind would answer each other for ever.
    if (heard != nullptr && heard->proposal &&
        heard->sender == primary_of(heard->epoch, heard->view, me.world().size())) {
      Proposal copy = *heard->proposal;
      copy.time = TimeMs(copy.time.value() + 1);
      const auto mine = std::make_shared<const Proposal>(copy);
      me.lied();
      me.say_all(me.sign(PrePrepare{heard->epoch, heard->view, heard->sequence, mine->digest(), {}, {}, mine}));
    }
    return true;
  }

  Story story_;
};

}  // namespace

constinit const ActorKind kWrongProposer{
    "wrong proposer", "19: proposes in another replica's name, and when it is not its turn", make<WrongProposer>, 8};

}  // namespace qilian::sim
