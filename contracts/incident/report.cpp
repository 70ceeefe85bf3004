// 报告: anybody who was ever admitted reports, under any sanction and hold; late is better than never.
#include <algorithm>

#include "contracts/credit.pb.h"
#include "contracts/credit_view.h"
#include "contracts/incident/steps.h"
#include "contracts/members.h"
#include "contracts/text_guard.h"

namespace qilian::contracts::incident {
namespace {

using Args = pb::IncidentReport;

constexpr std::size_t kMaxListed = 256;  // the envelope's own bound; incident.max_scope is the governed one

Outcome check_list(std::string_view field, const google::protobuf::RepeatedPtrField<std::string>& list) {
  QILIAN_PASS(require_count(field, static_cast<std::size_t>(list.size()), 0, kMaxListed));
  for (const std::string& each : list) {
    QILIAN_PASS(require_text(field, each, 128));
    QILIAN_REQUIRE(std::ranges::count(list, each) == 1, "COM-107", std::string(field) + " names " + each + " twice");
  }
  return pass();
}

Outcome check(const Args& args) {
  QILIAN_PASS(require_text("id", args.id(), 128));
  QILIAN_PASS(require_choice("kind", args.kind()));
  QILIAN_PASS(require_choice("level", args.level()));
  QILIAN_PASS(check_list("assets", args.assets()));
  QILIAN_PASS(check_list("organisations", args.organisations()));
  QILIAN_PASS(require_count("assets and organisations",
                            static_cast<std::size_t>(args.assets_size() + args.organisations_size()), 1,
                            2 * kMaxListed));
  QILIAN_PASS(require_range("detected", args.detected(), 1, INT64_MAX));
  return require_digest_or_commitment("statement", args.statement());
}

Outcome object(const Args& args, const Context& context) {
  QILIAN_REQUIRE(!context.exists(kind::kIncident, args.id()), "COM-302", "incident " + args.id() + " exists");
  const std::int64_t limit = context.parameters().integer("incident.max_scope");
  QILIAN_PASS(require_range("number of assets", args.assets_size(), 0, limit));
  QILIAN_PASS(require_range("number of organisations", args.organisations_size(), 0, limit));
  for (const std::string& udi : args.assets()) {
    QILIAN_REQUIRE(context.exists(kind::kAsset, udi), "COM-301", "no asset " + udi);
  }
  for (const std::string& uscc : args.organisations()) {
    QILIAN_REQUIRE(organisation_exists(context, uscc), "COM-301", "no organisation " + uscc);
  }
  QILIAN_REQUIRE(args.detected() <= context.time().value(), "COM-308", "nothing is detected before it happens");
  // Reports pass without quota and under every sanction: what one organisation may leave lying is bounded instead.
  const std::int64_t most = context.parameters().integer("incident.max_waiting");
  QILIAN_REQUIRE(waiting_reports(context, context.caller().organisation()) < most, "COM-407",
                 std::to_string(most) + " reports of " + context.caller().organisation() + " wait for triage");
  return pass();
}

bool in_catalogue(const Context& context, const std::string& behaviour) {
  const auto rules = context.get<pb::CreditRules>(kind::kCreditRules, "current").value_or(pb::CreditRules());
  return std::ranges::find(rules.behaviours(), behaviour, &pb::Behaviour::code) != rules.behaviours().end();
}

bool is_late(const Args& args, const Context& context) {
  const Period window = context.parameters().period("incident.report_window");
  return context.time() >= deadline(TimeMs(args.detected()), window, context.calendar());
}

Outcome apply(const Args& args, Context& context) {
  const std::string& reporter = context.caller().organisation();
  pb::Incident incident;
  incident.set_id(args.id());
  incident.set_kind(args.kind());
  incident.set_level(args.level());
  *incident.mutable_assets() = args.assets();
  *incident.mutable_organisations() = args.organisations();
  incident.set_reporter(reporter);
  incident.set_detected(args.detected());
  incident.set_reported_at(context.time().value());
  incident.set_statement(args.statement());
  incident.set_status(pb::Incident::REPORTED);
  incident.set_due(context.deadline("incident.triage_window").value());
  incident.set_late(is_late(args, context));
  const std::string behaviour = context.parameters().text("incident.late_behaviour");
  if (incident.late() && in_catalogue(context, behaviour)) {
    incident.add_determinations(
        open_determination(context, reporter, behaviour, Severity::kMinor, "late report of " + args.id(), args.id()));
    context.add_trace("late: credit case " + incident.determinations(0));
  }
  change_waiting(context, reporter, 1);
  context.put(kind::kIncident, args.id(), incident, EventKind::kCreated);
  for (const std::string& udi : args.assets()) context.append(kind::kIncidentsOfAsset, udi, kind::kIncident, args.id());
  for (const std::string& uscc : args.organisations())
    context.append(kind::kIncidentsOfOrganisation, uscc, kind::kIncident, args.id());
  context.set_object(args.id());
  return pass();
}

}  // namespace

void add_report_calls(CallList& calls) {
  calls.push_back(make_call<Args>({.name = "incident.report",
                                   .policy = SignaturePolicy::kSelf,
                                   .credit = CreditClass::kOpen,
                                   .stopped_by_hold = false,
                                   .label_zh = "报告安全事件",
                                   .label_en = "Report a security incident; late is accepted, flagged, and counts."},
                                  {.check = check, .object = object, .apply = apply}));
}

}  // namespace qilian::contracts::incident
