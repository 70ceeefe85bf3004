#include "cli/json_read.h"

#include <boost/json.hpp>
#include <charconv>

#include "cli/json_text.h"

namespace qilian::cli {
namespace {

namespace json = boost::json;

void indent(const json::value& value, std::string& out, std::size_t depth) {
  const std::string inner((depth + 1) * 2, ' ');
  const std::string outer(depth * 2, ' ');
  if (const json::object* object = value.if_object(); object != nullptr && !object->empty()) {
    out += "{\n";
    std::size_t left = object->size();
    for (const auto& [key, field] : *object) {
      out += inner + json_string({key.data(), key.size()}) + ": ";
      indent(field, out, depth + 1);
      out += --left > 0 ? ",\n" : "\n";
    }
    out += outer + "}";
  } else if (const json::array* array = value.if_array(); array != nullptr && !array->empty()) {
    out += "[\n";
    std::size_t left = array->size();
    for (const json::value& item : *array) {
      out += inner;
      indent(item, out, depth + 1);
      out += --left > 0 ? ",\n" : "\n";
    }
    out += outer + "]";
  } else {
    out += json::serialize(value);
  }
}

}  // namespace

std::optional<std::string> json_at(std::string_view text, std::string_view path) {
  boost::system::error_code error;
  const json::value root = json::parse({text.data(), text.size()}, error);
  if (error) return std::nullopt;
  const json::value* value = &root;
  while (!path.empty()) {
    const std::size_t dot = path.find('.');
    const json::object* object = value->if_object();
    value = object == nullptr ? nullptr : object->if_contains({path.data(), std::min(dot, path.size())});
    if (value == nullptr) return std::nullopt;
    path = dot == std::string_view::npos ? std::string_view() : path.substr(dot + 1);
  }
  if (const json::string* string = value->if_string()) return std::string(string->data(), string->size());
  return json::serialize(*value);
}

std::optional<std::int64_t> json_number_at(std::string_view text, std::string_view path) {
  const std::optional<std::string> found = json_at(text, path);
  std::int64_t out = 0;
  if (!found || std::from_chars(found->data(), found->data() + found->size(), out).ec != std::errc())
    return std::nullopt;
  return out;
}

std::string json_indented(std::string_view text) {
  boost::system::error_code error;
  const json::value root = json::parse({text.data(), text.size()}, error);
  if (error) return std::string(text);
  std::string out;
  indent(root, out, 0);
  return out;
}

}  // namespace qilian::cli
