#include "ledger/core/receipt.h"

#include "ledger/core/hash.h"

namespace qilian::ledger {

Digest receipt_hash(ByteView receipt) { return hash(Domain::kReceipt, {receipt}); }

Bytes TransactionLeaf::encode() const {
  return FixedWriter().raw(id.view()).raw(envelope.view()).raw(receipt.view()).take();
}

Result<TransactionLeaf> TransactionLeaf::decode(ByteView bytes) {
  if (bytes.size() != kSize) return fail("leaf.size", "a transaction leaf has 96 bytes");
  TransactionLeaf out;
  out.id = *TransactionId::from(bytes.substr(0, 32));
  out.envelope = *EnvelopeDigest::from(bytes.substr(32, 32));
  out.receipt = *Digest::from(bytes.substr(64, 32));
  return out;
}

}  // namespace qilian::ledger
