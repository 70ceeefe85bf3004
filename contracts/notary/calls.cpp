// The notary's calls, as the gate, the command line and the documentation see them.
#include "contracts/notary/ending.h"
#include "contracts/notary/issue.h"

namespace qilian::contracts {
namespace {

Outcome issue_rules(const pb::NotaryIssue& issue, const Context& context) {
  return notary::issue_invariants(issue, context, {});
}

Outcome issue(const pb::NotaryIssue& args, Context& context) {
  notary::apply_issue(args, context, {});
  return pass();
}

}  // namespace

// A missing notary's licence is NOT-401, which the signers' hooks return; a role in the table would say COM-204 first.
CallList notary_calls() {
  using namespace notary;
  CallList calls;
  calls.push_back(make_call<pb::NotaryIssue>(
      {.name = "notary.issue",
       .policy = SignaturePolicy::kByContract,
       .credit = CreditClass::kContinuing,
       .stopped_by_hold = false,
       .operation = ListOperation::kNone,
       .label_zh = "出具公证",
       .label_en = "Issue an attestation: one officer, or two for IMPORTANT data, a leak or model safety."},
      {.check = check_issue,
       .signers = issue_signers,
       .object = issue_object,
       .references = issue_references,
       .invariants = issue_rules,
       .apply = issue}));
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
  return calls;
}

}  // namespace qilian::contracts
