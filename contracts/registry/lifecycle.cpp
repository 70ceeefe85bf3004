// 续证, 注销, 撤销, 定级: what happens to a registration after it stands.
#include "contracts/members.h"
#include "contracts/registry/steps.h"
#include "contracts/text_guard.h"

namespace qilian::contracts::registry {
namespace {

Outcome require_found(const Context& context, std::string_view udi) {
  QILIAN_REQUIRE(context.exists(kind::kAsset, udi), "COM-301", "asset " + std::string(udi) + " is not in the registry");
  return pass();
}

// ---- renew --------------------------------------------------------------------------------------------------------

Outcome check_renew(const pb::RegistryRenew& args) { return require_text("udi", args.udi(), 128); }

SignerRule renew_signers(const pb::RegistryRenew& args, const Context& context) {
  return registrant_and_registrar(context, args.udi());
}

/// An expired registration may be renewed: what it names is still the same thing.
Outcome renew_object(const pb::RegistryRenew& args, const Context& context) {
  QILIAN_PASS(require_found(context, args.udi()));
  const pb::Asset::Status status = asset(context, args.udi())->status();
  QILIAN_REQUIRE(status == pb::Asset::REGISTERED || status == pb::Asset::AMENDING, "COM-303",
                 "asset " + args.udi() + " is " + std::string(status_name(status)) + ", not REGISTERED or EXPIRED");
  return pass();
}

std::vector<ListSubject> renew_subjects(const pb::RegistryRenew& args, const Context& context) {
  const std::optional<pb::Asset> found = asset(context, args.udi());
  if (!found) return {};
  ListSubject subject;
  subject.version = version_id(args.udi(), found->head());
  return {subject};
}

/// The new life runs from the end of the old one, or from now where that has passed.
Outcome apply_renew(const pb::RegistryRenew& args, Context& context) {
  pb::Asset changed = *asset(context, args.udi());
  const TimeMs from(std::max(changed.valid_to() - 1, context.time().value()));
  changed.set_valid_to(
      contracts::deadline(from, context.parameters().period("registry.validity"), context.calendar()).value());
  context.put(kind::kAsset, args.udi(), changed);
  context.set_object(args.udi());
  return pass();
}

// ---- cancel -------------------------------------------------------------------------------------------------------

Outcome check_cancel(const pb::RegistryCancel& args) {
  QILIAN_PASS(require_text("udi", args.udi(), 128));
  return require_text("reason", args.reason(), 512);
}

SignerRule cancel_signers(const pb::RegistryCancel& args, const Context& context) {
  return registrant_and_registrar(context, args.udi());
}

bool ended(pb::Asset::Status status) {
  return status == pb::Asset::CANCELLED || status == pb::Asset::REVOKED || status == pb::Asset::REJECTED;
}

Outcome cancel_object(const pb::RegistryCancel& args, const Context& context) {
  QILIAN_PASS(require_found(context, args.udi()));
  const pb::Asset::Status status = asset(context, args.udi())->status();
  QILIAN_REQUIRE(
      status == pb::Asset::REGISTERED || status == pb::Asset::AMENDING, "COM-303",
      "asset " + args.udi() + " is " + std::string(status_name(status)) + "; only a registration is cancelled");
  return pass();
}

Outcome cancel_invariants(const pb::RegistryCancel& args, const Context& context) {
  return require_unpledged(context, asset(context, args.udi())->pledge());
}

void end_rights(Context& context, const pb::Asset& asset) {
  for (pb::Right right : rights(context, asset)) {
    if (right.status() != pb::Right::ACTIVE && right.status() != pb::Right::CLAIMED) continue;
    right.set_status(pb::Right::ENDED);
    context.put(kind::kRight, right.id(), right, EventKind::kEnded);
  }
}

Outcome end_asset(Context& context, const std::string& udi, pb::Asset::Status status) {
  pb::Asset changed = *asset(context, udi);
  end_rights(context, changed);
  changed.set_status(status);
  context.put(kind::kAsset, udi, changed, EventKind::kEnded);
  context.set_object(udi);
  return pass();
}

Outcome apply_cancel(const pb::RegistryCancel& args, Context& context) {
  return end_asset(context, args.udi(), pb::Asset::CANCELLED);
}

// ---- revoke -------------------------------------------------------------------------------------------------------

Outcome check_revoke(const pb::RegistryRevoke& args) {
  QILIAN_PASS(require_text("udi", args.udi(), 128));
  QILIAN_PASS(require_text("reason", args.reason(), 512));
  return require_digest_or_commitment("decision", args.decision());
}

Outcome revoke_object(const pb::RegistryRevoke& args, const Context& context) {
  QILIAN_PASS(require_found(context, args.udi()));
  const pb::Asset::Status status = asset(context, args.udi())->status();
  QILIAN_REQUIRE(!ended(status), "COM-303", "asset " + args.udi() + " is already " + std::string(status_name(status)));
  return pass();
}

Outcome apply_revoke(const pb::RegistryRevoke& args, Context& context) {
  return end_asset(context, args.udi(), pb::Asset::REVOKED);
}

// ---- regrade ------------------------------------------------------------------------------------------------------

Outcome check_regrade(const pb::RegistryRegrade& args) {
  QILIAN_PASS(require_text("udi", args.udi(), 128));
  QILIAN_PASS(require_choice("grade", args.grade()));
  return require_text("decision", args.decision(), 128);
}

Outcome regrade_object(const pb::RegistryRegrade& args, const Context& context) {
  QILIAN_PASS(require_found(context, args.udi()));
  const pb::Asset::Status status = asset(context, args.udi())->status();
  QILIAN_REQUIRE(!ended(status), "COM-303", "asset " + args.udi() + " is " + std::string(status_name(status)));
  return pass();
}

pb::Asset::Grade strictest_parent(const Context& context, const std::string& head) {
  pb::Asset::Grade strictest = pb::Asset::ORDINARY;
  for (const std::string& ancestor : ancestors(context, head)) {
    const std::optional<VersionRef> ref = parse_version(ancestor);
    if (const auto above = ref ? asset(context, ref->udi) : std::nullopt)
      strictest = std::max(strictest, above->grade());
  }
  return strictest;
}

/// Up is decided; down is decided on what a notary attested.
Outcome regrade_invariants(const pb::RegistryRegrade& args, const Context& context) {
  const pb::Asset found = *asset(context, args.udi());
  if (args.grade() >= found.grade()) return pass();
  const std::string head = version_id(args.udi(), std::max(found.head(), 1U));
  const std::optional<AttestedClaim> claim = attested_claim(context, head, "grade");
  const bool attested =
      claim && claim->attestation == args.attestation() && claim->text == pb::Asset::Grade_Name(args.grade());
  QILIAN_REQUIRE(
      attested, "COM-402",
      "a lower grade needs an attestation in force on " + head + " that claims " + pb::Asset::Grade_Name(args.grade()));
  QILIAN_REQUIRE(args.grade() >= strictest_parent(context, head), "REG-402",
                 "an ancestor of " + head + " is graded " + pb::Asset::Grade_Name(strictest_parent(context, head)));
  return pass();
}

Outcome apply_regrade(const pb::RegistryRegrade& args, Context& context) {
  pb::Asset changed = *asset(context, args.udi());
  changed.set_grade(args.grade());
  changed.set_grade_decision(args.decision());
  if (args.open_level() != pb::Asset::OPEN_LEVEL_UNSPECIFIED) changed.set_open_level(args.open_level());
  context.put(kind::kAsset, args.udi(), changed);
  context.set_object(args.udi());
  if (!args.attestation().empty()) context.add_trace("relied on attestation " + args.attestation());
  return pass();
}

}  // namespace

void add_lifecycle_calls(CallList& calls) {
  calls.push_back(make_call<pb::RegistryRenew>({.name = "registry.renew",
                                                .policy = SignaturePolicy::kBoth,
                                                .credit = CreditClass::kContinuing,
                                                .stopped_by_hold = true,
                                                .operation = ListOperation::kRegister,
                                                .label_zh = "续证",
                                                .label_en = "Extend a registration by its validity."},
                                               {.check = check_renew,
                                                .signers = renew_signers,
                                                .object = renew_object,
                                                .subjects = renew_subjects,
                                                .apply = apply_renew}));
  calls.push_back(make_call<pb::RegistryCancel>({.name = "registry.cancel",
                                                 .policy = SignaturePolicy::kBoth,
                                                 .credit = CreditClass::kOpen,
                                                 .stopped_by_hold = false,
                                                 .label_zh = "注销登记",
                                                 .label_en = "End a registration for good."},
                                                {.check = check_cancel,
                                                 .signers = cancel_signers,
                                                 .object = cancel_object,
                                                 .invariants = cancel_invariants,
                                                 .apply = apply_cancel}));
  calls.push_back(
      make_call<pb::RegistryRevoke>({.name = "registry.revoke",
                                     .policy = SignaturePolicy::kTwoRegulators,
                                     .roles = {"REGULATOR"},
                                     .credit = CreditClass::kOpen,
                                     .stopped_by_hold = false,
                                     .label_zh = "撤销登记",
                                     .label_en = "Two regulators revoke a registration."},
                                    {.check = check_revoke, .object = revoke_object, .apply = apply_revoke}));
  calls.push_back(make_call<pb::RegistryRegrade>(
      {.name = "registry.regrade",
       .policy = SignaturePolicy::kRegulators,
       .roles = {"REGULATOR"},
       .credit = CreditClass::kOpen,
       .stopped_by_hold = false,
       .label_zh = "数据定级",
       .label_en = "A regulator decides the grade, and how open the data is."},
      {.check = check_regrade, .object = regrade_object, .invariants = regrade_invariants, .apply = apply_regrade}));
}

}  // namespace qilian::contracts::registry
