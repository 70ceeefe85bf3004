// 使用备案: what was done under a grant, counted where it cannot be forgotten.
#include "contracts/authorization/steps.h"
#include "contracts/compute/compute.h"
#include "contracts/registry/registry.h"
#include "contracts/signer_rules.h"
#include "contracts/text_guard.h"

namespace qilian::contracts::authorization {
namespace {

using Args = pb::AuthorizationUse;

Outcome check(const Args& args) {
  QILIAN_PASS(require_text("grant", args.grant(), 128));
  QILIAN_PASS(require_text("purpose", args.purpose(), 64));
  QILIAN_PASS(require_choice("action", args.action()));
  QILIAN_PASS(require_range("uses", args.uses(), 0, INT64_MAX / 2));
  QILIAN_PASS(require_range("records", args.records(), 0, INT64_MAX / 2));
  QILIAN_REQUIRE(args.uses() + args.records() > 0, "COM-107", "a filing counts at least one use or record");
  QILIAN_REQUIRE(args.job().size() <= 128 && args.environment().size() <= 128, "COM-107",
                 "identifiers have 128 bytes at most");
  return pass();
}

SignerRule signers(const Args& args, const Context& context) {
  const std::optional<pb::Grant> found = grant(context, args.grant());
  if (!found) return {};
  std::vector<std::string> each{found->grantee()};
  if (found->environment() != pb::Grant::OPEN) {
    if (const auto environment = compute::environment(context, args.environment()))
      each.push_back(environment->provider());
  }
  return signed_by_each(std::move(each));
}

Outcome object(const Args& args, const Context& context) {
  const std::optional<pb::Grant> found = grant(context, args.grant());
  QILIAN_REQUIRE(found, "COM-301", "there is no grant " + args.grant());
  QILIAN_REQUIRE(
      found->environment() == pb::Grant::OPEN || compute::environment(context, args.environment()), "COM-301",
      "grant " + args.grant() + " is used in an environment; \"" + args.environment() + "\" is not registered");
  QILIAN_REQUIRE(args.job().empty() || compute::job(context, args.job()), "COM-301", "there is no job " + args.job());
  return pass();
}

Outcome references(const Args& args, const Context& context) { return in_effect(context, args.grant()); }

std::vector<ListSubject> subjects(const Args& args, const Context& context) {
  const std::optional<pb::Grant> found = grant(context, args.grant());
  if (!found) return {};
  std::vector<ListSubject> out = list_subjects(context, *found);
  for (ListSubject& subject : out) {
    subject.purposes = {args.purpose()};
    subject.opens_business = false;
    if (args.action() == pb::Grant::EXPORT) subject.operation = ListOperation::kDeliver;
  }
  return out;
}

Outcome invariants(const Args& args, const Context& context) {
  const pb::Grant found = *grant(context, args.grant());
  QILIAN_REQUIRE(has_action(found, args.action()), "AUT-402",
                 "grant " + found.id() + " does not allow " + pb::Grant::Action_Name(args.action()));
  QILIAN_REQUIRE(has_purpose(found, args.purpose()), "AUT-404",
                 "grant " + found.id() + " is not for purpose " + args.purpose());
  QILIAN_PASS(check_raw(context, found));
  QILIAN_PASS(fits(context, found,
                   {.job = args.job(), .purpose = args.purpose(), .uses = args.uses(), .records = args.records()}));
  if (found.environment() == pb::Grant::OPEN) return pass();
  return compute::require_serves(context, args.environment(), found.environment());
}

Outcome apply(const Args& args, Context& context) {
  charge(context, args.grant(),
         {.job = args.job(), .purpose = args.purpose(), .uses = args.uses(), .records = args.records()});
  context.set_object(args.grant() + "/" + std::to_string(grant(context, args.grant())->usages()));
  return pass();
}

}  // namespace

void add_use_calls(CallList& calls) {
  calls.push_back(make_call<Args>({.name = "authorization.use",
                                   .policy = SignaturePolicy::kByContract,
                                   .credit = CreditClass::kContinuing,
                                   .stopped_by_hold = true,
                                   .operation = ListOperation::kGrant,
                                   .label_zh = "使用备案",
                                   .label_en = "File a use under a grant and count it."},
                                  {.check = check,
                                   .signers = signers,
                                   .object = object,
                                   .references = references,
                                   .subjects = subjects,
                                   .invariants = invariants,
                                   .apply = apply}));
}

}  // namespace qilian::contracts::authorization
