#include "tests/sim/actors/all.h"
#include "tests/sim/actors/common.h"

namespace qilian::sim {

namespace {

class ReportLiar final : public Actor {
  void on_send(Replica& me, std::uint32_t to, const Message& message, std::vector<Message>& out) override {
    const auto* status = std::get_if<Status>(&message);
    if (status == nullptr || !status->is_report) return out.push_back(message);
    Status copy = *status;
    me.lied();
    if (me.world().random().chance(50)) {
      copy.yours.clear();
    } else {
      Commit made{me.core().horizon().epoch,
                  me.core().horizon().view,
                  me.core().horizon().stable.next(),
                  random_hash<ProposalDigest>(me.world().random()),
                  ReplicaId(to),
                  {}};
      made.signature = random_hash<Signature>(me.world().random());
      copy.yours.push_back(*signed_header(Message(made)));
    }
    out.push_back(copy);
  }
};

}  // namespace

constinit const ActorKind kReportLiar{
    "report liar", "37: tells a replica that comes back of signatures that it never gave, or of none", make<ReportLiar>,
    8};

}  // namespace qilian::sim
