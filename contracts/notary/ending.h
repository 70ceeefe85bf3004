// How an attestation ends or is looked at again: the hooks of request_review, decide_review, correct, revoke and void.
#pragma once

#include "contracts/contract.h"
#include "contracts/notary.pb.h"

namespace qilian::contracts::notary {

// request_review: by any member with an interest.
Outcome check_request_review(const pb::NotaryRequestReview& args);
SignerRule request_review_signers(const pb::NotaryRequestReview& args, const Context& context);
Outcome request_review_object(const pb::NotaryRequestReview& args, const Context& context);
Outcome apply_request_review(const pb::NotaryRequestReview& args, Context& context);

// decide_review: by an officer of the issuer who did not sign the attestation; late is accepted and flagged.
Outcome check_decide_review(const pb::NotaryDecideReview& args);
SignerRule decide_review_signers(const pb::NotaryDecideReview& args, const Context& context);
Outcome decide_review_object(const pb::NotaryDecideReview& args, const Context& context);
Outcome apply_decide_review(const pb::NotaryDecideReview& args, Context& context);

// correct: a new attestation of the same type and issuer supersedes the old one.
Outcome check_correct(const pb::NotaryCorrect& args);
SignerRule correct_signers(const pb::NotaryCorrect& args, const Context& context);
Outcome correct_object(const pb::NotaryCorrect& args, const Context& context);
Outcome correct_references(const pb::NotaryCorrect& args, const Context& context);
Outcome correct_invariants(const pb::NotaryCorrect& args, const Context& context);
Outcome apply_correct(const pb::NotaryCorrect& args, Context& context);

// revoke (from now on) and void (自始无效): by the issuer, or by two regulators on a court document.
Outcome check_revoke(const pb::NotaryRevoke& args);
SignerRule revoke_signers(const pb::NotaryRevoke& args, const Context& context);
Outcome revoke_object(const pb::NotaryRevoke& args, const Context& context);
Outcome apply_revoke(const pb::NotaryRevoke& args, Context& context);
Outcome check_void(const pb::NotaryVoid& args);
SignerRule void_signers(const pb::NotaryVoid& args, const Context& context);
Outcome void_object(const pb::NotaryVoid& args, const Context& context);
Outcome apply_void(const pb::NotaryVoid& args, Context& context);

}  // namespace qilian::contracts::notary
