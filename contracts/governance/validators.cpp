// What two thirds of the validators decide: who validates next, and under which version of the rules.
#include "contracts/validators.h"

#include <set>

#include "contracts/governance/governance.h"
#include "contracts/members.h"
#include "contracts/membership.pb.h"
#include "contracts/text_guard.h"
#include "contracts/validators.pb.h"

namespace qilian::contracts::governance {
namespace {

/// The boundary of a change that is executed now.
ledger::Height boundary(const Context& context) {
  return ledger::Height(context.height().value() + context.frame().genesis->window);
}

Outcome require_chain(const Context& context) {
  QILIAN_REQUIRE(context.frame().genesis != nullptr, "COM-301", "the chain's validators are not known here");
  return pass();
}

// Never barred by holds, quota or lapsed undertakings: it keeps the ledger itself alive.
CallSpec two_thirds(std::string_view name, std::string_view zh, std::string_view en) {
  return {.name = name,
          .policy = SignaturePolicy::kValidators,
          .credit = CreditClass::kOpen,
          .stopped_by_hold = false,
          .label_zh = zh,
          .label_en = en};
}

// ---- change_validators ----

Outcome check_next(const pb::NextValidator& next) {
  QILIAN_PASS(require_text("validators.organisation", next.organisation(), 18));
  const auto consensus = ledger::PublicKey::from(next.consensus_key());
  QILIAN_REQUIRE(consensus && ledger::valid_public_key(*consensus), "COM-101",
                 "the consensus key of " + next.organisation() + " is no Ed25519 public key");
  const auto node = ledger::PublicKey::from(next.node_key());
  QILIAN_REQUIRE(node && ledger::valid_public_key(*node), "COM-101",
                 "the node key of " + next.organisation() + " is no Ed25519 public key");
  QILIAN_REQUIRE(next.consensus_key() != next.node_key(), "COM-101",
                 "node and consensus key of " + next.organisation() + " are one");
  QILIAN_REQUIRE(ledger::Signature::from(next.possession()).has_value(), "COM-101",
                 "the proof of possession of " + next.organisation() + " is no signature");
  return require_text("validators.address", next.address(), 128);
}

Outcome change_check(const pb::GovernanceChangeValidators& a) {
  QILIAN_PASS(require_count("validators", static_cast<std::size_t>(a.validators_size()), 1, ledger::kMaxValidators));
  std::set<std::string> organisations;
  std::set<std::string> keys;
  for (const pb::NextValidator& next : a.validators()) {
    QILIAN_PASS(check_next(next));
    QILIAN_REQUIRE(organisations.insert(next.organisation()).second, "COM-101",
                   next.organisation() + " is named twice");
    const bool fresh = keys.insert(next.consensus_key()).second && keys.insert(next.node_key()).second;
    QILIAN_REQUIRE(fresh, "COM-101", "a key of " + next.organisation() + " is named twice");
  }
  return pass();
}

Outcome change_object(const pb::GovernanceChangeValidators& a, const Context& context) {
  QILIAN_PASS(require_chain(context));
  const ledger::Genesis& genesis = *context.frame().genesis;
  const auto pending = next_epoch(context.state(), context.height());
  QILIAN_REQUIRE(!pending, "COM-303",
                 "a change is pending: epoch " + std::to_string(pending->set.epoch.value()) + " begins at block " +
                     std::to_string(pending->first.value()));
  const std::uint64_t next = epoch_of_block(context.state(), genesis, context.height()).set.epoch.value() + 1;
  QILIAN_REQUIRE(a.epoch() == next, "COM-304", "the next epoch is " + std::to_string(next));
  return pass();
}

Outcome change_references(const pb::GovernanceChangeValidators& a, const Context& context) {
  const ledger::Genesis& genesis = *context.frame().genesis;
  for (const pb::NextValidator& next : a.validators()) {
    const std::string& uscc = next.organisation();
    QILIAN_REQUIRE(organisation_exists(context, uscc), "COM-301", "there is no organisation " + uscc);
    QILIAN_REQUIRE(organisation_active(context, uscc), "COM-203", uscc + " is not active");
    QILIAN_REQUIRE(has_role(context, uscc, "VALIDATOR"), "COM-204", uscc + " has no role VALIDATOR");
    const auto key = *ledger::PublicKey::from(next.consensus_key());
    const bool used = genesis.validators.find(key).has_value() || context.exists(kind::kConsensusKey, key.hex());
    QILIAN_REQUIRE(!used, "COM-302", "the consensus key of " + uscc + " has served before: every epoch has its own");
    const ledger::Bytes payload =
        possession_payload(genesis.hash, {uscc, key}, *ledger::PublicKey::from(next.node_key()), next.address());
    QILIAN_REQUIRE(ledger::verify_signature(key, payload, *ledger::Signature::from(next.possession())), "COM-201",
                   "the proof of possession of " + uscc + " does not match its keys and address");
  }
  return pass();
}

void put_epoch(Context& context, const pb::ValidatorEpoch& epoch) {
  context.put(kind::kValidatorEpoch, std::to_string(epoch.epoch()), epoch, EventKind::kCreated);
  for (const pb::ValidatorSeat& seat : epoch.seats()) {
    pb::ConsensusKeyUse use;
    use.set_epoch(epoch.epoch());
    use.set_organisation(seat.organisation());
    context.put(kind::kConsensusKey, ledger::to_hex(seat.consensus_key()), use, EventKind::kCreated);
  }
}

Outcome change_apply(const pb::GovernanceChangeValidators& a, Context& context) {
  const ledger::ValidatorSet& first = context.frame().genesis->validators;
  if (!context.exists(kind::kValidatorEpoch, "newest")) {
    pb::ValidatorEpoch record;
    record.set_epoch(first.epoch.value());
    for (const ledger::Validator& validator : first.validators) {
      pb::ValidatorSeat* seat = record.add_seats();
      seat->set_organisation(validator.organisation);
      seat->set_consensus_key(std::string(validator.consensus_key.view()));
    }
    put_epoch(context, record);
  }
  pb::ValidatorEpoch record;
  record.set_epoch(a.epoch());
  record.set_first_height(boundary(context).value() + 1);
  std::set<std::string> sorted;
  for (const pb::NextValidator& next : a.validators()) {
    pb::ValidatorSeat* seat = record.add_seats();
    seat->set_organisation(next.organisation());
    seat->set_consensus_key(next.consensus_key());
    seat->set_node_key(next.node_key());
    seat->set_address(next.address());
    sorted.insert(next.organisation());
  }
  put_epoch(context, record);
  context.put(kind::kValidatorEpoch, "newest", record);
  pb::ValidatorOrganisations organisations;
  for (const std::string& uscc : sorted) organisations.add_organisations(uscc);
  context.put(kind::kValidatorOrganisations, "current", organisations);
  context.set_object(std::to_string(a.epoch()));
  context.add_trace("epoch " + std::to_string(a.epoch()) + " begins at block " + std::to_string(record.first_height()));
  return pass();
}

// ---- raise_logic_version ----

Outcome version_check(const pb::GovernanceRaiseLogicVersion& a) {
  return require_range("version", a.version(), 2, UINT32_MAX);
}

Outcome version_object(const pb::GovernanceRaiseLogicVersion& a, const Context& context) {
  QILIAN_PASS(require_chain(context));
  const ledger::Genesis& genesis = *context.frame().genesis;
  const auto decided = context.get<pb::LogicVersion>(kind::kLogicVersion, "current");
  QILIAN_REQUIRE(!decided || decided->from_height() <= context.height().value(), "COM-303",
                 "version " + std::to_string(decided->version()) + " is decided and begins at block " +
                     std::to_string(decided->from_height()));
  const std::uint32_t next = logic_version_of_block(context.state(), genesis, context.height()) + 1;
  QILIAN_REQUIRE(a.version() == next, "COM-304", "the next version is " + std::to_string(next));
  // What is used before ordering takes effect past the window.
  QILIAN_REQUIRE(a.from_height() > boundary(context).value(), "COM-308",
                 "a version begins at block " + std::to_string(boundary(context).value() + 1) + " at the earliest");
  return pass();
}

Outcome version_apply(const pb::GovernanceRaiseLogicVersion& a, Context& context) {
  pb::LogicVersion record;
  record.set_version(a.version());
  record.set_from_height(a.from_height());
  context.put(kind::kLogicVersion, "current", record);
  context.set_object(std::to_string(a.version()));
  return pass();
}

}  // namespace

void add_validator_calls(CallList& calls) {
  calls.push_back(make_call<pb::GovernanceChangeValidators>(
      two_thirds("governance.change_validators", "变更验证节点",
                 "Decide the validators of the next epoch, each with a fresh key"),
      {.check = change_check, .object = change_object, .references = change_references, .apply = change_apply}));
  calls.push_back(make_call<pb::GovernanceRaiseLogicVersion>(
      two_thirds("governance.raise_logic_version", "升级规则版本",
                 "Raise the version of the rules at a height; nodes that lack it stop before"),
      {.check = version_check, .object = version_object, .apply = version_apply}));
}

}  // namespace qilian::contracts::governance
