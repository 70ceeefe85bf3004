// Byte strings, as Protobuf and LevelDB have them: std::string owns, std::string_view looks. No conversions at borders.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "ledger/core/result.h"

namespace qilian::ledger {

using Bytes = std::string;
using ByteView = std::string_view;

/// Lower-case hexadecimal, two characters a byte.
std::string to_hex(ByteView bytes);

/// The reverse; upper case is accepted. Error "encoding.hex" on an odd length or another character.
Result<Bytes> from_hex(std::string_view text);

/// Big-endian writer of the fixed layouts (headers, leaves, sets). Appends only.
class FixedWriter {
 public:
  FixedWriter& u8(std::uint8_t value);
  FixedWriter& u16(std::uint16_t value);
  FixedWriter& u32(std::uint32_t value);
  FixedWriter& u64(std::uint64_t value);
  /// Two's complement.
  FixedWriter& i64(std::int64_t value);
  FixedWriter& raw(ByteView bytes);
  Bytes take() { return std::move(out_); }

 private:
  Bytes out_;
};

/// Big-endian reader of the fixed layouts. Total: past the end it returns zeros and `ok()` turns false for good.
class FixedReader {
 public:
  explicit FixedReader(ByteView bytes) : rest_(bytes) {}
  std::uint8_t u8();
  std::uint16_t u16();
  std::uint32_t u32();
  std::uint64_t u64();
  std::int64_t i64();
  /// The next `size` bytes; an empty view where fewer are left.
  ByteView raw(std::size_t size);
  bool ok() const { return ok_; }
  /// True when everything was read and nothing was missing: what a decoder of a fixed layout must end with.
  bool finished() const { return ok_ && rest_.empty(); }

 private:
  ByteView rest_;
  bool ok_ = true;
};

}  // namespace qilian::ledger
