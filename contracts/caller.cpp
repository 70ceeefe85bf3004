#include "contracts/caller.h"

#include <algorithm>
#include <set>

#include "contracts/members.h"
#include "contracts/membership.pb.h"
#include "contracts/membership/standing.h"
#include "contracts/validators.h"

namespace qilian::contracts {
namespace {

/// "notary.issue" is in the scope of "notary" and of itself.
bool in_scope(const pb::Key& key, std::string_view call) {
  if (key.scope().empty()) return true;
  const std::string_view contract = call.substr(0, call.find('.'));
  return std::ranges::any_of(key.scope(), [&](const std::string& scope) { return scope == call || scope == contract; });
}

std::string short_name(const ledger::PublicKey& key) { return key.hex().substr(0, 16); }

Outcome resolve_key(const ledger::StateView& state, TimeMs now, const Call& call, std::span<const Signer> body_keys,
                    const ledger::PublicKey& public_key, Signer& signer) {
  const auto bytes = state.record({kind::kKey, public_key.hex()});
  if (!bytes) {
    const auto brought = std::ranges::find(body_keys, public_key, &Signer::key);
    QILIAN_REQUIRE(brought != body_keys.end(), "COM-202", "key " + short_name(public_key) + " is not registered");
    // A body may bring keys for whoever joins by it. For an organisation that exists they would let a stranger speak in
    // its name.
    QILIAN_REQUIRE(!state.record({kind::kOrganisation, brought->organisation}), "COM-202",
                   "key " + short_name(public_key) + " is not registered for " + brought->organisation);
    signer = *brought;
    return pass();
  }
  pb::Key key;
  QILIAN_CHECK(key.ParseFromString(*bytes));
  const bool active =
      key.status() == pb::Key::ACTIVE && now.value() >= key.from() && (key.to() == 0 || now.value() < key.to());
  QILIAN_REQUIRE(active, "COM-202", "key " + short_name(public_key) + " of " + key.organisation() + " is not active");
  QILIAN_REQUIRE(in_scope(key, call.spec().name), "COM-202",
                 "key " + short_name(public_key) + " is not made for " + std::string(call.spec().name));
  signer = {public_key, key.organisation(), key.officer_id()};
  return pass();
}

Outcome resolve_consensus_key(const ledger::StateView& state, const BlockFrame& frame, const ledger::PublicKey& key,
                              Signer& signer) {
  std::optional<ledger::ReplicaId> replica;
  ValidatorEpoch epoch;
  if (frame.genesis != nullptr) {
    epoch = epoch_of_block(state, *frame.genesis, frame.height);
    replica = epoch.set.find(key);
  }
  QILIAN_REQUIRE(replica.has_value(), "COM-202", "key " + short_name(key) + " is no consensus key of this epoch");
  signer = {key, epoch.set.validators[replica->value()].organisation, "consensus"};
  return pass();
}

/// `wanted` distinct organisations of the role, by as many distinct persons.
Outcome require_role_count(const Context& context, std::string_view role, std::size_t wanted) {
  std::set<std::string> organisations;
  std::set<std::string> persons;
  for (const Signer& signer : context.caller().signers) {
    if (!has_role(context, signer.organisation, role) || !organisation_active(context, signer.organisation)) continue;
    organisations.insert(signer.organisation);
    persons.insert(person_of(context, signer.organisation, signer.officer));
  }
  const std::string needed = std::to_string(wanted) + " organisations with role " + std::string(role) + " sign";
  QILIAN_REQUIRE(organisations.size() >= wanted, "COM-206",
                 needed + "; " + std::to_string(organisations.size()) + " did");
  QILIAN_REQUIRE(persons.size() >= wanted, "COM-208", needed + "; one person signed for two of them");
  return pass();
}

/// An authority's powers end with its standing, although unwinding calls pass for whoever was once admitted.
bool holds_role(const Context& context, std::string_view organisation, std::string_view role) {
  if (!has_role(context, organisation, role)) return false;
  const bool authority = role == "REGULATOR" || role == "PRICING" || role == "REGISTRAR";
  return !authority || organisation_active(context, organisation);
}

Outcome check_lead_role(const Context& context, const CallSpec& spec) {
  if (spec.roles.empty()) return pass();
  const std::string& lead = context.caller().organisation();
  if (std::ranges::any_of(spec.roles, [&](std::string_view role) { return holds_role(context, lead, role); }))
    return pass();
  std::string wanted;
  for (std::string_view role : spec.roles) wanted += (wanted.empty() ? "" : " or ") + std::string(role);
  return deny("COM-204", lead + " leads " + std::string(spec.name) + " without role " + wanted);
}

Outcome check_officers(const Context& context, const SignerRule& rule) {
  if (rule.officer_count <= 1) return pass();
  const std::string& lead = context.caller().organisation();
  std::set<std::string> persons;
  std::size_t signatures = 0;
  for (const Signer& signer : context.caller().signers) {
    if (signer.organisation != lead) continue;
    persons.insert(person_of(context, signer.organisation, signer.officer));
    ++signatures;
  }
  if (persons.size() >= rule.officer_count) return pass();
  const std::string needed = std::to_string(rule.officer_count) + " different officers of " + lead + " sign";
  if (signatures >= rule.officer_count) return deny("COM-208", needed + "; one signed twice");
  return deny("COM-206", needed + "; " + std::to_string(persons.size()) + " did");
}

}  // namespace

std::string person_of(const Context& context, std::string_view organisation, std::string_view officer) {
  if (const auto found = context.get<pb::Organisation>(kind::kOrganisation, organisation)) {
    const auto at = std::ranges::find(found->officers(), officer, &pb::Officer::officer_id);
    if (at != found->officers().end() && !at->person_tag().empty()) return "tag " + at->person_tag();
  }
  return std::string(organisation) + "/" + std::string(officer);
}

Outcome resolve_caller(const ledger::StateView& state, const BlockFrame& frame, const Call& call,
                       std::span<const Signer> body_keys, std::span<const ledger::PublicKey> signers,
                       const ledger::PublicKey& lead, Caller& caller) {
  caller = {};
  const bool by_consensus_key = call.spec().policy == SignaturePolicy::kConsensusKey;
  for (const ledger::PublicKey& key : signers) {
    Signer signer;
    QILIAN_PASS(by_consensus_key ? resolve_consensus_key(state, frame, key, signer)
                                 : resolve_key(state, frame.time, call, body_keys, key, signer));
    if (key == lead) caller.lead = signer;
    caller.signers.push_back(std::move(signer));
  }
  return pass();
}

Outcome check_standing(const Context& context, CreditClass credit_class, std::span<const Signer> body_keys) {
  for (const std::string& uscc : context.caller().organisations()) {
    if (std::ranges::any_of(body_keys, [&](const Signer& key) { return key.organisation == uscc; })) continue;
    const std::optional<pb::Organisation> organisation = context.get<pb::Organisation>(kind::kOrganisation, uscc);
    QILIAN_REQUIRE(organisation && organisation->admitted_at() != 0, "COM-203", uscc + " was never admitted");
    if (credit_class == CreditClass::kOpen) continue;
    const pb::Organisation::Status status = membership::standing(*organisation, context.time());
    const bool winding_down = status == pb::Organisation::RESTRICTED || status == pb::Organisation::EXITING;
    const bool active = status == pb::Organisation::ADMITTED || winding_down;
    QILIAN_REQUIRE(active, "COM-203", uscc + " is " + pb::Organisation::Status_Name(status));
    QILIAN_REQUIRE(!winding_down || credit_class != CreditClass::kNewBusiness, "COM-203",
                   uscc + " is " + pb::Organisation::Status_Name(status) + " and opens no new business");
    QILIAN_REQUIRE(membership::undertaking_alive(context, uscc), "COM-406",
                   uscc + " has no undertaking in force; call membership.undertake");
  }
  return pass();
}

Outcome check_policy(const Context& context, const Call& call, const SignerRule& rule) {
  QILIAN_PASS(check_lead_role(context, call.spec()));
  for (const std::string& organisation : rule.organisations) {
    QILIAN_REQUIRE(context.caller().signed_by(organisation), rule.missing_code, organisation + " has not signed");
  }
  // The role that was asked of the lead is the role of whoever acts: a stranger's licence does not cover another's act.
  const bool acts_alone =
      call.spec().policy == SignaturePolicy::kSelf && !call.spec().roles.empty() && rule.organisations.size() == 1;
  QILIAN_REQUIRE(!acts_alone || rule.organisations.front() == context.caller().organisation(), "COM-204",
                 rule.organisations.front() + " acts in " + std::string(call.spec().name) + " and must lead it");
  switch (call.spec().policy) {
    case SignaturePolicy::kRegulators:
      QILIAN_PASS(require_role_count(context, "REGULATOR", 1));
      break;
    case SignaturePolicy::kTwoRegulators:
      QILIAN_PASS(require_role_count(context, "REGULATOR", 2));
      break;
    case SignaturePolicy::kValidators: {
      const std::vector<std::string> validators = membership::validators(context);
      const auto signed_count = static_cast<std::size_t>(
          std::ranges::count_if(validators, [&](const std::string& uscc) { return context.caller().signed_by(uscc); }));
      QILIAN_REQUIRE(signed_count * 3 >= validators.size() * 2 && signed_count > 0, "COM-206",
                     "two thirds of " + std::to_string(validators.size()) + " validators sign; " +
                         std::to_string(signed_count) + " did");
      break;
    }
    case SignaturePolicy::kSelf:
    case SignaturePolicy::kBoth:
    case SignaturePolicy::kEach:
    case SignaturePolicy::kConsensusKey:
    case SignaturePolicy::kByContract:
      break;
  }
  if (!rule.role.empty()) QILIAN_PASS(require_role_count(context, rule.role, rule.role_count));
  QILIAN_PASS(check_officers(context, rule));
  return rule.denial;
}

}  // namespace qilian::contracts
