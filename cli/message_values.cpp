#include "cli/message_values.h"

#include <fmt/format.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <charconv>
#include <memory>

#include "ledger/core/hash.h"
#include "ledger/core/json.h"

namespace qilian::cli {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::EnumDescriptor;
using google::protobuf::EnumValueDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;
using ledger::Bytes;
using ledger::ByteView;

constexpr char kDigestTag = '\x01';
constexpr char kCommitmentTag = static_cast<char>(0x81);

std::unexpected<ledger::Error> wrong(std::string_view field, std::string_view reason) {
  return fail("argument.value", fmt::format("{}: {}", field, reason));
}

std::optional<std::int64_t> parse_integer(std::string_view text) {
  std::int64_t out = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return out;
}

/// "48000.01yuan" in fen.
std::optional<std::int64_t> parse_yuan(std::string_view text) {
  constexpr std::string_view kUnit = "yuan";
  if (!text.ends_with(kUnit)) return std::nullopt;
  text.remove_suffix(kUnit.size());
  const std::size_t dot = text.find('.');
  const auto whole = parse_integer(text.substr(0, dot));
  if (!whole) return std::nullopt;
  if (dot == std::string_view::npos) return *whole * 100;
  const auto fraction = parse_integer(text.substr(dot + 1));
  if (!fraction || text.size() - dot - 1 != 2) return std::nullopt;
  return *whole * 100 + *fraction;
}

/// The value whose name is the text, or ends with "_" and the text where only one does.
const EnumValueDescriptor* find_enum(const EnumDescriptor& type, std::string_view text) {
  const EnumValueDescriptor* found = nullptr;
  for (int i = 0; i < type.value_count(); ++i) {
    const EnumValueDescriptor* value = type.value(i);
    if (value->name() == text) return value;
    if (value->name().ends_with("_" + std::string(text))) found = found == nullptr ? value : found;
  }
  return found;
}

std::string enum_names(const EnumDescriptor& type) {
  std::string out;
  for (int i = 1; i < type.value_count(); ++i) out += (i == 1 ? "" : " ") + type.value(i)->name();
  return out;
}

/// A single value on its way into a field: one of these, by the field's type.
struct Scalar {
  std::int64_t integer = 0;
  bool boolean = false;
  std::string text;
  const EnumValueDescriptor* choice = nullptr;
};

Result<Scalar> to_scalar(const FieldDescriptor& field, const TomlValue& value, const Names& names) {
  Scalar out;
  const bool is_text = value.is(TomlValue::Type::kText);
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      if (!is_text) return wrong(field.name(), "a text is wanted");
      out.text = value.text;
      if (field.type() == FieldDescriptor::TYPE_BYTES) {
        QILIAN_TRY(out.text, bytes_of_text(value.text, names));
      }
      return out;
    case FieldDescriptor::CPPTYPE_ENUM:
      if (!is_text) return wrong(field.name(), "one of " + enum_names(*field.enum_type()) + " is wanted");
      out.choice = find_enum(*field.enum_type(), value.text);
      if (out.choice == nullptr) {
        return wrong(field.name(), fmt::format("'{}' is not one of {}", value.text, enum_names(*field.enum_type())));
      }
      return out;
    case FieldDescriptor::CPPTYPE_BOOL:
      if (value.is(TomlValue::Type::kBoolean)) {
        out.boolean = value.boolean;
      } else if (is_text && (value.text == "true" || value.text == "false")) {
        out.boolean = value.text == "true";
      } else {
        return wrong(field.name(), "true or false is wanted");
      }
      return out;
    case FieldDescriptor::CPPTYPE_INT32:
    case FieldDescriptor::CPPTYPE_INT64:
    case FieldDescriptor::CPPTYPE_UINT32:
    case FieldDescriptor::CPPTYPE_UINT64: {
      if (value.is(TomlValue::Type::kInteger) || value.is(TomlValue::Type::kTime)) {
        out.integer = value.integer;
        return out;
      }
      if (is_text && value.text.starts_with('@')) {
        QILIAN_TRY(out.integer, names.time(value.text));
        return out;
      }
      if (!is_text) return wrong(field.name(), "a whole number is wanted");
      auto number = parse_integer(value.text);
      if (!number) number = parse_yuan(value.text);
      if (!number)
        return wrong(field.name(),
                     fmt::format("'{}' is not a whole number, @MARK or an amount like 48000.01yuan", value.text));
      out.integer = *number;
      return out;
    }
    default:
      return wrong(field.name(), "is of a type that is not set here");
  }
}

template <bool kRepeated>
void put(Message& message, const FieldDescriptor& field, const Scalar& value) {
  const Reflection& reflection = *message.GetReflection();
#define QILIAN_PUT(Type, expression)                    \
  if constexpr (kRepeated) {                            \
    reflection.Add##Type(&message, &field, expression); \
  } else {                                              \
    reflection.Set##Type(&message, &field, expression); \
  }                                                     \
  break
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      QILIAN_PUT(String, value.text);
    case FieldDescriptor::CPPTYPE_ENUM:
      QILIAN_PUT(Enum, value.choice);
    case FieldDescriptor::CPPTYPE_BOOL:
      QILIAN_PUT(Bool, value.boolean);
    case FieldDescriptor::CPPTYPE_INT32:
      QILIAN_PUT(Int32, static_cast<std::int32_t>(value.integer));
    case FieldDescriptor::CPPTYPE_INT64:
      QILIAN_PUT(Int64, value.integer);
    case FieldDescriptor::CPPTYPE_UINT32:
      QILIAN_PUT(UInt32, static_cast<std::uint32_t>(value.integer));
    default:
      QILIAN_PUT(UInt64, static_cast<std::uint64_t>(value.integer));
  }
#undef QILIAN_PUT
}

Result<void> fill_field(Message& message, const FieldDescriptor& field, const TomlValue& value, const Names& names) {
  const Reflection& reflection = *message.GetReflection();
  const bool is_message = field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE;
  if (field.is_repeated()) {
    if (!value.is(TomlValue::Type::kArray)) return wrong(field.name(), "a list is wanted");
    for (const TomlValue& item : value.items) {
      if (is_message) {
        QILIAN_TRY_VOID(fill_message(*reflection.AddMessage(&message, &field), item, names));
        continue;
      }
      QILIAN_TRY(const Scalar scalar, to_scalar(field, item, names));
      put<true>(message, field, scalar);
    }
    return {};
  }
  if (is_message) return fill_message(*reflection.MutableMessage(&message, &field), value, names);
  QILIAN_TRY(const Scalar scalar, to_scalar(field, value, names));
  put<false>(message, field, scalar);
  return {};
}

/// Where the ${ at `start` ends; names may stand inside names.
std::size_t closing_brace(std::string_view text, std::size_t start) {
  int depth = 0;
  for (std::size_t i = start; i < text.size(); ++i) {
    if (text.substr(i).starts_with("${")) ++depth;
    if (text[i] == '}' && --depth == 0) return i;
  }
  return std::string_view::npos;
}

Bytes demonstration_secret(std::string_view use, std::string_view name) {
  return ledger::sha256({"demonstration ", use, name}).str();
}

Bytes commitment(ByteView salt, ByteView content) { return kCommitmentTag + ledger::sha256({salt, content}).str(); }

}  // namespace

std::string field_names(const Descriptor& type) {
  std::string out;
  for (int i = 0; i < type.field_count(); ++i) out += (i == 0 ? "" : " ") + type.field(i)->name();
  return out;
}

Result<std::string> substitute_text(std::string_view text, const Names& names) {
  std::string out;
  while (true) {
    const std::size_t start = text.find("${");
    if (start == std::string_view::npos) return out + std::string(text);
    const std::size_t end = closing_brace(text, start);
    if (end == std::string_view::npos) return fail("argument.name", fmt::format("'{}': a ${{ without its }}", text));
    QILIAN_TRY(const std::string path, substitute_text(text.substr(start + 2, end - start - 2), names));
    QILIAN_TRY(const TomlValue value, names.lookup(path));
    out += text.substr(0, start);
    out += text_of(value);
    text.remove_prefix(end + 1);
  }
}

Result<TomlValue> substitute(const TomlValue& value, const Names& names) {
  TomlValue out = value;
  if (value.is(TomlValue::Type::kText)) {
    const std::string_view text = value.text;
    if (text.starts_with("${") && closing_brace(text, 0) == text.size() - 1) {
      QILIAN_TRY(const std::string path, substitute_text(text.substr(2, text.size() - 3), names));
      QILIAN_TRY(out, names.lookup(path));
      out.line = value.line;
      return out;
    }
    QILIAN_TRY(out.text, substitute_text(text, names));
    return out;
  }
  for (TomlValue& item : out.items) {
    QILIAN_TRY(item, substitute(item, names));
  }
  for (TomlValue::Field& field : out.fields) {
    QILIAN_TRY(field.value, substitute(field.value, names));
  }
  return out;
}

Result<Bytes> bytes_of_text(std::string_view text, const Names& names) {
  const auto after = [&](std::string_view prefix) -> std::optional<std::string_view> {
    if (!text.starts_with(prefix)) return std::nullopt;
    return text.substr(prefix.size());
  };
  if (const auto rest = after("sha256:")) return kDigestTag + ledger::sha256({*rest}).str();
  if (const auto rest = after("commit:")) return commitment(demonstration_secret("salt", *rest), *rest);
  if (const auto rest = after("commit-secret:")) {
    return commitment(demonstration_secret("salt", *rest), demonstration_secret("secret", *rest));
  }
  if (const auto rest = after("salt:")) return demonstration_secret("salt", *rest);
  if (const auto rest = after("secret:")) return demonstration_secret("secret", *rest);
  if (const auto rest = after("key:")) return names.public_key(*rest);
  if (const auto rest = after("person:")) return demonstration_secret("person", *rest);
  if (const auto rest = after("text:")) return Bytes(*rest);
  return ledger::from_hex(after("hex:").value_or(text));
}

Result<void> fill_message(Message& message, const TomlValue& table, const Names& names) {
  if (!table.is(TomlValue::Type::kTable)) return wrong(message.GetDescriptor()->name(), "a table is wanted");
  for (const TomlValue::Field& entry : table.fields) {
    const FieldDescriptor* field = message.GetDescriptor()->FindFieldByName(entry.name);
    if (field == nullptr) {
      return fail("argument.unknown",
                  fmt::format("line {}: '{}' is not a field of {}; there are: {}", entry.value.line, entry.name,
                              message.GetDescriptor()->name(), field_names(*message.GetDescriptor())));
    }
    if (auto filled = fill_field(message, *field, entry.value, names); !filled) {
      return fail(filled.error().code, fmt::format("line {}: {}", entry.value.line, filled.error().message));
    }
  }
  return {};
}

Result<void> set_from_text(Message& message, const FieldDescriptor& field, std::string_view text, const Names& names) {
  if (field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
    const Reflection& reflection = *message.GetReflection();
    Message* part =
        field.is_repeated() ? reflection.AddMessage(&message, &field) : reflection.MutableMessage(&message, &field);
    return ledger::from_json(text, *part);
  }
  QILIAN_TRY(const Scalar scalar, to_scalar(field, TomlValue::of_text(std::string(text)), names));
  if (field.is_repeated()) {
    put<true>(message, field, scalar);
  } else {
    put<false>(message, field, scalar);
  }
  return {};
}

}  // namespace qilian::cli
