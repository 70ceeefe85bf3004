#include "ledger/core/canonical.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <google/protobuf/message.h>

#include <limits>
#include <optional>
#include <set>

namespace qilian::ledger {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using Type = FieldDescriptor::Type;

enum WireType : std::uint32_t { kVarint = 0, kFixed64 = 1, kLengthDelimited = 2, kFixed32 = 5 };

std::unexpected<Error> malformed(const std::string& where, const char* what) {
  return fail("COM-101", where + ": " + what);
}
std::unexpected<Error> refused(const std::string& where, const char* what) {
  return fail("COM-102", where + ": " + what);
}

/// Takes one minimal varint from the front of `rest`.
Result<std::uint64_t> take_varint(ByteView& rest, const std::string& where) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < 10; ++i) {
    if (i >= rest.size()) return malformed(where, "a number is cut short");
    const auto byte = static_cast<unsigned char>(rest[i]);
    if (i == 9 && byte > 1) return refused(where, "a number of more than 64 bits");
    value |= static_cast<std::uint64_t>(byte & 0x7F) << (7 * i);
    if ((byte & 0x80) != 0) continue;
    if (byte == 0 && i > 0) return refused(where, "a number in more bytes than it needs");
    rest.remove_prefix(i + 1);
    return value;
  }
  return refused(where, "a number of more than 64 bits");
}

std::optional<WireType> scalar_wire_type(Type type) {
  switch (type) {
    case FieldDescriptor::TYPE_INT32:
    case FieldDescriptor::TYPE_INT64:
    case FieldDescriptor::TYPE_UINT32:
    case FieldDescriptor::TYPE_UINT64:
    case FieldDescriptor::TYPE_SINT32:
    case FieldDescriptor::TYPE_SINT64:
    case FieldDescriptor::TYPE_BOOL:
    case FieldDescriptor::TYPE_ENUM:
      return kVarint;
    case FieldDescriptor::TYPE_FIXED32:
    case FieldDescriptor::TYPE_SFIXED32:
      return kFixed32;
    case FieldDescriptor::TYPE_FIXED64:
    case FieldDescriptor::TYPE_SFIXED64:
      return kFixed64;
    default:
      return std::nullopt;
  }
}

/// Would the parsed value, written again, be these very bits?
bool varint_in_range(const FieldDescriptor& field, std::uint64_t value) {
  constexpr std::uint64_t kMax32 = std::numeric_limits<std::uint32_t>::max();
  const auto as_signed = static_cast<std::int64_t>(value);
  const bool is_int32 =
      as_signed >= std::numeric_limits<std::int32_t>::min() && as_signed <= std::numeric_limits<std::int32_t>::max();
  switch (field.type()) {
    case FieldDescriptor::TYPE_INT32:
      return is_int32;
    case FieldDescriptor::TYPE_UINT32:
    case FieldDescriptor::TYPE_SINT32:
      return value <= kMax32;
    case FieldDescriptor::TYPE_BOOL:
      return value <= 1;
    case FieldDescriptor::TYPE_ENUM:
      return is_int32 && field.enum_type()->FindValueByNumber(static_cast<int>(as_signed)) != nullptr;
    default:
      return true;
  }
}

/// Takes one scalar; says whether it is the default (zero).
Result<bool> take_scalar(const FieldDescriptor& field, WireType wire, ByteView& rest, const std::string& where) {
  if (wire == kVarint) {
    QILIAN_TRY(const std::uint64_t value, take_varint(rest, where));
    if (!varint_in_range(field, value)) return refused(where, "a value outside the field's type");
    return value == 0;
  }
  const std::size_t size = wire == kFixed32 ? 4 : 8;
  if (rest.size() < size) return malformed(where, "a number is cut short");
  const bool zero = rest.substr(0, size).find_first_not_of('\0') == ByteView::npos;
  rest.remove_prefix(size);
  return zero;
}

Result<void> check_message(const Descriptor& type, ByteView bytes, int depth);

/// A length-delimited value of `field`, its length already taken off.
Result<void> check_contents(const FieldDescriptor& field, ByteView contents, int depth, const std::string& where) {
  if (field.type() == FieldDescriptor::TYPE_MESSAGE) return check_message(*field.message_type(), contents, depth + 1);
  if (field.type() == FieldDescriptor::TYPE_STRING && !valid_utf8(contents))
    return fail("COM-103", where + ": not UTF-8 text");
  if (contents.empty() && !field.is_repeated() && !field.has_presence())
    return refused(where, "an empty value must be left out");
  return {};
}

Result<void> check_packed(const FieldDescriptor& field, WireType wire, ByteView contents, const std::string& where) {
  if (contents.empty()) return refused(where, "an empty list must be left out");
  while (!contents.empty()) {
    QILIAN_TRY([[maybe_unused]] const bool zero, take_scalar(field, wire, contents, where));
  }
  return {};
}

Result<ByteView> take_contents(ByteView& rest, const std::string& where) {
  QILIAN_TRY(const std::uint64_t size, take_varint(rest, where));
  if (size > rest.size()) return malformed(where, "the value is longer than the message");
  const ByteView contents = rest.substr(0, size);
  rest.remove_prefix(size);
  return contents;
}

Result<void> check_field(const FieldDescriptor& field, std::uint32_t wire, ByteView& rest, int depth) {
  const std::string& where = field.full_name();
  if (field.is_map()) return refused(where, "maps have no canonical order");
  const std::optional<WireType> scalar = scalar_wire_type(field.type());
  if (scalar && field.is_repeated() && field.is_packed()) {
    if (wire != kLengthDelimited) return refused(where, "numbers in a list must be packed");
    QILIAN_TRY(const ByteView contents, take_contents(rest, where));
    return check_packed(field, *scalar, contents, where);
  }
  if (scalar) {
    if (wire != *scalar) return refused(where, "wrong wire type");
    QILIAN_TRY(const bool zero, take_scalar(field, *scalar, rest, where));
    if (zero && !field.is_repeated() && !field.has_presence()) return refused(where, "a zero must be left out");
    return {};
  }
  const bool delimited = field.type() == FieldDescriptor::TYPE_STRING || field.type() == FieldDescriptor::TYPE_BYTES ||
                         field.type() == FieldDescriptor::TYPE_MESSAGE;
  if (!delimited) return refused(where, "this type of field is never used");
  if (wire != kLengthDelimited) return refused(where, "wrong wire type");
  QILIAN_TRY(const ByteView contents, take_contents(rest, where));
  return check_contents(field, contents, depth, where);
}

Result<void> check_message(const Descriptor& type, ByteView bytes, int depth) {
  if (depth > kMaxMessageDepth) return malformed(type.full_name(), "messages nest too deeply");
  std::uint64_t last = 0;
  std::set<int> oneofs;
  while (!bytes.empty()) {
    QILIAN_TRY(const std::uint64_t tag, take_varint(bytes, type.full_name()));
    const std::uint64_t number = tag >> 3;
    const FieldDescriptor* field = number <= static_cast<std::uint64_t>(FieldDescriptor::kMaxNumber)
                                       ? type.FindFieldByNumber(static_cast<int>(number))
                                       : nullptr;
    if (field == nullptr) return fail("COM-102", type.full_name() + ": unknown field " + std::to_string(number));
    const bool may_follow_itself = field->is_repeated() && !field->is_packed();
    if (number < last || (number == last && !may_follow_itself)) {
      return refused(field->full_name(), "repeated, or out of order");
    }
    if (const auto* oneof = field->real_containing_oneof(); oneof != nullptr && !oneofs.insert(oneof->index()).second) {
      return refused(field->full_name(), "another member of the same choice is set");
    }
    last = number;
    QILIAN_TRY_VOID(check_field(*field, static_cast<std::uint32_t>(tag & 7), bytes, depth));
  }
  return {};
}

}  // namespace

bool valid_utf8(ByteView text) {
  const auto continues = [&](std::size_t i, unsigned char low = 0x80, unsigned char high = 0xBF) {
    if (i >= text.size()) return false;
    const auto byte = static_cast<unsigned char>(text[i]);
    return byte >= low && byte <= high;
  };
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    if (lead < 0x80) {
      i += 1;
    } else if (lead >= 0xC2 && lead <= 0xDF) {
      if (!continues(i + 1)) return false;
      i += 2;
    } else if (lead >= 0xE0 && lead <= 0xEF) {
      if (!continues(i + 1, lead == 0xE0 ? 0xA0 : 0x80, lead == 0xED ? 0x9F : 0xBF) || !continues(i + 2)) return false;
      i += 3;
    } else if (lead >= 0xF0 && lead <= 0xF4) {
      if (!continues(i + 1, lead == 0xF0 ? 0x90 : 0x80, lead == 0xF4 ? 0x8F : 0xBF) || !continues(i + 2) ||
          !continues(i + 3)) {
        return false;
      }
      i += 4;
    } else {
      return false;
    }
  }
  return true;
}

Result<void> check_canonical(const Descriptor& type, ByteView bytes) { return check_message(type, bytes, 1); }

Result<void> decode_canonical(ByteView bytes, google::protobuf::Message& message) {
  QILIAN_TRY_VOID(check_canonical(*message.GetDescriptor(), bytes));
  if (bytes.size() > static_cast<std::size_t>(std::numeric_limits<int>::max()) ||
      !message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return malformed(message.GetDescriptor()->full_name(), "cannot be parsed");
  }
  return {};
}

Bytes encode(const google::protobuf::Message& message) {
  Bytes out;
  {
    google::protobuf::io::StringOutputStream stream(&out);
    google::protobuf::io::CodedOutputStream coded(&stream);
    coded.SetSerializationDeterministic(true);
    QILIAN_CHECK(message.SerializeToCodedStream(&coded));
  }
  return out;
}

}  // namespace qilian::ledger
