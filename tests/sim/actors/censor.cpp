#include "tests/sim/actors/all.h"
#include "tests/sim/actors/common.h"

namespace qilian::sim {

namespace {

class Censor final : public Actor {
  bool on_receive(Replica& me, std::uint32_t, const Message& message) override {
    if (!std::holds_alternative<Forward>(message)) return true;
    me.lied();
    return false;
  }
  bool admits(Replica& me, const EnvelopeInfo& info) override {
    if (static_cast<unsigned char>(info.lead.bytes[0]) % 3 != 0) return true;
    me.lied();
    return false;
  }
};

}  // namespace

constinit const ActorKind kCensor{
    "censor", "33: never proposes one client's transactions, and ignores what is forwarded", make<Censor>, 8};

}  // namespace qilian::sim
