#include "cli/toml_value.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <sstream>

#define TOML_EXCEPTIONS 0
#include <toml++/toml.h>

namespace qilian::cli {
namespace {

std::int64_t to_milliseconds(const toml::date_time& value) {
  using namespace std::chrono;
  const year_month_day day{year{value.date.year}, month{value.date.month}, std::chrono::day{value.date.day}};
  std::int64_t ms = duration_cast<milliseconds>(sys_days(day).time_since_epoch()).count();
  ms += (value.time.hour * 3600LL + value.time.minute * 60LL + value.time.second) * 1000LL +
        value.time.nanosecond / 1'000'000;
  return ms - value.offset->minutes * 60'000LL;
}

Result<TomlValue> convert(const toml::node& node, const std::string& file);

Result<TomlValue> convert_table(const toml::table& table, TomlValue out, const std::string& file) {
  out.type = TomlValue::Type::kTable;
  struct Place {
    toml::source_position position;
    TomlValue::Field field;
  };
  std::vector<Place> places;
  for (const auto& [key, value] : table) {
    QILIAN_TRY(TomlValue converted, convert(value, file));
    places.push_back({key.source().begin, {std::string(key.str()), std::move(converted)}});
  }
  std::sort(places.begin(), places.end(), [](const Place& a, const Place& b) { return a.position < b.position; });
  for (Place& place : places) out.fields.push_back(std::move(place.field));
  return out;
}

Result<TomlValue> convert(const toml::node& node, const std::string& file) {
  TomlValue out;
  out.line = static_cast<int>(node.source().begin.line);
  if (const auto* table = node.as_table()) return convert_table(*table, std::move(out), file);
  if (const auto* array = node.as_array()) {
    out.type = TomlValue::Type::kArray;
    for (const toml::node& item : *array) {
      QILIAN_TRY(TomlValue converted, convert(item, file));
      out.items.push_back(std::move(converted));
    }
    return out;
  }
  if (const auto* text = node.as_string()) {
    out.type = TomlValue::Type::kText;
    out.text = text->get();
    return out;
  }
  if (const auto* integer = node.as_integer()) {
    out.type = TomlValue::Type::kInteger;
    out.integer = integer->get();
    return out;
  }
  if (const auto* boolean = node.as_boolean()) {
    out.type = TomlValue::Type::kBoolean;
    out.boolean = boolean->get();
    return out;
  }
  if (const auto* time = node.as_date_time(); time != nullptr && time->get().offset) {
    out.type = TomlValue::Type::kTime;
    out.integer = to_milliseconds(time->get());
    return out;
  }
  return fail("toml.type",
              fmt::format("{}:{}: floating-point numbers and times without an offset are not read here; write a "
                          "whole number, a text, or a time like 2026-05-12T09:00:00+08:00",
                          file, out.line));
}

}  // namespace

const TomlValue* TomlValue::find(std::string_view name) const {
  for (const Field& field : fields) {
    if (field.name == name) return &field.value;
  }
  return nullptr;
}

TomlValue TomlValue::of_text(std::string text) {
  TomlValue out;
  out.type = Type::kText;
  out.text = std::move(text);
  return out;
}

TomlValue TomlValue::of_integer(std::int64_t value) {
  TomlValue out;
  out.type = Type::kInteger;
  out.integer = value;
  return out;
}

std::string text_of(const TomlValue& value) {
  switch (value.type) {
    case TomlValue::Type::kBoolean:
      return value.boolean ? "true" : "false";
    case TomlValue::Type::kInteger:
    case TomlValue::Type::kTime:
      return std::to_string(value.integer);
    case TomlValue::Type::kText:
      return value.text;
    case TomlValue::Type::kArray: {
      std::string out;
      for (const TomlValue& item : value.items) out += (out.empty() ? "" : ", ") + text_of(item);
      return "[" + out + "]";
    }
    case TomlValue::Type::kTable: {
      std::string out;
      for (const auto& field : value.fields) out += (out.empty() ? "" : ", ") + field.name + "=" + text_of(field.value);
      return "{" + out + "}";
    }
  }
  return {};
}

Result<TomlValue> parse_toml(std::string_view text, const std::string& name) {
  const toml::parse_result parsed = toml::parse(text, name);
  if (!parsed) {
    return fail("toml.syntax",
                fmt::format("{}:{}: {}", name, parsed.error().source().begin.line, parsed.error().description()));
  }
  return convert(parsed.table(), name);
}

Result<TomlValue> read_toml_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return fail("file.unreadable", fmt::format("{}: cannot be read; check the path", path));
  std::ostringstream text;
  text << in.rdbuf();
  return parse_toml(text.str(), path);
}

TomlReader::TomlReader(const TomlValue& table, std::string file) : table_(table), file_(std::move(file)) {}

void TomlReader::note(int line, const std::string& message) {
  if (!error_) error_ = ledger::Error{"toml.key", fmt::format("{}:{}: {}", file_, line, message)};
}

const TomlValue* TomlReader::take(std::string_view key) {
  taken_.emplace(key);
  return table_.find(key);
}

std::string TomlReader::text(std::string_view key) {
  const TomlValue* value = take(key);
  if (value == nullptr) {
    note(table_.line, fmt::format("'{}' is missing", key));
    return {};
  }
  if (!value->is(TomlValue::Type::kText)) note(value->line, fmt::format("'{}' must be a text", key));
  return value->text;
}

std::int64_t TomlReader::integer(std::string_view key) {
  const TomlValue* value = take(key);
  if (value == nullptr) {
    note(table_.line, fmt::format("'{}' is missing", key));
    return 0;
  }
  if (!value->is(TomlValue::Type::kInteger)) note(value->line, fmt::format("'{}' must be a whole number", key));
  return value->integer;
}

std::string TomlReader::text_or(std::string_view key, std::string fallback) {
  return table_.find(key) == nullptr ? (taken_.emplace(key), std::move(fallback)) : text(key);
}

std::int64_t TomlReader::integer_or(std::string_view key, std::int64_t fallback) {
  return table_.find(key) == nullptr ? (taken_.emplace(key), fallback) : integer(key);
}

bool TomlReader::boolean_or(std::string_view key, bool fallback) {
  const TomlValue* value = take(key);
  if (value == nullptr) return fallback;
  if (!value->is(TomlValue::Type::kBoolean)) note(value->line, fmt::format("'{}' must be true or false", key));
  return value->boolean;
}

std::vector<std::string> TomlReader::texts_or_none(std::string_view key) {
  std::vector<std::string> out;
  const TomlValue* value = take(key);
  if (value == nullptr) return out;
  if (!value->is(TomlValue::Type::kArray)) {
    note(value->line, fmt::format("'{}' must be a list of texts", key));
    return out;
  }
  for (const TomlValue& item : value->items) {
    if (!item.is(TomlValue::Type::kText)) note(item.line, fmt::format("'{}' must be a list of texts", key));
    out.push_back(item.text);
  }
  return out;
}

std::int64_t TomlReader::time(std::string_view key) {
  const TomlValue* value = take(key);
  if (value == nullptr) {
    note(table_.line, fmt::format("'{}' is missing", key));
    return 0;
  }
  if (!value->is(TomlValue::Type::kTime))
    note(value->line, fmt::format("'{}' must be a time like 2026-05-12T09:00:00+08:00", key));
  return value->integer;
}

std::vector<const TomlValue*> TomlReader::tables(std::string_view key) {
  std::vector<const TomlValue*> out;
  const TomlValue* value = take(key);
  if (value == nullptr) return out;
  if (!value->is(TomlValue::Type::kArray)) {
    note(value->line, fmt::format("'{}' must be written as [[{}]]", key, key));
    return out;
  }
  for (const TomlValue& item : value->items) {
    if (!item.is(TomlValue::Type::kTable)) {
      note(item.line, fmt::format("'{}' must be written as [[{}]]", key, key));
      continue;
    }
    out.push_back(&item);
  }
  return out;
}

const TomlValue* TomlReader::table_or_null(std::string_view key) {
  const TomlValue* value = take(key);
  if (value == nullptr) return nullptr;
  if (!value->is(TomlValue::Type::kTable)) {
    note(value->line, fmt::format("'{}' must be a table", key));
    return nullptr;
  }
  return value;
}

Result<void> TomlReader::finish() {
  for (const TomlValue::Field& field : table_.fields) {
    if (!taken_.contains(field.name)) {
      note(field.value.line,
           fmt::format("'{}' is not known here; the README beside the file lists the keys", field.name));
    }
  }
  if (error_) return std::unexpected(*error_);
  return {};
}

}  // namespace qilian::cli
