#include "ledger/store/frame.h"

#include <cryptopp/crc.h>

namespace qilian::ledger::store {
namespace {

constexpr ByteView kSegmentMagic = "QLSEGv1\n";

std::uint32_t header_checksum(ByteView fields, std::uint64_t salt, std::uint64_t offset) {
  return crc32c(FixedWriter{}.u64(salt).u64(offset).raw(fields).take());
}

}  // namespace

std::uint32_t crc32c(ByteView bytes) {
  CryptoPP::CRC32C crc;
  crc.Update(reinterpret_cast<const CryptoPP::byte*>(bytes.data()), bytes.size());
  CryptoPP::byte digest[CryptoPP::CRC32C::DIGESTSIZE];
  crc.Final(digest);
  // Crypto++ writes the register's bytes from the lowest up.
  std::uint32_t value = 0;
  for (int i = 3; i >= 0; --i) value = value << 8 | digest[i];
  return value;
}

Bytes SegmentHeader::encode() const {
  Bytes out = FixedWriter{}.raw(kSegmentMagic).u32(number).u64(salt).raw(genesis.view()).u64(first_block).take();
  const std::uint32_t crc = crc32c(out);
  return out + FixedWriter{}.u32(crc).take();
}

std::optional<SegmentHeader> SegmentHeader::decode(ByteView bytes) {
  FixedReader reader(bytes);
  SegmentHeader out;
  const ByteView magic = reader.raw(kSegmentMagic.size());
  out.number = reader.u32();
  out.salt = reader.u64();
  const auto genesis = GenesisHash::from(reader.raw(GenesisHash::kSize));
  out.first_block = reader.u64();
  const std::uint32_t crc = reader.u32();
  if (!reader.finished() || magic != kSegmentMagic || !genesis) return std::nullopt;
  if (crc != crc32c(bytes.substr(0, kSize - 4))) return std::nullopt;
  out.genesis = *genesis;
  return out;
}

Bytes FrameHeader::encode(std::uint64_t salt, std::uint64_t offset) const {
  Bytes out = FixedWriter{}
                  .raw(kMagic)
                  .u8(static_cast<std::uint8_t>(type))
                  .raw(ByteView("\0\0\0", 3))
                  .u32(length)
                  .u64(height.value())
                  .u64(synced)
                  .u32(payload_crc)
                  .take();
  const std::uint32_t crc = header_checksum(out, salt, offset);
  return out + FixedWriter{}.u32(crc).take();
}

std::optional<FrameHeader> FrameHeader::decode(ByteView bytes, std::uint64_t salt, std::uint64_t offset) {
  FixedReader reader(bytes);
  FrameHeader out;
  const ByteView magic = reader.raw(kMagic.size());
  const std::uint8_t type = reader.u8();
  const ByteView zeros = reader.raw(3);
  out.length = reader.u32();
  out.height = Height(reader.u64());
  out.synced = reader.u64();
  out.payload_crc = reader.u32();
  const std::uint32_t crc = reader.u32();
  if (!reader.finished() || magic != kMagic || zeros != ByteView("\0\0\0", 3)) return std::nullopt;
  if (type < 1 || type > 3 || out.length > kMaxFrameBytes) return std::nullopt;
  if (crc != header_checksum(bytes.substr(0, kSize - 4), salt, offset)) return std::nullopt;
  out.type = static_cast<FrameType>(type);
  return out;
}

}  // namespace qilian::ledger::store
