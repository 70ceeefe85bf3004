#include "contracts/period.h"

#include <doctest/doctest.h>

using namespace qilian::contracts;
using Unit = Period::Unit;

namespace {

/// Milliseconds of a civil instant of UTC+8.
TimeMs at(int year, int month, int day, int hour = 0, int minute = 0) {
  return TimeMs(start_of({.year = year, .month = month, .day = day}).value() + (hour * 60 + minute) * 60'000);
}

}  // namespace

TEST_CASE("a civil date of UTC+8 begins eight hours before UTC") {
  CHECK(start_of({.year = 1970, .month = 1, .day = 1}) == TimeMs(-8 * 3'600'000));
  CHECK(start_of({.year = 2026, .month = 6, .day = 1}) == TimeMs(1'780'243'200'000));
  CHECK(date_of(TimeMs(1'780'243'200'000)) == Date{.year = 2026, .month = 6, .day = 1});
  CHECK(date_of(TimeMs(1'780'243'199'999)) == Date{.year = 2026, .month = 5, .day = 31});
}

TEST_CASE("every day of four centuries survives the way to an instant and back") {
  Date date{.year = 1900, .month = 1, .day = 1};
  TimeMs expected = start_of(date);
  for (int i = 0; i < 146097; ++i) {
    REQUIRE(start_of(date) == expected);
    REQUIRE(date_of(expected) == date);
    REQUIRE(date_of(TimeMs(expected.value() + 86'399'999)) == date);
    expected = TimeMs(expected.value() + 86'400'000);
    if (++date.day > days_in_month(date.year, date.month)) {
      date.day = 1;
      if (++date.month > 12) {
        date.month = 1;
        ++date.year;
      }
    }
  }
}

TEST_CASE("weekdays count from Monday") {
  CHECK(weekday({.year = 2026, .month = 6, .day = 1}) == 0);
  CHECK(weekday({.year = 1970, .month = 1, .day = 1}) == 3);
  CHECK(weekday({.year = 2026, .month = 11, .day = 22}) == 6);
}

TEST_CASE("a window of days counts from the day after and closes at 24:00") {
  CHECK(deadline(at(2026, 6, 1, 9), {15, Unit::kDay}, {}) == at(2026, 6, 17));
  CHECK(deadline(at(2026, 6, 1, 0), {1, Unit::kDay}, {}) == at(2026, 6, 3));
}

TEST_CASE("seconds count from the instant") {
  CHECK(deadline(at(2026, 6, 1, 9), {90, Unit::kSecond}, {}) == TimeMs(at(2026, 6, 1, 9).value() + 90'000));
}

TEST_CASE("months clamp to the end of a shorter month") {
  CHECK(deadline(at(2026, 8, 31, 10), {3, Unit::kMonth}, {}) == at(2026, 12, 1));
  CHECK(deadline(at(2026, 1, 31), {1, Unit::kMonth}, {}) == at(2026, 3, 1));
  CHECK(deadline(at(2028, 1, 31), {1, Unit::kMonth}, {}) == at(2028, 3, 1));
  CHECK(deadline(at(2027, 12, 31), {2, Unit::kMonth}, {}) == at(2028, 3, 1));
}

TEST_CASE("working days skip weekends, and follow a published calendar") {
  // Monday 2026-08-03: five working days are the 4th to the 10th.
  CHECK(deadline(at(2026, 8, 3, 15), {5, Unit::kWorkingDay}, {}) == at(2026, 8, 11));
  Calendar calendar;
  calendar.holidays.insert({.year = 2026, .month = 8, .day = 5});
  calendar.working_weekends.insert({.year = 2026, .month = 8, .day = 8});
  CHECK(deadline(at(2026, 8, 3, 15), {5, Unit::kWorkingDay}, calendar) == at(2026, 8, 11));
  calendar.working_weekends.clear();
  CHECK(deadline(at(2026, 8, 3, 15), {5, Unit::kWorkingDay}, calendar) == at(2026, 8, 12));
}

TEST_CASE("a period of nothing is over when it opens") {
  CHECK(deadline(at(2026, 6, 1, 9), {0, Unit::kMonth}, {}) == at(2026, 6, 1, 9));
}

TEST_CASE("the written form of a period is read exactly") {
  CHECK(parse_period("10 WORKING_DAY") == Period{10, Unit::kWorkingDay});
  CHECK(to_text({36, Unit::kMonth}) == "36 MONTH");
  for (const char* text :
       {"", "10", "10  DAY", "ten DAY", "-1 DAY", "010 DAY", "10 day", "10 DAY ", "100001 DAY", "99999999999 SECOND"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_period(text));
  }
}
