// A parsed TOML file as a light tree in which every value knows its line: what genesis files, stories and network files
// are read through.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/core/result.h"

namespace qilian::cli {

using ledger::fail;
using ledger::Result;

/// One value. Floating-point numbers are refused at parsing: nothing that we read has any. Date-times with an offset
/// become milliseconds.
struct TomlValue {
  enum class Type { kBoolean, kInteger, kText, kTime, kArray, kTable };
  struct Field;

  Type type = Type::kTable;
  int line = 0;
  bool boolean = false;
  std::int64_t integer = 0;  ///< kInteger; kTime as milliseconds since 1970
  std::string text;
  std::vector<TomlValue> items;  ///< kArray
  std::vector<Field> fields;     ///< kTable, in the order of the file

  /// The field of that name, or null.
  const TomlValue* find(std::string_view name) const;
  bool is(Type wanted) const { return type == wanted; }

  static TomlValue of_text(std::string text);
  static TomlValue of_integer(std::int64_t value);
};

struct TomlValue::Field {
  std::string name;
  TomlValue value;
};

/// The value as one line, for messages and for texts that it is put into.
std::string text_of(const TomlValue& value);

/// Reads and parses. Errors "file.unreadable", "toml.syntax" (names file and line).
Result<TomlValue> read_toml_file(const std::string& path);
/// The same from text; `name` stands in messages.
Result<TomlValue> parse_toml(std::string_view text, const std::string& name);

/// Takes fields out of a table one by one; `finish` reports what nobody took. Errors name file, line and key:
/// "toml.key", "toml.type". The first error is kept and returned by `finish`, so that a reader is a plain sequence of
/// takes.
class TomlReader {
 public:
  TomlReader(const TomlValue& table, std::string file);

  /// Mandatory fields: an error is noted and a default returned when they are missing or of another type.
  std::string text(std::string_view key);
  std::int64_t integer(std::string_view key);
  /// Optional fields.
  std::string text_or(std::string_view key, std::string fallback);
  std::int64_t integer_or(std::string_view key, std::int64_t fallback);
  bool boolean_or(std::string_view key, bool fallback);
  std::vector<std::string> texts_or_none(std::string_view key);
  /// A date-time with an offset, in milliseconds.
  std::int64_t time(std::string_view key);
  /// The raw value, or null; counts as taken.
  const TomlValue* take(std::string_view key);
  /// Tables of an array of tables ([[key]]); empty where there is none.
  std::vector<const TomlValue*> tables(std::string_view key);
  /// A sub-table ([key]), or null.
  const TomlValue* table_or_null(std::string_view key);

  /// Notes an error of the caller's own at this line.
  void note(int line, const std::string& message);
  bool failed() const { return error_.has_value(); }
  const std::string& file() const { return file_; }
  int line() const { return table_.line; }

  /// The first error noted, an unknown key included.
  Result<void> finish();

 private:
  const TomlValue& table_;
  std::string file_;
  std::set<std::string, std::less<>> taken_;
  std::optional<ledger::Error> error_;
};

}  // namespace qilian::cli
