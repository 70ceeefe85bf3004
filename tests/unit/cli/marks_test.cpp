#include "cli/story/marks.h"

#include <doctest/doctest.h>

#include "cli/terminal.h"

namespace qilian::cli {
namespace {

std::int64_t moved(std::int64_t from, std::string_view mark, const UnitLengths* lengths) {
  const auto parsed = parse_mark(mark);
  REQUIRE(parsed.has_value());
  for (const Mark::Offset& offset : parsed->offsets) from = move_time(from, offset, lengths);
  return from;
}

constexpr std::int64_t kAug31 = 1788138000000;  // 2026-08-31 09:00 UTC+8

}  // namespace

TEST_CASE("a mark names a step or a document and moves from there") {
  CHECK(*parse_mark("@2") == Mark{.anchor = "2", .offsets = {}});
  CHECK(*parse_mark("@5s+15d") == Mark{.anchor = "5s", .offsets = {{15, "d"}}});
  CHECK(*parse_mark("@review-R1+1y-3mo") == Mark{.anchor = "review-R1", .offsets = {{1, "y"}, {-3, "mo"}}});
  CHECK(*parse_mark("@settle-T1") == Mark{.anchor = "settle-T1", .offsets = {}});
}

TEST_CASE("what is no mark is refused") {
  CHECK_FALSE(parse_mark("2+15d").has_value());
  CHECK_FALSE(parse_mark("@").has_value());
  CHECK_FALSE(parse_mark("@+15d").has_value());
}

TEST_CASE("in process months are months, and clamp to the month's end") {
  CHECK(time_text(kAug31) == "2026-08-31 09:00:00.000");
  CHECK(time_text(moved(kAug31, "@x+1mo", nullptr)) == "2026-09-30 09:00:00.000");
  CHECK(time_text(moved(kAug31, "@x+6mo", nullptr)) == "2027-02-28 09:00:00.000");
  CHECK(time_text(moved(kAug31, "@x-1y", nullptr)) == "2025-08-31 09:00:00.000");
  CHECK(time_text(moved(kAug31, "@x+1d", nullptr)) == "2026-09-01 09:00:00.000");
}

TEST_CASE("live a unit is as long as the story says, and keeps its real length where it says nothing") {
  const UnitLengths lengths = {{"d", 100}, {"y", 7'200'000}};
  CHECK(moved(0, "@x+15d", &lengths) == 1'500);
  CHECK(moved(0, "@x+3y", &lengths) == 21'600'000);
  CHECK(moved(0, "@x+2s", &lengths) == 2'000);
}

TEST_CASE("a text at a terminal is aligned by columns, not by bytes") {
  CHECK(display_width("祁连 ok") == 7);
  CHECK(fit("祁连", 6) == "祁连  ");
  CHECK(fit("祁连山脉", 5) == "祁连…");
  CHECK(yuan_text(4800001) == "48,000.01 yuan");
}

}  // namespace qilian::cli
