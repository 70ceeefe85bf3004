// Periods and deadlines of rules: civil time of UTC+8, block time only, pure.
//
// Counting starts the day after; DAY, WORKING_DAY and MONTH windows close at 24:00 of their last day; a month that
// lacks the day clamps to its end; SECOND counts from the instant. A deadline is computed once, when it opens, and
// stored.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "ledger/core/types.h"

namespace qilian::contracts {

using ledger::TimeMs;

struct Period {
  enum class Unit { kSecond, kDay, kWorkingDay, kMonth };
  std::int64_t n = 0;
  Unit unit = Unit::kSecond;
  bool operator==(const Period&) const = default;
};

/// "10 WORKING_DAY", "3 MONTH": one number 0..100000, one space, one unit. Nothing for another text.
std::optional<Period> parse_period(std::string_view text);
std::string to_text(const Period& period);

/// A civil date of UTC+8, proleptic Gregorian.
struct Date {
  std::int64_t year = 1970;
  int month = 1;  ///< 1..12
  int day = 1;    ///< 1..31
  auto operator<=>(const Date&) const = default;
};

Date date_of(TimeMs time);
/// 00:00 UTC+8 of that day. The day may lie outside its month: it is carried over.
TimeMs start_of(const Date& date);
int days_in_month(std::int64_t year, int month);
/// 0 = Monday.
int weekday(const Date& date);

/// The working days that regulators publish by year: exceptions to Monday-to-Friday. A year that is not published has
/// none.
struct Calendar {
  std::set<Date> holidays;          ///< Monday to Friday, and yet off
  std::set<Date> working_weekends;  ///< Saturday or Sunday, and yet worked (调休)
  bool working(const Date& date) const;
};

/// When a window of `period` that opens at `from` closes: the first instant outside. SECOND: from + n seconds. Else
/// 24:00 of the last day.
TimeMs deadline(TimeMs from, const Period& period, const Calendar& calendar);

/// The earliest instant of a "not before": the same arithmetic (a minimum of 3 months from 08-31 is over at 11-30
/// 24:00).
inline TimeMs not_before(TimeMs from, const Period& period, const Calendar& calendar) {
  return deadline(from, period, calendar);
}

}  // namespace qilian::contracts
