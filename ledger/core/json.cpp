#include "ledger/core/json.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <boost/json.hpp>
#include <limits>

#include "ledger/core/canonical.h"

namespace qilian::ledger {
namespace {

namespace json = boost::json;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

Result<json::object> object_of(const Message& message);

/// One value of a field; `index` counts for repeated fields alone.
Result<json::value> value_of(const Message& message, const FieldDescriptor& field, int index) {
  const Reflection& from = *message.GetReflection();
  const bool many = field.is_repeated();
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      return many ? from.GetRepeatedInt32(message, &field, index) : from.GetInt32(message, &field);
    case FieldDescriptor::CPPTYPE_INT64:
      return many ? from.GetRepeatedInt64(message, &field, index) : from.GetInt64(message, &field);
    case FieldDescriptor::CPPTYPE_UINT32:
      return many ? from.GetRepeatedUInt32(message, &field, index) : from.GetUInt32(message, &field);
    case FieldDescriptor::CPPTYPE_UINT64:
      return many ? from.GetRepeatedUInt64(message, &field, index) : from.GetUInt64(message, &field);
    case FieldDescriptor::CPPTYPE_BOOL:
      return many ? from.GetRepeatedBool(message, &field, index) : from.GetBool(message, &field);
    case FieldDescriptor::CPPTYPE_ENUM: {
      const int number = many ? from.GetRepeatedEnumValue(message, &field, index) : from.GetEnumValue(message, &field);
      const auto* value = field.enum_type()->FindValueByNumber(number);
      if (value == nullptr)
        return fail("json.value", field.full_name() + ": no such enum value: " + std::to_string(number));
      return json::value(value->name());
    }
    case FieldDescriptor::CPPTYPE_STRING: {
      const std::string text = many ? from.GetRepeatedString(message, &field, index) : from.GetString(message, &field);
      if (field.type() == FieldDescriptor::TYPE_BYTES) return json::value(to_hex(text));
      if (!valid_utf8(text)) return fail("json.value", field.full_name() + ": not UTF-8 text");
      return json::value(text);
    }
    case FieldDescriptor::CPPTYPE_MESSAGE: {
      QILIAN_TRY(json::object inner,
                 object_of(many ? from.GetRepeatedMessage(message, &field, index) : from.GetMessage(message, &field)));
      return json::value(std::move(inner));
    }
    default:
      return fail("json.value", field.full_name() + ": this type of field is never used");
  }
}

Result<json::object> object_of(const Message& message) {
  std::vector<const FieldDescriptor*> fields;
  message.GetReflection()->ListFields(message, &fields);
  json::object out;
  for (const FieldDescriptor* field : fields) {
    if (!field->is_repeated()) {
      QILIAN_TRY(out[field->name()], value_of(message, *field, 0));
      continue;
    }
    json::array list;
    for (int i = 0; i < message.GetReflection()->FieldSize(message, field); ++i) {
      QILIAN_TRY(json::value value, value_of(message, *field, i));
      list.push_back(std::move(value));
    }
    out[field->name()] = std::move(list);
  }
  return out;
}

std::unexpected<Error> bad_field(const std::string& where, const std::string& what) {
  return fail("json.field", where + ": " + what);
}

/// An integer of type Rep, written as a number or as a string of digits.
template <class Rep>
Result<Rep> integer(const json::value& value, const std::string& where) {
  json::value number = value;
  if (value.is_string()) {
    // The JSON parser is the one judge of what is a number; a string may hold nothing else.
    boost::system::error_code error;
    number = json::parse(value.as_string(), error);
    if (error) return bad_field(where, "a whole number is needed");
  }
  if (!number.is_int64() && !number.is_uint64()) return bad_field(where, "a whole number is needed");
  boost::system::error_code error;
  const Rep out = number.to_number<Rep>(error);
  if (error) return bad_field(where, "the number is out of range");
  return out;
}

Result<void> fill(Message& message, const json::object& object, const std::string& path);

Result<void> set_value(Message& message, const FieldDescriptor& field, const json::value& value,
                       const std::string& where) {
  const Reflection& to = *message.GetReflection();
  const bool many = field.is_repeated();
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32: {
      QILIAN_TRY(const auto number, integer<std::int32_t>(value, where));
      many ? to.AddInt32(&message, &field, number) : to.SetInt32(&message, &field, number);
      return {};
    }
    case FieldDescriptor::CPPTYPE_INT64: {
      QILIAN_TRY(const auto number, integer<std::int64_t>(value, where));
      many ? to.AddInt64(&message, &field, number) : to.SetInt64(&message, &field, number);
      return {};
    }
    case FieldDescriptor::CPPTYPE_UINT32: {
      QILIAN_TRY(const auto number, integer<std::uint32_t>(value, where));
      many ? to.AddUInt32(&message, &field, number) : to.SetUInt32(&message, &field, number);
      return {};
    }
    case FieldDescriptor::CPPTYPE_UINT64: {
      QILIAN_TRY(const auto number, integer<std::uint64_t>(value, where));
      many ? to.AddUInt64(&message, &field, number) : to.SetUInt64(&message, &field, number);
      return {};
    }
    case FieldDescriptor::CPPTYPE_BOOL:
      if (!value.is_bool()) return bad_field(where, "true or false is needed");
      many ? to.AddBool(&message, &field, value.as_bool()) : to.SetBool(&message, &field, value.as_bool());
      return {};
    case FieldDescriptor::CPPTYPE_ENUM: {
      if (!value.is_string()) return bad_field(where, "the name of an enum value is needed");
      const std::string name(value.as_string());
      const auto* known = field.enum_type()->FindValueByName(name);
      if (known == nullptr) return bad_field(where, "'" + name + "' is no value of " + field.enum_type()->full_name());
      many ? to.AddEnum(&message, &field, known) : to.SetEnum(&message, &field, known);
      return {};
    }
    case FieldDescriptor::CPPTYPE_STRING: {
      if (!value.is_string()) return bad_field(where, "a string is needed");
      std::string text(value.as_string());
      if (field.type() == FieldDescriptor::TYPE_BYTES) {
        auto bytes = from_hex(text);
        if (!bytes) return bad_field(where, bytes.error().message);
        text = *std::move(bytes);
      }
      many ? to.AddString(&message, &field, std::move(text)) : to.SetString(&message, &field, std::move(text));
      return {};
    }
    case FieldDescriptor::CPPTYPE_MESSAGE:
      if (!value.is_object()) return bad_field(where, "an object is needed");
      return fill(many ? *to.AddMessage(&message, &field) : *to.MutableMessage(&message, &field), value.as_object(),
                  where);
    default:
      return bad_field(where, "this type of field is never used");
  }
}

Result<void> fill(Message& message, const json::object& object, const std::string& path) {
  for (const auto& member : object) {
    const std::string name(member.key());
    const std::string where = path.empty() ? name : path + "." + name;
    const FieldDescriptor* field = message.GetDescriptor()->FindFieldByName(name);
    if (field == nullptr) return bad_field(where, "unknown field of " + message.GetDescriptor()->full_name());
    if (const auto* oneof = field->real_containing_oneof();
        oneof != nullptr && message.GetReflection()->HasOneof(message, oneof)) {
      return bad_field(where, "another member of the same choice is set");
    }
    if (!field->is_repeated()) {
      QILIAN_TRY_VOID(set_value(message, *field, member.value(), where));
      continue;
    }
    if (!member.value().is_array()) return bad_field(where, "a list is needed");
    std::size_t index = 0;
    for (const json::value& value : member.value().as_array()) {
      QILIAN_TRY_VOID(set_value(message, *field, value, where + "[" + std::to_string(index++) + "]"));
    }
  }
  return {};
}

}  // namespace

Result<std::string> to_json(const Message& message) {
  QILIAN_TRY(const json::object object, object_of(message));
  return json::serialize(object);
}

Result<void> from_json(std::string_view text, Message& message) {
  message.Clear();
  boost::system::error_code error;
  const json::value value = json::parse(text, error);
  if (error) return fail("json.syntax", error.message());
  if (!value.is_object()) return fail("json.syntax", "a JSON object is needed");
  return fill(message, value.as_object(), "");
}

}  // namespace qilian::ledger
