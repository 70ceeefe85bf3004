// The layouts inside a segment file. Everything big-endian; the checksum is CRC-32C (Castagnoli).
//
//   segment = SegmentHeader (64 bytes), frames
//   frame   = FrameHeader (36 bytes), payload
//
// Two things tell a torn tail from damage. The header's checksum is its own, so a frame is recognised without its
// payload, and it is salted per segment, so no payload can pretend to be one. And each header says how many bytes of
// the segment were durable when it was written: what lies below that was once synced and cannot be a torn tail.
#pragma once

#include <optional>

#include "ledger/core/types.h"

namespace qilian::ledger::store {

std::uint32_t crc32c(ByteView bytes);

/// Largest payload; a block frame stays far below it.
inline constexpr std::uint32_t kMaxFrameBytes = 64u << 20;

struct SegmentHeader {
  static constexpr std::size_t kSize = 64;
  std::uint32_t number = 0;  ///< from 0, without a gap
  std::uint64_t salt = 0;    ///< random; goes into the checksum of each frame header
  GenesisHash genesis;
  std::uint64_t first_block = 0;  ///< height of the first block frame in here

  /// "QLSEGv1\n", u32 number, u64 salt, genesis hash, u64 first_block, u32 checksum of what stands before it.
  Bytes encode() const;
  /// Nothing when magic or checksum are wrong.
  static std::optional<SegmentHeader> decode(ByteView bytes);
};

enum class FrameType : std::uint8_t {
  kBlock = 1,        ///< header, envelopes, receipts: byte-identical on all nodes
  kCertificate = 2,  ///< a BlockCertificate; nothing hashes it, nodes may hold different ones
  kValidators = 3,   ///< the ValidatorSet that follows the boundary block of this height
};

struct FrameHeader {
  static constexpr std::size_t kSize = 36;
  static constexpr ByteView kMagic = "QLFR";
  FrameType type = FrameType::kBlock;
  std::uint32_t length = 0;  ///< of the payload
  Height height;
  std::uint64_t synced = 0;  ///< bytes of this segment known to be durable when the frame was written
  std::uint32_t payload_crc = 0;

  /// "QLFR", u8 type, 3 zero bytes, u32 length, u64 height, u64 synced, u32 payload checksum,
  /// u32 checksum of u64 salt ‖ u64 offset of the frame ‖ what stands before it.
  Bytes encode(std::uint64_t salt, std::uint64_t offset) const;
  /// Nothing when magic, type, length or checksum are wrong.
  static std::optional<FrameHeader> decode(ByteView bytes, std::uint64_t salt, std::uint64_t offset);
};

}  // namespace qilian::ledger::store
