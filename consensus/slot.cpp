#include "consensus/slot.h"

namespace qilian::consensus {

void Slot::add_old_commit(const Verified<Message>& message) {
  const auto& commit = std::get<Commit>(*message);
  const auto [known, fresh] = old_commits.try_emplace({commit.sender, commit.view}, message);
  if (!fresh) {
    // One that tells two stories must not hide the one that completes a quorum: what more others say is kept.
    std::int64_t lead = 0;
    const ProposalDigest& other = std::get<Commit>(*known->second).digest;
    for (const auto& [key, vote] : old_commits) {
      const ProposalDigest& digest = std::get<Commit>(*vote).digest;
      if (key.second == commit.view && key.first != commit.sender)
        lead += (digest == commit.digest) - (digest == other);
    }
    if (other != commit.digest && lead > 0) known->second = message;
  }
  const auto first = old_commits.lower_bound({commit.sender, View(0)});
  const auto last = old_commits.lower_bound({ReplicaId(commit.sender.value() + 1), View(0)});
  if (std::distance(first, last) > static_cast<std::ptrdiff_t>(kMaxOldViews)) old_commits.erase(first);
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
  if (slot.commits.size() < ledger::quorum(n) && slot.old_commits.size() < ledger::quorum(n)) return std::nullopt;
  // Keys hold each sender once per view, so this counts distinct signers of one digest in one view.
  std::map<std::pair<View, ProposalDigest>, std::size_t> count;
  const auto reaches_quorum = [&](const Verified<Message>& message) {
    const auto& commit = std::get<Commit>(*message);
    return ++count[{commit.view, commit.digest}] >= ledger::quorum(n);
  };
  for (const auto& [sender, message] : slot.commits) {
    if (reaches_quorum(message)) return std::get<Commit>(*message).digest;
  }
  for (const auto& [key, message] : slot.old_commits) {
    if (reaches_quorum(message)) return std::get<Commit>(*message).digest;
  }
  return std::nullopt;
}

}  // namespace qilian::consensus
