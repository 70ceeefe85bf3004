// What two regulators set: parameters, code tables, calendars, documents.
#include <algorithm>
#include <set>

#include "contracts/governance/governance.h"
#include "contracts/parameters.h"
#include "contracts/rules.h"
#include "contracts/text_guard.h"

namespace qilian::contracts::governance {
namespace {

CallSpec two_regulators(std::string_view name, std::string_view zh, std::string_view en) {
  return {.name = name,
          .policy = SignaturePolicy::kTwoRegulators,
          .roles = {"REGULATOR"},
          .credit = CreditClass::kOpen,
          .stopped_by_hold = false,
          .label_zh = zh,
          .label_en = en};
}

// ---- set_parameter ----

Outcome parameter_check(const pb::GovernanceSetParameter& a) {
  QILIAN_PASS(require_text("name", a.name(), 64));
  return require_text("value", a.value(), 256);
}

Outcome parameter_object(const pb::GovernanceSetParameter& a, const Context&) {
  const ParameterSpec* spec = find_parameter(a.name());
  QILIAN_REQUIRE(spec != nullptr, "COM-104", "there is no parameter " + a.name());
  if (auto parsed = parse_parameter(*spec, a.value()); !parsed)
    return deny(parsed.error().code, parsed.error().message);
  return pass();
}

Outcome parameter_apply(const pb::GovernanceSetParameter& a, Context& context) {
  auto set = context.get<pb::ParameterSet>(kind::kParameters, "current").value_or(pb::ParameterSet());
  set.set_version(set.version() + 1);
  auto at = std::ranges::find(*set.mutable_parameters(), a.name(), &pb::Parameter::name);
  if (at != set.mutable_parameters()->end()) {
    at->set_value(a.value());
  } else {
    pb::Parameter* added = set.add_parameters();
    added->set_name(a.name());
    added->set_value(a.value());
    std::sort(set.mutable_parameters()->begin(), set.mutable_parameters()->end(),
              [](const pb::Parameter& x, const pb::Parameter& y) { return x.name() < y.name(); });
  }
  context.put(kind::kParameters, "current", set);
  context.set_object(a.name());
  context.add_trace("parameters version " + std::to_string(set.version()));
  return pass();
}

// ---- set_table ----

Outcome table_check(const pb::GovernanceSetTable& a) { return check_table(a.table()); }

Outcome table_object(const pb::GovernanceSetTable& a, const Context& context) {
  const auto current = context.get<pb::CodeTable>(kind::kTable, a.table().name());
  const std::uint64_t next = current ? current->version() + 1 : 1;
  QILIAN_REQUIRE(a.table().version() == next, "COM-304",
                 "the next version of table " + a.table().name() + " is " + std::to_string(next));
  return pass();
}

Outcome table_apply(const pb::GovernanceSetTable& a, Context& context) {
  context.put(kind::kTable, a.table().name(), a.table());
  context.set_object(a.table().name());
  return pass();
}

// ---- publish_calendar ----

Outcome calendar_check(const pb::GovernancePublishCalendar& a) { return check_calendar(a.calendar()); }

/// Deadlines are stored when they open, so a calendar may be published late; one of a past year would change nothing.
Outcome calendar_object(const pb::GovernancePublishCalendar& a, const Context& context) {
  QILIAN_REQUIRE(a.calendar().year() >= date_of(context.time()).year, "COM-307", "that year is over");
  return pass();
}

Outcome calendar_apply(const pb::GovernancePublishCalendar& a, Context& context) {
  const std::string year = std::to_string(a.calendar().year());
  context.put(kind::kCalendar, year, a.calendar());
  context.set_object(year);
  return pass();
}

// ---- publish_document ----

Outcome document_check(const pb::GovernancePublishDocument& a) {
  QILIAN_PASS(require_text("kind", a.kind(), 32));
  QILIAN_PASS(require_text("version", a.version(), 32));
  QILIAN_PASS(require_text("title", a.title(), 256));
  QILIAN_REQUIRE(a.kind().find(':') == std::string::npos, "COM-101", "kind has no colon");
  QILIAN_PASS(require_range("from", a.from(), 0, INT64_MAX));
  return require_digest("digest", a.digest());
}

std::string document_id(const pb::GovernancePublishDocument& a) { return a.kind() + ":" + a.version(); }

Outcome document_object(const pb::GovernancePublishDocument& a, const Context& context) {
  QILIAN_REQUIRE(!context.exists(kind::kDocument, document_id(a)), "COM-302",
                 "document " + document_id(a) + " is published");
  return pass();
}

Outcome document_apply(const pb::GovernancePublishDocument& a, Context& context) {
  pb::Document document;
  document.set_kind(a.kind());
  document.set_version(a.version());
  document.set_title(a.title());
  document.set_digest(a.digest());
  document.set_from(std::max(a.from(), context.time().value()));
  for (const Signer& signer : context.caller().signers) {
    pb::SignerRecord* record = document.add_signers();
    record->set_organisation(signer.organisation);
    record->set_officer(signer.officer);
    record->set_public_key(std::string(signer.key.view()));
    record->set_signed_at(context.time().value());
  }
  context.put(kind::kDocument, document_id(a), document, EventKind::kCreated);
  context.set_object(document_id(a));
  return pass();
}

Outcome check_day(std::uint32_t year, std::uint32_t month_and_day, bool weekend_wanted) {
  const auto month = static_cast<int>(month_and_day / 100);
  const auto day = static_cast<int>(month_and_day % 100);
  const bool real = month >= 1 && month <= 12 && day >= 1 && day <= days_in_month(year, month);
  QILIAN_REQUIRE(real, "COM-107", std::to_string(month_and_day) + " is no day (month * 100 + day)");
  const bool weekend = weekday({.year = year, .month = month, .day = day}) >= 5;
  QILIAN_REQUIRE(weekend == weekend_wanted, "COM-107",
                 std::to_string(month_and_day) + (weekend_wanted ? " is no weekend day" : " is a weekend day already"));
  return pass();
}

}  // namespace

Outcome check_table(const pb::CodeTable& table) {
  QILIAN_PASS(require_text("table.name", table.name(), 32));
  QILIAN_PASS(require_count("table.codes", static_cast<std::size_t>(table.codes_size()), 1, 4096));
  const pb::TableCode* previous = nullptr;
  for (const pb::TableCode& code : table.codes()) {
    QILIAN_PASS(require_text("code", code.code(), 64));
    QILIAN_REQUIRE(code.label().size() <= 128, "COM-107", "label is longer than 128 bytes");
    QILIAN_REQUIRE(previous == nullptr || previous->code() < code.code(), "COM-101",
                   "codes stand in ascending order, each once");
    for (const pb::CodeAttribute& attribute : code.attributes()) {
      QILIAN_PASS(require_text("attribute.name", attribute.name(), 32));
      QILIAN_PASS(require_text("attribute.value", attribute.value(), 128));
    }
    previous = &code;
  }
  return pass();
}

Outcome check_calendar(const pb::WorkCalendar& calendar) {
  QILIAN_PASS(require_range("year", calendar.year(), 2000, 2999));
  QILIAN_PASS(require_count("holidays", static_cast<std::size_t>(calendar.holidays_size()), 0, 120));
  QILIAN_PASS(require_count("working_weekends", static_cast<std::size_t>(calendar.working_weekends_size()), 0, 104));
  std::set<std::uint32_t> seen;
  const auto once = [&](std::uint32_t day) { return seen.insert(day).second; };
  for (std::uint32_t day : calendar.holidays()) {
    QILIAN_PASS(check_day(calendar.year(), day, false));
    QILIAN_REQUIRE(once(day), "COM-101", std::to_string(day) + " is listed twice");
  }
  for (std::uint32_t day : calendar.working_weekends()) {
    QILIAN_PASS(check_day(calendar.year(), day, true));
    QILIAN_REQUIRE(once(day), "COM-101", std::to_string(day) + " is listed twice");
  }
  return pass();
}

void add_setting_calls(CallList& calls) {
  calls.push_back(make_call<pb::GovernanceSetParameter>(
      two_regulators("governance.set_parameter", "设定参数", "Set a governed parameter"),
      {.check = parameter_check, .object = parameter_object, .apply = parameter_apply}));
  calls.push_back(make_call<pb::GovernanceSetTable>(
      two_regulators("governance.set_table", "发布代码表", "Replace a code table by its next version"),
      {.check = table_check, .object = table_object, .apply = table_apply}));
  calls.push_back(make_call<pb::GovernancePublishCalendar>(
      two_regulators("governance.publish_calendar", "发布工作日历", "Publish the working days of a year"),
      {.check = calendar_check, .object = calendar_object, .apply = calendar_apply}));
  calls.push_back(make_call<pb::GovernancePublishDocument>(
      two_regulators("governance.publish_document", "发布规则文本", "Publish a rule text by its digest"),
      {.check = document_check, .object = document_object, .apply = document_apply}));
}

}  // namespace qilian::contracts::governance
