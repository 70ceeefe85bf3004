#include "tests/sim/actors/all.h"
#include "tests/sim/actors/common.h"

namespace qilian::sim {

namespace {

class EnvelopeWithholder final : public Actor {
  void on_send(Replica& me, std::uint32_t, const Message& message, std::vector<Message>& out) override {
    auto lie = story_.tell(me, message, [&](Proposal& proposal) {
      proposal.envelopes.push_back(random_hash<EnvelopeDigest>(me.world().random()));
    });
    if (lie) me.lied();
    out.push_back(lie ? *std::move(lie) : message);
  }
  bool serves_envelopes(Replica&) override { return false; }

  Story story_;
};

}  // namespace

constinit const ActorKind kEnvelopeWithholder{"envelope withholder", "16: orders envelopes that nobody else can get",
                                              make<EnvelopeWithholder>, 8};

}  // namespace qilian::sim
