// The append-only list of header hashes with its inner nodes in memory: roots and audit paths in O(log^2 n) instead of
// O(n). RFC 6962 rules (ledger/core/merkle_list.h); 64 bytes a block. Not thread-safe; the store guards it.
#pragma once

#include <vector>

#include "ledger/core/merkle_list.h"

namespace qilian::ledger::store {

class HistoryTree {
 public:
  void append(const HeaderHash& header);
  std::uint64_t size() const { return headers_.size(); }
  const HeaderHash& header(std::uint64_t index) const { return headers_[index]; }
  /// Over the first `size` hashes. REQUIRES: size <= size().
  Digest root(std::uint64_t size) const;
  /// Audit path for `index` among the first `size` hashes. REQUIRES: index < size <= size().
  std::vector<Digest> path(std::uint64_t index, std::uint64_t size) const;

 private:
  Digest subtree(std::uint64_t begin, std::uint64_t end) const;
  std::vector<HeaderHash> headers_;
  /// levels_[k][i]: the full subtree over the leaves [i * 2^k, (i + 1) * 2^k).
  std::vector<std::vector<Digest>> levels_;
};

}  // namespace qilian::ledger::store
