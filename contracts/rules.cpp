#include "contracts/rules.h"

#include "contracts/credit.pb.h"
#include "contracts/engine.h"
#include "contracts/governance.pb.h"
#include "contracts/kinds.h"
#include "contracts/negative_list/lists.h"
#include "contracts/overlay.pb.h"
#include "ledger/core/hash.h"

namespace qilian::contracts {
namespace {

Date day_of(std::int64_t year, std::uint32_t month_and_day) {
  return {.year = year, .month = static_cast<int>(month_and_day / 100), .day = static_cast<int>(month_and_day % 100)};
}

std::uint64_t credit_version(const ledger::StateView& state) {
  const auto bytes = state.record({kind::kCreditRules, "current"});
  if (!bytes) return 0;
  pb::CreditRules rules;
  QILIAN_CHECK(rules.ParseFromString(*bytes));
  return rules.version();
}

/// A part of the rules hash: length in front, so that no part can pass for another.
void add_part(ledger::FixedWriter& out, ledger::ByteView part) {
  out.u32(static_cast<std::uint32_t>(part.size()));
  out.raw(part);
}

}  // namespace

RuleVersions rule_versions(const ledger::StateView& state, const Parameters& parameters, TimeMs now) {
  return {.negative_list = negative_list::version_in_force(state, now),
          .credit_rules = credit_version(state),
          .parameters = parameters.version()};
}

Parameters load_parameters(const ledger::StateView& state) {
  const auto bytes = state.record({kind::kParameters, "current"});
  return bytes ? Parameters::decode(*bytes) : Parameters();
}

Calendar load_calendar(const ledger::StateView& state, TimeMs now) {
  Calendar calendar;
  const std::int64_t this_year = date_of(now).year;
  for (std::int64_t year = this_year - 1; year <= this_year + 9; ++year) {
    const auto bytes = state.record({kind::kCalendar, std::to_string(year)});
    if (!bytes) continue;
    pb::WorkCalendar published;
    QILIAN_CHECK(published.ParseFromString(*bytes));
    for (std::uint32_t day : published.holidays()) calendar.holidays.insert(day_of(year, day));
    for (std::uint32_t day : published.working_weekends()) calendar.working_weekends.insert(day_of(year, day));
  }
  return calendar;
}

ledger::Digest rules_hash(const ledger::StateView& state, ledger::TimeMs time) {
  ledger::FixedWriter parts;
  const std::uint64_t version = negative_list::version_in_force(state, time);
  parts.u64(version);
  add_part(parts, state.record({kind::kList, std::to_string(version)}).value_or(""));
  add_part(parts, state.record({kind::kCreditRules, "current"}).value_or(""));
  add_part(parts, state.record({kind::kParameters, "current"}).value_or(""));
  // A chain without overlays has the hash that it had before there were any.
  if (const auto bytes = state.record({kind::kOverlayRegister, "current"})) {
    pb::OverlayRegister overlays;
    QILIAN_CHECK(overlays.ParseFromString(*bytes));
    for (const std::string& jurisdiction : overlays.jurisdictions())
      add_part(parts, state.record({kind::kOverlay, jurisdiction}).value_or(""));
  }
  return ledger::hash(ledger::Domain::kRules, {parts.take()});
}

}  // namespace qilian::contracts
