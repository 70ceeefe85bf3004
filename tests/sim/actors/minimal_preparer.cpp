#include "tests/sim/actors/all.h"
#include "tests/sim/actors/common.h"

namespace qilian::sim {

namespace {

/// Its PREPAREs and COMMITs go to one replica, another one for every slot.
class MinimalPreparer final : public Actor {
  void on_send(Replica& me, std::uint32_t to, const Message& message, std::vector<Message>& out) override {
    const auto header = signed_header(message);
    const bool vote = own<Prepare>(me, message) != nullptr || own<Commit>(me, message) != nullptr;
    if (!vote || header->sequence.value() % me.world().size() == to) return out.push_back(message);
    me.lied();
  }
};

}  // namespace

constinit const ActorKind kMinimalPreparer{"minimal preparer", "2, 10: lets one replica alone prepare or commit",
                                           make<MinimalPreparer>, 8};

}  // namespace qilian::sim
