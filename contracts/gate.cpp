#include "contracts/gate.h"

#include <google/protobuf/message.h>

#include <algorithm>

#include "contracts/caller.h"
#include "contracts/credit/stage.h"
#include "contracts/holds.h"
#include "contracts/negative_list/evaluate.h"
#include "contracts/receipts.h"

namespace qilian::contracts {
namespace {

using google::protobuf::Message;

/// "gsd:...@2" without its version: what a hold stands on.
std::string_view without_version(std::string_view version) { return version.substr(0, version.find('@')); }

std::vector<std::string> hold_scopes(const Context& context, const Call& call, const Message& arguments,
                                     const std::vector<ListSubject>& subjects) {
  std::vector<std::string> scopes;
  for (const std::string& organisation : context.caller().organisations())
    scopes.push_back("organisation:" + organisation);
  for (const ListSubject& subject : subjects)
    scopes.push_back("asset:" + std::string(without_version(subject.version)));
  std::ranges::copy(call.hold_scopes(arguments, context), std::back_inserter(scopes));
  return scopes;
}

Outcome check_credit(const Context& context, const Call& call, const Message& arguments) {
  std::vector<std::string> asked;
  if (auto named = call.credit_subjects(arguments, context)) {
    asked = std::move(*named);
  } else {
    std::ranges::copy(context.caller().organisations(), std::back_inserter(asked));
  }
  for (const std::string& uscc : asked)
    QILIAN_PASS(credit::check_new_business(context, uscc, call.stopped_by_moderate()));
  return pass();
}

/// Stages from the signature policy on. `decision` gets what the list said, whatever the outcome.
Outcome run_rules(Context& context, const Call& call, const Message& arguments, CreditClass credit_class,
                  Decision& decision) {
  const CallSpec& spec = call.spec();
  QILIAN_PASS(check_policy(context, call, call.signers(arguments, context)));
  std::vector<ListSubject> subjects = call.subjects(arguments, context);
  for (const ListSubject& subject : subjects) decision.subjects.push_back(subject.version);
  if (spec.stopped_by_hold && credit_class != CreditClass::kOpen) {
    QILIAN_PASS(check_holds(context, hold_scopes(context, call, arguments, subjects)));
  }
  QILIAN_PASS(call.object(arguments, context));
  if (credit_class == CreditClass::kNewBusiness) QILIAN_PASS(check_credit(context, call, arguments));
  QILIAN_PASS(call.references(arguments, context));
  negative_list::Evaluation listed = negative_list::evaluate_all(context, subjects, spec.operation);
  if (listed.denial) {
    decision.entries = std::move(listed.entries);
    return listed.denial;
  }
  if (!listed.trace.empty()) context.add_trace(listed.trace);
  QILIAN_PASS(call.invariants(arguments, context));
  QILIAN_PASS(call.apply(arguments, context));
  negative_list::count_uses(context, listed.uses);
  return pass();
}

Outcome check_expiry(const BlockFrame& frame, const Body& body) {
  QILIAN_REQUIRE(
      frame.time < body.expires, "COM-306",
      "expired at " + std::to_string(body.expires.value()) + ", block time " + std::to_string(frame.time.value()));
  return pass();
}

/// Whose quota pays and who answers for a denial: the lead's organisation, or the sponsor of an applicant. Nothing
/// where that one has not signed with a registered key: nobody is charged, or named in a journal, by a stranger's say.
std::optional<std::string> accountable_for(const Call& call, const Message& arguments, const Context& context) {
  std::string named = call.payer(arguments, context).value_or(context.caller().organisation());
  if (!context.caller().signed_by(named) || !context.exists(kind::kOrganisation, named)) return std::nullopt;
  return named;
}

}  // namespace

Decision run_gate(const BlockFrame& frame, WriteSet& writes, QuotaBook& quota, const Body& body) {
  Decision decision;
  const Call& call = *body.call;
  const std::vector<Signer> body_keys = call.body_keys(*body.arguments);
  Caller caller;
  // Expiry stands first, but an expired transaction's signer is still somebody: resolve before deciding, so that the
  // denial is theirs.
  const Outcome unknown_key = resolve_caller(writes, frame, call, body_keys, body.signers, body.lead, caller);
  const Outcome expired = check_expiry(frame, body);
  if (unknown_key) {
    decision.denial = expired ? expired : unknown_key;
    return decision;
  }
  WriteSet own(static_cast<const ledger::StateView&>(writes));
  Context context(frame, std::move(caller), std::string(call.spec().name), body.id, own);
  decision.credit_class = call.credit_class(*body.arguments, context);
  const std::optional<std::string> accountable = accountable_for(call, *body.arguments, context);
  decision.accountable = accountable.value_or("");
  if (expired) {
    decision.denial = expired;
    return decision;
  }
  decision.denial = check_standing(context, decision.credit_class, body_keys);
  if (decision.denial) return decision;
  if (!accountable) {
    decision.denial = deny("COM-205", "whoever pays for " + std::string(call.spec().name) + " has not signed it");
    return decision;
  }
  if (decision.credit_class != CreditClass::kOpen && !quota.take_transaction(decision.accountable, frame)) {
    decision.denial = deny("COM-407", {});
    decision.quota_exhausted = true;
    return decision;
  }
  decision.denial = run_rules(context, call, *body.arguments, decision.credit_class, decision);
  if (decision.denial) return decision;
  own.commit_to(writes);
  decision.trace = context.trace();
  decision.object = context.object();
  decision.nested = context.nested();
  return decision;
}

Outcome run_admission(const BlockFrame& frame, WriteSet& writes, QuotaBook& quota, const Body& body) {
  QILIAN_PASS(check_expiry(frame, body));
  const Call& call = *body.call;
  const std::vector<Signer> body_keys = call.body_keys(*body.arguments);
  Caller caller;
  QILIAN_PASS(resolve_caller(writes, frame, call, body_keys, body.signers, body.lead, caller));
  WriteSet own(static_cast<const ledger::StateView&>(writes));
  const Context context(frame, std::move(caller), std::string(call.spec().name), body.id, own);
  const CreditClass credit_class = call.credit_class(*body.arguments, context);
  QILIAN_PASS(check_standing(context, credit_class, body_keys));
  const std::optional<std::string> payer = accountable_for(call, *body.arguments, context);
  QILIAN_REQUIRE(payer.has_value(), "COM-205",
                 "whoever pays for " + std::string(call.spec().name) + " has not signed it");
  QILIAN_REQUIRE(credit_class == CreditClass::kOpen || quota.has_transaction(*payer, frame), "COM-407",
                 *payer + " has no quota left; wait and submit again");
  return check_policy(context, call, call.signers(*body.arguments, context));
}

Completed run_completed(Context& outer, const Call& call, const Message& arguments,
                        std::span<const ledger::PublicKey> signers, const ledger::PublicKey& lead,
                        const ledger::TransactionId& id) {
  const BlockFrame& frame = outer.frame();
  Decision decision;
  Caller caller;
  WriteSet own(static_cast<const ledger::StateView&>(outer.writes()));
  decision.denial = resolve_caller(own, frame, call, {}, signers, lead, caller);
  if (!decision.denial) {
    decision.accountable = caller.organisation();
    Context context(frame, std::move(caller), std::string(call.spec().name), id, own);
    decision.credit_class = call.credit_class(arguments, context);
    decision.denial = check_standing(context, decision.credit_class, {});
    if (!decision.denial) decision.denial = run_rules(context, call, arguments, decision.credit_class, decision);
    if (!decision.denial) {
      decision.trace = context.trace();
      decision.object = context.object();
    }
  }
  if (decision.denial) {
    journal_denial(outer.writes(), decision, call.spec().name, id);
  } else {
    own.commit_to(outer.writes());
  }
  return {.code = decision.denial ? decision.denial->code : "OK",
          .receipt = encode_receipt(outer.state(), frame, decision, id)};
}

}  // namespace qilian::contracts
