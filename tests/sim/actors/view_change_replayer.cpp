#include "tests/sim/actors/all.h"
#include "tests/sim/actors/common.h"

namespace qilian::sim {

namespace {

class ViewChangeReplayer final : public Actor {
  void on_send(Replica& me, std::uint32_t, const Message& message, std::vector<Message>& out) override {
    if (own<ViewChange>(me, message) != nullptr) keep(message);
    out.push_back(message);
  }
  bool on_receive(Replica&, std::uint32_t, const Message& message) override {
    if (std::holds_alternative<ViewChange>(message) || std::holds_alternative<NewView>(message)) keep(message);
    return true;
  }
  void on_tick(Replica& me) override {
    if (kept_.empty() || !me.world().random().chance(30)) return;
    me.lied();
    me.say_all(kept_[me.world().random().below(kept_.size())]);
  }
  void keep(const Message& message) {
    if (kept_.size() < 64) return kept_.push_back(message);
    kept_[next_++ % kept_.size()] = message;
  }

  std::vector<Message> kept_;
  std::size_t next_ = 0;
};

}  // namespace

constinit const ActorKind kViewChangeReplayer{"stale view-change replayer",
                                              "12: says old VIEW-CHANGEs again, its own and those of others",
                                              make<ViewChangeReplayer>, 8};

}  // namespace qilian::sim
