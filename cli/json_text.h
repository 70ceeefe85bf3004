// One JSON object, written field by field: what --json prints. Read nowhere in this program.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace qilian::cli {

class JsonObject {
 public:
  JsonObject& text(std::string_view name, std::string_view value);
  JsonObject& number(std::string_view name, std::int64_t value);
  JsonObject& boolean(std::string_view name, bool value);
  /// `json` is JSON already.
  JsonObject& raw(std::string_view name, std::string_view json);
  std::string str() const { return "{" + out_ + "}"; }

 private:
  void name(std::string_view text);
  std::string out_;
};

/// The text as a JSON string, quotes included.
std::string json_string(std::string_view text);

}  // namespace qilian::cli
