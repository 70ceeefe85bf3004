#include "cli/json_text.h"

#include <fmt/format.h>

namespace qilian::cli {

std::string json_string(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) {
          out += fmt::format("\\u{:04x}", static_cast<unsigned>(static_cast<unsigned char>(c)));
        } else {
          out += c;
        }
    }
  }
  return out + "\"";
}

void JsonObject::name(std::string_view text) { out_ += (out_.empty() ? "" : ",") + json_string(text) + ":"; }

JsonObject& JsonObject::text(std::string_view field, std::string_view value) { return raw(field, json_string(value)); }
JsonObject& JsonObject::number(std::string_view field, std::int64_t value) { return raw(field, std::to_string(value)); }
JsonObject& JsonObject::boolean(std::string_view field, bool value) { return raw(field, value ? "true" : "false"); }
JsonObject& JsonObject::raw(std::string_view field, std::string_view json) {
  name(field);
  out_ += json;
  return *this;
}

}  // namespace qilian::cli
