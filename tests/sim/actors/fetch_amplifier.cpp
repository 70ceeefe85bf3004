#include "tests/sim/actors/all.h"
#include "tests/sim/actors/common.h"

namespace qilian::sim {

namespace {

class FetchAmplifier final : public Actor {
  bool on_receive(Replica&, std::uint32_t, const Message& message) override {
    const auto* pre_prepare = std::get_if<PrePrepare>(&message);
    if (pre_prepare != nullptr && known_.size() < kMaxFetch) known_.push_back(pre_prepare->digest);
    if (const auto* new_view = std::get_if<NewView>(&message)) last_ = *new_view;
    return true;
  }
  void on_tick(Replica& me) override {
    Status status;
    status.epoch = me.core().horizon().epoch;
    status.in_view = false;
    for (int i = 0; i < 4; ++i) {
      me.lied();
      me.say_all(status);
      if (!known_.empty()) me.say_all(FetchProposals{known_, {}});
      if (last_ && !last_->view_changes.empty()) me.say_all(FetchViewChanges{last_->view, last_->view_changes, {}});
    }
  }

  std::vector<ProposalDigest> known_;
  std::optional<NewView> last_;
};

}  // namespace

constinit const ActorKind kFetchAmplifier{"fetch amplifier", "47: asks for everything, all the time",
                                          make<FetchAmplifier>, 8};

}  // namespace qilian::sim
