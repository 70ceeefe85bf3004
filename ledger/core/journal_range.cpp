// Range proofs of journals: the recursive RFC 6962 root, in which every subtree outside the range is one hash.
#include <bit>
#include <functional>

#include "ledger/core/certificate.pb.h"
#include "ledger/core/fact_builder.h"
#include "ledger/core/merkle_list.h"

namespace qilian::ledger {
namespace {

struct Range {
  std::uint64_t first = 0;
  std::uint64_t end = 0;

  bool misses(std::uint64_t from, std::uint64_t to) const { return to <= first || from >= end; }
};

/// The largest power of two smaller than n. REQUIRES: n >= 2.
std::uint64_t split(std::uint64_t n) { return std::bit_floor(n - 1); }

using Subtree = std::function<Result<Digest>(std::uint64_t begin, std::uint64_t end)>;

Result<void> collect(std::uint64_t begin, std::uint64_t end, const Subtree& subtree, const Range& range,
                     pb::JournalRange& out) {
  if (range.misses(begin, end)) {
    QILIAN_TRY(const Digest root, subtree(begin, end));
    out.add_subtrees(root.str());
    return {};
  }
  if (end - begin == 1) return {};
  const std::uint64_t middle = begin + split(end - begin);
  QILIAN_TRY_VOID(collect(begin, middle, subtree, range, out));
  return collect(middle, end, subtree, range, out);
}

/// Walks the same recursion and consumes what `collect` produced.
class Rebuild {
 public:
  Rebuild(const pb::JournalRange& proof, Range range) : proof_(proof), range_(range) {}

  std::optional<Digest> root(std::uint64_t from, std::uint64_t to) {
    if (range_.misses(from, to)) {
      if (next_ >= proof_.subtrees_size()) return std::nullopt;
      return Digest::from(proof_.subtrees(next_++));
    }
    if (to - from == 1) return list_leaf_hash(proof_.entries(static_cast<int>(from - range_.first)).leaf());
    const std::uint64_t k = split(to - from);
    const auto left = root(from, from + k);
    if (!left) return std::nullopt;
    const auto right = root(from + k, to);
    if (!right) return std::nullopt;
    return list_node_hash(*left, *right);
  }

  bool consumed() const { return next_ == proof_.subtrees_size(); }

 private:
  const pb::JournalRange& proof_;
  Range range_;
  int next_ = 0;
};

}  // namespace

void journal_range_proof(std::span<const Digest> leaves, std::uint64_t first, std::uint64_t entries,
                         pb::JournalRange& out) {
  QILIAN_CHECK(entries >= 1 && first <= leaves.size() && entries <= leaves.size() - first);
  out.set_count(leaves.size());
  out.set_first(first);
  const Subtree subtree = [&](std::uint64_t begin, std::uint64_t end) {
    return list_root(leaves.subspan(begin, end - begin));
  };
  QILIAN_CHECK(collect(0, leaves.size(), subtree, {first, first + entries}, out).has_value());
}

Result<void> journal_range_proof(const JournalSource& journal, std::uint64_t first, std::uint64_t entries,
                                 pb::JournalRange& out) {
  const std::uint64_t count = journal.count();
  QILIAN_CHECK(entries >= 1 && first <= count && entries <= count - first);
  out.set_count(count);
  out.set_first(first);
  const Subtree subtree = [&](std::uint64_t begin, std::uint64_t end) { return journal.subtree(begin, end); };
  return collect(0, count, subtree, {first, first + entries}, out);
}

std::optional<Digest> journal_root_from_range(const pb::JournalRange& range) {
  const auto entries = static_cast<std::uint64_t>(range.entries_size());
  if (entries == 0 || range.first() >= range.count() || entries > range.count() - range.first()) return std::nullopt;
  Rebuild rebuild(range, {range.first(), range.first() + entries});
  const auto root = rebuild.root(0, range.count());
  return rebuild.consumed() ? root : std::nullopt;
}

}  // namespace qilian::ledger
