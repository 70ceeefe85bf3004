#include "tests/sim/actors/all.h"
#include "tests/sim/actors/common.h"

namespace qilian::sim {

namespace {

class NewViewWrongMinS final : public Actor {
  void on_send(Replica& me, std::uint32_t, const Message& message, std::vector<Message>& out) override {
    const auto* new_view = own<NewView>(me, message);
    if (new_view == nullptr) return out.push_back(message);
    NewView copy = *new_view;
    if (copy.min_s.value() > 0 && copy.view.value() % 2 == 0) {
      copy.min_s = Sequence(copy.min_s.value() - 1);
    } else {
      copy.min_s = copy.min_s.next();
      if (!copy.slots.empty()) copy.slots.erase(copy.slots.begin());
    }
    me.lied();
    out.push_back(me.sign(copy));
  }
};

}  // namespace

constinit const ActorKind kNewViewWrongMinS{"NEW-VIEW with a wrong min-s",
                                            "3, 7: starts one lower or higher than the VIEW-CHANGEs say",
                                            make<NewViewWrongMinS>, 8};

}  // namespace qilian::sim
