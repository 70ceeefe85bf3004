#include "tests/sim/actors/all.h"
#include "tests/sim/actors/common.h"

namespace qilian::sim {

namespace {

class NewViewDropper final : public Actor {
  void on_send(Replica& me, std::uint32_t, const Message& message, std::vector<Message>& out) override {
    const auto* new_view = own<NewView>(me, message);
    if (new_view == nullptr || new_view->slots.empty()) return out.push_back(message);
    NewView copy = *new_view;
    if (copy.view.value() % 2 == 0) {
      copy.slots.pop_back();
    } else {
      copy.slots.back().digest = kNullDigest;
    }
    me.lied();
    out.push_back(me.sign(copy));
  }
};

}  // namespace

constinit const ActorKind kNewViewDropper{"NEW-VIEW that drops a slot",
                                          "3, 5, 6: leaves the last slot out, or turns it into a null request",
                                          make<NewViewDropper>, 8};

}  // namespace qilian::sim
