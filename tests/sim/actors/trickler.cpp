#include "tests/sim/actors/all.h"
#include "tests/sim/actors/common.h"

namespace qilian::sim {

namespace {

/// As primary it holds its PRE-PREPAREs back and gives one of them away every half second.
class Trickler final : public Actor {
  void on_send(Replica& me, std::uint32_t, const Message& message, std::vector<Message>& out) override {
    if (own<PrePrepare>(me, message) == nullptr || !me.leads()) return out.push_back(message);
    const auto& header = std::get<PrePrepare>(message);
    if (header.sequence <= allowed_) return out.push_back(message);
    if (me.world().now() >= next_ms_) {
      next_ms_ = me.world().now() + 500;
      allowed_ = header.sequence;
      return out.push_back(message);
    }
    me.lied();
  }

  std::int64_t next_ms_ = 0;
  Sequence allowed_;
};

}  // namespace

constinit const ActorKind kTrickler{"trickler", "14, 33: lets one proposal through just before each timeout",
                                    make<Trickler>, 8};

}  // namespace qilian::sim
