// Reviews: asked for by anybody with an interest, decided by another officer.
#include <algorithm>

#include "contracts/caller.h"
#include "contracts/notary/notary.h"
#include "contracts/notary/steps.h"
#include "contracts/signer_rules.h"
#include "contracts/text_guard.h"

namespace qilian::contracts::notary {
namespace {

using pb::Attestation;
using pb::NotaryDecideReview;

constexpr std::size_t kMaxId = 64;
constexpr std::size_t kMaxText = 512;

Outcome require_status(const Context& context, const Attestation& attestation,
                       std::initializer_list<Attestation::Status> allowed) {
  const Attestation::Status now = status_now(context, attestation);
  QILIAN_REQUIRE(std::ranges::find(allowed, now) != allowed.end(), "COM-303",
                 attestation.id() + " is " + Attestation::Status_Name(now));
  return pass();
}

Outcome check_request_review(const pb::NotaryRequestReview& args) {
  QILIAN_PASS(require_text("attestation", args.attestation(), kMaxId));
  QILIAN_PASS(require_text("requester", args.requester(), kMaxId));
  QILIAN_PASS(require_text("reason", args.reason(), kMaxText));
  return args.evidence().empty() ? pass() : require_commitment("evidence", args.evidence());
}

SignerRule request_review_signers(const pb::NotaryRequestReview& args, const Context&) {
  return signed_by_each({args.requester()});
}

Outcome request_review_object(const pb::NotaryRequestReview& args, const Context& context) {
  const auto found = attestation(context, args.attestation());
  QILIAN_REQUIRE(found.has_value(), "COM-301", "no attestation " + args.attestation());
  return require_status(context, *found, {Attestation::ACTIVE});
}

Outcome apply_request_review(const pb::NotaryRequestReview& args, Context& context) {
  Attestation record = *attestation(context, args.attestation());
  record.set_status(Attestation::UNDER_REVIEW);
  pb::NotaryReview& review = *record.mutable_review();
  // What another officer upheld stays upheld until it is decided anew: to ask is not to decide.
  const pb::NotaryReview earlier = review;
  review.Clear();
  review.set_outcome(earlier.outcome());
  review.set_decided_at(earlier.decided_at());
  review.set_requester(args.requester());
  review.set_reason(args.reason());
  review.set_evidence(args.evidence());
  review.set_requested_at(context.time().value());
  review.set_decide_by(context.deadline("notary.review_window").value());
  context.put(kind::kAttestation, record.id(), record);
  context.set_object(record.id());
  return pass();
}

// By an officer of the issuer who did not sign the attestation; late is accepted and flagged.
Outcome check_decide_review(const NotaryDecideReview& args) {
  QILIAN_PASS(require_text("attestation", args.attestation(), kMaxId));
  QILIAN_PASS(require_choice("outcome", args.outcome()));
  return require_text("reason", args.reason(), kMaxText);
}

SignerRule decide_review_signers(const NotaryDecideReview& args, const Context& context) {
  SignerRule rule;
  const auto found = attestation(context, args.attestation());
  if (!found) return rule;
  rule.organisations = {found->issuer()};
  if (!context.caller().signed_by(found->issuer())) return rule;
  const std::set<std::string> deciding = context.caller().officers_of(found->issuer());
  const bool another = std::ranges::any_of(deciding, [&](const std::string& officer) {
    return std::ranges::none_of(found->officers(), [&](const std::string& signed_by) {
      return person_of(context, found->issuer(), officer) == person_of(context, found->issuer(), signed_by);
    });
  });
  if (!another) rule.denial = deny("COM-208", "an officer who did not sign " + found->id() + " must decide its review");
  return rule;
}

Outcome decide_review_object(const NotaryDecideReview& args, const Context& context) {
  const auto found = attestation(context, args.attestation());
  QILIAN_REQUIRE(found.has_value(), "COM-301", "no attestation " + args.attestation());
  return require_status(context, *found, {Attestation::UNDER_REVIEW});
}

Outcome apply_decide_review(const NotaryDecideReview& args, Context& context) {
  Attestation record = *attestation(context, args.attestation());
  pb::NotaryReview& review = *record.mutable_review();
  review.set_decided_at(context.time().value());
  review.set_late(review.decide_by() != 0 && context.time().value() >= review.decide_by());
  review.set_outcome(args.outcome());
  review.clear_officers();
  for (const std::string& officer : context.caller().officers_of(record.issuer())) review.add_officers(officer);
  if (args.outcome() == NotaryDecideReview::UPHOLD) {
    record.set_status(Attestation::ACTIVE);
  } else {
    record.set_status(args.outcome() == NotaryDecideReview::REVOKE ? Attestation::REVOKED : Attestation::VOID);
    record.set_void_ab_initio(args.outcome() == NotaryDecideReview::DECLARE_VOID);
    record.set_ended_at(context.time().value());
    record.set_end_reason(args.reason());
  }
  if (review.late()) context.add_trace("decided after the deadline");
  context.put(kind::kAttestation, record.id(), record,
              args.outcome() == NotaryDecideReview::UPHOLD ? EventKind::kChanged : EventKind::kEnded);
  context.set_object(record.id());
  return pass();
}

}  // namespace

void add_review_calls(CallList& calls) {
  calls.push_back(make_call<pb::NotaryRequestReview>({.name = "notary.request_review",
                                                      .policy = SignaturePolicy::kSelf,
                                                      .credit = CreditClass::kOpen,
                                                      .stopped_by_hold = false,
                                                      .operation = ListOperation::kNone,
                                                      .label_zh = "申请复查",
                                                      .label_en = "Ask the issuer to review an attestation."},
                                                     {.check = check_request_review,
                                                      .signers = request_review_signers,
                                                      .object = request_review_object,
                                                      .apply = apply_request_review}));
  calls.push_back(make_call<pb::NotaryDecideReview>(
      {.name = "notary.decide_review",
       .policy = SignaturePolicy::kByContract,
       .credit = CreditClass::kOpen,
       .stopped_by_hold = false,
       .operation = ListOperation::kNone,
       .label_zh = "复查决定",
       .label_en = "Decide a review, by an officer who did not sign the attestation."},
      {.check = check_decide_review,
       .signers = decide_review_signers,
       .object = decide_review_object,
       .apply = apply_decide_review}));
}

}  // namespace qilian::contracts::notary
