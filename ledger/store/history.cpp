#include "ledger/store/history.h"

#include <bit>

namespace qilian::ledger::store {
namespace {

/// RFC 6962: the largest power of two smaller than n. REQUIRES: n >= 2.
std::uint64_t split_of(std::uint64_t n) { return std::bit_floor(n - 1); }

}  // namespace

void HistoryTree::append(const HeaderHash& header) {
  headers_.push_back(header);
  Digest node = list_leaf_hash(header.view());
  std::uint64_t index = headers_.size() - 1;
  for (std::size_t level = 0;; ++level, index /= 2) {
    if (levels_.size() == level) levels_.emplace_back();
    levels_[level].push_back(node);
    if (index % 2 == 0) return;
    node = list_node_hash(levels_[level][index - 1], node);
  }
}

Digest HistoryTree::subtree(std::uint64_t begin, std::uint64_t end) const {
  const std::uint64_t count = end - begin;
  if (std::has_single_bit(count)) return levels_[static_cast<std::size_t>(std::countr_zero(count))][begin / count];
  const std::uint64_t split = split_of(count);
  return list_node_hash(subtree(begin, begin + split), subtree(begin + split, end));
}

Digest HistoryTree::root(std::uint64_t size) const {
  QILIAN_CHECK(size <= headers_.size());
  return size == 0 ? list_empty_root() : subtree(0, size);
}

std::vector<Digest> HistoryTree::path(std::uint64_t index, std::uint64_t size) const {
  QILIAN_CHECK(index < size && size <= headers_.size());
  std::vector<Digest> from_the_top;
  std::uint64_t begin = 0;
  std::uint64_t end = size;
  while (end - begin > 1) {
    const std::uint64_t middle = begin + split_of(end - begin);
    if (index < middle) {
      from_the_top.push_back(subtree(middle, end));
      end = middle;
    } else {
      from_the_top.push_back(subtree(begin, middle));
      begin = middle;
    }
  }
  return {from_the_top.rbegin(), from_the_top.rend()};
}

}  // namespace qilian::ledger::store
