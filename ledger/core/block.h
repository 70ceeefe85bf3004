// The block frame: what a ledger file keeps of one block, byte-identical on every node.
#pragma once

#include <span>
#include <vector>

#include "ledger/core/header.h"
#include "ledger/core/receipt.h"

namespace qilian::ledger {

/// A header with its envelopes and receipts, each as the bytes that were hashed.
struct Block {
  Bytes header;                  ///< Header::kSize bytes
  std::vector<Bytes> envelopes;  ///< in execution order
  std::vector<Bytes> receipts;   ///< one for each envelope
  bool operator==(const Block&) const = default;

  /// Header ‖ u32 n ‖ n times (u32 length ‖ envelope ‖ u32 length ‖ receipt).
  Bytes encode() const;
  /// Exactly one frame. Error "block.malformed": sizes, trailing bytes, a count that is not the header's. Roots are not
  /// checked here.
  static Result<Block> decode(ByteView bytes);
};

/// The leaf of one transaction, from kept bytes. Errors of Transaction::decode.
Result<TransactionLeaf> transaction_leaf(ByteView envelope, ByteView receipt);

/// RFC 6962 root over leaves in block order.
Digest transactions_root(std::span<const TransactionLeaf> leaves);

/// The root recomputed from a block's kept bytes: compare it with the header's. Errors of Transaction::decode,
/// "block.malformed".
Result<Digest> transactions_root(const Block& block);

/// What the history list (history_root) holds for one header.
Digest history_leaf_hash(const HeaderHash& header);

}  // namespace qilian::ledger
