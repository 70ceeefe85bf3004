// Records as text, and against what is expected of them.
#include <fmt/format.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <memory>

#include "cli/message_values.h"
#include "ledger/core/json.h"

namespace qilian::cli {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

std::string scalar_text(const Message& message, const FieldDescriptor& field, int index) {
  const Reflection& r = *message.GetReflection();
  const bool repeated = field.is_repeated();
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING: {
      const std::string text = repeated ? r.GetRepeatedString(message, &field, index) : r.GetString(message, &field);
      return field.type() == FieldDescriptor::TYPE_BYTES ? ledger::to_hex(text) : text;
    }
    case FieldDescriptor::CPPTYPE_ENUM:
      return (repeated ? r.GetRepeatedEnum(message, &field, index) : r.GetEnum(message, &field))->name();
    case FieldDescriptor::CPPTYPE_BOOL:
      return (repeated ? r.GetRepeatedBool(message, &field, index) : r.GetBool(message, &field)) ? "true" : "false";
    case FieldDescriptor::CPPTYPE_INT32:
      return std::to_string(repeated ? r.GetRepeatedInt32(message, &field, index) : r.GetInt32(message, &field));
    case FieldDescriptor::CPPTYPE_INT64:
      return std::to_string(repeated ? r.GetRepeatedInt64(message, &field, index) : r.GetInt64(message, &field));
    case FieldDescriptor::CPPTYPE_UINT32:
      return std::to_string(repeated ? r.GetRepeatedUInt32(message, &field, index) : r.GetUInt32(message, &field));
    case FieldDescriptor::CPPTYPE_UINT64:
      return std::to_string(repeated ? r.GetRepeatedUInt64(message, &field, index) : r.GetUInt64(message, &field));
    case FieldDescriptor::CPPTYPE_MESSAGE: {
      const auto json =
          ledger::to_json(repeated ? r.GetRepeatedMessage(message, &field, index) : r.GetMessage(message, &field));
      return json ? *json : json.error().message;
    }
    default:
      return "?";
  }
}

void compare_into(const Message& message, const TomlValue& expected, const Names& names, const std::string& prefix,
                  std::vector<FieldCheck>& out);

void compare_field(const Message& message, const FieldDescriptor& field, const TomlValue& expected, const Names& names,
                   const std::string& path, std::vector<FieldCheck>& out) {
  const Reflection& reflection = *message.GetReflection();
  const bool is_message = field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE;
  if (is_message && !field.is_repeated())
    return compare_into(reflection.GetMessage(message, &field), expected, names, path + ".", out);
  if (is_message && field.is_repeated()) {
    const int size = reflection.FieldSize(message, &field);
    if (!expected.is(TomlValue::Type::kArray) || static_cast<int>(expected.items.size()) != size) {
      out.push_back({path, text_of(expected), fmt::format("{} entries", size), false});
      return;
    }
    for (int i = 0; i < size; ++i) {
      compare_into(reflection.GetRepeatedMessage(message, &field, i), expected.items[static_cast<std::size_t>(i)],
                   names, fmt::format("{}[{}].", path, i), out);
    }
    return;
  }
  const std::unique_ptr<Message> wanted(message.New());
  TomlValue table;
  table.fields.push_back({field.name(), expected});
  if (const auto filled = fill_message(*wanted, table, names); !filled) {
    out.push_back({path, text_of(expected), filled.error().message, false});
    return;
  }
  const std::string actual = field_text(message, field);
  const std::string want = field_text(*wanted, field);
  out.push_back({path, want, actual, want == actual});
}

void compare_into(const Message& message, const TomlValue& expected, const Names& names, const std::string& prefix,
                  std::vector<FieldCheck>& out) {
  for (const TomlValue::Field& entry : expected.fields) {
    const FieldDescriptor* field = message.GetDescriptor()->FindFieldByName(entry.name);
    if (field == nullptr) {
      out.push_back({prefix + entry.name, text_of(entry.value),
                     "no such field; there are: " + field_names(*message.GetDescriptor()), false});
      continue;
    }
    compare_field(message, *field, entry.value, names, prefix + entry.name, out);
  }
}

}  // namespace

std::vector<FieldCheck> compare_message(const Message& message, const TomlValue& expected, const Names& names) {
  std::vector<FieldCheck> out;
  compare_into(message, expected, names, "", out);
  return out;
}

std::string field_text(const Message& message, const FieldDescriptor& field) {
  if (!field.is_repeated()) return scalar_text(message, field, 0);
  std::string out;
  for (int i = 0; i < message.GetReflection()->FieldSize(message, &field); ++i) {
    out += (i == 0 ? "" : ", ") + scalar_text(message, field, i);
  }
  return "[" + out + "]";
}

}  // namespace qilian::cli
