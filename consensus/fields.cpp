#include "consensus/fields.h"

namespace qilian::consensus {

using ledger::FixedReader;
using ledger::FixedWriter;

namespace {

constexpr std::size_t kMaxBitmap = (ledger::kMaxValidators + 7) / 8;

void write_signers(FixedWriter& writer, ByteView bitmap, const std::vector<Signature>& signatures) {
  writer.u8(static_cast<std::uint8_t>(bitmap.size())).raw(bitmap).u8(static_cast<std::uint8_t>(signatures.size()));
  for (const Signature& signature : signatures) writer.raw(signature.view());
}

bool read_signers(FixedReader& reader, Bytes& bitmap, std::vector<Signature>& signatures) {
  const std::size_t size = reader.u8();
  if (size > kMaxBitmap) return false;
  bitmap = Bytes(reader.raw(size));
  const std::size_t count = reader.u8();
  if (!reader.ok() || count > ledger::kMaxValidators) return false;
  signatures.clear();
  for (std::size_t i = 0; i < count; ++i) {
    Signature signature;
    if (!read_fixed(reader, signature)) return false;
    signatures.push_back(signature);
  }
  return reader.ok();
}

}  // namespace

void write(FixedWriter& writer, const PreparedCertificate& certificate) {
  writer.u64(certificate.view.value()).u64(certificate.sequence.value()).raw(certificate.digest.view());
  writer.raw(certificate.pre_prepare.view());
  write_signers(writer, certificate.preparers, certificate.prepares);
}

bool read(FixedReader& reader, PreparedCertificate& certificate) {
  certificate.view = View(reader.u64());
  certificate.sequence = Sequence(reader.u64());
  return read_fixed(reader, certificate.digest) && read_fixed(reader, certificate.pre_prepare) &&
         read_signers(reader, certificate.preparers, certificate.prepares);
}

void write(FixedWriter& writer, const CheckpointCertificate& certificate) {
  writer.u64(certificate.epoch.value()).u64(certificate.height.value()).raw(certificate.header.view());
  write_signers(writer, certificate.signers, certificate.signatures);
}

bool read(FixedReader& reader, CheckpointCertificate& certificate) {
  certificate.epoch = Epoch(reader.u64());
  certificate.height = Height(reader.u64());
  return read_fixed(reader, certificate.header) && read_signers(reader, certificate.signers, certificate.signatures);
}

void write(FixedWriter& writer, const SignedHeader& header) {
  writer.u8(static_cast<std::uint8_t>(header.type)).u64(header.epoch.value()).u64(header.view.value());
  writer.u64(header.sequence.value()).raw(header.digest.view()).u32(header.sender.value()).raw(header.signature.view());
}

bool read(FixedReader& reader, SignedHeader& header) {
  const std::uint8_t type = reader.u8();
  if (type < 1 || type > 6) return false;
  header.type = static_cast<MessageType>(type);
  header.epoch = Epoch(reader.u64());
  header.view = View(reader.u64());
  header.sequence = Sequence(reader.u64());
  if (!read_fixed(reader, header.digest)) return false;
  header.sender = ReplicaId(reader.u32());
  return read_fixed(reader, header.signature);
}

}  // namespace qilian::consensus
