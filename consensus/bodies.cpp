// What stands behind digests: proposals, and the envelopes that they name. Kept while a slot above L may need them
// (rule 4).
#include "consensus/core.h"

namespace qilian::consensus {

namespace {
/// Proposals kept for one slot, over all views. Past it one that neither prepared nor committed here gives way.
constexpr std::size_t kMaxProposalsPerSlot = 8;
/// Envelope digests in one answer to a fetch of proposals: half a frame.
constexpr std::size_t kMaxAnswerDigests = 64 * 1024;
}  // namespace

const StoredProposal* Core::find_proposal(const ProposalDigest& digest) const {
  const auto it = proposals_.find(digest);
  return it == proposals_.end() ? nullptr : &it->second;
}

StoredProposal* Core::find_proposal(const ProposalDigest& digest) {
  const auto it = proposals_.find(digest);
  return it == proposals_.end() ? nullptr : &it->second;
}

std::shared_ptr<const Proposal> Core::proposal(const ProposalDigest& digest) const {
  const StoredProposal* stored = find_proposal(digest);
  return stored == nullptr ? nullptr : stored->proposal;
}

bool Core::body_is_here(const ProposalDigest& digest) const {
  if (digest == kNullDigest) return true;
  const StoredProposal* stored = find_proposal(digest);
  return stored != nullptr && stored->missing.empty();
}

StoredProposal* Core::store_proposal(const ProposalDigest& digest, std::shared_ptr<const Proposal> proposal,
                                     bool from_log) {
  if (StoredProposal* known = find_proposal(digest)) return known;
  const Sequence sequence = proposal->sequence;
  if (sequence <= stable_.height || (sequence > horizon_sequence() && !from_log)) return nullptr;
  std::vector<ProposalDigest> same_slot;
  for (const auto& [other, stored] : proposals_) {
    if (stored.proposal->sequence == sequence) same_slot.push_back(other);
  }
  if (same_slot.size() >= kMaxProposalsPerSlot) {
    const Slot& slot = slots_[sequence];
    const auto needed = [&](const ProposalDigest& other) {
      return (slot.committed && *slot.committed == other) || (slot.prepared && slot.prepared->digest == other) ||
             (slot.pre_prepare && slot.pre_prepare->digest == Digest::of(other));
    };
    const auto victim = std::ranges::find_if_not(same_slot, needed);
    drop_proposal(*victim);  // at most three are needed
    ++dropped_;
  }
  StoredProposal& stored = proposals_[digest];
  stored.proposal = std::move(proposal);
  for (const EnvelopeDigest& envelope : stored.proposal->envelopes) {
    pool_.pin(envelope);
    if (pool_.holds(envelope)) continue;
    stored.missing.insert(envelope);
    wanted_[envelope].insert(digest);
  }
  return &stored;
}

void Core::drop_proposal(const ProposalDigest& digest) {
  const auto it = proposals_.find(digest);
  if (it == proposals_.end()) return;
  for (const EnvelopeDigest& envelope : it->second.proposal->envelopes) {
    if (const auto wanted = wanted_.find(envelope); wanted != wanted_.end()) {
      wanted->second.erase(digest);
      if (wanted->second.empty()) wanted_.erase(wanted);
    }
    pool_.unpin(envelope);
  }
  proposals_.erase(it);
}

void Core::envelope_arrived(const EnvelopeDigest& digest) {
  const auto wanted = wanted_.find(digest);
  if (wanted == wanted_.end()) return;
  for (const ProposalDigest& name : wanted->second) {
    StoredProposal& stored = proposals_.at(name);
    stored.missing.erase(digest);
    const auto slot = slots_.find(stored.proposal->sequence);
    if (slot != slots_.end() && slot->second.pre_prepare && slot->second.pre_prepare->digest == Digest::of(name)) {
      pool_.set_in_flight(digest, true);
    }
  }
  wanted_.erase(wanted);
}

void Core::record_proposal(StoredProposal& stored) {
  if (stored.recorded) return;
  stored.recorded = true;
  ready_.records.push_back(ProposalRecord{*stored.proposal});
  const auto& envelopes = stored.proposal->envelopes;
  ready_.persist_envelopes.insert(ready_.persist_envelopes.end(), envelopes.begin(), envelopes.end());
  ready_.must_sync = true;
}

void Core::mark_in_flight(const Slot& slot) {
  if (!slot.pre_prepare) return;
  const StoredProposal* stored = find_proposal(ProposalDigest::of(slot.pre_prepare->digest));
  if (stored == nullptr) return;
  for (const EnvelopeDigest& envelope : stored->proposal->envelopes) pool_.set_in_flight(envelope, true);
}

void Core::request_proposal(const ProposalDigest& digest, ReplicaId source) {
  if (source == config_.self) source = ReplicaId(static_cast<std::uint32_t>((source.value() + 1) % n()));
  if (source == config_.self) return;
  ready_.messages_now.push_back({source, FetchProposals{{digest}, config_.self}});
}

void Core::fetch_missing() {
  // What committed or was accepted and still lacks its body: ask another replica each time.
  const std::vector<ReplicaId> sources = others();
  if (sources.empty()) return;
  FetchProposals fetch{{}, config_.self};
  std::set<EnvelopeDigest> envelopes;
  for (const auto& [sequence, slot] : slots_) {
    std::set<ProposalDigest> digests;
    if (slot.committed && sequence > emitted_) digests.insert(*slot.committed);
    if (slot.pre_prepare && !slot.refused) digests.insert(ProposalDigest::of(slot.pre_prepare->digest));
    for (const ProposalDigest& digest : digests) {
      if (digest == kNullDigest) continue;
      const StoredProposal* stored = find_proposal(digest);
      if (stored == nullptr) {
        if (fetch.digests.size() < kMaxFetch) fetch.digests.push_back(digest);
      } else {
        envelopes.insert(stored->missing.begin(), stored->missing.end());
      }
    }
  }
  // Two at a time: one of them may be faulty.
  for (std::size_t i = 0; i < std::min<std::size_t>(2, sources.size()) && !fetch.digests.empty(); ++i) {
    ready_.messages_now.push_back({sources[i], fetch});
  }
  if (!envelopes.empty()) ready_.fetch_envelopes.push_back({{envelopes.begin(), envelopes.end()}, sources});
}

void Core::on_forward(const Forward& forward) {
  if (!leads() || !in_view_) return;
  EnvelopeFetch fetch{{}, {forward.sender}};
  // A sender's latest: what it named before and never sent only takes its own room.
  auto& wanted = forwarded_wanted_[forward.sender];
  if (wanted.size() + forward.envelopes.size() > kMaxForward) wanted.clear();
  for (const EnvelopeDigest& digest : forward.envelopes) {
    if (pool_.holds(digest)) {
      pool_.prioritise(digest);
    } else if (pool_.pending() < config_.max_pending) {
      wanted.insert(digest);
      fetch.envelopes.push_back(digest);
    } else {
      ++dropped_;
    }
  }
  if (!fetch.envelopes.empty()) ready_.fetch_envelopes.push_back(std::move(fetch));
}

void Core::on_fetch_proposals(const FetchProposals& fetch) {
  Proposals answer{{}, config_.self};
  std::size_t digests = 0;
  for (const ProposalDigest& digest : fetch.digests) {
    const StoredProposal* stored = find_proposal(digest);
    if (stored == nullptr) continue;
    digests += stored->proposal->envelopes.size();
    if (digests > kMaxAnswerDigests ||
        !may_answer(fetch.sender, stored->proposal->envelopes.size() * EnvelopeDigest::kSize + 128)) {
      break;
    }
    answer.proposals.push_back(*stored->proposal);
  }
  if (!answer.proposals.empty()) ready_.messages_now.push_back({fetch.sender, std::move(answer)});
}

void Core::on_proposals(const Proposals& proposals) {
  for (const Proposal& proposal : proposals.proposals) {
    const auto it = slots_.find(proposal.sequence);
    if (it == slots_.end() || proposal.epoch != set_.epoch) continue;
    const Slot& slot = it->second;
    const ProposalDigest digest = proposal.digest();
    const bool wanted = (slot.committed && *slot.committed == digest) ||
                        (slot.pre_prepare && slot.pre_prepare->digest == Digest::of(digest));
    if (!wanted || find_proposal(digest) != nullptr) continue;
    const StoredProposal* stored = store_proposal(digest, std::make_shared<const Proposal>(proposal));
    if (stored == nullptr) continue;
    mark_in_flight(slot);
    if (!stored->missing.empty()) {
      ready_.fetch_envelopes.push_back({{stored->missing.begin(), stored->missing.end()}, others(proposals.sender)});
    }
  }
}

}  // namespace qilian::consensus
