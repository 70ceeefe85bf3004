// Joining: apply, admit, undertake.
#include <algorithm>
#include <set>

#include "contracts/credit_view.h"
#include "contracts/members.h"
#include "contracts/membership/membership.h"
#include "contracts/text_guard.h"
#include "ledger/core/signature.h"
#include "ledger/core/uscc.h"

namespace qilian::contracts::membership {
namespace {

constexpr std::size_t kMaxListed = 64;  // of what one application may list; the governed limits are smaller

std::string key_id(const std::string& raw) { return ledger::to_hex(raw); }

// ---- apply ----

Outcome check_officers(const pb::MembershipApply& a) {
  std::set<std::string> officers;
  for (const pb::Officer& officer : a.officers()) {
    QILIAN_PASS(require_text("officer_id", officer.officer_id(), 64));
    QILIAN_REQUIRE(officers.insert(officer.officer_id()).second, "COM-101",
                   "officer " + officer.officer_id() + " is listed twice");
    QILIAN_REQUIRE(officer.person_tag().empty() || officer.person_tag().size() == 32, "COM-101",
                   "a person tag has 32 bytes");
  }
  return pass();
}

Outcome check_keys(const pb::MembershipApply& a) {
  std::set<std::string> keys;
  for (const pb::NewKey& key : a.keys()) {
    const auto public_key = ledger::PublicKey::from(key.public_key());
    QILIAN_REQUIRE(public_key && ledger::valid_public_key(*public_key), "COM-101",
                   "a listed key is no Ed25519 public key");
    QILIAN_REQUIRE(keys.insert(key.public_key()).second, "COM-101", "a key is listed twice");
    QILIAN_PASS(require_text("key.officer_id", key.officer_id(), 64));
    QILIAN_PASS(require_count("key.scope", static_cast<std::size_t>(key.scope_size()), 0, kMaxListed));
  }
  return pass();
}

Outcome apply_check(const pb::MembershipApply& a) {
  QILIAN_PASS(require_text("uscc", a.uscc(), 64));
  QILIAN_PASS(require_text("name", a.name(), 256));
  QILIAN_PASS(require_choice("kind", a.kind()));
  QILIAN_PASS(require_text("region", a.region(), 12));
  QILIAN_PASS(require_text("sponsor", a.sponsor(), 18));
  QILIAN_PASS(require_count("controllers", static_cast<std::size_t>(a.controllers_size()), 0, kMaxListed));
  for (const std::string& controller : a.controllers()) {
    // In one writing only: the same person in capitals would be somebody else to the controller group.
    const auto tag = ledger::from_hex(controller.starts_with("person:") ? controller.substr(7) : "");
    const bool person = controller.size() == 71 && tag && "person:" + ledger::to_hex(*tag) == controller;
    QILIAN_REQUIRE(person || controller.size() == ledger::Uscc::kSize, "COM-101",
                   "a controller is a USCC or \"person:\" and 64 hex digits of a person tag");
  }
  QILIAN_PASS(require_count("officers", static_cast<std::size_t>(a.officers_size()), 0, 256));
  QILIAN_PASS(check_officers(a));
  QILIAN_PASS(require_count("keys", static_cast<std::size_t>(a.keys_size()), 1, kMaxListed));
  QILIAN_PASS(check_keys(a));
  return check_undertaking(a.undertaking());
}

std::vector<Signer> apply_keys(const pb::MembershipApply& a) {
  std::vector<Signer> out;
  for (const pb::NewKey& key : a.keys()) {
    if (const auto public_key = ledger::PublicKey::from(key.public_key()))
      out.push_back({*public_key, a.uscc(), key.officer_id()});
  }
  return out;
}

std::string apply_payer(const pb::MembershipApply& a, const Context&) { return a.sponsor(); }

SignerRule apply_signers(const pb::MembershipApply& a, const Context& context) {
  SignerRule rule{.organisations = {a.uscc(), a.sponsor()}};
  const bool may_sponsor = has_role(context, a.sponsor(), "NOTARY") || has_role(context, a.sponsor(), "REGULATOR");
  if (!may_sponsor) rule.denial = deny("COM-204", "sponsor " + a.sponsor() + " is neither NOTARY nor REGULATOR");
  return rule;
}

Outcome apply_object(const pb::MembershipApply& a, const Context& context) {
  const auto uscc = ledger::Uscc::parse(a.uscc());
  QILIAN_REQUIRE(uscc.has_value(), "MEM-101", uscc.error().message);
  for (const std::string& controller : a.controllers()) {
    if (controller.starts_with("person:")) continue;
    const auto parsed = ledger::Uscc::parse(controller);
    QILIAN_REQUIRE(parsed.has_value(), "MEM-101", "controller: " + parsed.error().message);
  }
  const Parameters& parameters = context.parameters();
  QILIAN_REQUIRE(a.officers_size() > 0, "MEM-102", "an application names at least one officer");
  for (const pb::NewKey& key : a.keys()) {
    const bool listed =
        std::ranges::any_of(a.officers(), [&](const pb::Officer& o) { return o.officer_id() == key.officer_id(); });
    QILIAN_REQUIRE(listed, "MEM-102", "key of officer " + key.officer_id() + ", whom the application does not list");
  }
  QILIAN_REQUIRE(a.officers_size() <= parameters.integer("membership.max_officers") &&
                     a.keys_size() <= parameters.integer("membership.max_keys") &&
                     a.controllers_size() <= parameters.integer("membership.max_controllers"),
                 "COM-107", "more officers, keys or controllers than the parameters membership.max_* allow");
  QILIAN_PASS(require_code(context, "region", a.region()));
  QILIAN_REQUIRE(!context.exists(kind::kOrganisation, a.uscc()), "COM-302", a.uscc() + " has applied before");
  for (const pb::NewKey& key : a.keys()) {
    QILIAN_REQUIRE(!context.exists(kind::kKey, key_id(key.public_key())), "COM-302",
                   "key " + key_id(key.public_key()).substr(0, 16) + " is registered already");
  }
  return pass();
}

Outcome apply_apply(const pb::MembershipApply& a, Context& context) {
  pb::Organisation organisation;
  organisation.set_uscc(a.uscc());
  organisation.set_name(a.name());
  organisation.set_kind(a.kind());
  organisation.set_region(a.region());
  std::set<std::string> controllers(a.controllers().begin(), a.controllers().end());
  for (const std::string& controller : controllers) organisation.add_controllers(controller);
  *organisation.mutable_officers() = a.officers();
  organisation.set_sponsor(a.sponsor());
  organisation.set_status(pb::Organisation::APPLIED);
  organisation.set_applied_at(context.time().value());
  context.put(kind::kOrganisation, a.uscc(), organisation, EventKind::kCreated);
  link_controllers(context, organisation);
  for (const pb::NewKey& key : a.keys()) {
    pb::Key record;
    record.set_public_key(key.public_key());
    record.set_algorithm("ed25519");
    record.set_organisation(a.uscc());
    record.set_officer_id(key.officer_id());
    *record.mutable_scope() = key.scope();
    record.set_from(context.time().value());
    record.set_status(pb::Key::ACTIVE);
    context.put(kind::kKey, key_id(key.public_key()), record, EventKind::kCreated);
  }
  context.put(kind::kUndertaking, a.uscc(), make_undertaking(context, a.uscc(), a.undertaking()), EventKind::kCreated);
  context.set_object(a.uscc());
  return pass();
}

// ---- admit ----

Outcome admit_check(const pb::MembershipAdmit& a) {
  QILIAN_PASS(require_text("uscc", a.uscc(), 18));
  return require_text("attestation", a.attestation(), 128);
}

Outcome admit_object(const pb::MembershipAdmit& a, const Context& context) {
  QILIAN_PASS(require_organisation(context, a.uscc()));
  const auto organisation = find(context, a.uscc());
  QILIAN_REQUIRE(organisation->status() == pb::Organisation::APPLIED, "COM-303",
                 a.uscc() + " is " + pb::Organisation::Status_Name(organisation->status()) + ", not APPLIED");
  return pass();
}

Outcome admit_references(const pb::MembershipAdmit& a, const Context& context) {
  const auto attestation = find_attestation(context, a.attestation());
  QILIAN_REQUIRE(attestation.has_value(), "MEM-404", "no attestation " + a.attestation());
  QILIAN_REQUIRE(
      attestation->type == "LEGAL_PERSON_ADMISSION" && std::ranges::count(attestation->subjects, a.uscc()) != 0,
      "MEM-404", "attestation " + a.attestation() + " is not a LEGAL_PERSON_ADMISSION of " + a.uscc());
  QILIAN_REQUIRE(attestation->in_force && attestation->result == "PASS", "MEM-404",
                 "attestation " + a.attestation() + " is not in force with result PASS");
  return pass();
}

Outcome admit_invariants(const pb::MembershipAdmit& a, const Context& context) {
  const bool sanctioned =
      active_sanction(context, a.uscc()) >= Severity::kModerate || serious_notice_pending(context, a.uscc());
  QILIAN_REQUIRE(!sanctioned, "MEM-405",
                 "somebody of the controller group of " + a.uscc() + " is under a sanction or a SERIOUS notice");
  return pass();
}

Outcome admit_apply(const pb::MembershipAdmit& a, Context& context) {
  pb::Organisation organisation = *find(context, a.uscc());
  organisation.set_status(pb::Organisation::ADMITTED);
  organisation.set_admitted_at(context.time().value());
  organisation.set_admission_attestation(a.attestation());
  organisation.set_basis("attestation");
  context.put(kind::kOrganisation, a.uscc(), organisation);
  context.set_object(a.uscc());
  context.add_trace("admitted on " + a.attestation());
  return pass();
}

// ---- undertake ----

Outcome undertake_check(const pb::MembershipUndertake& a) { return check_undertaking(a.undertaking()); }

Outcome undertake_apply(const pb::MembershipUndertake& a, Context& context) {
  const std::string uscc = context.caller().organisation();
  const pb::Undertaking undertaking = make_undertaking(context, uscc, a.undertaking());
  context.put(kind::kUndertaking, uscc, undertaking);
  context.set_object(undertaking.id());
  return pass();
}

}  // namespace

void add_join_calls(CallList& calls) {
  // CONTINUING, so that the sponsor is in good standing and pays; the applicant, whose keys the body brings, is not
  // asked yet.
  calls.push_back(
      make_call<pb::MembershipApply>({.name = "membership.apply",
                                      .policy = SignaturePolicy::kBoth,
                                      .credit = CreditClass::kContinuing,
                                      .stopped_by_hold = false,
                                      .label_zh = "申请加入",
                                      .label_en = "Apply to join, with keys and undertaking; the sponsor signs too"},
                                     {.check = apply_check,
                                      .body_keys = apply_keys,
                                      .payer = apply_payer,
                                      .signers = apply_signers,
                                      .object = apply_object,
                                      .apply = apply_apply}));
  calls.push_back(make_call<pb::MembershipAdmit>({.name = "membership.admit",
                                                  .policy = SignaturePolicy::kTwoRegulators,
                                                  .roles = {"REGULATOR"},
                                                  .credit = CreditClass::kOpen,
                                                  .stopped_by_hold = false,
                                                  .label_zh = "准入",
                                                  .label_en = "Admit an applicant on its legal-person attestation"},
                                                 {.check = admit_check,
                                                  .object = admit_object,
                                                  .references = admit_references,
                                                  .invariants = admit_invariants,
                                                  .apply = admit_apply}));
  calls.push_back(make_call<pb::MembershipUndertake>({.name = "membership.undertake",
                                                      .credit = CreditClass::kOpen,
                                                      .stopped_by_hold = false,
                                                      .label_zh = "签署承诺",
                                                      .label_en = "Sign the six-stage undertaking anew"},
                                                     {.check = undertake_check, .apply = undertake_apply}));
}

}  // namespace qilian::contracts::membership
