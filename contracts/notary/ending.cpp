// Correction, revocation and voidness.
#include <algorithm>

#include "contracts/notary/notary.h"
#include "contracts/notary/steps.h"
#include "contracts/signer_rules.h"
#include "contracts/text_guard.h"

namespace qilian::contracts::notary {
namespace {

using pb::Attestation;

constexpr std::size_t kMaxId = 64;
constexpr std::size_t kMaxText = 512;

// Void may still come after an expiry or a correction: what relied on it must read tainted. After REVOKED or VOID
// nothing is left to end.
Outcome require_endable(const Context& context, std::string_view id, bool even_when_over) {
  const auto found = attestation(context, id);
  QILIAN_REQUIRE(found.has_value(), "COM-301", "no attestation " + std::string(id));
  const Attestation::Status now = status_now(context, *found);
  const bool running = now == Attestation::ACTIVE || now == Attestation::UNDER_REVIEW;
  const bool over = now == Attestation::EXPIRED || now == Attestation::REVOKED || now == Attestation::CORRECTED;
  QILIAN_REQUIRE(running || (even_when_over && over), "COM-303", found->id() + " is " + Attestation::Status_Name(now));
  return pass();
}

SignerRule issuer_or_regulators(const Context& context, std::string_view id) {
  const auto found = attestation(context, id);
  if (!found) return {};
  if (context.caller().signed_by(found->issuer())) return signed_by_each({found->issuer()});
  return signed_by_role("REGULATOR", 2);
}

// Two regulators act on a court's document; the issuer needs none.
Outcome require_court_document(const Context& context, std::string_view id, std::string_view document) {
  const auto found = attestation(context, id);
  QILIAN_REQUIRE(!found || context.caller().signed_by(found->issuer()) || !document.empty(), "COM-107",
                 "regulators end an attestation on a court document only: give its digest");
  return pass();
}

void end(Context& context, std::string_view id, Attestation::Status status, const std::string& reason,
         const std::string& court_document, const std::string& announcement) {
  Attestation record = *attestation(context, id);
  record.set_status(status);
  record.set_void_ab_initio(status == Attestation::VOID);
  record.set_ended_at(context.time().value());
  record.set_end_reason(reason);
  record.set_court_document(court_document);
  record.set_announcement(announcement);
  context.put(kind::kAttestation, id, record, EventKind::kEnded);
  context.set_object(id);
}

// correct: a new attestation of the same type and issuer supersedes the old one.
Outcome check_correct(const pb::NotaryCorrect& args) {
  QILIAN_PASS(require_text("attestation", args.attestation(), kMaxId));
  QILIAN_PASS(require_text("reason", args.reason(), kMaxText));
  QILIAN_REQUIRE(args.has_replacement(), "COM-101", "replacement is missing");
  return check_issue(args.replacement());
}

SignerRule correct_signers(const pb::NotaryCorrect& args, const Context& context) {
  const auto found = attestation(context, args.attestation());
  if (found && found->issuer() != args.replacement().issuer()) {
    return signers_denied("NOT-401", "only " + found->issuer() + " corrects what it issued");
  }
  return issue_signers(args.replacement(), context);
}

Outcome correct_object(const pb::NotaryCorrect& args, const Context& context) {
  QILIAN_PASS(require_endable(context, args.attestation(), false));
  const Attestation old = *attestation(context, args.attestation());
  QILIAN_REQUIRE(old.type() == args.replacement().type(), "COM-303",
                 "a correction keeps the type: " + old.id() + " is " + Attestation::Type_Name(old.type()));
  // Corrections pass for a notary who may no longer issue: about anything else they would be new attestations.
  for (const pb::Subject& subject : args.replacement().subjects()) {
    const bool kept = std::ranges::any_of(old.subjects(), [&](const pb::Subject& before) {
      return before.kind() == subject.kind() && before.id() == subject.id();
    });
    QILIAN_REQUIRE(kept, "COM-303",
                   "a correction keeps to the subjects: " + old.id() + " is not about " + subject.id());
  }
  return issue_object(args.replacement(), context);
}

Outcome correct_references(const pb::NotaryCorrect& args, const Context& context) {
  return issue_references(args.replacement(), context);
}

Outcome correct_invariants(const pb::NotaryCorrect& args, const Context& context) {
  return issue_invariants(args.replacement(), context, args.attestation());
}

Outcome apply_correct(const pb::NotaryCorrect& args, Context& context) {
  Attestation old = *attestation(context, args.attestation());
  old.set_status(Attestation::CORRECTED);
  old.set_superseded_by(args.replacement().id());
  old.set_ended_at(context.time().value());
  old.set_end_reason(args.reason());
  context.put(kind::kAttestation, old.id(), old, EventKind::kEnded);
  apply_issue(args.replacement(), context, old.id());
  return pass();
}

// revoke (from now on) and void (自始无效): by the issuer, or by two regulators on a court document.
Outcome check_revoke(const pb::NotaryRevoke& args) {
  QILIAN_PASS(require_text("attestation", args.attestation(), kMaxId));
  QILIAN_PASS(require_text("reason", args.reason(), kMaxText));
  return args.court_document().empty() ? pass() : require_digest("court_document", args.court_document());
}

SignerRule revoke_signers(const pb::NotaryRevoke& args, const Context& context) {
  return issuer_or_regulators(context, args.attestation());
}

Outcome revoke_object(const pb::NotaryRevoke& args, const Context& context) {
  QILIAN_PASS(require_endable(context, args.attestation(), false));
  return require_court_document(context, args.attestation(), args.court_document());
}

Outcome apply_revoke(const pb::NotaryRevoke& args, Context& context) {
  end(context, args.attestation(), Attestation::REVOKED, args.reason(), args.court_document(), {});
  return pass();
}

Outcome check_void(const pb::NotaryVoid& args) {
  QILIAN_PASS(require_text("attestation", args.attestation(), kMaxId));
  QILIAN_PASS(require_text("reason", args.reason(), kMaxText));
  QILIAN_PASS(require_digest("announcement", args.announcement()));
  return args.court_document().empty() ? pass() : require_digest("court_document", args.court_document());
}

SignerRule void_signers(const pb::NotaryVoid& args, const Context& context) {
  return issuer_or_regulators(context, args.attestation());
}

Outcome void_object(const pb::NotaryVoid& args, const Context& context) {
  QILIAN_PASS(require_endable(context, args.attestation(), true));
  return require_court_document(context, args.attestation(), args.court_document());
}

Outcome apply_void(const pb::NotaryVoid& args, Context& context) {
  end(context, args.attestation(), Attestation::VOID, args.reason(), args.court_document(), args.announcement());
  return pass();
}

}  // namespace

void add_ending_calls(CallList& calls) {
  calls.push_back(
      make_call<pb::NotaryCorrect>({.name = "notary.correct",
                                    .policy = SignaturePolicy::kByContract,
                                    .credit = CreditClass::kOpen,
                                    .stopped_by_hold = false,
                                    .operation = ListOperation::kNone,
                                    .label_zh = "更正公证",
                                    .label_en = "Replace an attestation by a corrected one that supersedes it."},
                                   {.check = check_correct,
                                    .signers = correct_signers,
                                    .object = correct_object,
                                    .references = correct_references,
                                    .invariants = correct_invariants,
                                    .apply = apply_correct}));
  calls.push_back(make_call<pb::NotaryRevoke>(
      {.name = "notary.revoke",
       .policy = SignaturePolicy::kByContract,
       .credit = CreditClass::kOpen,
       .stopped_by_hold = false,
       .operation = ListOperation::kNone,
       .label_zh = "撤销公证",
       .label_en = "End an attestation from now on: the issuer, or two regulators on a court document."},
      {.check = check_revoke, .signers = revoke_signers, .object = revoke_object, .apply = apply_revoke}));
  calls.push_back(make_call<pb::NotaryVoid>(
      {.name = "notary.void",
       .policy = SignaturePolicy::kByContract,
       .credit = CreditClass::kOpen,
       .stopped_by_hold = false,
       .operation = ListOperation::kNone,
       .label_zh = "宣告自始无效",
       .label_en = "Declare an attestation void from the start: the issuer, or two regulators on a court document."},
      {.check = check_void, .signers = void_signers, .object = void_object, .apply = apply_void}));
}

}  // namespace qilian::contracts::notary
