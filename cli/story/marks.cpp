#include "cli/story/marks.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "contracts/period.h"

namespace qilian::cli {
namespace {

const std::map<std::string, std::int64_t, std::less<>> kRealLengths = {
    {"ms", 1},         {"s", 1'000},          {"min", 60'000},       {"h", 3'600'000},
    {"d", 86'400'000}, {"mo", 2'592'000'000}, {"y", 31'536'000'000},
};

std::int64_t add_months(std::int64_t time_ms, std::int64_t months) {
  using contracts::Date;
  const Date date = contracts::date_of(ledger::TimeMs(time_ms));
  const std::int64_t in_day = time_ms - contracts::start_of(date).value();
  const std::int64_t total = date.year * 12 + (date.month - 1) + months;
  Date moved{total / 12, static_cast<int>(total % 12) + 1, 1};
  moved.day = std::min(date.day, contracts::days_in_month(moved.year, moved.month));
  return contracts::start_of(moved).value() + in_day;
}

/// Cuts the last "+15d" off, if there is one.
bool take_offset(std::string_view& text, Mark::Offset& out) {
  const std::size_t unit = text.find_last_of("0123456789");
  if (unit == std::string_view::npos || unit + 1 == text.size()) return false;
  if (!kRealLengths.contains(text.substr(unit + 1))) return false;
  const std::size_t sign = text.find_last_not_of("0123456789", unit);
  if (sign == std::string_view::npos || (text[sign] != '+' && text[sign] != '-')) return false;
  out.unit = text.substr(unit + 1);
  const std::string_view digits = text.substr(sign + 1, unit - sign);
  if (std::from_chars(digits.data(), digits.data() + digits.size(), out.n).ec != std::errc()) return false;
  if (text[sign] == '-') out.n = -out.n;
  text = text.substr(0, sign);
  return true;
}

}  // namespace

ledger::Result<Mark> parse_mark(std::string_view text) {
  const std::string_view whole = text;
  if (!text.starts_with('@'))
    return ledger::fail("story.mark", fmt::format("'{}' is not a time mark; one looks like @2+15d", whole));
  text.remove_prefix(1);
  Mark out;
  Mark::Offset offset;
  while (take_offset(text, offset)) out.offsets.insert(out.offsets.begin(), offset);
  out.anchor = text;
  if (out.anchor.empty()) return ledger::fail("story.mark", fmt::format("'{}' names no step and no document", whole));
  return out;
}

std::int64_t move_time(std::int64_t time_ms, const Mark::Offset& offset, const UnitLengths* lengths) {
  if (lengths != nullptr) {
    const auto scaled = lengths->find(offset.unit);
    return time_ms + offset.n * (scaled != lengths->end() ? scaled->second : kRealLengths.find(offset.unit)->second);
  }
  if (offset.unit == "mo") return add_months(time_ms, offset.n);
  if (offset.unit == "y") return add_months(time_ms, offset.n * 12);
  return time_ms + offset.n * kRealLengths.find(offset.unit)->second;
}

}  // namespace qilian::cli
