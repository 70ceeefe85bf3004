#include "tests/sim/actors/all.h"
#include "tests/sim/actors/common.h"

namespace qilian::sim {

namespace {

/// PRE-PREPAREs reach a bare quorum; nobody else gets the proposal from it, in whatever view.
class BodyWithholder final : public Actor {
  void on_send(Replica& me, std::uint32_t to, const Message& message, std::vector<Message>& out) override {
    const std::size_t n = me.world().size();
    const bool told = (to + n - me.self()) % n < ledger::quorum(n);
    const bool body = std::holds_alternative<PrePrepare>(message) || std::holds_alternative<Proposals>(message);
    if (body && (!told || std::holds_alternative<Proposals>(message))) return me.lied();
    out.push_back(message);
  }
  void on_serve(Replica&, std::vector<Block>& blocks) override { blocks.clear(); }
  bool serves_envelopes(Replica&) override { return false; }
};

}  // namespace

constinit const ActorKind kBodyWithholder{
    "proposal-body withholder", "16: sends digests and never what stands behind them", make<BodyWithholder>, 8};

}  // namespace qilian::sim
