// 出境初评, 决定, 停止: what authorities say about an export. Opinion and decision come from two of them.
#include "contracts/cross_border/steps.h"
#include "contracts/signer_rules.h"
#include "contracts/text_guard.h"

namespace qilian::contracts::cross_border {
namespace {

CallSpec regulator_call(std::string_view name, std::string_view zh, std::string_view en) {
  return {.name = name,
          .policy = SignaturePolicy::kRegulators,
          .roles = {"REGULATOR"},
          .credit = CreditClass::kOpen,
          .stopped_by_hold = false,
          .label_zh = zh,
          .label_en = en};
}

void store(Context& context, const pb::Export& item) {
  context.put(kind::kExport, item.id(), item,
              item.status() == pb::Export::STOPPED ? EventKind::kEnded : EventKind::kChanged);
  context.set_object(item.id());
}

// ---- preliminary --------------------------------------------------------------------------------------------------

Outcome check_preliminary(const pb::CrossBorderPreliminary& args) {
  QILIAN_PASS(require_text("export_id", args.export_id(), 128));
  return require_digest_or_commitment("opinion", args.opinion());
}

Outcome object_preliminary(const pb::CrossBorderPreliminary& args, const Context& context) {
  return require_status(context, args.export_id(), {pb::Export::SELF_ASSESSED});
}

Outcome apply_preliminary(const pb::CrossBorderPreliminary& args, Context& context) {
  pb::Export item = *find(context, args.export_id());
  item.set_preliminary_by(context.caller().organisation());
  item.set_opinion(args.opinion());
  item.set_status(args.pass() ? pb::Export::PRELIMINARY : pb::Export::STOPPED);
  if (!args.pass()) item.set_reason("preliminary opinion");
  store(context, item);
  return pass();
}

// ---- decide -------------------------------------------------------------------------------------------------------

Outcome check_decide(const pb::CrossBorderDecide& args) {
  QILIAN_PASS(require_text("export_id", args.export_id(), 128));
  QILIAN_PASS(require_digest_or_commitment("decision", args.decision()));
  QILIAN_REQUIRE(args.pass() == (args.valid_to() != 0), "COM-101", "valid_to stands with a decision that passes");
  return require_range("valid_to", args.valid_to(), 0, INT64_MAX);
}

SignerRule decide_signers(const pb::CrossBorderDecide& args, const Context& context) {
  const std::optional<pb::Export> item = find(context, args.export_id());
  if (!item) return {};
  if (item->path() == pb::Export::SECURITY_ASSESSMENT) return signed_by_role("REGULATOR", 2);
  if (context.caller().organisation() != item->preliminary_by()) return {};
  return signers_denied("COM-207", item->preliminary_by() + " gave the opinion; another regulator decides");
}

Outcome object_decide(const pb::CrossBorderDecide& args, const Context& context) {
  QILIAN_PASS(require_status(context, args.export_id(), {pb::Export::PRELIMINARY}));
  if (!args.pass()) return pass();
  QILIAN_REQUIRE(args.valid_to() > context.time().value(), "COM-307", "valid_to lies in the past");
  const TimeMs last = context.deadline("cross_border.decision_life");
  QILIAN_REQUIRE(args.valid_to() <= last.value(), "COM-107",
                 "a decision is valid until " + std::to_string(last.value()) + " at most");
  return pass();
}

/// Figures have moved since the self-assessment: what would not ship is not let through either.
Outcome references_decide(const pb::CrossBorderDecide& args, const Context& context) {
  const pb::Export item = *find(context, args.export_id());
  if (!args.pass()) return pass();
  QILIAN_PASS(check_grade(context, item));
  QILIAN_PASS(check_consent(context, item));
  return check_recipient(context, item);
}

Outcome invariants_decide(const pb::CrossBorderDecide& args, const Context& context) {
  const pb::Export item = *find(context, args.export_id());
  if (!args.pass()) return pass();
  return check_path(context, item, {.all = item.persons(), .sensitive = item.sensitive_persons()});
}

Outcome apply_decide(const pb::CrossBorderDecide& args, Context& context) {
  pb::Export item = *find(context, args.export_id());
  for (const std::string& uscc : context.caller().organisations()) item.add_decided_by(uscc);
  item.set_decision(args.decision());
  item.set_decided_at(context.time().value());
  item.set_valid_to(args.valid_to());
  item.set_status(args.pass() ? pb::Export::DECIDED : pb::Export::STOPPED);
  if (!args.pass()) item.set_reason("decision");
  store(context, item);
  return pass();
}

// ---- stop ---------------------------------------------------------------------------------------------------------

Outcome check_stop(const pb::CrossBorderStop& args) {
  QILIAN_PASS(require_text("export_id", args.export_id(), 128));
  return require_text("reason", args.reason(), 512);
}

Outcome object_stop(const pb::CrossBorderStop& args, const Context& context) {
  return require_status(context, args.export_id(),
                        {pb::Export::SELF_ASSESSED, pb::Export::PRELIMINARY, pb::Export::DECIDED, pb::Export::ACTIVE});
}

Outcome apply_stop(const pb::CrossBorderStop& args, Context& context) {
  pb::Export item = *find(context, args.export_id());
  item.set_status(pb::Export::STOPPED);
  item.set_reason(args.reason());
  store(context, item);
  return pass();
}

}  // namespace

void add_decision_calls(CallList& calls) {
  calls.push_back(make_call<pb::CrossBorderPreliminary>(
      regulator_call("cross_border.preliminary", "出境初评", "Give the preliminary opinion on an export."),
      {.check = check_preliminary, .object = object_preliminary, .apply = apply_preliminary}));
  calls.push_back(
      make_call<pb::CrossBorderDecide>(regulator_call("cross_border.decide", "出境决定",
                                                      "Decide an export; another regulator than the preliminary one."),
                                       {.check = check_decide,
                                        .signers = decide_signers,
                                        .object = object_decide,
                                        .references = references_decide,
                                        .invariants = invariants_decide,
                                        .apply = apply_decide}));
  calls.push_back(make_call<pb::CrossBorderStop>(regulator_call("cross_border.stop", "停止出境", "Stop an export."),
                                                 {.check = check_stop, .object = object_stop, .apply = apply_stop}));
}

}  // namespace qilian::contracts::cross_border
