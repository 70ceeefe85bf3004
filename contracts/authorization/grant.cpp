// 授权: grants of every type but SUBGRANT.
#include "contracts/authorization/steps.h"
#include "contracts/members.h"
#include "contracts/registry/registry.h"
#include "contracts/signer_rules.h"
#include "contracts/text_guard.h"

namespace qilian::contracts::authorization {
namespace {

using Args = pb::AuthorizationGrant;

pb::Grant draft(const Args& args, const Context& context) {
  pb::Grant grant = with_terms(args, context.time());
  grant.set_type(args.type());
  grant.set_grantor(args.grantor());
  *grant.mutable_consent_batch() = args.consent_batch();
  grant.set_approval(args.approval());
  grant.set_fee_rule(args.fee_rule());
  grant.set_trade(args.trade());
  grant.set_assessment(args.assessment());
  grant.set_status(args.trade().empty() ? pb::Grant::ACTIVE : pb::Grant::PENDING);
  if (args.type() == pb::Grant::PUBLIC_OPERATION) {
    for (std::string& agency : source_agencies(context, args.targets())) grant.add_source_agencies(std::move(agency));
  }
  return grant;
}

// ---- hooks --------------------------------------------------------------------------------------------------------

Outcome check(const Args& args) {
  QILIAN_PASS(require_text("id", args.id(), 128));
  QILIAN_PASS(require_choice("type", args.type()));
  QILIAN_REQUIRE(args.type() != pb::Grant::SUBGRANT, "COM-107", "a SUBGRANT is made by authorization.subgrant");
  QILIAN_PASS(require_text("grantor", args.grantor(), 18));
  QILIAN_PASS(require_text("grantee", args.grantee(), 18));
  QILIAN_REQUIRE(args.grantor() != args.grantee(), "COM-107", "grantor and grantee are two organisations");
  QILIAN_PASS(check_terms(terms_of(args)));
  QILIAN_PASS(require_range("sub_depth", args.sub_depth(), 0, 64));
  QILIAN_PASS(require_count("consent_batch", static_cast<std::size_t>(args.consent_batch_size()), 0, 64));
  if (!args.approval().empty()) QILIAN_PASS(require_digest_or_commitment("approval", args.approval()));
  QILIAN_REQUIRE(args.trade().empty() || args.type() == pb::Grant::LICENSE, "COM-107",
                 "only a LICENSE waits for a trade");
  QILIAN_REQUIRE(args.trade().size() <= 128 && args.assessment().size() <= 128 && args.fee_rule().size() <= 256,
                 "COM-107", "trade and assessment have 128 bytes at most, fee_rule 256");
  return pass();
}

/// Grantor and grantee by name; the source agencies follow from the state, so that a missing one has a code of its own.
SignerRule signers(const Args& args, const Context& context) {
  SignerRule rule = signed_by_each({args.grantor(), args.grantee()});
  if (args.type() != pb::Grant::PUBLIC_OPERATION) return rule;
  if (!has_role(context, args.grantor(), "IMPLEMENTING_AGENCY")) {
    rule.denial =
        deny("COM-204", "public operation is granted by an IMPLEMENTING_AGENCY; " + args.grantor() + " is none");
  } else if (!has_role(context, args.grantee(), "OPERATOR")) {
    rule.denial = deny("COM-204", "public operation is granted to an OPERATOR; " + args.grantee() + " is none");
  }
  return rule;
}

Outcome object(const Args& args, const Context& context) {
  QILIAN_REQUIRE(!context.exists(kind::kGrant, args.id()), "COM-302", "grant " + args.id() + " exists");
  return check_targets(context, args.targets());
}

std::vector<ListSubject> subjects(const Args& args, const Context& context) {
  return list_subjects(context, draft(args, context));
}

Outcome check_approval(const Args& args) {
  QILIAN_REQUIRE(args.type() != pb::Grant::PUBLIC_OPERATION || !args.approval().empty(), "AUT-401",
                 "an implementing agency grants public operation on an approval: give its digest (approval)");
  return pass();
}

/// Block time only: nobody was granted anything before he was.
Outcome check_begin(const Args& args, const Context& context) {
  QILIAN_REQUIRE(args.from() == 0 || args.from() >= context.time().value(), "AUT-405",
                 "a grant does not begin in the past");
  return pass();
}

Outcome check_sources(const pb::Grant& grant, const Context& context) {
  for (const std::string& agency : grant.source_agencies()) {
    QILIAN_REQUIRE(context.caller().signed_by(agency), "AUT-410",
                   "source agency " + agency + " holds or provides a target and has not signed");
  }
  return pass();
}

Outcome check_market(const pb::Grant& grant, const Context& context) {
  if (grant.type() != pb::Grant::LICENSE) return pass();
  for (const pb::GrantTarget& target : grant.targets()) {
    const auto asset = registry::asset(context, target.udi());
    QILIAN_REQUIRE(!asset || !registry::barred_from_market(*asset), "EVD-401",
                   target.udi() + " is raw public data: it is not licensed to the market 原始公共数据不得直接入市");
  }
  return pass();
}

Outcome invariants(const Args& args, const Context& context) {
  const pb::Grant grant = draft(args, context);
  QILIAN_PASS(check_approval(args));
  QILIAN_PASS(check_right(context, grant));
  QILIAN_PASS(check_purposes(context, grant));
  QILIAN_PASS(check_begin(args, context));
  QILIAN_PASS(check_term(context, grant));
  QILIAN_PASS(check_raw(context, grant));
  QILIAN_PASS(check_consent(context, grant));
  QILIAN_PASS(check_sources(grant, context));
  QILIAN_PASS(check_assessment(context, grant));
  return check_market(grant, context);
}

Outcome apply(const Args& args, Context& context) {
  write_new(context, draft(args, context));
  return pass();
}

}  // namespace

void add_grant_calls(CallList& calls) {
  calls.push_back(
      make_call<Args>({.name = "authorization.grant",
                       .policy = SignaturePolicy::kByContract,
                       .credit = CreditClass::kNewBusiness,
                       .stopped_by_hold = true,
                       .operation = ListOperation::kGrant,
                       .label_zh = "授权",
                       .label_en = "Grant rights on registered data for stated purposes and a stated time."},
                      {.check = check,
                       .signers = signers,
                       .object = object,
                       .subjects = subjects,
                       .invariants = invariants,
                       .apply = apply}));
}

}  // namespace qilian::contracts::authorization
