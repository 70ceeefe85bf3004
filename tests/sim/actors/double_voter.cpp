#include "tests/sim/actors/all.h"
#include "tests/sim/actors/common.h"

namespace qilian::sim {

namespace {

class DoubleVoter final : public Actor {
  template <class Vote>
  static bool twice(Replica& me, std::uint32_t to, const Message& message, std::vector<Message>& out) {
    const Vote* vote = own<Vote>(me, message);
    if (vote == nullptr) return false;
    Vote copy = *vote;
    copy.digest = twisted(copy.digest);
    me.lied();
    out = {me.sign(copy), message};
    if (to % 2 == 0) std::swap(out[0], out[1]);
    return true;
  }
  void on_send(Replica& me, std::uint32_t to, const Message& message, std::vector<Message>& out) override {
    if (!twice<Prepare>(me, to, message, out) && !twice<Commit>(me, to, message, out)) out.push_back(message);
  }
};

}  // namespace

constinit const ActorKind kDoubleVoter{"double voter", "20, 23: PREPARE and COMMIT for two digests, both to everybody",
                                       make<DoubleVoter>, 8};

}  // namespace qilian::sim
