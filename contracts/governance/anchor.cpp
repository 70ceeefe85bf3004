// 跨链锚定: two regulators vouch for a foreign chain's first validators once; every later head proves itself by its
// certificate, and each change of validators by the header that announces it.
#include <algorithm>

#include "contracts/anchor.pb.h"
#include "contracts/governance/anchors.h"
#include "contracts/governance/governance.h"
#include "contracts/text_guard.h"
#include "ledger/core/block_certificate.h"
#include "ledger/core/bytes.h"

namespace qilian::contracts::governance {
namespace {

using Args = pb::GovernanceAnchor;

constexpr std::size_t kMaxCertificate = 64 * 1024;
constexpr std::size_t kMaxValidatorBytes = 16 * 1024;

std::string id_of(const Args& args) { return ledger::to_hex(args.genesis_hash()); }

/// 1xx, a function of the bytes alone.
Outcome check(const Args& args) {
  QILIAN_REQUIRE(args.genesis_hash().size() == ledger::Digest::kSize, "COM-101", "a genesis hash has 32 bytes");
  QILIAN_REQUIRE(args.name().empty() != args.certificate().empty(), "COM-101",
                 "the first time a name and validators, later a certificate");
  QILIAN_REQUIRE(args.name().size() <= 128 && args.certificate().size() <= kMaxCertificate &&
                     args.validators().size() <= kMaxValidatorBytes,
                 "COM-107", "name, validators or certificate is too long");
  if (!args.validators().empty() || args.certificate().empty()) {
    const auto set = ledger::ValidatorSet::decode(args.validators());
    QILIAN_REQUIRE(set.has_value(), "COM-101", set.error().message);
    QILIAN_REQUIRE(!args.certificate().empty() || set->epoch.value() == 0, "COM-101",
                   "a chain is anchored with the validators of epoch 0");
  }
  if (args.certificate().empty()) return pass();
  const auto certificate = ledger::BlockCertificate::decode(args.certificate());
  QILIAN_REQUIRE(certificate.has_value(), "COM-101", certificate.error().message);
  const auto header = ledger::Header::decode(certificate->header);
  QILIAN_REQUIRE(header.has_value(), "COM-101", header.error().message);
  return pass();
}

Outcome object(const Args& args, const Context& context) {
  const auto anchor = context.get<pb::Anchor>(kind::kAnchor, id_of(args));
  if (args.certificate().empty()) {
    QILIAN_REQUIRE(!anchor, "COM-302", "chain " + id_of(args) + " is anchored");
    return pass();
  }
  QILIAN_REQUIRE(anchor, "COM-301", "chain " + id_of(args) + " is not anchored: name it and its validators first");
  const ledger::Header header = *ledger::Header::decode(ledger::BlockCertificate::decode(args.certificate())->header);
  const std::uint64_t last = anchor->heads().empty() ? 0 : anchor->heads().rbegin()->height();
  QILIAN_REQUIRE(anchor->heads().empty() || header.height.value() > last, "COM-304",
                 "a head at " + std::to_string(last) + " is anchored already");
  return pass();
}

/// The head proves itself: chain, epoch, quorum and every signature.
Outcome references(const Args& args, const Context& context) {
  if (args.certificate().empty()) return pass();
  const pb::Anchor anchor = *context.get<pb::Anchor>(kind::kAnchor, id_of(args));
  const auto header = ledger::verify_block_certificate(*ledger::BlockCertificate::decode(args.certificate()),
                                                       *ledger::GenesisHash::from(args.genesis_hash()),
                                                       *ledger::ValidatorSet::decode(anchor.validators()));
  QILIAN_REQUIRE(header.has_value(), "COM-201", header.error().message);
  const bool boundary = header->next_validators_hash != header->validators_hash;
  QILIAN_REQUIRE(boundary == !args.validators().empty(), "COM-101",
                 boundary ? "the last header of an epoch comes with the validators that follow"
                          : "the validators do not change with this header");
  if (!boundary) return pass();
  QILIAN_REQUIRE(ledger::ValidatorSet::decode(args.validators())->hash() == header->next_validators_hash, "COM-101",
                 "these are not the validators that the header announces");
  return pass();
}

void add_signers(const Context& context, pb::Anchor& anchor) {
  for (const Signer& signer : context.caller().signers) {
    pb::SignerRecord* record = anchor.add_signers();
    record->set_organisation(signer.organisation);
    record->set_officer(signer.officer);
    record->set_public_key(std::string(signer.key.view()));
    record->set_signed_at(context.time().value());
  }
}

Outcome apply(const Args& args, Context& context) {
  auto anchor = context.get<pb::Anchor>(kind::kAnchor, id_of(args)).value_or(pb::Anchor());
  const bool first = args.certificate().empty();
  if (first) {
    anchor.set_genesis_hash(args.genesis_hash());
    anchor.set_name(args.name());
    anchor.set_first_validators(args.validators());
    anchor.set_validators(args.validators());
    add_signers(context, anchor);
  } else {
    const ledger::Header header = *ledger::Header::decode(ledger::BlockCertificate::decode(args.certificate())->header);
    pb::AnchoredHead* head = anchor.add_heads();
    head->set_height(header.height.value());
    head->set_hash(std::string(header.hash().view()));
    head->set_state_root(std::string(header.state_root.view()));
    head->set_history_root(std::string(header.history_root.view()));
    head->set_time(header.time.value());
    head->set_epoch(header.epoch.value());
    head->set_anchored_at(context.time().value());
    if (!args.validators().empty()) anchor.set_validators(args.validators());
    const auto most = static_cast<int>(context.parameters().integer("governance.anchor_heads"));
    if (anchor.heads_size() > most) anchor.mutable_heads()->DeleteSubrange(0, anchor.heads_size() - most);
  }
  context.put(kind::kAnchor, id_of(args), anchor, first ? EventKind::kCreated : EventKind::kChanged);
  context.set_object(id_of(args));
  return pass();
}

}  // namespace

ledger::Result<ledger::VerifiedFact> verify_foreign_fact(const Context& context, std::string_view genesis_hash_hex,
                                                         ledger::ByteView certificate) {
  const auto anchor = context.get<pb::Anchor>(kind::kAnchor, genesis_hash_hex);
  if (!anchor) return ledger::fail("anchor.unknown", "chain " + std::string(genesis_hash_hex) + " is not anchored");
  ledger::Genesis pinned;
  pinned.hash = *ledger::GenesisHash::from(anchor->genesis_hash());
  QILIAN_TRY(pinned.validators, ledger::ValidatorSet::decode(anchor->first_validators()));
  QILIAN_TRY(ledger::VerifiedFact fact, ledger::verify_fact(certificate, pinned));
  const bool anchored = std::ranges::any_of(anchor->heads(), [&](const pb::AnchoredHead& head) {
    return head.height() == fact.certified.height.value() && head.hash() == fact.certified_hash.view();
  });
  if (!anchored) {
    return ledger::fail("anchor.unknown",
                        "head " + std::to_string(fact.certified.height.value()) + " of that chain is not anchored");
  }
  return fact;
}

void add_anchor_call(CallList& calls) {
  calls.push_back(make_call<Args>({.name = "governance.anchor",
                                   .policy = SignaturePolicy::kTwoRegulators,
                                   .roles = {"REGULATOR"},
                                   .credit = CreditClass::kOpen,
                                   .stopped_by_hold = false,
                                   .label_zh = "跨链锚定",
                                   .label_en = "Anchor another chain, or a newer head of it by its certificate"},
                                  {.check = check, .object = object, .references = references, .apply = apply}));
}

}  // namespace qilian::contracts::governance
