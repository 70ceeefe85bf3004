#include "tests/sim/actors/all.h"
#include "tests/sim/actors/common.h"

namespace qilian::sim {

namespace {

class CommitOnly final : public Actor {
  void on_send(Replica& me, std::uint32_t, const Message& message, std::vector<Message>& out) override {
    if (own<Prepare>(me, message) == nullptr) return out.push_back(message);
    me.lied();
  }
  bool on_receive(Replica& me, std::uint32_t, const Message& message) override {
    if (const auto* heard = std::get_if<PrePrepare>(&message)) {
      me.lied();
      me.say_all(me.sign(Commit{heard->epoch, heard->view, heard->sequence, heard->digest, {}, {}}));
    }
    return true;
  }
};

}  // namespace

constinit const ActorKind kCommitOnly{"commit only", "21: never prepares, commits whatever it hears of at once",
                                      make<CommitOnly>, 8};

}  // namespace qilian::sim
