#include "tests/sim/actors/all.h"
#include "tests/sim/actors/common.h"

namespace qilian::sim {

namespace {

class StatusLiar final : public Actor {
  void on_send(Replica& me, std::uint32_t, const Message& message, std::vector<Message>& out) override {
    const auto* status = std::get_if<Status>(&message);
    if (status == nullptr) return out.push_back(message);
    Random& random = me.world().random();
    Status copy = *status;
    switch (random.below(6)) {
      case 0:
        copy.stable = copy.executed = Height(0);
        break;
      case 1:
        copy.stable = copy.executed = Height(~0ULL);
        break;
      case 2:
        copy.view = View(~0ULL);
        break;
      case 3:
        copy.slots.assign(2 * std::size_t{kMaxWindow}, '\x7');
        break;
      case 4:
        copy.in_view = !copy.in_view;
        break;
      default:
        copy.asks_report = true;
        break;
    }
    me.lied();
    out.push_back(copy);
  }
};

}  // namespace

constinit const ActorKind kStatusLiar{
    "STATUS liar", "43, 44, 47: claims to lag, to lead by far, to hold everything or nothing", make<StatusLiar>, 8};

}  // namespace qilian::sim
