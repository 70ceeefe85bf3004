#include "tests/sim/actors/all.h"
#include "tests/sim/actors/common.h"

namespace qilian::sim {

namespace {

class GarbageCertificates final : public Actor {
  static CheckpointCertificate garbage(Replica& me) {
    Random& random = me.world().random();
    const std::size_t n = me.world().size();
    const Horizon horizon = me.core().horizon();
    CheckpointCertificate made{horizon.epoch,
                               Height(horizon.stable.value() + 1 + random.below(500)),
                               random_hash<HeaderHash>(random),
                               make_bitmap(n),
                               {}};
    for (std::uint32_t i = 0; i < ledger::quorum(n); ++i) {
      set_bit(made.signers, ReplicaId(i));
      made.signatures.push_back(random_hash<Signature>(random));
    }
    return made;
  }
  void on_tick(Replica& me) override {
    if (!me.world().random().chance(30)) return;
    me.lied();
    me.say_all(CheckpointProof{garbage(me), {}});
    ViewChange message;
    message.epoch = me.core().horizon().epoch;
    message.view = me.core().horizon().view.next();
    message.stable = garbage(me);
    me.say_all(me.sign(message));
  }
  void on_serve(Replica& me, std::vector<Block>& blocks) override {
    me.lied();
    if (!blocks.empty()) blocks[me.world().random().below(blocks.size())].summary.time = TimeMs(1);
  }
};

}  // namespace

constinit const ActorKind kGarbageCertificates{"garbage certificates",
                                               "9, 40, 41: stable checkpoints that nobody signed, and falsified blocks",
                                               make<GarbageCertificates>, 8};

}  // namespace qilian::sim
