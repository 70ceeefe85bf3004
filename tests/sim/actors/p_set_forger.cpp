#include "tests/sim/actors/all.h"
#include "tests/sim/actors/common.h"

namespace qilian::sim {

namespace {

class PSetForger final : public Actor {
  void on_send(Replica& me, std::uint32_t to, const Message& message, std::vector<Message>& out) override {
    const auto* change = own<ViewChange>(me, message);
    if (change == nullptr) return out.push_back(message);
    Random random(change->view.value() * 31 + to);
    ViewChange copy = *change;
    if (copy.prepared.empty()) {
      // A certificate of nobody's signatures.
      const std::size_t n = me.world().size();
      PreparedCertificate made{View(copy.view.value() - 1), copy.stable.height.next(), ProposalDigest(), {}, {}, {}};
      made.digest = random_hash<ProposalDigest>(random);
      made.preparers = make_bitmap(n);
      for (std::uint32_t i = 0; i < n && made.prepares.size() + 1 < ledger::quorum(n); ++i) {
        if (primary_of(copy.epoch, made.view, n) == ReplicaId(i)) continue;
        set_bit(made.preparers, ReplicaId(i));
        made.prepares.push_back(random_hash<Signature>(random));
      }
      copy.prepared.push_back(std::move(made));
    } else {
      PreparedCertificate& first = copy.prepared.front();
      switch (random.below(6)) {
        case 0:
          first.digest = twisted(first.digest);
          break;
        case 1:
          first.view = View(copy.view.value() - 1);
          break;
        case 2:
          first.prepares.back() = first.prepares.front();
          break;
        case 3:
          set_bit(first.preparers, primary_of(copy.epoch, first.view, me.world().size()));
          break;
        case 4:
          first.prepares.pop_back();
          break;
        default:
          copy.prepared.clear();
          break;
      }
    }
    me.lied();
    out.push_back(me.sign(copy));
    // The good one follows: a bad certificate must not hide it.
    if (random.chance(50)) out.push_back(message);
  }
};

}  // namespace

constinit const ActorKind kPSetForger{
    "P-set forger", "1, 2, 4, 9: VIEW-CHANGEs with certificates made up, borrowed or left out", make<PSetForger>, 8};

}  // namespace qilian::sim
