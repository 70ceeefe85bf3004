// Receipts and the leaves of a block's transaction list.
#pragma once

#include "ledger/core/types.h"

namespace qilian::ledger {

/// Hash of a receipt's kept bytes (ledger.proto, Receipt).
Digest receipt_hash(ByteView receipt);

/// Leaf of transactions_root: a fixed layout of 3*32 bytes.
struct TransactionLeaf {
  static constexpr std::size_t kSize = 96;
  TransactionId id;
  EnvelopeDigest envelope;
  Digest receipt;
  bool operator==(const TransactionLeaf&) const = default;
  Bytes encode() const;
  static Result<TransactionLeaf> decode(ByteView bytes);
};

}  // namespace qilian::ledger
