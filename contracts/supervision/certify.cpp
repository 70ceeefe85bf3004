// 培训认证, 贯标: certificates that others name.
#include "contracts/members.h"
#include "contracts/signer_rules.h"
#include "contracts/supervision/steps.h"
#include "contracts/text_guard.h"

namespace qilian::contracts::supervision {
namespace {

using Args = pb::SupervisionCertify;

constexpr std::string_view kLife = "supervision.certificate_life";

Outcome check(const Args& args) {
  QILIAN_PASS(require_text("id", args.id(), 128));
  QILIAN_PASS(require_choice("kind", args.kind()));
  QILIAN_PASS(require_text("holder", args.holder(), 18));
  QILIAN_PASS(require_text("standard", args.standard(), 128));
  QILIAN_PASS(require_digest_or_commitment("document", args.document()));
  QILIAN_PASS(require_range("from", args.from(), 0, INT64_MAX));
  return require_range("to", args.to(), 0, INT64_MAX);
}

/// Nobody certifies himself or his group; a QUALIFICATION comes from outside the market.
SignerRule signers(const Args& args, const Context& context) {
  const std::string& issuer = context.caller().organisation();
  if (related(context, issuer, args.holder())) {
    return signers_denied("COM-207", issuer + " is related to " + args.holder());
  }
  if (has_role(context, issuer, "REGULATOR") || has_role(context, issuer, "SERVICE_CERTIFICATION")) return {};
  if (args.kind() == pb::Certificate::TRAINING && has_role(context, issuer, "SERVICE_TRAINING")) return {};
  return signers_denied("COM-204",
                        "a REGULATOR or SERVICE_CERTIFICATION certifies; SERVICE_TRAINING does so for TRAINING");
}

/// A regulator's call is open; who certifies as a business is asked for its standing.
CreditClass credit_class(const Args&, const Context& context) {
  return has_role(context, context.caller().organisation(), "REGULATOR") ? CreditClass::kOpen
                                                                         : CreditClass::kContinuing;
}

Outcome object(const Args& args, const Context& context) {
  QILIAN_REQUIRE(!context.exists(kind::kCertificate, args.id()), "COM-302", "certificate " + args.id() + " exists");
  QILIAN_REQUIRE(organisation_exists(context, args.holder()), "COM-301", args.holder() + " is not a member");
  QILIAN_REQUIRE(args.to() == 0 || args.to() > args.from(), "COM-307", "a certificate ends after it begins");
  return check_end(context, args.to(), kLife);
}

Outcome apply(const Args& args, Context& context) {
  pb::Certificate certificate;
  certificate.set_id(args.id());
  certificate.set_kind(args.kind());
  certificate.set_holder(args.holder());
  certificate.set_standard(args.standard());
  certificate.set_issuer(context.caller().organisation());
  certificate.set_document(args.document());
  certificate.set_from(args.from() == 0 ? context.time().value() : args.from());
  certificate.set_to(end_of(context, args.to(), kLife));
  context.put(kind::kCertificate, args.id(), certificate, EventKind::kCreated);
  context.set_object(args.id());
  return pass();
}

}  // namespace

void add_certificate_calls(CallList& calls) {
  calls.push_back(make_call<Args>(
      {.name = "supervision.certify",
       .policy = SignaturePolicy::kSelf,
       .roles = {"REGULATOR", "SERVICE_CERTIFICATION", "SERVICE_TRAINING"},
       .credit = CreditClass::kContinuing,
       .stopped_by_hold = true,
       .label_zh = "认证",
       .label_en = "Issue a certificate of training, of a standard or of qualification."},
      {.check = check, .credit_class = credit_class, .signers = signers, .object = object, .apply = apply}));
}

}  // namespace qilian::contracts::supervision
