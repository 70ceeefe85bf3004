#include "ledger/core/bytes.h"

namespace qilian::ledger {
namespace {

constexpr char kHexDigits[] = "0123456789abcdef";

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

void append_big_endian(Bytes& out, std::uint64_t value, int size) {
  for (int shift = 8 * (size - 1); shift >= 0; shift -= 8) out.push_back(static_cast<char>((value >> shift) & 0xFF));
}

std::uint64_t big_endian(ByteView bytes) {
  std::uint64_t value = 0;
  for (char c : bytes) value = value << 8 | static_cast<unsigned char>(c);
  return value;
}

}  // namespace

std::string to_hex(ByteView bytes) {
  std::string out;
  out.reserve(bytes.size() * 2);
  for (char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    out.push_back(kHexDigits[byte >> 4]);
    out.push_back(kHexDigits[byte & 0xF]);
  }
  return out;
}

Result<Bytes> from_hex(std::string_view text) {
  if (text.size() % 2 != 0) return fail("encoding.hex", "hexadecimal text needs an even number of digits");
  Bytes out;
  out.reserve(text.size() / 2);
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const int high = hex_value(text[i]);
    const int low = hex_value(text[i + 1]);
    if (high < 0 || low < 0) return fail("encoding.hex", "not a hexadecimal digit near position " + std::to_string(i));
    out.push_back(static_cast<char>(high << 4 | low));
  }
  return out;
}

FixedWriter& FixedWriter::u8(std::uint8_t value) {
  append_big_endian(out_, value, 1);
  return *this;
}

FixedWriter& FixedWriter::u16(std::uint16_t value) {
  append_big_endian(out_, value, 2);
  return *this;
}

FixedWriter& FixedWriter::u32(std::uint32_t value) {
  append_big_endian(out_, value, 4);
  return *this;
}

FixedWriter& FixedWriter::u64(std::uint64_t value) {
  append_big_endian(out_, value, 8);
  return *this;
}

FixedWriter& FixedWriter::i64(std::int64_t value) { return u64(static_cast<std::uint64_t>(value)); }

FixedWriter& FixedWriter::raw(ByteView bytes) {
  out_.append(bytes);
  return *this;
}

std::uint8_t FixedReader::u8() { return static_cast<std::uint8_t>(big_endian(raw(1))); }
std::uint16_t FixedReader::u16() { return static_cast<std::uint16_t>(big_endian(raw(2))); }
std::uint32_t FixedReader::u32() { return static_cast<std::uint32_t>(big_endian(raw(4))); }
std::uint64_t FixedReader::u64() { return big_endian(raw(8)); }
std::int64_t FixedReader::i64() { return static_cast<std::int64_t>(u64()); }

ByteView FixedReader::raw(std::size_t size) {
  if (!ok_ || size > rest_.size()) {
    ok_ = false;
    return {};
  }
  const ByteView taken = rest_.substr(0, size);
  rest_.remove_prefix(size);
  return taken;
}

}  // namespace qilian::ledger
