// 暂停, 恢复, 撤回: the grantor's hand on its grant, and a regulator's.
#include "contracts/authorization/steps.h"
#include "contracts/members.h"
#include "contracts/signer_rules.h"
#include "contracts/text_guard.h"

namespace qilian::contracts::authorization {
namespace {

bool regulator(const Context& context) { return has_role(context, context.caller().organisation(), "REGULATOR"); }

template <class Args>
Outcome check(const Args& args) {
  QILIAN_PASS(require_text("grant", args.grant(), 128));
  return require_text("reason", args.reason(), 512);
}

/// The grantor or a regulator; who a regulator stopped, only a regulator starts again.
template <class Args>
SignerRule signers(const Args& args, const Context& context) {
  const std::optional<pb::Grant> found = grant(context, args.grant());
  if (!found || regulator(context)) return {};
  if (context.caller().organisation() != found->grantor()) {
    return signers_denied("COM-204", "grantor " + found->grantor() + " or a regulator decides on grant " + found->id());
  }
  constexpr bool resumes = std::is_same_v<Args, pb::AuthorizationResume>;
  if (resumes && found->suspended_by_regulator()) {
    return signers_denied("COM-204", "a regulator suspended grant " + found->id() + "; a regulator resumes it");
  }
  return {};
}

Outcome require_stored(const Context& context, std::string_view id, std::initializer_list<pb::Grant::Status> allowed) {
  const std::optional<pb::Grant> found = grant(context, id);
  QILIAN_REQUIRE(found, "COM-301", "there is no grant " + std::string(id));
  for (const pb::Grant::Status each : allowed) {
    if (found->status() == each) return pass();
  }
  return deny("COM-303", "grant " + found->id() + " is " + std::string(status_name(status_at(*found, context.time()))));
}

Outcome suspend_object(const pb::AuthorizationSuspend& args, const Context& context) {
  return require_stored(context, args.grant(), {pb::Grant::ACTIVE, pb::Grant::PENDING});
}

Outcome resume_object(const pb::AuthorizationResume& args, const Context& context) {
  return require_stored(context, args.grant(), {pb::Grant::SUSPENDED});
}

Outcome revoke_object(const pb::AuthorizationRevoke& args, const Context& context) {
  return require_stored(context, args.grant(), {pb::Grant::ACTIVE, pb::Grant::PENDING, pb::Grant::SUSPENDED});
}

Outcome apply_suspend(const pb::AuthorizationSuspend& args, Context& context) {
  pb::Grant changed = *grant(context, args.grant());
  changed.set_suspended_from(changed.status());
  changed.set_suspended_by_regulator(regulator(context));
  changed.set_status(pb::Grant::SUSPENDED);
  context.put(kind::kGrant, args.grant(), changed);
  context.set_object(args.grant());
  return pass();
}

Outcome apply_resume(const pb::AuthorizationResume& args, Context& context) {
  pb::Grant changed = *grant(context, args.grant());
  changed.set_status(changed.suspended_from());
  changed.clear_suspended_from();
  changed.clear_suspended_by_regulator();
  context.put(kind::kGrant, args.grant(), changed);
  context.set_object(args.grant());
  return pass();
}

Outcome apply_revoke(const pb::AuthorizationRevoke& args, Context& context) {
  pb::Grant changed = *grant(context, args.grant());
  changed.set_status(pb::Grant::REVOKED);
  context.put(kind::kGrant, args.grant(), changed, EventKind::kEnded);
  context.set_object(args.grant());
  return pass();
}

/// A regulator's call, and unwinding for the grantor: open, never held.
CallSpec spec(std::string_view name, std::string_view label_zh, std::string_view label_en) {
  return {.name = name,
          .policy = SignaturePolicy::kSelf,
          .credit = CreditClass::kOpen,
          .stopped_by_hold = false,
          .label_zh = label_zh,
          .label_en = label_en};
}

}  // namespace

void add_standing_calls(CallList& calls) {
  calls.push_back(make_call<pb::AuthorizationSuspend>(
      spec("authorization.suspend", "暂停授权", "Suspend a grant and with it everything below."),
      {.check = check<pb::AuthorizationSuspend>,
       .signers = signers<pb::AuthorizationSuspend>,
       .object = suspend_object,
       .apply = apply_suspend}));
  calls.push_back(
      make_call<pb::AuthorizationResume>(spec("authorization.resume", "恢复授权", "Resume a suspended grant."),
                                         {.check = check<pb::AuthorizationResume>,
                                          .signers = signers<pb::AuthorizationResume>,
                                          .object = resume_object,
                                          .apply = apply_resume}));
  calls.push_back(
      make_call<pb::AuthorizationRevoke>(spec("authorization.revoke", "撤回授权", "Revoke a grant for good."),
                                         {.check = check<pb::AuthorizationRevoke>,
                                          .signers = signers<pb::AuthorizationRevoke>,
                                          .object = revoke_object,
                                          .apply = apply_revoke}));
}

}  // namespace qilian::contracts::authorization
