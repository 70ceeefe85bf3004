// 境外接收方: who receives. Exports are decided for one version of it.
#include "contracts/cross_border/steps.h"
#include "contracts/members.h"
#include "contracts/text_guard.h"

namespace qilian::contracts::cross_border {
namespace {

using Args = pb::CrossBorderRegisterRecipient;

Outcome check(const Args& args) {
  QILIAN_PASS(require_text("id", args.id(), 128));
  QILIAN_PASS(require_text("name", args.name(), 256));
  QILIAN_PASS(require_text("country", args.country(), 16));
  return require_digest_or_commitment("papers", args.papers());
}

Outcome object(const Args& args, const Context& context) {
  const auto earlier = context.get<pb::Recipient>(kind::kRecipient, args.id());
  if (earlier) {
    QILIAN_REQUIRE(earlier->registered_by() == context.caller().organisation(), "COM-302",
                   "recipient " + args.id() + " was registered by " + earlier->registered_by());
    const bool changed =
        earlier->name() != args.name() || earlier->country() != args.country() || earlier->papers() != args.papers();
    QILIAN_REQUIRE(changed, "COM-302", "recipient " + args.id() + " is registered so");
  }
  return require_code(context, "country", args.country());
}

Outcome apply(const Args& args, Context& context) {
  const auto earlier = context.get<pb::Recipient>(kind::kRecipient, args.id());
  pb::Recipient recipient;
  recipient.set_id(args.id());
  recipient.set_name(args.name());
  recipient.set_country(args.country());
  recipient.set_papers(args.papers());
  recipient.set_registered_by(context.caller().organisation());
  recipient.set_version(earlier ? earlier->version() + 1 : 1);
  recipient.set_changed_at(context.time().value());
  context.put(kind::kRecipient, args.id(), recipient, earlier ? EventKind::kChanged : EventKind::kCreated);
  context.set_object(args.id());
  return pass();
}

}  // namespace

void add_recipient_calls(CallList& calls) {
  calls.push_back(make_call<Args>({.name = "cross_border.register_recipient",
                                   .policy = SignaturePolicy::kSelf,
                                   .credit = CreditClass::kNewBusiness,
                                   .stopped_by_hold = true,
                                   .label_zh = "登记境外接收方",
                                   .label_en = "Register a recipient abroad, or what changed about it."},
                                  {.check = check, .object = object, .apply = apply}));
}

}  // namespace qilian::contracts::cross_border
