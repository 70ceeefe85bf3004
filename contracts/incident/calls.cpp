#include "contracts/incident/steps.h"
#include "contracts/members.h"

namespace qilian::contracts {

CallList incident_calls() {
  CallList calls;
  incident::add_report_calls(calls);
  incident::add_handling_calls(calls);
  incident::add_warning_calls(calls);
  incident::add_hold_calls(calls);
  return calls;
}

namespace incident {

std::optional<pb::Incident> find(const Context& context, std::string_view id) {
  return context.get<pb::Incident>(kind::kIncident, id);
}

std::int64_t waiting_reports(const Context& context, std::string_view reporter) {
  const auto record = context.get<pb::WaitingReports>(kind::kWaitingReports, reporter);
  return record ? record->count() : 0;
}

void change_waiting(Context& context, std::string_view reporter, std::int64_t by) {
  pb::WaitingReports record;
  record.set_count(waiting_reports(context, reporter) + by);
  context.put(kind::kWaitingReports, reporter, record);
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

Outcome require_scope(const Context& context, const std::string& scope) {
  const std::size_t colon = scope.find(':');
  const std::string what = scope.substr(0, colon);
  const std::string id = colon == std::string::npos ? "" : scope.substr(colon + 1);
  if (what == "organisation") {
    QILIAN_REQUIRE(organisation_exists(context, id), "COM-301", "no organisation " + id);
  } else if (what == "asset") {
    QILIAN_REQUIRE(context.exists(kind::kAsset, id), "COM-301", "no asset " + id);
  } else if (what == "trade") {
    QILIAN_REQUIRE(context.exists(kind::kTrade, id), "COM-301", "no trade " + id);
  } else {
    return deny("INC-402", "\"" + scope.substr(0, 64) +
                               "\" is no scope: write organisation:USCC, asset:UDI (without version) or trade:ID");
  }
  return pass();
}

}  // namespace incident
}  // namespace qilian::contracts
