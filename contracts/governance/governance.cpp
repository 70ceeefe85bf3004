#include "contracts/governance/governance.h"

#include <algorithm>

#include "contracts/members.h"

namespace qilian::contracts {

CallList governance_calls() {
  CallList calls;
  governance::add_setting_calls(calls);
  governance::add_proposal_calls(calls);
  governance::add_overlay_call(calls);
  governance::add_anchor_call(calls);
  governance::add_validator_calls(calls);
  governance::add_equivocation_call(calls);
  return calls;
}

namespace {

std::optional<pb::TableCode> find_code(const Context& context, std::string_view table, std::string_view code) {
  const auto record = context.get<pb::CodeTable>(kind::kTable, table);
  if (!record) return std::nullopt;
  const auto at = std::ranges::lower_bound(record->codes(), code, {}, &pb::TableCode::code);
  if (at == record->codes().end() || at->code() != code) return std::nullopt;
  return *at;
}

}  // namespace

Outcome require_code(const Context& context, std::string_view table, std::string_view code) {
  QILIAN_REQUIRE(find_code(context, table, code).has_value(), "COM-104",
                 "table " + std::string(table) + " has no code " + std::string(code.substr(0, 64)));
  return pass();
}

std::optional<std::string> code_attribute(const Context& context, std::string_view table, std::string_view code,
                                          std::string_view attribute) {
  const std::optional<pb::TableCode> found = find_code(context, table, code);
  if (!found) return std::nullopt;
  for (const pb::CodeAttribute& one : found->attributes()) {
    if (one.name() == attribute) return one.value();
  }
  return std::nullopt;
}

}  // namespace qilian::contracts
