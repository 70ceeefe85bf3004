// What the calls of incident share among themselves; nobody else includes it.
#pragma once

#include <string>
#include <string_view>

#include "contracts/contract.h"
#include "contracts/incident.pb.h"

namespace qilian::contracts::incident {

// One function for each file of calls; calls.cpp joins them.
void add_report_calls(CallList& calls);
void add_handling_calls(CallList& calls);
void add_warning_calls(CallList& calls);
void add_hold_calls(CallList& calls);

std::optional<pb::Incident> find(const Context& context, std::string_view id);

/// Reports of an organisation that wait for triage: one more, or one less.
std::int64_t waiting_reports(const Context& context, std::string_view reporter);
void change_waiting(Context& context, std::string_view reporter, std::int64_t by);

/// Who one regulator's call is: role REGULATOR, always open, never held.
CallSpec regulator_call(std::string_view name, std::string_view zh, std::string_view en);

/// INC-402 for a scope that is not one organisation, asset or trade; COM-301 for one that does not exist.
Outcome require_scope(const Context& context, const std::string& scope);

}  // namespace qilian::contracts::incident
