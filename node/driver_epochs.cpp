#include <spdlog/spdlog.h>

#include "consensus/wire.h"
#include "contracts/validators.h"
#include "node/driver.h"

namespace qilian::node {
namespace {

using namespace ledger;

/// Validators that saw the same evidence take turns to report it, and try again until the ledger holds it.
constexpr std::int64_t kReportTurnMs = 500;
constexpr std::int64_t kReportAgainMs = 10'000;
constexpr std::int64_t kReportExpiryMs = 60'000;
constexpr std::size_t kMaxEvidence = 256;

contracts::SignedStatement statement(const consensus::SignedHeader& header) {
  return {header.view, header.sequence, header.digest, header.signature};
}

}  // namespace

contracts::ValidatorEpoch Driver::epoch_above(Height stable) const {
  return contracts::epoch_of_block(*store().latest(), genesis(), stable.next());
}

// Without its log or its key a place is of no use: the node observes, and says why.
std::optional<ReplicaId> Driver::usable_place(const ValidatorSet& set) {
  const auto place = keys_.place_in(set);
  if (!place) return std::nullopt;
  const auto key = keys_.find(set.validators[place->value()].consensus_key);
  if (!key) {
    spdlog::critical("the consensus key for epoch {} cannot be used: {}", set.epoch.value(), key.error().message);
    return std::nullopt;
  }
  if (!log_) {
    spdlog::critical("this node is replica {} of epoch {} but has no consensus log; run `qiliand --init`",
                     place->value(), set.epoch.value());
    return std::nullopt;
  }
  return place;
}

bool Driver::add_signer(const ValidatorSet& set) {
  const auto key = keys_.find(set.validators[self_->value()].consensus_key);
  if (!key) return false;
  const SecretKey* secret = *key;
  signers_.try_emplace(set.epoch, genesis().hash, *self_, [secret](ByteView payload) { return secret->sign(payload); });
  return true;
}

// Ends an epoch here: its last block and that block's certificate are on disk before the log forgets the epoch's votes
// and begins anew under the new key.
bool Driver::hand_over(const consensus::Ready& ready) {
  for (const auto& certified : ready.certificates) {
    keep_certificate(certified.certificate);
    if (failed_) return false;
  }
  sync_ledger(true);
  if (failed_) return false;

  const ValidatorSet& set = core_->validators();
  const bool voted = voter_;
  self_ = core_->place();
  voter_ = self_.has_value();
  if (voter_ && !add_signer(set)) {
    fail({"key.open", "the consensus key of the new epoch cannot be read"});
    return false;
  }
  verifier_.add_validators(set);
  verifier_.set_self(self_.value_or(kNoProposer));
  verifier_.set_horizon(core_->horizon());
  seat_peers();
  spdlog::info("epoch {} begins above block {}: {} validators, this node {}", set.epoch.value(),
               core_->horizon().begun_by.value(), set.size(),
               voter_ ? fmt::format("is replica {}", self_->value()) : std::string("observes"));
  if (voted && !voter_) spdlog::warn("this node was removed from the validators; it serves and follows");
  if (!voter_) return true;
  std::vector<Bytes> records;
  records.push_back(
      consensus::encode_record(consensus::StartRecord{genesis().hash, set.validators[self_->value()].consensus_key}));
  records.push_back(consensus::encode_record(consensus::EpochRecord{set.epoch, core_->horizon().begun_by}));
  unsynced_records_.clear();
  if (const auto restarted = log_->restart_with(records); !restarted) {
    fail(restarted.error());
    return false;
  }
  return true;
}

// A key serves one epoch: what signed before this one can sign no more.
void Driver::retire_keys() {
  const Epoch now = core_->validators().epoch;
  std::erase_if(signers_, [&](const auto& signer) { return signer.first < now; });
  if (now == genesis().validators.epoch) return;
  const auto before = contracts::epoch_of(*store().latest(), genesis(), Epoch(now.value() - 1));
  const auto place = before ? keys_.place_in(before->set) : std::nullopt;
  if (!place) return;
  const PublicKey& old = before->set.validators[place->value()].consensus_key;
  if (const auto destroyed = keys_.destroy(old); !destroyed) {
    spdlog::error("{}", destroyed.error().message);
  } else {
    spdlog::info("the consensus key {} of epoch {} was destroyed", old.hex().substr(0, 16), before->set.epoch.value());
  }
}

// Pins the nodes that the ledger names and the configuration does not.
void Driver::meet_nodes(const contracts::ValidatorEpoch& epoch) {
  for (const auto& contact : epoch.contacts) {
    if (!contact.node_key || contact.node_key == node_key_) continue;
    const bool known =
        std::ranges::any_of(config_.peers, [&](const PeerConfig& peer) { return peer.node_key == *contact.node_key; });
    if (known) continue;
    const auto address = Address::parse(contact.address);
    if (!address || config_.peers.size() >= kMaxPeers) {
      spdlog::warn("the node of a next validator cannot be reached at \"{}\"", contact.address);
      continue;
    }
    config_.peers.push_back({*contact.node_key, *address, std::nullopt});
    if (mesh_ != nullptr) mesh_->add_peer(config_.peers.back());
  }
}

// Whose place in the core's epoch is whose: by the pins of that epoch, in the first by configuration.
void Driver::seat_peers() {
  const Epoch epoch = core_->validators().epoch;
  seated_ = epoch;
  const auto seats = contracts::epoch_of(*store().latest(), genesis(), epoch);
  for (PeerIndex i = 0; i < config_.peers.size(); ++i) {
    replicas_[i].reset();
    if (epoch == genesis().validators.epoch) replicas_[i] = config_.peers[i].replica;
    for (std::uint32_t seat = 0; seats && seat < seats->contacts.size(); ++seat) {
      if (seats->contacts[seat].node_key == config_.peers[i].node_key) replicas_[i] = ReplicaId(seat);
    }
  }
}

ReplicaId Driver::id_of(PeerIndex peer) const {
  return replicas_[peer].value_or(ReplicaId(consensus::kFirstGuest + peer));
}

// The certificate of the last block of an epoch that is over: its own set judges it.
void Driver::send_handover(const consensus::Handover& handover) {
  const auto next = contracts::epoch_of(*store().latest(), genesis(), handover.epoch.next());
  if (!next) return;
  const auto certificate = store().certificate(next->begun_by());
  if (!certificate) return;
  const auto header = Header::decode(certificate->header);
  if (!header) return fail(header.error());
  send(consensus::CheckpointProof{{header->epoch, header->height, header->hash(), certificate->signers,
                                   certificate->signatures},
                                  self_.value_or(kNoProposer)},
       handover.to);
}

void Driver::keep_evidence(const consensus::Evidence& evidence) {
  counters_.evidence.add();
  spdlog::error("evidence: replica {} of epoch {} signed two different messages for height {}",
                evidence.first.sender.value(), evidence.first.epoch.value(), evidence.first.sequence.value());
  if (evidence_.size() >= kMaxEvidence) return;
  const std::size_t n = core_->validators().size();
  const std::int64_t turn =
      self_ ? static_cast<std::int64_t>((self_->value() + n - evidence.first.sender.value() % n) % n) : 0;
  evidence_.push_back({evidence, steady_ms_ + turn * kReportTurnMs});
}

void Driver::report_evidence() {
  if (evidence_.empty() || !voter_) return;
  const auto state = store().latest();
  std::erase_if(evidence_, [&](const PendingEvidence& pending) {
    const auto& first = pending.evidence.first;
    return contracts::equivocation_known(*state, genesis(), first.epoch, first.sender,
                                         static_cast<std::uint8_t>(first.type));
  });
  const auto key = keys_.find(core_->validators().validators[self_->value()].consensus_key);
  if (!key) return;
  for (PendingEvidence& pending : evidence_) {
    if (steady_ms_ < pending.next_ms) continue;
    pending.next_ms = steady_ms_ + kReportAgainMs;
    const auto& first = pending.evidence.first;
    BodyFields fields;
    fields.signers = {(*key)->public_key()};
    fields.lead = (*key)->public_key();
    fields.expires = TimeMs(now().value() + kReportExpiryMs);
    fields.nonce =
        FixedWriter().u64(static_cast<std::uint64_t>(steady_ms_)).raw(first.digest.view().substr(0, 16)).take();
    fields.call = "governance.report_equivocation";
    fields.arguments = contracts::equivocation_report(first.epoch, first.sender, static_cast<std::uint8_t>(first.type),
                                                      statement(first), statement(pending.evidence.second));
    const auto body = encode_body(fields);
    const auto transaction =
        body ? Transaction::decode(assemble_envelope(*body, {sign_body(*body, genesis().hash, **key)}))
             : Result<Transaction>(std::unexpect, body.error());
    if (!transaction) {
      spdlog::error("evidence cannot be reported: {}", transaction.error().message);
      continue;
    }
    admit(std::make_shared<const Transaction>(*transaction), false, 0, [](const Result<Submission>& reply) {
      if (!reply) spdlog::warn("evidence: {}: {}", reply.error().code, reply.error().message);
    });
  }
}

}  // namespace qilian::node
