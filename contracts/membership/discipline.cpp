// Standing: restrict, reinstate, suspend, expel by regulators; exit by the organisation itself.
#include <algorithm>

#include "contracts/members.h"
#include "contracts/membership/membership.h"
#include "contracts/membership/standing.h"
#include "contracts/text_guard.h"

namespace qilian::contracts::membership {
namespace {

constexpr std::size_t kMaxReason = 512;

template <class Args>
Outcome check_reasoned(const Args& a) {
  QILIAN_PASS(require_text("uscc", a.uscc(), 18));
  return require_text("reason", a.reason(), kMaxReason);
}

/// COM-207: an organisation does not judge itself.
template <class Args>
SignerRule not_oneself(const Args& a, const Context& context) {
  SignerRule rule;
  if (context.caller().signed_by(a.uscc())) rule.denial = deny("COM-207", a.uscc() + " does not decide about itself");
  return rule;
}

std::size_t regulators_among_signers(const Context& context) {
  std::size_t out = 0;
  for (const std::string& uscc : context.caller().organisations()) {
    if (has_role(context, uscc, "REGULATOR") && organisation_active(context, uscc)) ++out;
  }
  return out;
}

Outcome require_standing(const Context& context, const std::string& uscc,
                         std::initializer_list<pb::Organisation::Status> allowed) {
  QILIAN_PASS(require_organisation(context, uscc));
  const pb::Organisation::Status status = standing(*find(context, uscc), context.time());
  QILIAN_REQUIRE(std::ranges::count(allowed, status) != 0, "COM-303",
                 uscc + " is " + pb::Organisation::Status_Name(status));
  return pass();
}

void store(Context& context, const pb::Organisation& organisation, EventKind event = EventKind::kChanged) {
  context.put(kind::kOrganisation, organisation.uscc(), organisation, event);
  context.set_object(organisation.uscc());
}

// ---- restrict, reinstate ----

Outcome restrict_object(const pb::MembershipRestrict& a, const Context& context) {
  return require_standing(context, a.uscc(), {pb::Organisation::ADMITTED});
}

Outcome restrict_apply(const pb::MembershipRestrict& a, Context& context) {
  pb::Organisation organisation = *find(context, a.uscc());
  organisation.set_status(pb::Organisation::RESTRICTED);
  organisation.set_reason(a.reason());
  store(context, organisation);
  return pass();
}

Outcome reinstate_object(const pb::MembershipReinstate& a, const Context& context) {
  return require_standing(context, a.uscc(), {pb::Organisation::RESTRICTED, pb::Organisation::SUSPENDED});
}

Outcome reinstate_apply(const pb::MembershipReinstate& a, Context& context) {
  pb::Organisation organisation = *find(context, a.uscc());
  // The mark of an earlier suspension stays: otherwise one regulator would suspend for long in slices.
  if (organisation.status() == pb::Organisation::SUSPENDED) {
    organisation.set_suspended_until(context.time().value());
  }
  // Reinstated is what a regulator took; an exit that the organisation announced is its own word.
  const bool exiting = organisation.status_before_suspension() == pb::Organisation::EXITING;
  organisation.set_status(exiting ? pb::Organisation::EXITING : pb::Organisation::ADMITTED);
  organisation.set_status_before_suspension(pb::Organisation::STATUS_UNSPECIFIED);
  organisation.set_reason(a.reason());
  store(context, organisation);
  return pass();
}

// ---- suspend ----

Outcome suspend_check(const pb::MembershipSuspend& a) {
  QILIAN_PASS(check_reasoned(a));
  return require_range("until", a.until(), 0, INT64_MAX);
}

/// One regulator for membership.suspension_single at most; longer, or without end, takes two. A second short one by the
/// same hand would be a long one in slices: an organisation that is suspended takes two regulators to suspend again.
SignerRule suspend_signers(const pb::MembershipSuspend& a, const Context& context) {
  SignerRule rule = not_oneself(a, context);
  if (rule.denial || regulators_among_signers(context) >= 2) return rule;
  const bool brief = a.until() != 0 && a.until() <= context.deadline("membership.suspension_single").value();
  const auto organisation = find(context, a.uscc());
  const bool again =
      organisation && (organisation->suspended_until() != 0 || organisation->status() == pb::Organisation::SUSPENDED);
  if (!brief || again) {
    rule.denial = deny("COM-206", "one regulator suspends once, until " +
                                      std::to_string(context.deadline("membership.suspension_single").value()) +
                                      " at most; two sign");
  }
  return rule;
}

Outcome suspend_object(const pb::MembershipSuspend& a, const Context& context) {
  QILIAN_PASS(require_standing(context, a.uscc(),
                               {pb::Organisation::ADMITTED, pb::Organisation::RESTRICTED, pb::Organisation::SUSPENDED,
                                pb::Organisation::EXITING}));
  QILIAN_REQUIRE(a.until() == 0 || a.until() > context.time().value(), "COM-107", "until lies in the past");
  return pass();
}

Outcome suspend_invariants(const pb::MembershipSuspend& a, const Context& context) {
  return check_validator_quorum(context, a.uscc());
}

Outcome suspend_apply(const pb::MembershipSuspend& a, Context& context) {
  pb::Organisation organisation = *find(context, a.uscc());
  const pb::Organisation::Status now = standing(organisation, context.time());
  if (now != pb::Organisation::SUSPENDED) organisation.set_status_before_suspension(now);
  organisation.set_status(pb::Organisation::SUSPENDED);
  organisation.set_suspended_until(a.until());
  organisation.set_reason(a.reason());
  store(context, organisation);
  return pass();
}

// ---- expel ----

Outcome expel_object(const pb::MembershipExpel& a, const Context& context) {
  return require_standing(context, a.uscc(),
                          {pb::Organisation::APPLIED, pb::Organisation::ADMITTED, pb::Organisation::RESTRICTED,
                           pb::Organisation::SUSPENDED, pb::Organisation::EXITING});
}

Outcome expel_invariants(const pb::MembershipExpel& a, const Context& context) {
  return check_validator_quorum(context, a.uscc());
}

Outcome expel_apply(const pb::MembershipExpel& a, Context& context) {
  pb::Organisation organisation = *find(context, a.uscc());
  organisation.set_status(pb::Organisation::EXPELLED);
  organisation.set_reason(a.reason());
  store(context, organisation, EventKind::kEnded);
  return pass();
}

// ---- exit ----

Outcome exit_check(const pb::MembershipExit& a) { return require_text("uscc", a.uscc(), 18); }

SignerRule exit_signers(const pb::MembershipExit& a, const Context&) {
  return {.organisations = {a.uscc()}, .missing_code = "COM-205"};
}

Outcome exit_object(const pb::MembershipExit& a, const Context& context) {
  QILIAN_PASS(require_standing(context, a.uscc(),
                               {pb::Organisation::ADMITTED, pb::Organisation::RESTRICTED, pb::Organisation::SUSPENDED,
                                pb::Organisation::EXITING}));
  const bool again = a.announce() && find(context, a.uscc())->status() == pb::Organisation::EXITING;
  QILIAN_REQUIRE(!again, "COM-303", a.uscc() + " is EXITING: leave once nothing is open");
  return pass();
}

Outcome exit_invariants(const pb::MembershipExit& a, const Context& context) {
  const auto obligations = context.get<pb::Obligations>(kind::kObligations, a.uscc());
  if (obligations && !a.announce()) {
    for (const pb::Obligations::Count& count : obligations->counts()) {
      QILIAN_REQUIRE(count.open() == 0, "MEM-406",
                     a.uscc() + " has open: " + std::to_string(count.open()) + " " + count.what());
    }
  }
  return check_validator_quorum(context, a.uscc());
}

/// A suspension outlives the announcement: what it suspends is EXITING from now on.
Outcome exit_apply(const pb::MembershipExit& a, Context& context) {
  pb::Organisation organisation = *find(context, a.uscc());
  const bool suspended = standing(organisation, context.time()) == pb::Organisation::SUSPENDED;
  if (!a.announce()) {
    organisation.set_status(pb::Organisation::EXITED);
  } else if (suspended) {
    organisation.set_status_before_suspension(pb::Organisation::EXITING);
  } else {
    organisation.set_status(pb::Organisation::EXITING);
  }
  store(context, organisation, a.announce() ? EventKind::kChanged : EventKind::kEnded);
  return pass();
}

CallSpec regulator_spec(std::string_view name, SignaturePolicy policy, std::string_view zh, std::string_view en) {
  return {.name = name,
          .policy = policy,
          .roles = {"REGULATOR"},
          .credit = CreditClass::kOpen,
          .stopped_by_hold = false,
          .label_zh = zh,
          .label_en = en};
}

}  // namespace

void add_discipline_calls(CallList& calls) {
  calls.push_back(
      make_call<pb::MembershipRestrict>(regulator_spec("membership.restrict", SignaturePolicy::kRegulators, "限制业务",
                                                       "Restrict an organisation: no new business"),
                                        {.check = check_reasoned<pb::MembershipRestrict>,
                                         .signers = not_oneself<pb::MembershipRestrict>,
                                         .object = restrict_object,
                                         .apply = restrict_apply}));
  calls.push_back(
      make_call<pb::MembershipReinstate>(regulator_spec("membership.reinstate", SignaturePolicy::kRegulators,
                                                        "恢复资格", "Lift a restriction or a suspension"),
                                         {.check = check_reasoned<pb::MembershipReinstate>,
                                          .signers = not_oneself<pb::MembershipReinstate>,
                                          .object = reinstate_object,
                                          .apply = reinstate_apply}));
  calls.push_back(
      make_call<pb::MembershipSuspend>(regulator_spec("membership.suspend", SignaturePolicy::kRegulators, "中止资格",
                                                      "Suspend an organisation: one regulator briefly, two for longer"),
                                       {.check = suspend_check,
                                        .signers = suspend_signers,
                                        .object = suspend_object,
                                        .invariants = suspend_invariants,
                                        .apply = suspend_apply}));
  calls.push_back(make_call<pb::MembershipExpel>(
      regulator_spec("membership.expel", SignaturePolicy::kTwoRegulators, "清退", "Expel an organisation"),
      {.check = check_reasoned<pb::MembershipExpel>,
       .signers = not_oneself<pb::MembershipExpel>,
       .object = expel_object,
       .invariants = expel_invariants,
       .apply = expel_apply}));
  calls.push_back(make_call<pb::MembershipExit>({.name = "membership.exit",
                                                 .policy = SignaturePolicy::kSelf,
                                                 .credit = CreditClass::kOpen,
                                                 .stopped_by_hold = false,
                                                 .label_zh = "退出",
                                                 .label_en = "Announce to leave, or leave, once nothing is open"},
                                                {.check = exit_check,
                                                 .signers = exit_signers,
                                                 .object = exit_object,
                                                 .invariants = exit_invariants,
                                                 .apply = exit_apply}));
}

}  // namespace qilian::contracts::membership
