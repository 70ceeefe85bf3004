#include "tests/sim/actors/all.h"
#include "tests/sim/actors/common.h"

namespace qilian::sim {

namespace {

/// Both are right by themselves, as long as enough VIEW-CHANGEs came; else the second one leaves everything out.
class DoubleNewView final : public Actor {
  void on_send(Replica& me, std::uint32_t to, const Message& message, std::vector<Message>& out) override {
    const auto* new_view = own<NewView>(me, message);
    if (new_view == nullptr || to % 2 == 0) return out.push_back(message);
    NewView copy = *new_view;
    // Its own VIEW-CHANGE a second time, with nothing prepared: f+1 others are enough for that.
    if (!second_ || second_->view != copy.view) {
      second_.emplace();
      second_->epoch = copy.epoch;
      second_->view = copy.view;
      second_ = std::get<ViewChange>(me.sign(*second_));
    }
    for (NewView::Choice& choice : copy.view_changes) {
      if (choice.sender.value() == me.self()) choice.digest = second_->digest;
    }
    if (copy.slots.size() > 1) copy.slots.pop_back();
    me.lied();
    out.push_back(*second_);
    out.push_back(me.sign(copy));
  }

  std::optional<ViewChange> second_;
};

}  // namespace

constinit const ActorKind kDoubleNewView{
    "double NEW-VIEW", "11: two NEW-VIEWs for one view, on different quorums of VIEW-CHANGEs", make<DoubleNewView>, 8};

}  // namespace qilian::sim
