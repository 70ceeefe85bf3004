#include "contracts/period.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace qilian::contracts {
namespace {

constexpr std::int64_t kDayMs = 86'400'000;
constexpr std::int64_t kZoneMs = 8 * 3'600'000;

/// The end of the year 9999. Times come from arguments too: what lies beyond reads as this, and no sum overflows.
constexpr std::int64_t kFarthestMs = 253'402'271'999'999;

TimeMs within_reach(TimeMs time) { return TimeMs(std::clamp(time.value(), -kFarthestMs, kFarthestMs)); }

constexpr std::array<std::string_view, 4> kUnits{"SECOND", "DAY", "WORKING_DAY", "MONTH"};

std::int64_t floor_div(std::int64_t a, std::int64_t b) { return a / b - (a % b != 0 && (a < 0) != (b < 0) ? 1 : 0); }

/// Days since 1970-01-01 (the usual era arithmetic over 400-year cycles).
std::int64_t days_from_civil(const Date& date) {
  const std::int64_t y = date.year - (date.month <= 2 ? 1 : 0);
  const std::int64_t era = floor_div(y, 400);
  const std::int64_t year_of_era = y - era * 400;
  const std::int64_t month = date.month + (date.month > 2 ? -3 : 9);
  const std::int64_t day_of_year = (153 * month + 2) / 5 + date.day - 1;
  const std::int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146097 + day_of_era - 719468;
}

Date civil_from_days(std::int64_t days) {
  days += 719468;
  const std::int64_t era = floor_div(days, 146097);
  const std::int64_t day_of_era = days - era * 146097;
  const std::int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  const std::int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const std::int64_t month = (5 * day_of_year + 2) / 153;
  Date date;
  date.day = static_cast<int>(day_of_year - (153 * month + 2) / 5 + 1);
  date.month = static_cast<int>(month < 10 ? month + 3 : month - 9);
  date.year = year_of_era + era * 400 + (date.month <= 2 ? 1 : 0);
  return date;
}

Date add_days(const Date& date, std::int64_t days) { return civil_from_days(days_from_civil(date) + days); }

/// 24:00 of the day = 00:00 of the next.
TimeMs end_of(const Date& date) { return start_of(add_days(date, 1)); }

Date add_months(const Date& date, std::int64_t months) {
  const std::int64_t index = date.year * 12 + (date.month - 1) + months;
  Date out;
  out.year = floor_div(index, 12);
  out.month = static_cast<int>(index - out.year * 12 + 1);
  const int last = days_in_month(out.year, out.month);
  out.day = date.day < last ? date.day : last;
  return out;
}

}  // namespace

std::optional<Period> parse_period(std::string_view text) {
  const std::size_t space = text.find(' ');
  if (space == std::string_view::npos) return std::nullopt;
  const std::string_view number = text.substr(0, space);
  const std::string_view unit = text.substr(space + 1);
  Period out;
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), out.n);
  if (error != std::errc() || end != number.data() + number.size()) return std::nullopt;
  if (out.n < 0 || out.n > 100'000'000 || std::to_string(out.n) != number) return std::nullopt;
  for (std::size_t i = 0; i < kUnits.size(); ++i) {
    if (kUnits[i] != unit) continue;
    out.unit = static_cast<Period::Unit>(i);
    // Civil units are walked day by day: a hundred thousand of them is where that ends.
    if (out.unit != Period::Unit::kSecond && out.n > 100'000) return std::nullopt;
    return out;
  }
  return std::nullopt;
}

std::string to_text(const Period& period) {
  return std::to_string(period.n) + " " + std::string(kUnits[static_cast<std::size_t>(period.unit)]);
}

Date date_of(TimeMs time) { return civil_from_days(floor_div(within_reach(time).value() + kZoneMs, kDayMs)); }

TimeMs start_of(const Date& date) { return TimeMs(days_from_civil(date) * kDayMs - kZoneMs); }

int days_in_month(std::int64_t year, int month) {
  constexpr std::array<int, 12> kDays{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
  return month == 2 && leap ? 29 : kDays[static_cast<std::size_t>(month - 1)];
}

int weekday(const Date& date) {
  // 1970-01-01 was a Thursday.
  return static_cast<int>((days_from_civil(date) % 7 + 7 + 3) % 7);
}

bool Calendar::working(const Date& date) const {
  return weekday(date) < 5 ? !holidays.contains(date) : working_weekends.contains(date);
}

TimeMs deadline(TimeMs from, const Period& period, const Calendar& calendar) {
  if (period.unit == Period::Unit::kSecond) return TimeMs(within_reach(from).value() + period.n * 1000);
  // A window of no days is no window: it is over when it opens.
  if (period.n == 0) return from;
  const Date opened = date_of(from);
  switch (period.unit) {
    case Period::Unit::kDay:
      return end_of(add_days(opened, period.n));
    case Period::Unit::kMonth:
      return end_of(add_months(opened, period.n));
    case Period::Unit::kSecond:
    case Period::Unit::kWorkingDay:
      break;
  }
  Date day = opened;
  // A calendar that declares every day off would never end: ten civil days for each working day are the bound.
  std::int64_t left = period.n;
  for (std::int64_t walked = 0; left > 0 && walked < period.n * 10 + 60; ++walked) {
    day = add_days(day, 1);
    if (calendar.working(day)) --left;
  }
  return end_of(day);
}

}  // namespace qilian::contracts
