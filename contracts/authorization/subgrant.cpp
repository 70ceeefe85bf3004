// 再授权: never more than the parent gives, in any respect, and only as deep as the parent allows.
#include <algorithm>

#include "contracts/authorization/steps.h"
#include "contracts/signer_rules.h"
#include "contracts/text_guard.h"

namespace qilian::contracts::authorization {
namespace {

using Args = pb::AuthorizationSubgrant;

pb::Grant draft(const Args& args, const pb::Grant& parent, const Context& context) {
  pb::Grant grant = with_terms(args, context.time());
  grant.set_type(pb::Grant::SUBGRANT);
  grant.set_grantor(parent.grantee());
  grant.set_parent_grant(parent.id());
  grant.set_assessment(parent.assessment());
  grant.set_status(pb::Grant::ACTIVE);
  return grant;
}

// ---- inside the parent --------------------------------------------------------------------------------------------

template <class List>
bool subset(const List& inner, const List& outer) {
  return std::ranges::all_of(inner, [&](const auto& each) { return std::ranges::find(outer, each) != outer.end(); });
}

bool inside(const pb::GrantTarget& inner, const pb::GrantTarget& outer) {
  const bool open_end = outer.to_version() == 0;
  return inner.udi() == outer.udi() && inner.from_version() >= outer.from_version() &&
         (open_end || (inner.to_version() != 0 && inner.to_version() <= outer.to_version()));
}

/// 0 means without limit, so it fits only under another 0.
bool bounded(std::int64_t inner, std::int64_t outer) { return outer == 0 || (inner != 0 && inner <= outer); }

Outcome check_exceeds(const pb::Grant& grant, const pb::Grant& parent) {
  const std::string beyond = " goes beyond grant " + parent.id();
  for (const pb::GrantTarget& target : grant.targets()) {
    const bool covered =
        std::ranges::any_of(parent.targets(), [&](const pb::GrantTarget& outer) { return inside(target, outer); });
    QILIAN_REQUIRE(covered, "AUT-402", "target " + target.udi() + beyond);
  }
  QILIAN_REQUIRE(subset(grant.rights(), parent.rights()), "AUT-402", "a right" + beyond);
  QILIAN_REQUIRE(subset(grant.actions(), parent.actions()), "AUT-402", "an action" + beyond);
  QILIAN_REQUIRE(grant.environment() <= parent.environment(), "AUT-402", "the environment" + beyond);
  QILIAN_REQUIRE(parent.region_size() == 0 || (grant.region_size() > 0 && subset(grant.region(), parent.region())),
                 "AUT-402", "a region" + beyond);
  QILIAN_REQUIRE(bounded(grant.max_uses(), parent.max_uses()) && bounded(grant.max_records(), parent.max_records()),
                 "AUT-402", "the number of uses or records" + beyond);
  QILIAN_REQUIRE(grant.from() >= parent.from() && grant.to() <= parent.to(), "AUT-402", "the term" + beyond);
  return pass();
}

// ---- hooks --------------------------------------------------------------------------------------------------------

Outcome check(const Args& args) {
  QILIAN_PASS(require_text("id", args.id(), 128));
  QILIAN_PASS(require_text("parent_grant", args.parent_grant(), 128));
  QILIAN_PASS(require_text("grantee", args.grantee(), 18));
  QILIAN_PASS(require_range("sub_depth", args.sub_depth(), 0, 64));
  return check_terms(terms_of(args));
}

SignerRule signers(const Args& args, const Context& context) {
  const std::optional<pb::Grant> parent = grant(context, args.parent_grant());
  if (!parent) return {};
  return signed_by_each({parent->grantee(), args.grantee()});
}

Outcome object(const Args& args, const Context& context) {
  QILIAN_REQUIRE(!context.exists(kind::kGrant, args.id()), "COM-302", "grant " + args.id() + " exists");
  const std::optional<pb::Grant> parent = grant(context, args.parent_grant());
  QILIAN_REQUIRE(parent, "COM-301", "there is no grant " + args.parent_grant());
  QILIAN_REQUIRE(parent->grantee() != args.grantee(), "COM-303", args.grantee() + " has the parent grant already");
  return check_targets(context, args.targets());
}

Outcome references(const Args& args, const Context& context) {
  const Outcome broken = in_effect(context, args.parent_grant());
  if (!broken) return pass();
  // What is wrong higher up keeps its path; what is wrong with the parent itself is wrong with an ancestor of the new
  // grant.
  return broken->code == "AUT-411" ? broken : Outcome(deny("AUT-411", broken->code + " " + broken->trace));
}

std::vector<ListSubject> subjects(const Args& args, const Context& context) {
  const std::optional<pb::Grant> parent = grant(context, args.parent_grant());
  if (!parent) return {};
  return list_subjects(context, draft(args, *parent, context));
}

Outcome invariants(const Args& args, const Context& context) {
  const pb::Grant parent = *grant(context, args.parent_grant());
  const pb::Grant wanted = draft(args, parent, context);
  QILIAN_PASS(check_exceeds(wanted, parent));
  QILIAN_REQUIRE(parent.sub_depth() > 0, "AUT-403", "grant " + parent.id() + " may not be granted on");
  QILIAN_REQUIRE(
      wanted.sub_depth() < parent.sub_depth(), "AUT-403",
      "below grant " + parent.id() + " at most " + std::to_string(parent.sub_depth() - 1) + " more levels stand");
  QILIAN_REQUIRE(subset(wanted.purposes(), parent.purposes()), "AUT-404", "grant " + parent.id() + " lacks a purpose");
  QILIAN_PASS(check_purposes(context, wanted));
  QILIAN_REQUIRE(wanted.from() >= context.time().value(), "AUT-405", "a grant does not begin in the past");
  QILIAN_PASS(check_term(context, wanted));
  return check_raw(context, wanted);
}

Outcome apply(const Args& args, Context& context) {
  const pb::Grant parent = *grant(context, args.parent_grant());
  write_new(context, draft(args, parent, context));
  // The grantor above sees what became of its grant.
  context.append(kind::kGrantsOfOrganisation, parent.grantor(), kind::kGrant, args.id());
  return pass();
}

}  // namespace

void add_subgrant_calls(CallList& calls) {
  calls.push_back(make_call<Args>({.name = "authorization.subgrant",
                                   .policy = SignaturePolicy::kBoth,
                                   .credit = CreditClass::kNewBusiness,
                                   .stopped_by_hold = true,
                                   .operation = ListOperation::kGrant,
                                   .label_zh = "再授权",
                                   .label_en = "Pass on a part of a grant."},
                                  {.check = check,
                                   .signers = signers,
                                   .object = object,
                                   .references = references,
                                   .subjects = subjects,
                                   .invariants = invariants,
                                   .apply = apply}));
}

}  // namespace qilian::contracts::authorization
