// Single values out of a node's JSON answers.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace qilian::cli {

/// The value at a path like "height.certified": a text as it is, anything else as JSON text. Nothing where there is
/// none.
std::optional<std::string> json_at(std::string_view json, std::string_view path);

/// The same as a whole number.
std::optional<std::int64_t> json_number_at(std::string_view json, std::string_view path);

/// Indented, for people. Text that is no JSON comes back as it was.
std::string json_indented(std::string_view json);

}  // namespace qilian::cli
