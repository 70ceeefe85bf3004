// What becomes of a report: 研判, 处置, 调查, 结案. One step leads to the next, and each has its clock.
#include "contracts/asset_view.h"
#include "contracts/credit.pb.h"
#include "contracts/credit_view.h"
#include "contracts/incident/steps.h"
#include "contracts/members.h"
#include "contracts/signer_rules.h"
#include "contracts/text_guard.h"

namespace qilian::contracts::incident {
namespace {

constexpr std::size_t kMaxNote = 512;

Outcome require_status(const Context& context, const std::string& id, pb::Incident::Status wanted) {
  const std::optional<pb::Incident> found = find(context, id);
  QILIAN_REQUIRE(found, "COM-301", "no incident " + id);
  QILIAN_REQUIRE(found->status() == wanted, "COM-303",
                 "incident " + id + " is " + pb::Incident::Status_Name(found->status()) + ", not " +
                     pb::Incident::Status_Name(wanted));
  return pass();
}

/// One step done: whether it came late stands beside it, authorities included.
void take_step(Context& context, pb::Incident& incident, pb::Incident::Status status, const std::string& note,
               const std::string& document, std::string_view next_window) {
  pb::IncidentAction* action = incident.add_actions();
  action->set_call(context.call());
  action->set_organisation(context.caller().organisation());
  action->set_officer(context.caller().officer());
  action->set_at(context.time().value());
  action->set_late(context.time().value() >= incident.due());
  action->set_note(note);
  action->set_document(document);
  incident.set_status(status);
  incident.set_due(next_window.empty() ? 0 : context.deadline(next_window).value());
  context.put(kind::kIncident, incident.id(), incident,
              status == pb::Incident::CLOSED ? EventKind::kEnded : EventKind::kChanged);
  context.set_object(incident.id());
}

/// COM-207: a regulator does not judge its own group's case.
Outcome require_impartial(const Context& context, const std::string& concerned) {
  for (const std::string& uscc : context.caller().organisations()) {
    QILIAN_REQUIRE(!related(context, uscc, concerned), "COM-207", uscc + " is related to " + concerned);
  }
  return pass();
}

template <class Args>
SignerRule impartial_signers(const Args& args, const Context& context) {
  SignerRule rule;
  const std::optional<pb::Incident> found = find(context, args.incident());
  if (!found) return rule;
  for (const std::string& concerned : found->organisations()) {
    if (rule.denial = require_impartial(context, concerned); rule.denial) return rule;
  }
  return rule;
}

// ---- triage -------------------------------------------------------------------------------------------------------

Outcome check_triage(const pb::IncidentTriage& args) {
  QILIAN_PASS(require_text("incident", args.incident(), 128));
  QILIAN_PASS(require_choice("level", args.level()));
  QILIAN_PASS(require_text("handler", args.handler(), 18));
  return require_text("note", args.note(), kMaxNote);
}

Outcome object_triage(const pb::IncidentTriage& args, const Context& context) {
  QILIAN_PASS(require_status(context, args.incident(), pb::Incident::REPORTED));
  QILIAN_REQUIRE(organisation_exists(context, args.handler()), "COM-301", "no organisation " + args.handler());
  return pass();
}

Outcome apply_triage(const pb::IncidentTriage& args, Context& context) {
  pb::Incident incident = *find(context, args.incident());
  incident.set_level(args.level());
  incident.set_handler(args.handler());
  change_waiting(context, incident.reporter(), -1);
  take_step(context, incident, pb::Incident::TRIAGED, args.note(), {}, "incident.contain_window");
  return pass();
}

// ---- contain ------------------------------------------------------------------------------------------------------

Outcome check_contain(const pb::IncidentContain& args) {
  QILIAN_PASS(require_text("incident", args.incident(), 128));
  QILIAN_PASS(require_text("measures", args.measures(), kMaxNote));
  return require_digest_or_commitment("document", args.document());
}

SignerRule contain_signers(const pb::IncidentContain& args, const Context& context) {
  const std::optional<pb::Incident> found = find(context, args.incident());
  const std::string& caller = context.caller().organisation();
  const bool authority = has_role(context, caller, "REGULATOR") && organisation_active(context, caller);
  if (!found || caller == found->handler() || authority) return {};
  return signers_denied("COM-204", "the handler " + found->handler() + " or a regulator contains it");
}

Outcome object_contain(const pb::IncidentContain& args, const Context& context) {
  return require_status(context, args.incident(), pb::Incident::TRIAGED);
}

Outcome apply_contain(const pb::IncidentContain& args, Context& context) {
  pb::Incident incident = *find(context, args.incident());
  take_step(context, incident, pb::Incident::CONTAINED, args.measures(), args.document(),
            "incident.investigate_window");
  return pass();
}

// ---- investigate --------------------------------------------------------------------------------------------------

using Investigate = pb::IncidentInvestigate;

Outcome check_investigate(const Investigate& args) {
  QILIAN_PASS(require_text("incident", args.incident(), 128));
  QILIAN_PASS(require_text("findings", args.findings(), kMaxNote));
  QILIAN_PASS(require_digest_or_commitment("document", args.document()));
  QILIAN_PASS(require_count("responsible", static_cast<std::size_t>(args.responsible_size()), 0, 16));
  for (const pb::Responsible& one : args.responsible()) {
    QILIAN_PASS(require_text("responsible.organisation", one.organisation(), 18));
    QILIAN_PASS(require_text("responsible.behaviour", one.behaviour(), 64));
    QILIAN_PASS(require_choice("responsible.severity", one.severity()));
    QILIAN_REQUIRE(one.severity() != pb::Severity::SERIOUS, "COM-107",
                   "a SERIOUS case is notified with proof of service: credit.notify");
  }
  QILIAN_REQUIRE(args.attestation().size() <= 128, "COM-107", "attestation has 128 bytes at most");
  return pass();
}

SignerRule investigate_signers(const Investigate& args, const Context& context) {
  SignerRule rule = impartial_signers(args, context);
  for (const pb::Responsible& one : args.responsible()) {
    if (rule.denial) return rule;
    rule.denial = require_impartial(context, one.organisation());
  }
  return rule;
}

Outcome object_investigate(const Investigate& args, const Context& context) {
  QILIAN_PASS(require_status(context, args.incident(), pb::Incident::CONTAINED));
  for (const pb::Responsible& one : args.responsible()) {
    QILIAN_REQUIRE(organisation_exists(context, one.organisation()), "COM-301",
                   "no organisation " + one.organisation());
  }
  return pass();
}

/// A notary fixed the specimen and compared it: nobody answers for a leak on a regulator's word alone.
Outcome references_investigate(const Investigate& args, const Context& context) {
  const bool needed = find(context, args.incident())->kind() == pb::Incident::LEAK && args.responsible_size() > 0;
  if (!needed && args.attestation().empty()) return pass();
  const std::optional<AttestationView> attestation = find_attestation(context, args.attestation());
  QILIAN_REQUIRE(
      attestation, "COM-301",
      "name the DATA_LEAK attestation on " + args.incident() + "; there is none \"" + args.attestation() + "\"");
  const bool bears = attestation->type == "DATA_LEAK" && attestation->in_force &&
                     std::ranges::find(attestation->subjects, args.incident()) != attestation->subjects.end();
  QILIAN_REQUIRE(bears, "COM-303",
                 "attestation " + args.attestation() + " is no DATA_LEAK in force on " + args.incident());
  return pass();
}

Outcome invariants_investigate(const Investigate& args, const Context& context) {
  const auto rules = context.get<pb::CreditRules>(kind::kCreditRules, "current").value_or(pb::CreditRules());
  for (const pb::Responsible& one : args.responsible()) {
    const auto known = std::ranges::find(rules.behaviours(), one.behaviour(), &pb::Behaviour::code);
    QILIAN_REQUIRE(known != rules.behaviours().end() && one.severity() <= known->highest(), "CRD-409",
                   "behaviour " + one.behaviour() + " of that severity is not in the catalogue");
  }
  return pass();
}

Outcome apply_investigate(const Investigate& args, Context& context) {
  pb::Incident incident = *find(context, args.incident());
  for (const pb::Responsible& one : args.responsible()) {
    incident.add_determinations(open_determination(context, one.organisation(), one.behaviour(),
                                                   static_cast<Severity>(one.severity()), "incident " + args.incident(),
                                                   args.incident()));
  }
  incident.set_attestation(args.attestation());
  if (!args.attestation().empty()) context.add_trace("relied on " + args.attestation());
  take_step(context, incident, pb::Incident::INVESTIGATED, args.findings(), args.document(),
            "incident.investigate_window");
  return pass();
}

// ---- close --------------------------------------------------------------------------------------------------------

Outcome check_close(const pb::IncidentClose& args) {
  QILIAN_PASS(require_text("incident", args.incident(), 128));
  QILIAN_PASS(require_text("conclusion", args.conclusion(), kMaxNote));
  return require_digest_or_commitment("document", args.document());
}

Outcome object_close(const pb::IncidentClose& args, const Context& context) {
  return require_status(context, args.incident(), pb::Incident::INVESTIGATED);
}

Outcome apply_close(const pb::IncidentClose& args, Context& context) {
  pb::Incident incident = *find(context, args.incident());
  take_step(context, incident, pb::Incident::CLOSED, args.conclusion(), args.document(), {});
  return pass();
}

}  // namespace

void add_handling_calls(CallList& calls) {
  calls.push_back(make_call<pb::IncidentTriage>(
      regulator_call("incident.triage", "研判定级", "Set an incident's level and who contains it."),
      {.check = check_triage,
       .signers = impartial_signers<pb::IncidentTriage>,
       .object = object_triage,
       .apply = apply_triage}));
  calls.push_back(make_call<pb::IncidentContain>(
      {.name = "incident.contain",
       .policy = SignaturePolicy::kSelf,
       .credit = CreditClass::kOpen,
       .stopped_by_hold = false,
       .label_zh = "应急处置",
       .label_en = "Record how an incident was contained."},
      {.check = check_contain, .signers = contain_signers, .object = object_contain, .apply = apply_contain}));
  calls.push_back(make_call<Investigate>(
      regulator_call("incident.investigate", "调查", "Record what an investigation found and who answers for it."),
      {.check = check_investigate,
       .signers = investigate_signers,
       .object = object_investigate,
       .references = references_investigate,
       .invariants = invariants_investigate,
       .apply = apply_investigate}));
  calls.push_back(
      make_call<pb::IncidentClose>(regulator_call("incident.close", "结案", "Close an investigated incident."),
                                   {.check = check_close,
                                    .signers = impartial_signers<pb::IncidentClose>,
                                    .object = object_close,
                                    .apply = apply_close}));
}

}  // namespace qilian::contracts::incident
