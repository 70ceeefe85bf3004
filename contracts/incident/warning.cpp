// 监测预警: news for those concerned; it stops nothing.
#include "contracts/incident/steps.h"
#include "contracts/text_guard.h"

namespace qilian::contracts::incident {
namespace {

using Args = pb::IncidentWarn;

Outcome check(const Args& args) {
  QILIAN_PASS(require_text("id", args.id(), 128));
  QILIAN_PASS(require_choice("colour", args.colour()));
  QILIAN_PASS(require_count("scopes", static_cast<std::size_t>(args.scopes_size()), 0, 256));
  for (const std::string& scope : args.scopes()) QILIAN_PASS(require_text("scopes", scope, 160));
  QILIAN_PASS(require_text("text", args.text(), 512));
  QILIAN_REQUIRE(args.incident().size() <= 128, "COM-107", "incident has 128 bytes at most");
  return require_range("until", args.until(), 1, INT64_MAX);
}

Outcome object(const Args& args, const Context& context) {
  QILIAN_REQUIRE(!context.exists(kind::kWarning, args.id()), "COM-302", "warning " + args.id() + " exists");
  QILIAN_PASS(
      require_range("number of scopes", args.scopes_size(), 0, context.parameters().integer("incident.max_scope")));
  for (const std::string& scope : args.scopes()) QILIAN_PASS(require_scope(context, scope));
  QILIAN_REQUIRE(args.incident().empty() || find(context, args.incident()), "COM-301",
                 "no incident " + args.incident());
  QILIAN_REQUIRE(args.until() > context.time().value(), "COM-307", "until lies in the past");
  return pass();
}

Outcome apply(const Args& args, Context& context) {
  pb::Warning warning;
  warning.set_id(args.id());
  warning.set_colour(args.colour());
  *warning.mutable_scopes() = args.scopes();
  warning.set_text(args.text());
  warning.set_incident(args.incident());
  warning.set_by(context.caller().organisation());
  warning.set_from(context.time().value());
  warning.set_until(args.until());
  context.put(kind::kWarning, args.id(), warning, EventKind::kCreated);
  context.set_object(args.id());
  return pass();
}

}  // namespace

void add_warning_calls(CallList& calls) {
  calls.push_back(
      make_call<Args>(regulator_call("incident.warn", "发布预警", "Publish a warning of a colour until a time."),
                      {.check = check, .object = object, .apply = apply}));
}

}  // namespace qilian::contracts::incident
