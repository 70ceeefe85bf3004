#include "consensus/slot.h"

namespace qilian::consensus {

void Slot::clear_view() {
  auto kept_prepared = std::move(prepared);
  const auto kept_commit = own_commit;
  const auto kept_committed = committed;
  *this = Slot{};
  own_commit = kept_commit;
  prepared = std::move(kept_prepared);
  committed = kept_committed;
}

std::optional<PreparedCertificate> prepared_certificate(const Slot& slot, std::size_t n, ReplicaId primary) {
  if (!slot.pre_prepare) return std::nullopt;
  const std::size_t needed = ledger::quorum(n) - 1;
  PreparedCertificate out{slot.pre_prepare->view,
                          slot.pre_prepare->sequence,
                          ProposalDigest::of(slot.pre_prepare->digest),
                          slot.pre_prepare->signature,
                          make_bitmap(n),
                          {}};
  for (const auto& [sender, message] : slot.prepares) {
    const auto& prepare = std::get<Prepare>(*message);
    // The primary's word is its PRE-PREPARE; a PREPARE of it would count it twice.
    if (sender == primary || prepare.digest != out.digest || out.prepares.size() == needed) continue;
    set_bit(out.preparers, sender);
    out.prepares.push_back(prepare.signature);
  }
  if (out.prepares.size() < needed) return std::nullopt;
  return out;
}

std::optional<ProposalDigest> committed_digest(const Slot& slot, std::size_t n) {
  std::map<ProposalDigest, std::size_t> count;
  for (const auto& [sender, message] : slot.commits) {
    const ProposalDigest& digest = std::get<Commit>(*message).digest;
    if (++count[digest] >= ledger::quorum(n)) return digest;
  }
  return std::nullopt;
}

}  // namespace qilian::consensus
