// Text at a terminal: colours where there is one, and alignment that counts a Chinese character as two columns.
#pragma once

#include <string>
#include <string_view>

namespace qilian::cli {

/// True when standard output is a terminal and NO_COLOR is not set.
bool use_colour();

enum class Style { kPlain, kBold, kDim, kRed, kGreen, kYellow, kCyan };
/// The text in that style, or as it is without colours.
std::string styled(Style style, std::string_view text);

/// Columns that a text takes.
std::size_t display_width(std::string_view utf8);
/// Padded with spaces on the right, cut with "…" where it is longer.
std::string fit(std::string_view utf8, std::size_t columns);

/// "48,000.01 yuan" of fen.
std::string yuan_text(std::int64_t fen);
/// "2026-05-12 09:00:00.123" in UTC+8.
std::string time_text(std::int64_t time_ms);

}  // namespace qilian::cli
