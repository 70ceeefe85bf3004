#include "ledger/core/hash.h"

#include <cryptopp/sha.h>

namespace qilian::ledger {
namespace {

void feed(CryptoPP::SHA256& hasher, ByteView part) {
  hasher.Update(reinterpret_cast<const unsigned char*>(part.data()), part.size());
}

Digest finish(CryptoPP::SHA256& hasher) {
  Digest out;
  hasher.Final(reinterpret_cast<unsigned char*>(out.bytes.data()));
  return out;
}

}  // namespace

ByteView domain_text(Domain domain) {
  switch (domain) {
    case Domain::kGenesis:
      return "qilian/genesis/v1";
    case Domain::kTransactionId:
      return "qilian/transaction-id/v1";
    case Domain::kEnvelope:
      return "qilian/envelope/v1";
    case Domain::kTransactionSignature:
      return "qilian/transaction-signature/v1";
    case Domain::kReceipt:
      return "qilian/receipt/v1";
    case Domain::kHeader:
      return "qilian/header/v1";
    case Domain::kValidators:
      return "qilian/validators/v1";
    case Domain::kMapKey:
      return "qilian/map-key/v1";
    case Domain::kMapValue:
      return "qilian/map-value/v1";
    case Domain::kEventPayload:
      return "qilian/event-payload/v1";
    case Domain::kRecord:
      return "qilian/record/v1";
    case Domain::kRules:
      return "qilian/rules/v1";
    case Domain::kProposal:
      return "qilian/proposal/v1";
    case Domain::kConsensusSignature:
      return "qilian/consensus-signature/v1";
    case Domain::kKeyPossession:
      return "qilian/key-possession/v1";
  }
  QILIAN_CHECK(false && "every domain has a text");
  return {};
}

Bytes domain_prefix(Domain domain) {
  const ByteView text = domain_text(domain);
  return FixedWriter().u8(static_cast<std::uint8_t>(text.size())).raw(text).take();
}

Digest sha256(std::initializer_list<ByteView> parts) {
  CryptoPP::SHA256 hasher;
  for (ByteView part : parts) feed(hasher, part);
  return finish(hasher);
}

Digest hash(Domain domain, std::initializer_list<ByteView> parts) {
  CryptoPP::SHA256 hasher;
  const ByteView text = domain_text(domain);
  const char length = static_cast<char>(text.size());
  feed(hasher, {&length, 1});
  feed(hasher, text);
  for (ByteView part : parts) feed(hasher, part);
  return finish(hasher);
}

}  // namespace qilian::ledger
