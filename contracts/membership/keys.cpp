// Keys: rotate_key, mark_compromised.
#include "contracts/members.h"
#include "contracts/membership/membership.h"
#include "contracts/text_guard.h"
#include "ledger/core/signature.h"

namespace qilian::contracts::membership {
namespace {

std::optional<pb::Key> find_key(const Context& context, const std::string& raw) {
  return context.get<pb::Key>(kind::kKey, ledger::to_hex(raw));
}

std::string short_name(const std::string& raw) { return ledger::to_hex(raw).substr(0, 16); }

Outcome require_public_key(std::string_view field, const std::string& raw) {
  const auto key = ledger::PublicKey::from(raw);
  QILIAN_REQUIRE(key && ledger::valid_public_key(*key), "COM-101", std::string(field) + " is no Ed25519 public key");
  return pass();
}

std::size_t regulators_among_signers(const Context& context) {
  std::size_t out = 0;
  for (const std::string& organisation : context.caller().organisations()) {
    if (has_role(context, organisation, "REGULATOR") && organisation_active(context, organisation)) ++out;
  }
  return out;
}

bool signed_with(const Context& context, const std::string& raw) {
  for (const Signer& signer : context.caller().signers) {
    if (signer.key.view() == raw) return true;
  }
  return false;
}

// ---- rotate_key ----

Outcome rotate_check(const pb::MembershipRotateKey& a) {
  QILIAN_PASS(require_public_key("old_key", a.old_key()));
  QILIAN_PASS(require_public_key("new_key", a.new_key()));
  QILIAN_REQUIRE(a.old_key() != a.new_key(), "COM-101", "the new key is the old one");
  return pass();
}

/// The old key itself, or two regulators: a lost or stolen key must not keep an organisation out, nor let one officer
/// seize another's.
SignerRule rotate_signers(const pb::MembershipRotateKey& a, const Context& context) {
  SignerRule rule;
  if (signed_with(context, a.old_key())) return rule;
  if (regulators_among_signers(context) < 2) {
    rule.denial = deny("COM-206", "key " + short_name(a.old_key()) + " signs, or two regulators do");
  }
  return rule;
}

Outcome rotate_object(const pb::MembershipRotateKey& a, const Context& context) {
  const auto old_key = find_key(context, a.old_key());
  QILIAN_REQUIRE(old_key.has_value(), "COM-301", "no key " + short_name(a.old_key()));
  QILIAN_REQUIRE(old_key->status() != pb::Key::ROTATED && old_key->replaced_by().empty(), "COM-303",
                 "key " + short_name(a.old_key()) + " was rotated before");
  QILIAN_REQUIRE(!find_key(context, a.new_key()), "COM-302",
                 "key " + short_name(a.new_key()) + " is registered already");
  return pass();
}

Outcome rotate_apply(const pb::MembershipRotateKey& a, Context& context) {
  pb::Key old_key = *find_key(context, a.old_key());
  pb::Key new_key = old_key;
  new_key.set_public_key(a.new_key());
  new_key.set_status(pb::Key::ACTIVE);
  new_key.set_from(context.time().value());
  new_key.set_to(0);
  new_key.set_compromised_since(0);
  new_key.clear_replaced_by();
  // A key that was marked stays COMPROMISED: what it signed keeps that shadow.
  if (old_key.status() == pb::Key::ACTIVE) old_key.set_status(pb::Key::ROTATED);
  if (old_key.to() == 0 || old_key.to() > context.time().value()) old_key.set_to(context.time().value());
  old_key.set_replaced_by(a.new_key());
  context.put(kind::kKey, ledger::to_hex(a.old_key()), old_key, EventKind::kEnded);
  context.put(kind::kKey, ledger::to_hex(a.new_key()), new_key, EventKind::kCreated);
  context.set_object(ledger::to_hex(a.new_key()));
  return pass();
}

// ---- mark_compromised ----

Outcome mark_check(const pb::MembershipMarkCompromised& a) {
  QILIAN_PASS(require_public_key("public_key", a.public_key()));
  return require_range("since", a.since(), 0, INT64_MAX);
}

SignerRule mark_signers(const pb::MembershipMarkCompromised& a, const Context& context) {
  SignerRule rule;
  const auto key = find_key(context, a.public_key());
  if (!key) return rule;
  const bool own = context.caller().signed_by(key->organisation());
  if (!own && regulators_among_signers(context) == 0) {
    rule.denial = deny("COM-204", key->organisation() + " itself or a regulator marks its key");
  }
  return rule;
}

Outcome mark_object(const pb::MembershipMarkCompromised& a, const Context& context) {
  const auto key = find_key(context, a.public_key());
  QILIAN_REQUIRE(key.has_value(), "COM-301", "no key " + short_name(a.public_key()));
  QILIAN_REQUIRE(key->status() != pb::Key::COMPROMISED, "COM-303",
                 "key " + short_name(a.public_key()) + " is marked already");
  QILIAN_REQUIRE(a.since() <= context.time().value(), "COM-107", "a key cannot be compromised from a later time on");
  return pass();
}

Outcome mark_apply(const pb::MembershipMarkCompromised& a, Context& context) {
  pb::Key key = *find_key(context, a.public_key());
  key.set_status(pb::Key::COMPROMISED);
  key.set_compromised_since(a.since());
  context.put(kind::kKey, ledger::to_hex(a.public_key()), key);
  context.set_object(ledger::to_hex(a.public_key()));
  return pass();
}

}  // namespace

void add_key_calls(CallList& calls) {
  calls.push_back(make_call<pb::MembershipRotateKey>(
      {.name = "membership.rotate_key",
       .policy = SignaturePolicy::kByContract,
       .credit = CreditClass::kOpen,
       .stopped_by_hold = false,
       .label_zh = "更换密钥",
       .label_en = "Replace a key by a new one of the same officer; signed by the old key, or by two regulators"},
      {.check = rotate_check, .signers = rotate_signers, .object = rotate_object, .apply = rotate_apply}));
  calls.push_back(make_call<pb::MembershipMarkCompromised>(
      {.name = "membership.mark_compromised",
       .policy = SignaturePolicy::kByContract,
       .credit = CreditClass::kOpen,
       .stopped_by_hold = false,
       .label_zh = "密钥失密登记",
       .label_en = "Mark a key as compromised since a time; by its organisation or a regulator"},
      {.check = mark_check, .signers = mark_signers, .object = mark_object, .apply = mark_apply}));
}

}  // namespace qilian::contracts::membership
