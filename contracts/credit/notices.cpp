// Notices and their review: notify, confirm, object, decide_objection.
#include <algorithm>

#include "contracts/credit/credit.h"
#include "contracts/credit/standing.h"
#include "contracts/members.h"
#include "contracts/text_guard.h"

namespace qilian::contracts {
namespace credit {
namespace {

const pb::Behaviour* behaviour_of(const pb::CreditRules& rules, std::string_view code) {
  const auto at = std::ranges::find(rules.behaviours(), code, &pb::Behaviour::code);
  return at == rules.behaviours().end() ? nullptr : &*at;
}

// ---- notify ----

Outcome notify_check(const pb::CreditNotify& a) {
  QILIAN_PASS(require_text("subject", a.subject(), 18));
  QILIAN_PASS(require_text("behaviour", a.behaviour(), 64));
  QILIAN_PASS(require_choice("severity", a.severity()));
  QILIAN_PASS(require_count("evidence", static_cast<std::size_t>(a.evidence_size()), 1, 64));
  for (const std::string& evidence : a.evidence()) QILIAN_PASS(require_text("evidence", evidence, 128));
  QILIAN_PASS(require_text("basis", a.basis(), 512));
  return a.service_evidence().empty() ? pass() : require_digest("service_evidence", a.service_evidence());
}

Outcome notify_object(const pb::CreditNotify& a, const Context& context) {
  QILIAN_REQUIRE(organisation_exists(context, a.subject()), "COM-301", "no organisation " + a.subject());
  return pass();
}

Outcome notify_invariants(const pb::CreditNotify& a, const Context& context) {
  QILIAN_REQUIRE(independent_of(context, a.subject()), "CRD-401", "a regulator does not determine about its own group");
  QILIAN_REQUIRE(!a.service_evidence().empty(), "CRD-402", "the notice was not served: service_evidence is missing");
  const pb::CreditRules rules = load_rules(context.state());
  const pb::Behaviour* behaviour = behaviour_of(rules, a.behaviour());
  QILIAN_REQUIRE(behaviour != nullptr, "CRD-409", "behaviour " + a.behaviour() + " is not in the catalogue");
  QILIAN_REQUIRE(a.severity() <= behaviour->highest(), "CRD-409",
                 "behaviour " + a.behaviour() + " is " + pb::Severity::Value_Name(behaviour->highest()) + " at most");
  return pass();
}

Outcome notify_apply(const pb::CreditNotify& a, Context& context) {
  pb::Determination determination = make_notice(context, a.subject(), a.behaviour(), a.severity(), a.basis());
  *determination.mutable_evidence() = a.evidence();
  determination.set_service_evidence(a.service_evidence());
  store(context, determination, EventKind::kCreated);
  return pass();
}

// ---- confirm: a SERIOUS one to which nobody objected ----

Outcome confirm_check(const pb::CreditConfirm& a) { return require_text("determination", a.determination(), 128); }

Outcome confirm_object(const pb::CreditConfirm& a, const Context& context) {
  QILIAN_PASS(require_status(context, a.determination(), {pb::Determination::NOTIFIED}));
  const auto determination = find(context, a.determination());
  QILIAN_REQUIRE(determination->severity() == pb::Severity::SERIOUS, "COM-303",
                 "only a SERIOUS determination is confirmed");
  return pass();
}

Outcome confirm_invariants(const pb::CreditConfirm& a, const Context& context) {
  const auto determination = find(context, a.determination());
  QILIAN_REQUIRE(!determination->service_evidence().empty(), "CRD-402",
                 "the notice was not served to " + determination->subject() + ": it cannot be confirmed");
  QILIAN_REQUIRE(context.time().value() >= determination->object_by(), "CRD-403",
                 "the objection window is open until " + std::to_string(determination->object_by()));
  QILIAN_REQUIRE(
      independent_of(context, determination->determiner()) && independent_of(context, determination->subject()),
      "CRD-404", "another regulator confirms, related neither to the determiner nor to the subject");
  return pass();
}

Outcome confirm_apply(const pb::CreditConfirm& a, Context& context) {
  pb::Determination determination = *find(context, a.determination());
  determination.set_confirmer(context.caller().organisation());
  determination.set_status(pb::Determination::EFFECTIVE);
  take_effect(context, determination, context.time());
  add_signers(context, determination);
  store(context, determination);
  return pass();
}

// ---- object ----

Outcome object_check(const pb::CreditObject& a) {
  QILIAN_PASS(require_text("determination", a.determination(), 128));
  return require_commitment("statement", a.statement());
}

SignerRule object_signers(const pb::CreditObject& a, const Context& context) {
  SignerRule rule;
  if (const auto determination = find(context, a.determination())) rule.organisations = {determination->subject()};
  return rule;
}

Outcome object_object(const pb::CreditObject& a, const Context& context) {
  const auto determination = find(context, a.determination());
  QILIAN_REQUIRE(determination.has_value(), "COM-301", "no determination " + a.determination());
  const bool closed =
      determination->status() == pb::Determination::NOTIFIED && context.time().value() >= determination->object_by();
  QILIAN_REQUIRE(!closed, "CRD-403", "the objection window closed at " + std::to_string(determination->object_by()));
  return require_status(context, a.determination(), {pb::Determination::NOTIFIED});
}

Outcome object_apply(const pb::CreditObject& a, Context& context) {
  pb::Determination determination = *find(context, a.determination());
  determination.set_status(pb::Determination::OBJECTED);
  determination.set_objection(a.statement());
  determination.set_review_by(context.deadline("credit.review_window").value());
  determination.set_effective_at(0);
  store(context, determination);
  return pass();
}

// ---- decide_objection ----

Outcome decide_check(const pb::CreditDecideObjection& a) {
  QILIAN_PASS(require_text("determination", a.determination(), 128));
  QILIAN_PASS(require_choice("decision", a.decision()));
  const bool changed = a.decision() == pb::CreditDecideObjection::CHANGED;
  QILIAN_REQUIRE(changed == (a.severity() != pb::Severity::VALUE_UNSPECIFIED), "COM-101",
                 "a severity stands with CHANGED and with nothing else");
  return pass();
}

Outcome decide_object(const pb::CreditDecideObjection& a, const Context& context) {
  QILIAN_PASS(require_status(context, a.determination(), {pb::Determination::OBJECTED}));
  const auto determination = find(context, a.determination());
  const bool milder = a.decision() != pb::CreditDecideObjection::CHANGED || a.severity() < determination->severity();
  QILIAN_REQUIRE(milder, "COM-303", "a review changes a determination to a milder one");
  return pass();
}

Outcome decide_invariants(const pb::CreditDecideObjection& a, const Context& context) {
  const auto determination = find(context, a.determination());
  QILIAN_REQUIRE(
      independent_of(context, determination->determiner()) && independent_of(context, determination->subject()),
      "CRD-404",
      "the reviewer is neither the determiner " + determination->determiner() + " nor related to the subject");
  return pass();
}

Outcome decide_apply(const pb::CreditDecideObjection& a, Context& context) {
  pb::Determination determination = *find(context, a.determination());
  determination.set_reviewer(context.caller().organisation());
  if (a.decision() == pb::CreditDecideObjection::WITHDRAWN) {
    determination.set_status(pb::Determination::WITHDRAWN);
  } else {
    if (a.decision() == pb::CreditDecideObjection::CHANGED) determination.set_severity(a.severity());
    // UPHELD by another regulator counts as the confirmation of a SERIOUS one.
    determination.set_status(pb::Determination::EFFECTIVE);
    take_effect(context, determination, context.time());
  }
  add_signers(context, determination);
  store(context, determination,
        a.decision() == pb::CreditDecideObjection::WITHDRAWN ? EventKind::kEnded : EventKind::kChanged);
  return pass();
}

CallSpec regulator_call(std::string_view name, std::string_view zh, std::string_view en) {
  return {.name = name,
          .policy = SignaturePolicy::kRegulators,
          .roles = {"REGULATOR"},
          .credit = CreditClass::kOpen,
          .stopped_by_hold = false,
          .label_zh = zh,
          .label_en = en};
}

}  // namespace

void add_notice_calls(CallList& calls) {
  calls.push_back(make_call<pb::CreditNotify>(
      regulator_call("credit.notify", "失信告知", "Serve notice of a determination"),
      {.check = notify_check, .object = notify_object, .invariants = notify_invariants, .apply = notify_apply}));
  calls.push_back(make_call<pb::CreditConfirm>(
      regulator_call("credit.confirm", "认定复核确认", "Confirm a SERIOUS determination after its objection window"),
      {.check = confirm_check, .object = confirm_object, .invariants = confirm_invariants, .apply = confirm_apply}));
  calls.push_back(make_call<pb::CreditObject>(
      {.name = "credit.object",
       .credit = CreditClass::kOpen,
       .stopped_by_hold = false,
       .label_zh = "提出异议",
       .label_en = "Object to a notice inside its window"},
      {.check = object_check, .signers = object_signers, .object = object_object, .apply = object_apply}));
  calls.push_back(make_call<pb::CreditDecideObjection>(
      regulator_call("credit.decide_objection", "异议裁定",
                     "Decide an objection; another regulator than the determiner"),
      {.check = decide_check, .object = decide_object, .invariants = decide_invariants, .apply = decide_apply}));
}

}  // namespace credit

std::string open_determination(Context& context, std::string_view uscc, std::string_view behaviour, Severity severity,
                               std::string_view basis, std::string_view evidence_reference) {
  pb::Determination determination =
      credit::make_notice(context, uscc, behaviour, static_cast<pb::Severity::Value>(severity), basis);
  determination.add_evidence(std::string(evidence_reference));
  const std::string object = context.object();
  credit::store(context, determination, EventKind::kCreated);
  context.set_object(object);
  return determination.id();
}

}  // namespace qilian::contracts
