#include "ledger/core/transaction.h"

#include <algorithm>

#include "ledger/core/canonical.h"
#include "ledger/core/hash.h"
#include "ledger/core/ledger.pb.h"

namespace qilian::ledger {
namespace {

constexpr std::size_t kMinNonceBytes = 8;
constexpr std::size_t kMaxNonceBytes = 32;
constexpr std::size_t kMaxCallBytes = 64;

/// What holds of every body, whoever made it. Signers are ascending already.
Result<void> check_body(const BodyFields& fields) {
  const auto malformed = [](std::string message) { return fail("COM-101", std::move(message)); };
  if (fields.signers.empty() || fields.signers.size() > kMaxSigners)
    return malformed("signers: 1 to 16 keys are needed");
  for (std::size_t i = 1; i < fields.signers.size(); ++i) {
    if (!(fields.signers[i - 1] < fields.signers[i])) return malformed("signers: keys must be ascending and distinct");
  }
  if (!std::binary_search(fields.signers.begin(), fields.signers.end(), fields.lead)) {
    return malformed("lead: must be one of the signers");
  }
  if (fields.expires.value() <= 0) return malformed("expires_ms: a time after 1970 is needed");
  if (fields.nonce.size() < kMinNonceBytes || fields.nonce.size() > kMaxNonceBytes) {
    return malformed("nonce: 8 to 32 bytes are needed");
  }
  if (fields.call.empty() || fields.call.size() > kMaxCallBytes) return malformed("call: 1 to 64 bytes are needed");
  return {};
}

Bytes signed_bytes(ByteView body, const GenesisHash& genesis) {
  Bytes out = domain_prefix(Domain::kTransactionSignature);
  out.append(genesis.view()).append(body);
  return out;
}

EnvelopeDigest digest_of(ByteView body, const std::vector<Signature>& signatures) {
  Bytes joined(body);
  for (const Signature& signature : signatures) joined.append(signature.view());
  return EnvelopeDigest::of(hash(Domain::kEnvelope, {joined}));
}

}  // namespace

Result<Transaction> Transaction::decode(ByteView envelope) {
  if (envelope.size() > kMaxEnvelopeBytes) return fail("COM-101", "envelope: at most 262144 bytes");
  pb::Envelope message;
  QILIAN_TRY_VOID(decode_canonical(envelope, message));
  pb::Body body;
  QILIAN_TRY_VOID(decode_canonical(message.body(), body));

  BodyFields fields;
  for (const std::string& signer : body.signers()) {
    const auto key = PublicKey::from(signer);
    if (!key) return fail("COM-101", "signers: a key has 32 bytes");
    fields.signers.push_back(*key);
  }
  const auto lead = PublicKey::from(body.lead());
  if (!lead) return fail("COM-101", "lead: a key has 32 bytes");
  fields.lead = *lead;
  fields.expires = TimeMs(body.expires_ms());
  fields.nonce = body.nonce();
  fields.call = body.call();
  QILIAN_TRY_VOID(check_body(fields));

  Transaction out;
  for (const std::string& bytes : message.signatures()) {
    const auto signature = Signature::from(bytes);
    if (!signature) return fail("COM-101", "signatures: a signature has 64 bytes");
    out.signatures_.push_back(*signature);
  }
  if (out.signatures_.size() != fields.signers.size()) {
    return fail("COM-101", "signatures: exactly one for each listed signer is needed");
  }
  out.envelope_ = envelope;
  out.body_ = message.body();
  out.id_ = TransactionId::of(hash(Domain::kTransactionId, {out.body_}));
  out.envelope_digest_ = digest_of(out.body_, out.signatures_);
  out.signers_ = std::move(fields.signers);
  out.lead_ = fields.lead;
  out.expires_ = fields.expires;
  out.call_ = std::move(fields.call);
  out.arguments_ = body.arguments();
  return out;
}

Result<void> verify_signatures(const Transaction& transaction, const GenesisHash& genesis) {
  const Bytes message = signed_bytes(transaction.body(), genesis);
  for (std::size_t i = 0; i < transaction.signers().size(); ++i) {
    const PublicKey& key = transaction.signers()[i];
    if (!verify_signature(key, message, transaction.signatures()[i])) {
      return fail("COM-201", "the signature of key " + key.hex() +
                                 " does not match; was it made for another chain than " + genesis.hex() + "?");
    }
  }
  return {};
}

Result<Bytes> encode_body(const BodyFields& fields) {
  BodyFields sorted = fields;
  std::sort(sorted.signers.begin(), sorted.signers.end());
  QILIAN_TRY_VOID(check_body(sorted));
  pb::Body body;
  for (const PublicKey& signer : sorted.signers) body.add_signers(signer.view().data(), PublicKey::kSize);
  body.set_lead(sorted.lead.view().data(), PublicKey::kSize);
  body.set_expires_ms(sorted.expires.value());
  body.set_nonce(sorted.nonce);
  body.set_call(sorted.call);
  body.set_arguments(sorted.arguments);
  const Bytes bytes = encode(body);
  QILIAN_TRY_VOID(check_canonical(*pb::Body::descriptor(), bytes));
  return bytes;
}

Signature sign_body(ByteView body, const GenesisHash& genesis, const SecretKey& key) {
  return key.sign(signed_bytes(body, genesis));
}

Bytes assemble_envelope(ByteView body, const std::vector<Signature>& signatures) {
  pb::Envelope envelope;
  envelope.set_body(body.data(), body.size());
  for (const Signature& signature : signatures) envelope.add_signatures(signature.view().data(), Signature::kSize);
  return encode(envelope);
}

}  // namespace qilian::ledger
