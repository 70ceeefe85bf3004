#include "cli/terminal.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>

#include "contracts/period.h"

namespace qilian::cli {
namespace {

struct Character {
  std::uint32_t code = 0;
  std::size_t bytes = 1;
};

Character next_character(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const std::uint8_t first = byte(0);
  const std::size_t size = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  if (size == 1 || text.size() < size) return {first, 1};
  std::uint32_t code = first & (0xFFu >> (size + 1));
  for (std::size_t i = 1; i < size; ++i) code = (code << 6) | (byte(i) & 0x3Fu);
  return {code, size};
}

std::size_t columns_of(std::uint32_t code) {
  const bool wide = (code >= 0x1100 && code <= 0x115F) || (code >= 0x2E80 && code <= 0xA4CF) ||
                    (code >= 0xAC00 && code <= 0xD7A3) || (code >= 0xF900 && code <= 0xFAFF) ||
                    (code >= 0xFE30 && code <= 0xFE6F) || (code >= 0xFF00 && code <= 0xFF60) ||
                    (code >= 0xFFE0 && code <= 0xFFE6) || (code >= 0x20000 && code <= 0x3FFFD);
  return wide ? 2 : 1;
}

}  // namespace

bool use_colour() {
  static const bool colour = isatty(STDOUT_FILENO) != 0 && std::getenv("NO_COLOR") == nullptr;
  return colour;
}

std::string styled(Style style, std::string_view text) {
  if (!use_colour() || style == Style::kPlain) return std::string(text);
  const char* code = "0";
  switch (style) {
    case Style::kPlain:
      break;
    case Style::kBold:
      code = "1";
      break;
    case Style::kDim:
      code = "2";
      break;
    case Style::kRed:
      code = "1;31";
      break;
    case Style::kGreen:
      code = "32";
      break;
    case Style::kYellow:
      code = "33";
      break;
    case Style::kCyan:
      code = "1;36";
      break;
  }
  return fmt::format("\x1b[{}m{}\x1b[0m", code, text);
}

std::size_t display_width(std::string_view utf8) {
  std::size_t columns = 0;
  while (!utf8.empty()) {
    const Character character = next_character(utf8);
    columns += columns_of(character.code);
    utf8.remove_prefix(character.bytes);
  }
  return columns;
}

std::string fit(std::string_view utf8, std::size_t columns) {
  const std::size_t width = display_width(utf8);
  if (width <= columns) return std::string(utf8) + std::string(columns - width, ' ');
  std::string out;
  std::size_t used = 0;
  while (!utf8.empty()) {
    const Character character = next_character(utf8);
    if (used + columns_of(character.code) + 1 > columns) break;
    used += columns_of(character.code);
    out += utf8.substr(0, character.bytes);
    utf8.remove_prefix(character.bytes);
  }
  return out + "…" + std::string(columns - used - 1, ' ');
}

std::string yuan_text(std::int64_t fen) {
  std::string whole = std::to_string(fen / 100);
  for (std::size_t at = whole.size(); at > 3; at -= 3) whole.insert(at - 3, ",");
  return fmt::format("{}.{:02} yuan", whole, fen % 100);
}

std::string time_text(std::int64_t time_ms) {
  const contracts::Date date = contracts::date_of(ledger::TimeMs(time_ms));
  const std::int64_t in_day = time_ms - contracts::start_of(date).value();
  return fmt::format("{:04}-{:02}-{:02} {:02}:{:02}:{:02}.{:03}", date.year, date.month, date.day, in_day / 3'600'000,
                     in_day / 60'000 % 60, in_day / 1'000 % 60, in_day % 1'000);
}

}  // namespace qilian::cli
