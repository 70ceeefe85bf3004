#include "tests/sim/actors/all.h"
#include "tests/sim/actors/common.h"

namespace qilian::sim {

namespace {

class NewViewExtraSlot final : public Actor {
  void on_send(Replica& me, std::uint32_t, const Message& message, std::vector<Message>& out) override {
    const auto* new_view = own<NewView>(me, message);
    if (new_view == nullptr) return out.push_back(message);
    NewView copy = *new_view;
    Random random(copy.view.value());
    copy.slots.push_back({random.chance(50) ? kNullDigest : random_hash<ProposalDigest>(random), {}});
    me.lied();
    out.push_back(me.sign(copy));
  }
};

}  // namespace

constinit const ActorKind kNewViewExtraSlot{"NEW-VIEW with a slot too many",
                                            "5, 6: orders something that nobody prepared", make<NewViewExtraSlot>, 8};

}  // namespace qilian::sim
