#include "consensus/slot.h"

namespace qilian::consensus {

void Slot::add_old_commit(const Verified<Message>& message) {
  const auto& commit = std::get<Commit>(*message);
  const auto [it, fresh] = old_commits.try_emplace(commit.sender, message);
  if (!fresh && std::get<Commit>(*it->second).view < commit.view) it->second = message;
}

void Slot::retire_commits() {
  for (const auto& [sender, message] : commits) add_old_commit(message);
  commits.clear();
}

void Slot::clear_view() {
  retire_commits();
  auto kept_old = std::move(old_commits);
  auto kept_prepared = std::move(prepared);
  const auto kept_commit = own_commit;
  const auto kept_committed = committed;
  *this = Slot{};
  own_commit = kept_commit;
  old_commits = std::move(kept_old);
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
  for (const auto* commits : {&slot.commits, &slot.old_commits}) {
    if (commits->size() < ledger::quorum(n)) continue;
    std::map<std::pair<View, ProposalDigest>, std::size_t> count;
    for (const auto& [sender, message] : *commits) {
      const auto& commit = std::get<Commit>(*message);
      if (++count[{commit.view, commit.digest}] >= ledger::quorum(n)) return commit.digest;
    }
  }
  return std::nullopt;
}

}  // namespace qilian::consensus
