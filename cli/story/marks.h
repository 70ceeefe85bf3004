// Times in stories: `@2+15d` is fifteen days after step 2 began, `@review-R1+11d` eleven days after the block of the
// document of that name. In process a day is a day and a month a month of UTC+8; live, a unit is as long as the story's
// [live] table says.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/core/result.h"

namespace qilian::cli {

struct Mark {
  struct Offset {
    std::int64_t n = 0;  ///< negative where the mark says '-'
    std::string unit;    ///< ms, s, min, h, d, mo, y
    bool operator==(const Offset&) const = default;
  };
  std::string anchor;  ///< without the '@'
  std::vector<Offset> offsets;
  bool operator==(const Mark&) const = default;
};

/// Error "story.mark".
ledger::Result<Mark> parse_mark(std::string_view text);

/// Lengths of units in milliseconds, for a live run. A unit that is not named keeps its real length (30 days a month,
/// 365 a year).
using UnitLengths = std::map<std::string, std::int64_t, std::less<>>;

/// Moves a time by one offset. Null `lengths`: by the calendar of UTC+8; months clamp to the month's end.
std::int64_t move_time(std::int64_t time_ms, const Mark::Offset& offset, const UnitLengths* lengths);

}  // namespace qilian::cli
