#include "ledger/core/block_certificate.h"

#include <algorithm>

#include "ledger/core/hash.h"

namespace qilian::ledger {
namespace {

/// The number that consensus gives to CHECKPOINT messages.
constexpr std::uint8_t kCheckpointType = 4;

}  // namespace

Bytes checkpoint_payload(const GenesisHash& genesis, Epoch epoch, Height height, const HeaderHash& header) {
  return FixedWriter()
      .raw(domain_prefix(Domain::kConsensusSignature))
      .raw(genesis.view())
      .u64(epoch.value())
      .u8(kCheckpointType)
      .u64(height.value())
      .raw(header.view())
      .take();
}

Bytes BlockCertificate::encode() const {
  FixedWriter writer;
  writer.raw(header)
      .u16(static_cast<std::uint16_t>(signers.size()))
      .raw(signers)
      .u16(static_cast<std::uint16_t>(signatures.size()));
  for (const Signature& signature : signatures) writer.raw(signature.view());
  return writer.take();
}

Result<BlockCertificate> BlockCertificate::decode(ByteView bytes) {
  constexpr const char* kCode = "certificate.malformed";
  FixedReader reader(bytes);
  BlockCertificate out;
  out.header = reader.raw(Header::kSize);
  out.signers = reader.raw(reader.u16());
  const std::size_t count = reader.u16();
  if (!reader.ok() || out.signers.size() > (kMaxValidators + 7) / 8 || count > kMaxValidators) {
    return fail(kCode, "cut short, or a set of more than 100 signers");
  }
  for (std::size_t i = 0; i < count; ++i) {
    const auto signature = Signature::from(reader.raw(Signature::kSize));
    if (!signature) return fail(kCode, "a signature is cut short");
    out.signatures.push_back(*signature);
  }
  if (!reader.finished()) return fail(kCode, "bytes follow the last signature");
  return out;
}

std::vector<ReplicaId> signers_of(const BlockCertificate& certificate) {
  std::vector<ReplicaId> out;
  for (std::size_t i = 0; i < certificate.signers.size() * 8; ++i) {
    if ((static_cast<unsigned char>(certificate.signers[i / 8]) >> (i % 8) & 1) != 0)
      out.emplace_back(static_cast<std::uint32_t>(i));
  }
  return out;
}

Bytes signer_bitmap(const std::vector<ReplicaId>& signers, std::size_t n) {
  Bytes out((n + 7) / 8, '\0');
  for (const ReplicaId signer : signers) {
    QILIAN_CHECK(signer.value() < n);
    out[signer.value() / 8] = static_cast<char>(out[signer.value() / 8] | 1 << (signer.value() % 8));
  }
  return out;
}

BlockCertificate trim_to_quorum(const BlockCertificate& certificate, std::size_t n) {
  std::vector<ReplicaId> signers = signers_of(certificate);
  QILIAN_CHECK(signers.size() == certificate.signatures.size());
  BlockCertificate out = certificate;
  const std::size_t kept = std::min(signers.size(), quorum(n));
  signers.erase(signers.begin() + static_cast<std::ptrdiff_t>(kept), signers.end());
  out.signatures.resize(kept);
  out.signers = signer_bitmap(signers, n);
  return out;
}

Result<Header> verify_block_certificate(const BlockCertificate& certificate, const GenesisHash& genesis,
                                        const ValidatorSet& set) {
  QILIAN_TRY(Header header, Header::decode(certificate.header));
  if (header.genesis != genesis)
    return fail("certificate.chain", "the header belongs to chain " + header.genesis.hex());
  if (header.epoch != set.epoch) {
    return fail("certificate.epoch", "the header is of epoch " + std::to_string(header.epoch.value()) +
                                         ", the set of epoch " + std::to_string(set.epoch.value()));
  }
  if (header.validators_hash != set.hash())
    return fail("certificate.validators", "the header names another validator set");
  if (set.size() == 0 || certificate.signers.size() != (set.size() + 7) / 8) {
    return fail("certificate.bitmap", "the bitmap does not have one bit for each validator");
  }
  const std::vector<ReplicaId> signers = signers_of(certificate);
  if (!signers.empty() && signers.back().value() >= set.size()) {
    return fail("certificate.bitmap", "the bitmap names a signer beyond the set");
  }
  if (signers.size() != certificate.signatures.size()) {
    return fail("certificate.signatures", "the bitmap names another number of signers than there are signatures");
  }
  if (signers.size() < quorum(set.size())) {
    return fail("certificate.quorum", std::to_string(signers.size()) + " signers where " +
                                          std::to_string(quorum(set.size())) + " are needed");
  }
  const Bytes payload = checkpoint_payload(genesis, header.epoch, header.height,
                                           HeaderHash::of(hash(Domain::kHeader, {certificate.header})));
  for (std::size_t i = 0; i < signers.size(); ++i) {
    const Validator& validator = set.validators[signers[i].value()];
    if (!verify_signature(validator.consensus_key, payload, certificate.signatures[i])) {
      return fail("certificate.signature", "the signature of replica " + std::to_string(signers[i].value()) + " (" +
                                               validator.organisation + ") does not match");
    }
  }
  return header;
}

}  // namespace qilian::ledger
