// What the calls of notary share among themselves; nobody else includes it.
#pragma once

#include "contracts/contract.h"
#include "contracts/notary.pb.h"

namespace qilian::contracts::notary {

// One function for each file of calls; calls.cpp joins them. A missing notary's licence is NOT-401, which the signers'
// hooks return; a role in the table would say COM-204 first.
void add_issue_call(CallList& calls);    // issue
void add_review_calls(CallList& calls);  // request_review, decide_review
void add_ending_calls(CallList& calls);  // correct, revoke, void

// The hooks of issue, which correct runs on its replacement too.
Outcome check_issue(const pb::NotaryIssue& issue);
/// The issuer signs, with as many distinct officers as type and grade ask for: NOT-401, or COM-208 where one officer
/// signed twice.
SignerRule issue_signers(const pb::NotaryIssue& issue, const Context& context);
Outcome issue_object(const pb::NotaryIssue& issue, const Context& context);
Outcome issue_references(const pb::NotaryIssue& issue, const Context& context);
/// `superseded`: the attestation that this one replaces, or empty. A chain of dependencies that leads to it is NOT-408.
Outcome issue_invariants(const pb::NotaryIssue& issue, const Context& context, std::string_view superseded);
/// Writes the attestation, its subjects' lists and, of an admission, the officers' tags.
void apply_issue(const pb::NotaryIssue& issue, Context& context, std::string_view superseded);

}  // namespace qilian::contracts::notary
