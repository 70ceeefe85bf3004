// The append-only list of RFC 6962 / RFC 9162: roots, inclusion proofs, consistency proofs. Pure functions and one
// small class.
//
//   leaf = SHA-256(0x00 ‖ data), node = SHA-256(0x01 ‖ left ‖ right), empty = SHA-256("")
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "ledger/core/types.h"

namespace qilian::ledger {

Digest list_leaf_hash(ByteView data);
Digest list_node_hash(const Digest& left, const Digest& right);
Digest list_empty_root();

/// Root over leaf hashes.
Digest list_root(std::span<const Digest> leaves);

/// RFC 9162 2.1.3.1: audit path for `index` in a tree of leaves.size() leaves. REQUIRES: index < leaves.size().
std::vector<Digest> list_inclusion_proof(std::span<const Digest> leaves, std::uint64_t index);
/// The root that the path leads to, or nothing when the path has the wrong length for (index, size).
std::optional<Digest> list_root_from_inclusion(const Digest& leaf, std::uint64_t index, std::uint64_t size,
                                               std::span<const Digest> path);

/// RFC 9162 2.1.4.1: from the first `old_size` leaves to all. REQUIRES: old_size <= leaves.size().
std::vector<Digest> list_consistency_proof(std::span<const Digest> leaves, std::uint64_t old_size);
/// False for old_size 0: every list goes on from the empty one, and a proof of that would say nothing.
bool list_check_consistency(std::uint64_t old_size, const Digest& old_root, std::uint64_t new_size,
                            const Digest& new_root, std::span<const Digest> path);

/// The right edge of a growing list: enough to append and to know the root, O(log n) hashes.
class Frontier {
 public:
  /// `full`, where given, is told each subtree that becomes full: its level (0: the leaf) and hash, from the leaf up.
  void append(const Digest& leaf_hash, const std::function<void(unsigned level, const Digest&)>& full = {});
  std::uint64_t size() const { return size_; }
  Digest root() const;
  /// u64 size, then the hashes of the full subtrees from left (largest) to right.
  Bytes encode() const;
  /// Error "frontier.malformed" when the number of hashes is not the size's number of one bits.
  static Result<Frontier> decode(ByteView bytes);
  bool operator==(const Frontier&) const = default;

 private:
  std::uint64_t size_ = 0;
  std::vector<Digest> full_;
};

}  // namespace qilian::ledger
