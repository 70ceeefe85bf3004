#include "tests/sim/actors/all.h"
#include "tests/sim/actors/common.h"

namespace qilian::sim {

namespace {

class NewViewUsurper final : public Actor {
  void on_send(Replica& me, std::uint32_t, const Message& message, std::vector<Message>& out) override {
    if (const auto* new_view = own<NewView>(me, message)) {
      last_ = *new_view;
      // The signatures of its slots belong to the view before.
      NewView copy = *new_view;
      if (!copy.slots.empty()) {
        copy.view = View(copy.view.value() - 1);
        copy = std::get<NewView>(me.sign(copy));
        copy.view = new_view->view;
        copy.seal();
        me.lied();
        out.push_back(copy);
      }
    }
    out.push_back(message);
  }
  void on_tick(Replica& me) override {
    Random& random = me.world().random();
    if (!random.chance(10)) return;
    const std::size_t n = me.world().size();
    const Horizon horizon = me.core().horizon();
    NewView made;
    made.epoch = horizon.epoch;
    made.view = View(horizon.view.value() + random.below(2 * n));
    made.min_s = horizon.stable;
    for (std::uint32_t i = 0; i < ledger::quorum(n); ++i)
      made.view_changes.push_back({ReplicaId(i), random_hash<Digest>(random)});
    me.lied();
    me.say_all(me.sign(made));
    if (!last_) return;
    last_->view = horizon.view.next();
    me.say_all(me.sign(*last_));
  }

  std::optional<NewView> last_;
};

}  // namespace

constinit const ActorKind kNewViewUsurper{
    "NEW-VIEW out of turn",
    "8, 19: for views that it does not lead, on VIEW-CHANGEs that nobody sent, with slots of an old view",
    make<NewViewUsurper>, 8};

}  // namespace qilian::sim
