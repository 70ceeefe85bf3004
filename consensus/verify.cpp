#include "consensus/verify.h"

#include "ledger/core/hash.h"

namespace qilian::consensus {

using ledger::fail;

namespace {

std::unexpected<ledger::Error> stale() {
  return fail("message.stale", "below the low watermark, or of a view or epoch left behind");
}
std::unexpected<ledger::Error> ahead() {
  return fail("message.ahead", "beyond what is kept; the peer's STATUS answers bring it again");
}
std::unexpected<ledger::Error> invalid(std::string why) { return fail("message.invalid", std::move(why)); }

}  // namespace

Verifier::Verifier(GenesisHash genesis, CheckSignature check, std::size_t cache)
    : genesis_(genesis), check_(std::move(check)), cache_limit_(cache) {}

void Verifier::add_validators(const ValidatorSet& set) {
  sets_[set.epoch] = set;
  while (sets_.size() > 2) sets_.erase(sets_.begin());
}

const ValidatorSet* Verifier::set_of(Epoch epoch) const {
  const auto it = sets_.find(epoch);
  return it == sets_.end() ? nullptr : &it->second;
}

/// A set judges the blocks of its own epoch, its last one included, and no others.
bool Verifier::decides(Epoch epoch, Height height) const {
  if (epoch == horizon_.epoch) return height > horizon_.begun_by && (!horizon_.ends || height <= *horizon_.ends);
  return epoch.next() == horizon_.epoch && height <= horizon_.begun_by;
}

Result<void> Verifier::check(const ValidatorSet& set, const SignedHeader& header) {
  if (header.sender.value() >= set.size()) return invalid("the sender is not in the set of that epoch");
  const PublicKey& key = set.validators[header.sender.value()].consensus_key;
  const Bytes payload = signing_payload(genesis_, header);
  // Without a cache nothing needs a name.
  const Digest name = cache_limit_ == 0 ? Digest() : ledger::sha256({key.view(), payload, header.signature.view()});
  if (cache_limit_ > 0 && seen_.contains(name)) {
    ++counters_.cache_hits;
    return {};
  }
  ++counters_.signatures_checked;
  if (!check_(key, payload, header.signature)) {
    ++counters_.bad_signatures;
    return fail("message.signature", "not signed by replica " + std::to_string(header.sender.value()));
  }
  if (cache_limit_ == 0) return {};
  while (order_.size() >= cache_limit_) {
    seen_.erase(order_.front());
    order_.pop_front();
  }
  seen_.insert(name);
  order_.push_back(name);
  return {};
}

Result<Verified<Message>> Verifier::verify(ReplicaId peer, Message message) {
  const std::uint64_t checked_before = counters_.signatures_checked;
  if (auto checked = std::visit([&](auto& m) { return check_one(peer, m); }, message); !checked) {
    if (counters_.signatures_checked == checked_before) ++counters_.filtered;
    return std::unexpected(checked.error());
  }
  ++counters_.accepted;
  return Verified<Message>(std::move(message));
}

Result<void> Verifier::check_slot(Epoch epoch, View view, Sequence sequence) const {
  if (epoch > horizon_.epoch) return ahead();
  if (epoch < horizon_.epoch || view < horizon_.view || sequence <= horizon_.stable) return stale();
  if (sequence.value() - horizon_.stable.value() > 2 * std::uint64_t{horizon_.window}) return ahead();
  if (set_of(epoch) == nullptr) return invalid("an epoch without a known set");
  if (!decides(epoch, sequence)) return ahead();
  return {};
}

Result<void> Verifier::check_one(ReplicaId, PrePrepare& message) {
  QILIAN_TRY_VOID(check_slot(message.epoch, message.view, message.sequence));
  const ValidatorSet& set = *set_of(message.epoch);
  if (message.sender != primary_of(message.epoch, message.view, set.size())) return invalid("PRE-PREPARE by a backup");
  if (!message.proposal) return invalid("PRE-PREPARE without its proposal");
  const Proposal& proposal = *message.proposal;
  if (proposal.chain != genesis_ || proposal.epoch != message.epoch || proposal.sequence != message.sequence) {
    return invalid("the proposal belongs to another slot or chain");
  }
  if (proposal.digest() != message.digest) return invalid("the proposal does not have the digest that was signed");
  return check(set, *signed_header(message));
}

Result<void> Verifier::check_one(ReplicaId, Prepare& message) {
  QILIAN_TRY_VOID(check_slot(message.epoch, message.view, message.sequence));
  const ValidatorSet& set = *set_of(message.epoch);
  if (message.sender == primary_of(message.epoch, message.view, set.size())) return invalid("PREPARE by the primary");
  return check(set, *signed_header(message));
}

Result<void> Verifier::check_one(ReplicaId, Commit& message) {
  // COMMITs of views left behind still commit a slot.
  QILIAN_TRY_VOID(check_slot(message.epoch, std::max(message.view, horizon_.view), message.sequence));
  return check(*set_of(message.epoch), *signed_header(message));
}

Result<void> Verifier::check_one(ReplicaId, Checkpoint& message) {
  const ValidatorSet* set = set_of(message.epoch);
  if (set == nullptr || !decides(message.epoch, message.height))
    return message.epoch >= horizon_.epoch ? ahead() : stale();
  // Late ones still complete the certificate of a block that a later block's certificate covered already.
  if (message.height.value() + horizon_.window <= horizon_.stable.value()) return stale();
  if (message.height.value() > horizon_.stable.value() + 2 * std::uint64_t{horizon_.window}) return ahead();
  return check(*set, *signed_header(message));
}

Result<void> Verifier::verify_checkpoint(const CheckpointCertificate& certificate) {
  if (certificate.height == Height(0)) {
    if (!certificate.signers.empty() || !certificate.signatures.empty())
      return invalid("the genesis is certified by the pin alone");
    return {};
  }
  const ValidatorSet* set = set_of(certificate.epoch);
  if (set == nullptr || !decides(certificate.epoch, certificate.height))
    return certificate.epoch >= horizon_.epoch ? ahead() : stale();
  const auto members = bitmap_members(certificate.signers, set->size());
  if (!members || members->size() != certificate.signatures.size() || members->size() < ledger::quorum(set->size())) {
    return invalid("a stable checkpoint without a quorum of distinct signers");
  }
  for (std::size_t i = 0; i < members->size(); ++i) {
    QILIAN_TRY_VOID(check(*set, {MessageType::kCheckpoint, certificate.epoch, View(0), certificate.height,
                                 Digest::of(certificate.header), (*members)[i], certificate.signatures[i]}));
  }
  return {};
}

Result<void> Verifier::check_prepared(const ValidatorSet& set, const PreparedCertificate& certificate) {
  const ReplicaId primary = primary_of(set.epoch, certificate.view, set.size());
  const auto members = bitmap_members(certificate.preparers, set.size());
  if (!members || members->size() != certificate.prepares.size() || members->size() + 1 != ledger::quorum(set.size()) ||
      has_bit(certificate.preparers, primary)) {
    return invalid("a prepared certificate without q-1 distinct backups");
  }
  SignedHeader header{MessageType::kPrePrepare,       set.epoch, certificate.view,       certificate.sequence,
                      Digest::of(certificate.digest), primary,   certificate.pre_prepare};
  QILIAN_TRY_VOID(check(set, header));
  header.type = MessageType::kPrepare;
  for (std::size_t i = 0; i < members->size(); ++i) {
    header.sender = (*members)[i];
    header.signature = certificate.prepares[i];
    QILIAN_TRY_VOID(check(set, header));
  }
  return {};
}

Result<void> Verifier::check_one(ReplicaId, ViewChange& message) {
  if (message.epoch > horizon_.epoch) return ahead();
  if (message.epoch < horizon_.epoch || message.view < horizon_.view) return stale();
  const ValidatorSet* set = set_of(message.epoch);
  if (set == nullptr || message.view == View(0) || message.prepared.size() > horizon_.window)
    return invalid("a VIEW-CHANGE out of bounds");
  Sequence last = message.stable.height;
  for (const PreparedCertificate& certificate : message.prepared) {
    if (certificate.sequence <= last ||
        certificate.sequence.value() - message.stable.height.value() > horizon_.window ||
        certificate.view >= message.view) {
      return invalid("a P-set out of order, outside the window, or prepared in a later view than it asks for");
    }
    last = certificate.sequence;
  }
  // The outer signature first: whoever makes the nested checks expensive is known by name.
  QILIAN_TRY_VOID(check(*set, *signed_header(message)));
  QILIAN_TRY_VOID(verify_checkpoint(message.stable));
  for (const PreparedCertificate& certificate : message.prepared) QILIAN_TRY_VOID(check_prepared(*set, certificate));
  return {};
}

Result<void> Verifier::check_one(ReplicaId, NewView& message) {
  if (message.epoch > horizon_.epoch) return ahead();
  if (message.epoch < horizon_.epoch || message.view < horizon_.view) return stale();
  const ValidatorSet* set = set_of(message.epoch);
  if (set == nullptr || message.view == View(0) ||
      message.sender != primary_of(message.epoch, message.view, set->size())) {
    return invalid("NEW-VIEW by a replica that does not lead that view");
  }
  if (message.view_changes.size() != ledger::quorum(set->size()) || message.slots.size() > horizon_.window) {
    return invalid("NEW-VIEW that does not rest on exactly a quorum, or orders more than a window");
  }
  for (std::size_t i = 0; i < message.view_changes.size(); ++i) {
    if (message.view_changes[i].sender.value() >= set->size() ||
        (i > 0 && message.view_changes[i].sender <= message.view_changes[i - 1].sender)) {
      return invalid("NEW-VIEW that does not name distinct view changes in order");
    }
  }
  QILIAN_TRY_VOID(check(*set, *signed_header(message)));
  Sequence sequence = message.min_s;
  for (const NewView::Slot& slot : message.slots) {
    sequence = sequence.next();
    QILIAN_TRY_VOID(check(*set, {MessageType::kPrePrepare, message.epoch, message.view, sequence,
                                 Digest::of(slot.digest), message.sender, slot.pre_prepare}));
  }
  return {};
}

Result<void> Verifier::check_one(ReplicaId peer, Status& message) {
  message.sender = peer;
  if (message.slots.size() > 2 * kMaxWindow || message.yours.size() > 8 * kMaxWindow)
    return invalid("a STATUS out of bounds");
  if (message.is_report && is_guest(peer)) return invalid("a report by a peer that is no validator");
  if (!message.is_report && !message.yours.empty()) return invalid("signatures in a STATUS that is no report");
  for (const SignedHeader& header : message.yours) {
    // Cheap first: a peer can sign thousands itself and have them all checked.
    if (self_ && header.sender != *self_) return invalid("a report that holds another replica's signatures");
    const ValidatorSet* set = set_of(header.epoch);
    if (set == nullptr) return stale();
    QILIAN_TRY_VOID(check(*set, header));
  }
  return {};
}

Result<void> Verifier::check_one(ReplicaId peer, Forward& message) {
  message.sender = peer;
  if (is_guest(peer)) return invalid("FORWARD by a peer that is no validator");
  if (message.envelopes.empty() || message.envelopes.size() > kMaxForward)
    return invalid("FORWARD of nothing or of too much");
  return {};
}

Result<void> Verifier::check_one(ReplicaId peer, FetchProposals& message) {
  message.sender = peer;
  if (message.digests.empty() || message.digests.size() > kMaxFetch)
    return invalid("a fetch of nothing or of too much");
  return {};
}

Result<void> Verifier::check_one(ReplicaId peer, Proposals& message) {
  message.sender = peer;
  if (message.proposals.empty() || message.proposals.size() > kMaxFetch)
    return invalid("an answer with nothing or too much");
  for (const Proposal& proposal : message.proposals) {
    if (proposal.chain != genesis_) return invalid("a proposal of another chain");
  }
  return {};
}

Result<void> Verifier::check_one(ReplicaId peer, FetchViewChanges& message) {
  message.sender = peer;
  if (message.wanted.empty() || message.wanted.size() > ledger::kMaxValidators)
    return invalid("a fetch of nothing or of too much");
  return {};
}

Result<void> Verifier::check_one(ReplicaId peer, CheckpointProof& message) {
  message.sender = peer;
  if (message.certificate.height <= horizon_.stable) return stale();
  return verify_checkpoint(message.certificate);
}

Signature Signer::sign_header(SignedHeader header) const { return sign_(signing_payload(genesis_, header)); }

Verified<Message> Signer::sign(Message unsigned_message) const {
  if (auto* new_view = std::get_if<NewView>(&unsigned_message)) {
    Sequence sequence = new_view->min_s;
    for (NewView::Slot& slot : new_view->slots) {
      sequence = sequence.next();
      slot.pre_prepare = sign_header({MessageType::kPrePrepare, new_view->epoch, new_view->view, sequence,
                                      Digest::of(slot.digest), new_view->sender, Signature{}});
    }
    new_view->seal();
  }
  const auto header = signed_header(unsigned_message);
  QILIAN_CHECK(header.has_value() && header->sender == self_);
  const Signature signature = sign_header(*header);
  std::visit(
      [&](auto& m) {
        if constexpr (requires { m.signature; }) m.signature = signature;
      },
      unsigned_message);
  return Verified<Message>(std::move(unsigned_message));
}

}  // namespace qilian::consensus
