#include "tests/sim/actors/all.h"
#include "tests/sim/actors/common.h"

namespace qilian::sim {

namespace {

class IdRepeater final : public Actor {
  void on_send(Replica& me, std::uint32_t, const Message& message, std::vector<Message>& out) override {
    if (const auto* mine = own<PrePrepare>(me, message); mine != nullptr && mine->proposal) {
      for (const EnvelopeDigest& envelope : mine->proposal->envelopes) remember(envelope);
    }
    auto lie = story_.tell(me, message, [&](Proposal& proposal) {
      if (proposal.sequence.value() % 3 == 0 && !proposal.envelopes.empty()) {
        proposal.envelopes.push_back(proposal.envelopes.front());
      } else if (!before_.empty()) {
        proposal.envelopes.push_back(before_[me.world().random().below(before_.size())]);
      }
    });
    if (lie) me.lied();
    out.push_back(lie ? *std::move(lie) : message);
  }
  bool on_receive(Replica&, std::uint32_t, const Message& message) override {
    if (const auto* heard = std::get_if<PrePrepare>(&message); heard != nullptr && heard->proposal) {
      for (const EnvelopeDigest& envelope : heard->proposal->envelopes) remember(envelope);
    }
    return true;
  }
  void remember(const EnvelopeDigest& envelope) {
    if (before_.size() < 256) before_.push_back(envelope);
  }

  std::vector<EnvelopeDigest> before_;
  Story story_;
};

}  // namespace

constinit const ActorKind kIdRepeater{
    "id repeater", "28, 30: proposes again what was ordered before, and one envelope twice", make<IdRepeater>, 8};

}  // namespace qilian::sim
