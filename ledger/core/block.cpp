#include "ledger/core/block.h"

#include "ledger/core/merkle_list.h"
#include "ledger/core/transaction.h"

namespace qilian::ledger {

Bytes Block::encode() const {
  QILIAN_CHECK(header.size() == Header::kSize && envelopes.size() == receipts.size());
  FixedWriter writer;
  writer.raw(header).u32(static_cast<std::uint32_t>(envelopes.size()));
  for (std::size_t i = 0; i < envelopes.size(); ++i) {
    writer.u32(static_cast<std::uint32_t>(envelopes[i].size())).raw(envelopes[i]);
    writer.u32(static_cast<std::uint32_t>(receipts[i].size())).raw(receipts[i]);
  }
  return writer.take();
}

Result<Block> Block::decode(ByteView bytes) {
  constexpr const char* kCode = "block.malformed";
  FixedReader reader(bytes);
  Block out;
  out.header = reader.raw(Header::kSize);
  const std::uint32_t n = reader.u32();
  if (!reader.ok()) return fail(kCode, "the frame is shorter than a header");
  QILIAN_TRY(const Header header, Header::decode(out.header));
  if (header.transaction_count != n)
    return fail(kCode, "the header counts another number of transactions than the frame");
  for (std::uint32_t i = 0; i < n; ++i) {
    out.envelopes.emplace_back(reader.raw(reader.u32()));
    out.receipts.emplace_back(reader.raw(reader.u32()));
    if (!reader.ok()) return fail(kCode, "transaction " + std::to_string(i) + " is cut short");
  }
  if (!reader.finished()) return fail(kCode, "bytes follow the last receipt");
  return out;
}

Result<TransactionLeaf> transaction_leaf(ByteView envelope, ByteView receipt) {
  QILIAN_TRY(const Transaction transaction, Transaction::decode(envelope));
  return TransactionLeaf{transaction.id(), transaction.envelope_digest(), receipt_hash(receipt)};
}

Digest transactions_root(std::span<const TransactionLeaf> leaves) {
  Frontier frontier;
  for (const TransactionLeaf& leaf : leaves) frontier.append(list_leaf_hash(leaf.encode()));
  return frontier.root();
}

Result<Digest> transactions_root(const Block& block) {
  if (block.envelopes.size() != block.receipts.size())
    return fail("block.malformed", "not one receipt for each envelope");
  std::vector<TransactionLeaf> leaves;
  for (std::size_t i = 0; i < block.envelopes.size(); ++i) {
    QILIAN_TRY(TransactionLeaf leaf, transaction_leaf(block.envelopes[i], block.receipts[i]));
    leaves.push_back(leaf);
  }
  return transactions_root(leaves);
}

Digest history_leaf_hash(const HeaderHash& header) { return list_leaf_hash(header.view()); }

}  // namespace qilian::ledger
