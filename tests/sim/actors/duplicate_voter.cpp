#include "tests/sim/actors/all.h"
#include "tests/sim/actors/common.h"

namespace qilian::sim {

namespace {

class DuplicateVoter final : public Actor {
  void on_send(Replica& me, std::uint32_t, const Message& message, std::vector<Message>& out) override {
    me.lied();
    out.assign(signed_header(message) ? 5 : 1, message);
  }
  bool on_receive(Replica& me, std::uint32_t from, const Message& message) override {
    // At first hand, else several of its kind would keep a message going for ever.
    if (!signed_header(message) || sender_of(message).value() != from || !me.world().random().chance(10)) return true;
    me.lied();
    me.say_all(message);
    return true;
  }
};

}  // namespace

constinit const ActorKind kDuplicateVoter{
    "duplicate voter", "20: says everything five times, and repeats what others said", make<DuplicateVoter>, 8};

}  // namespace qilian::sim
