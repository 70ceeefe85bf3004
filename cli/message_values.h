// Between readable values and protobuf messages, by reflection: arguments of calls from stories and from command-line
// options, and comparison of a record with what is expected of it.
//
// Texts in byte fields:   sha256:TEXT         tagged digest of the text
//                         commit:TEXT         tagged commitment to the text, salt:TEXT its salt (computed: for
//                         demonstrations) secret:NAME         32 bytes that stand for a key share, commit-secret:NAME
//                         the tagged commitment to it key:NAME            raw public key person:NAME         32 bytes
//                         that stand for a person tag text:TEXT           the bytes of the text themselves hex:HEX, or
//                         bare    bytes
// Texts in number fields: @MARK (a time, see story/marks.h), 48000.01yuan (to fen), digits.
// Texts in enum fields:   the name, with or without the common prefix of its enum.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/toml_value.h"
#include "ledger/core/types.h"

namespace google::protobuf {
class Descriptor;
class FieldDescriptor;
class Message;
}  // namespace google::protobuf

namespace qilian::cli {

/// What names and marks inside texts stand for.
class Names {
 public:
  virtual ~Names() = default;
  /// The value of ${path}: a text, or any value where the whole text is one ${path}.
  virtual Result<TomlValue> lookup(std::string_view path) const = 0;
  /// The raw public key of key:NAME.
  virtual Result<ledger::Bytes> public_key(std::string_view name) const = 0;
  /// Milliseconds of "@MARK", the sign included.
  virtual Result<std::int64_t> time(std::string_view mark) const = 0;
};

/// Replaces every ${path} in texts, at any depth.
Result<TomlValue> substitute(const TomlValue& value, const Names& names);
/// The same for one text.
Result<std::string> substitute_text(std::string_view text, const Names& names);

/// Bytes of a text with one of the prefixes above.
Result<ledger::Bytes> bytes_of_text(std::string_view text, const Names& names);

/// Fills `message` from a table (already substituted). Unknown field, wrong type: error "argument.*" with the field's
/// path.
Result<void> fill_message(google::protobuf::Message& message, const TomlValue& table, const Names& names);

/// Sets one field, or appends to it where it is repeated, from one text: what an option at the command line does.
/// Messages are read as JSON.
Result<void> set_from_text(google::protobuf::Message& message, const google::protobuf::FieldDescriptor& field,
                           std::string_view text, const Names& names);

/// One compared field.
struct FieldCheck {
  std::string path;
  std::string expected;
  std::string actual;
  bool passed = false;
};

/// Compares the fields that the table names, and no others. A table compares as a part, a list as a whole; one check
/// for each leaf.
std::vector<FieldCheck> compare_message(const google::protobuf::Message& message, const TomlValue& expected,
                                        const Names& names);

/// Names of a message's fields, for error messages.
std::string field_names(const google::protobuf::Descriptor& type);

/// A field as people read it: enum names, texts, bytes as hex.
std::string field_text(const google::protobuf::Message& message, const google::protobuf::FieldDescriptor& field);

}  // namespace qilian::cli
