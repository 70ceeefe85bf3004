#include "ledger/core/fact.h"

#include "ledger/core/block.h"
#include "ledger/core/canonical.h"
#include "ledger/core/certificate.pb.h"
#include "ledger/core/hash.h"
#include "ledger/core/ledger.pb.h"
#include "ledger/core/merkle_list.h"
#include "ledger/core/state_claim.h"

namespace qilian::ledger {
namespace {

constexpr std::uint32_t kVersion = 1;

Result<std::vector<Digest>> read_path(const google::protobuf::RepeatedPtrField<std::string>& path) {
  std::vector<Digest> out;
  for (const std::string& node : path) {
    const auto digest = Digest::from(node);
    if (!digest) return fail("fact.path", "a node of a path is not a hash");
    out.push_back(*digest);
  }
  return out;
}

/// The set of the certificate's epoch, and the last height of the epoch before it; for epoch 0 that is the header 0,
/// which is certified by the pin and by nobody else.
struct Reign {
  ValidatorSet validators;
  Height last_boundary;
};

/// Walks the epochs in turn, without a gap, from the genesis set on.
Result<Reign> follow_handovers(const pb::FactCertificate& message, const Genesis& pinned) {
  Reign reign{pinned.validators, Height(0)};
  for (const pb::EpochHandover& handover : message.handovers()) {
    QILIAN_TRY(const BlockCertificate certificate, BlockCertificate::decode(handover.certificate()));
    QILIAN_TRY(const Header boundary, verify_block_certificate(certificate, pinned.hash, reign.validators));
    if (boundary.height <= reign.last_boundary) {
      return fail("fact.handover", "an epoch ends before it starts");
    }
    if (boundary.next_validators_hash == boundary.validators_hash) {
      return fail("fact.handover", "block " + std::to_string(boundary.height.value()) + " is no boundary");
    }
    QILIAN_TRY(ValidatorSet next, ValidatorSet::decode(handover.next_validators()));
    if (next.epoch != reign.validators.epoch.next() || next.hash() != boundary.next_validators_hash) {
      return fail("fact.handover", "the next set is not the one that the boundary names");
    }
    reign = {std::move(next), boundary.height};
  }
  return reign;
}

/// The quorum's header: of the last epoch that the hand-overs lead to, above its first boundary.
Result<void> verify_certified(const pb::FactCertificate& message, const Genesis& pinned, VerifiedFact& out) {
  QILIAN_TRY(Reign reign, follow_handovers(message, pinned));
  QILIAN_TRY(const BlockCertificate certificate, BlockCertificate::decode(message.block_certificate()));
  QILIAN_TRY(out.certified, verify_block_certificate(certificate, pinned.hash, reign.validators));
  if (out.certified.height <= reign.last_boundary) {
    return fail("fact.height", "the certified header does not lie above header 0 and the last boundary");
  }
  out.certified_hash = out.certified.hash();
  out.signers = signers_of(certificate);
  out.validators = std::move(reign.validators);
  return {};
}

/// The header under which the fact stands: the certified one, or an older one that its history holds.
Result<Header> verify_history(const pb::FactCertificate& message, const Header& certified) {
  if (!message.has_history()) return certified;
  QILIAN_TRY(const Header header, Header::decode(message.history().header()));
  QILIAN_TRY(const std::vector<Digest> path, read_path(message.history().path()));
  if (header.genesis != certified.genesis) return fail("fact.history", "the older header belongs to another chain");
  if (header.height >= certified.height) return fail("fact.history", "the older header is not older");
  const auto root =
      list_root_from_inclusion(history_leaf_hash(header.hash()), header.height.value(), certified.height.value(), path);
  if (root != certified.history_root)
    return fail("fact.history", "the older header does not lead to the certified one's history root");
  return header;
}

Result<VerifiedTransaction> verify_transaction(const pb::TransactionFact& fact, const Header& header) {
  QILIAN_TRY(Transaction transaction, Transaction::decode(fact.envelope()));
  QILIAN_TRY_VOID(verify_signatures(transaction, header.genesis));
  pb::Receipt receipt;
  QILIAN_TRY_VOID(decode_canonical(fact.receipt(), receipt));
  if (receipt.transaction_id() != transaction.id().view())
    return fail("fact.receipt", "the receipt belongs to another transaction");
  QILIAN_TRY(const std::vector<Digest> path, read_path(fact.path()));
  const TransactionLeaf leaf{transaction.id(), transaction.envelope_digest(), receipt_hash(fact.receipt())};
  const auto root =
      list_root_from_inclusion(list_leaf_hash(leaf.encode()), fact.index(), header.transaction_count, path);
  if (root != header.transactions_root)
    return fail("fact.transactions_root", "the path does not lead to the header's transactions root");
  return VerifiedTransaction{std::move(transaction), fact.receipt(), receipt.code(), fact.index()};
}

}  // namespace

Result<VerifiedFact> verify_fact(ByteView certificate, const Genesis& pinned, const std::optional<PinnedHead>& head) {
  if (certificate.size() > kMaxFactBytes) return fail("fact.size", "a certificate has at most 64 MiB");
  pb::FactCertificate message;
  QILIAN_TRY_VOID(decode_canonical(certificate, message));
  if (message.version() != kVersion)
    return fail("fact.version", "version " + std::to_string(message.version()) + " is unknown here");
  if (message.genesis_hash() != pinned.hash.view()) {
    return fail("fact.chain", "the certificate is of another chain than the pinned genesis " + pinned.hash.hex());
  }

  VerifiedFact out;
  QILIAN_TRY_VOID(verify_certified(message, pinned, out));
  if (head) {
    if (out.certified.height != head->height || out.certified_hash != head->hash) {
      return fail("fact.pinned_head", "the certified header is not the pinned head");
    }
    out.by_pinned_head = true;
  }
  QILIAN_TRY(out.header, verify_history(message, out.certified));
  if (out.header.logic_version != kLogicVersion || out.certified.logic_version != kLogicVersion) {
    return fail("fact.logic_version", "the header follows rules that this build does not know");
  }
  switch (message.fact_case()) {
    case pb::FactCertificate::kTransaction: {
      QILIAN_TRY(out.fact, verify_transaction(message.transaction(), out.header));
      return out;
    }
    case pb::FactCertificate::kState: {
      QILIAN_TRY(out.fact, verify_state_claim(message.state(), out.header));
      return out;
    }
    case pb::FactCertificate::FACT_NOT_SET:
      break;
  }
  return fail("fact.empty", "the certificate holds no fact");
}

}  // namespace qilian::ledger
