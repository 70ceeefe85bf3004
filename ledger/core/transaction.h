// A transaction: body, listed signers, envelope. See `ledger/README.md`, "Transactions".
#pragma once

#include <memory>
#include <vector>

#include "ledger/core/signature.h"

namespace qilian::ledger {

inline constexpr std::size_t kMaxEnvelopeBytes = 256 * 1024;
inline constexpr std::size_t kMaxSigners = 16;

/// A decoded, well-formed and canonical envelope; immutable. Says nothing yet about its signatures.
class Transaction {
 public:
  /// Errors: COM-101 malformed (size, shape, signer order, key or signature length, nonce), COM-102 non-canonical or
  /// unknown field.
  static Result<Transaction> decode(ByteView envelope);

  const TransactionId& id() const { return id_; }
  const EnvelopeDigest& envelope_digest() const { return envelope_digest_; }
  /// The bytes as they came: what is stored and sent on.
  const Bytes& envelope() const { return envelope_; }
  ByteView body() const { return body_; }
  const std::vector<PublicKey>& signers() const { return signers_; }
  const PublicKey& lead() const { return lead_; }
  TimeMs expires() const { return expires_; }
  const std::string& call() const { return call_; }
  const Bytes& arguments() const { return arguments_; }
  const std::vector<Signature>& signatures() const { return signatures_; }

 private:
  Transaction() = default;
  Bytes envelope_;
  Bytes body_;
  TransactionId id_;
  EnvelopeDigest envelope_digest_;
  std::vector<PublicKey> signers_;
  PublicKey lead_;
  TimeMs expires_;
  std::string call_;
  Bytes arguments_;
  std::vector<Signature> signatures_;
};

/// Every signature checked against this chain. Error COM-201: says which key, and that the chain may be the wrong one.
Result<void> verify_signatures(const Transaction& transaction, const GenesisHash& genesis);

/// What a transaction is made from, before anybody signs.
struct BodyFields {
  std::vector<PublicKey> signers;  ///< any order; `encode_body` sorts and refuses duplicates
  PublicKey lead;
  TimeMs expires;
  Bytes nonce;
  std::string call;
  Bytes arguments;
};

/// Canonical body bytes. Error COM-101 where `decode` would refuse them.
Result<Bytes> encode_body(const BodyFields& fields);

/// One party's signature over a body, for `assemble_envelope`.
Signature sign_body(ByteView body, const GenesisHash& genesis, const SecretKey& key);

/// Envelope bytes from a body and one signature per listed signer, in the body's signer order.
Bytes assemble_envelope(ByteView body, const std::vector<Signature>& signatures);

}  // namespace qilian::ledger
