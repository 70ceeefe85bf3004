// One body signed over time: propose, sign, withdraw. The signature that completes it runs the whole gate on the body
// in that block.
#include <algorithm>

#include "contracts/gate.h"
#include "contracts/governance/governance.h"
#include "contracts/text_guard.h"
#include "ledger/core/canonical.h"
#include "ledger/core/transaction.h"

namespace qilian::contracts::governance {
namespace {

std::optional<pb::Proposal> find(const Context& context, std::string_view id) {
  return context.get<pb::Proposal>(kind::kProposal, id);
}

/// Arguments of the proposed body. They were checked when it was proposed.
std::unique_ptr<google::protobuf::Message> parse_body(const pb::Proposal& proposal) {
  const Call* call = find_contract_call(proposal.call());
  QILIAN_CHECK(call != nullptr);
  auto arguments = call->parse(proposal.arguments());
  QILIAN_CHECK(arguments != nullptr);
  return arguments;
}

bool fills(const pb::Slot& slot, const Signer& signer) {
  return slot.organisation() == signer.organisation && (slot.officer().empty() || slot.officer() == signer.officer);
}

bool already_signed(const pb::Proposal& proposal, const Signer& signer) {
  return std::ranges::any_of(proposal.signed_(), [&](const pb::SignerRecord& record) {
    return record.organisation() == signer.organisation && record.officer() == signer.officer;
  });
}

/// Gives each signature a slot: slots that name an officer first, so that an open slot is not spent on somebody who has
/// one of his own. The number of slots filled.
int filled_slots(const pb::Proposal& proposal) {
  std::vector<bool> used(static_cast<std::size_t>(proposal.signed__size()), false);
  int filled = 0;
  for (const bool named : {true, false}) {
    for (const pb::Slot& slot : proposal.slots()) {
      if (slot.officer().empty() == named) continue;
      for (int i = 0; i < proposal.signed__size(); ++i) {
        const pb::SignerRecord& record = proposal.signed_(i);
        const bool fits =
            record.organisation() == slot.organisation() && (!named || record.officer() == slot.officer());
        if (used[static_cast<std::size_t>(i)] || !fits) continue;
        used[static_cast<std::size_t>(i)] = true;
        ++filled;
        break;
      }
    }
  }
  return filled;
}

void add_signature(pb::Proposal& proposal, const Signer& signer, TimeMs now) {
  pb::SignerRecord* record = proposal.add_signed_();
  record->set_organisation(signer.organisation);
  record->set_officer(signer.officer);
  record->set_public_key(std::string(signer.key.view()));
  record->set_signed_at(now.value());
}

/// Every signature on this call that fills a slot and is not there yet counts; returns whether any did.
bool add_caller(pb::Proposal& proposal, const Context& context) {
  bool added = false;
  for (const Signer& signer : context.caller().signers) {
    if (already_signed(proposal, signer)) continue;
    pb::Proposal with = proposal;
    add_signature(with, signer, context.time());
    if (filled_slots(with) == filled_slots(proposal)) continue;
    proposal = std::move(with);
    added = true;
  }
  return added;
}

/// Runs the body once all slots are filled, and stores the proposal either way.
void finish(Context& context, pb::Proposal proposal, EventKind event) {
  if (filled_slots(proposal) < proposal.slots_size()) {
    context.put(kind::kProposal, proposal.id(), proposal, event);
    return;
  }
  std::vector<ledger::PublicKey> keys;
  std::optional<ledger::PublicKey> lead;
  for (const pb::SignerRecord& record : proposal.signed_()) {
    const auto key = ledger::PublicKey::from(record.public_key());
    QILIAN_CHECK(key.has_value());
    keys.push_back(*key);
    const bool leads = !lead && fills(proposal.slots(0), {*key, record.organisation(), record.officer()});
    if (leads) lead = *key;
  }
  QILIAN_CHECK(lead.has_value());
  std::ranges::sort(keys);
  const auto id = ledger::TransactionId::from(proposal.transaction_id());
  QILIAN_CHECK(id.has_value());
  const auto arguments = parse_body(proposal);
  Completed completed = run_completed(context, *find_contract_call(proposal.call()), *arguments, keys, *lead, *id);
  proposal.set_status(completed.code == "OK" ? pb::Proposal::DONE : pb::Proposal::DENIED);
  proposal.set_code(completed.code);
  context.set_nested(std::move(completed.receipt));
  context.put(kind::kProposal, proposal.id(), proposal, EventKind::kEnded);
}

Outcome require_pending(const Context& context, const std::string& id) {
  const auto proposal = find(context, id);
  QILIAN_REQUIRE(proposal.has_value(), "COM-301", "no proposal " + id);
  QILIAN_REQUIRE(proposal->status() == pb::Proposal::PENDING, "COM-303",
                 "proposal " + id + " is " + pb::Proposal::Status_Name(proposal->status()));
  QILIAN_REQUIRE(context.time().value() < proposal->expires(), "COM-307",
                 "proposal " + id + " expired at " + std::to_string(proposal->expires()));
  return pass();
}

// ---- propose ----

Outcome propose_check(const pb::GovernancePropose& a) {
  const Call* call = find_contract_call(a.call());
  QILIAN_REQUIRE(call != nullptr, "COM-101", "there is no call " + a.call().substr(0, 64));
  const bool own =
      a.call() == "governance.propose" || a.call() == "governance.sign" || a.call() == "governance.withdraw";
  QILIAN_REQUIRE(!own, "COM-101", "a proposal cannot propose, sign or withdraw");
  QILIAN_PASS(require_count("slots", static_cast<std::size_t>(a.slots_size()), 1, ledger::kMaxSigners));
  for (const pb::Slot& slot : a.slots()) QILIAN_PASS(require_text("slot.organisation", slot.organisation(), 18));
  if (auto canonical = ledger::check_canonical(*call->spec().arguments, a.arguments()); !canonical) {
    return deny(canonical.error().code, canonical.error().message);
  }
  const auto arguments = call->parse(a.arguments());
  QILIAN_REQUIRE(arguments != nullptr, "COM-101", "the arguments of " + a.call() + " cannot be read");
  QILIAN_REQUIRE(call->body_keys(*arguments).empty(), "COM-101",
                 a.call() + " is signed at once: its keys are not registered yet");
  QILIAN_PASS(check_message(*arguments));
  return call->check(*arguments);
}

CreditClass propose_class(const pb::GovernancePropose& a, const Context& context) {
  const Call* call = find_contract_call(a.call());
  const auto arguments = call->parse(a.arguments());
  return call->credit_class(*arguments, context);
}

/// Everybody who signs the proposal has a slot in it: nobody spends another's name on a body that does not concern him.
SignerRule propose_signers(const pb::GovernancePropose& a, const Context& context) {
  SignerRule rule;
  for (const Signer& signer : context.caller().signers) {
    if (std::ranges::any_of(a.slots(), [&](const pb::Slot& slot) { return fills(slot, signer); })) continue;
    rule.denial = deny("COM-205", "no slot of the body is for " + signer.organisation + ", officer " + signer.officer);
  }
  return rule;
}

Outcome propose_apply(const pb::GovernancePropose& a, Context& context) {
  pb::Proposal proposal;
  proposal.set_id(context.derive_id("proposal"));
  proposal.set_call(a.call());
  proposal.set_arguments(a.arguments());
  *proposal.mutable_slots() = a.slots();
  pb::SignerRecord* proposer = proposal.mutable_proposer();
  proposer->set_organisation(context.caller().organisation());
  proposer->set_officer(context.caller().officer());
  proposer->set_public_key(std::string(context.caller().lead.key.view()));
  proposer->set_signed_at(context.time().value());
  proposal.set_transaction_id(context.transaction().str());
  proposal.set_proposed_at(context.time().value());
  proposal.set_expires(context.deadline("proposal.max_term").value());
  proposal.set_status(pb::Proposal::PENDING);
  add_caller(proposal, context);
  context.set_object(proposal.id());
  finish(context, std::move(proposal), EventKind::kCreated);
  return pass();
}

// ---- sign ----

Outcome sign_check(const pb::GovernanceSign& a) { return require_text("proposal", a.proposal(), 128); }

CreditClass class_of_proposal(const Context& context, const std::string& id) {
  const auto proposal = find(context, id);
  if (!proposal) return CreditClass::kContinuing;
  return find_contract_call(proposal->call())->credit_class(*parse_body(*proposal), context);
}

CreditClass sign_class(const pb::GovernanceSign& a, const Context& context) {
  return class_of_proposal(context, a.proposal());
}

SignerRule sign_signers(const pb::GovernanceSign& a, const Context& context) {
  SignerRule rule;
  const auto proposal = find(context, a.proposal());
  if (!proposal) return rule;
  for (const Signer& signer : context.caller().signers) {
    if (std::ranges::any_of(proposal->slots(), [&](const pb::Slot& slot) { return fills(slot, signer); })) continue;
    rule.denial =
        deny("COM-205", "no slot of the proposal is for " + signer.organisation + ", officer " + signer.officer);
  }
  return rule;
}

Outcome sign_object(const pb::GovernanceSign& a, const Context& context) {
  QILIAN_PASS(require_pending(context, a.proposal()));
  const auto proposal = find(context, a.proposal());
  const bool again = std::ranges::all_of(context.caller().signers,
                                         [&](const Signer& signer) { return already_signed(*proposal, signer); });
  QILIAN_REQUIRE(!again, "COM-208", "this officer has signed proposal " + a.proposal());
  pb::Proposal with = *proposal;
  QILIAN_REQUIRE(add_caller(with, context), "COM-303",
                 "the slots of " + context.caller().organisation() + " are filled");
  return pass();
}

Outcome sign_apply(const pb::GovernanceSign& a, Context& context) {
  pb::Proposal proposal = *find(context, a.proposal());
  add_caller(proposal, context);
  context.set_object(a.proposal());
  finish(context, std::move(proposal), EventKind::kChanged);
  return pass();
}

// ---- withdraw ----

Outcome withdraw_check(const pb::GovernanceWithdraw& a) { return require_text("proposal", a.proposal(), 128); }

CreditClass withdraw_class(const pb::GovernanceWithdraw& a, const Context& context) {
  return class_of_proposal(context, a.proposal());
}

SignerRule withdraw_signers(const pb::GovernanceWithdraw& a, const Context& context) {
  SignerRule rule;
  if (const auto proposal = find(context, a.proposal())) rule.organisations = {proposal->proposer().organisation()};
  return rule;
}

Outcome withdraw_object(const pb::GovernanceWithdraw& a, const Context& context) {
  return require_pending(context, a.proposal());
}

Outcome withdraw_apply(const pb::GovernanceWithdraw& a, Context& context) {
  pb::Proposal proposal = *find(context, a.proposal());
  proposal.set_status(pb::Proposal::WITHDRAWN);
  context.put(kind::kProposal, proposal.id(), proposal, EventKind::kEnded);
  context.set_object(proposal.id());
  return pass();
}

}  // namespace

void add_proposal_calls(CallList& calls) {
  // Class and quota of these three are those of the proposed body (credit_class hook); holds stop the body, not its
  // signing.
  calls.push_back(make_call<pb::GovernancePropose>(
      {.name = "governance.propose",
       .policy = SignaturePolicy::kByContract,
       .stopped_by_hold = false,
       .label_zh = "发起联署",
       .label_en = "Propose a body for others to sign; the caller's own signature counts at once"},
      {.check = propose_check, .credit_class = propose_class, .signers = propose_signers, .apply = propose_apply}));
  calls.push_back(make_call<pb::GovernanceSign>({.name = "governance.sign",
                                                 .policy = SignaturePolicy::kByContract,
                                                 .stopped_by_hold = false,
                                                 .label_zh = "联署签名",
                                                 .label_en = "Sign a pending proposal; the last signature executes it"},
                                                {.check = sign_check,
                                                 .credit_class = sign_class,
                                                 .signers = sign_signers,
                                                 .object = sign_object,
                                                 .apply = sign_apply}));
  calls.push_back(make_call<pb::GovernanceWithdraw>({.name = "governance.withdraw",
                                                     .policy = SignaturePolicy::kByContract,
                                                     .stopped_by_hold = false,
                                                     .label_zh = "撤回联署",
                                                     .label_en = "Withdraw a pending proposal; by its proposer"},
                                                    {.check = withdraw_check,
                                                     .credit_class = withdraw_class,
                                                     .signers = withdraw_signers,
                                                     .object = withdraw_object,
                                                     .apply = withdraw_apply}));
}

}  // namespace qilian::contracts::governance
