#include "ledger/core/merkle_list.h"

#include <bit>

#include "ledger/core/hash.h"

namespace qilian::ledger {
namespace {

constexpr ByteView kLeafPrefix{"\x00", 1};
constexpr ByteView kNodePrefix{"\x01", 1};

/// The largest power of two smaller than n. REQUIRES: n >= 2.
std::uint64_t split(std::uint64_t n) { return std::bit_floor(n - 1); }

void consistency(std::span<const Digest> leaves, std::uint64_t old_size, bool whole, std::vector<Digest>& out) {
  if (old_size == leaves.size()) {
    if (!whole) out.push_back(list_root(leaves));
    return;
  }
  const std::uint64_t k = split(leaves.size());
  if (old_size <= k) {
    consistency(leaves.first(k), old_size, whole, out);
    out.push_back(list_root(leaves.subspan(k)));
  } else {
    consistency(leaves.subspan(k), old_size - k, false, out);
    out.push_back(list_root(leaves.first(k)));
  }
}

}  // namespace

Digest list_leaf_hash(ByteView data) { return sha256({kLeafPrefix, data}); }

Digest list_node_hash(const Digest& left, const Digest& right) {
  return sha256({kNodePrefix, left.view(), right.view()});
}

Digest list_empty_root() { return sha256({}); }

Digest list_root(std::span<const Digest> leaves) {
  Frontier frontier;
  for (const Digest& leaf : leaves) frontier.append(leaf);
  return frontier.root();
}

std::vector<Digest> list_inclusion_proof(std::span<const Digest> leaves, std::uint64_t index) {
  QILIAN_CHECK(index < leaves.size());
  std::vector<Digest> path;
  while (leaves.size() > 1) {
    const std::uint64_t k = split(leaves.size());
    if (index < k) {
      path.insert(path.begin(), list_root(leaves.subspan(k)));
      leaves = leaves.first(k);
    } else {
      path.insert(path.begin(), list_root(leaves.first(k)));
      leaves = leaves.subspan(k);
      index -= k;
    }
  }
  return path;
}

// RFC 9162 2.1.3.2.
std::optional<Digest> list_root_from_inclusion(const Digest& leaf, std::uint64_t index, std::uint64_t size,
                                               std::span<const Digest> path) {
  if (index >= size) return std::nullopt;
  std::uint64_t fn = index;
  std::uint64_t sn = size - 1;
  Digest root = leaf;
  for (const Digest& node : path) {
    if (sn == 0) return std::nullopt;
    if ((fn & 1) != 0 || fn == sn) {
      root = list_node_hash(node, root);
      while ((fn & 1) == 0 && fn != 0) {
        fn >>= 1;
        sn >>= 1;
      }
    } else {
      root = list_node_hash(root, node);
    }
    fn >>= 1;
    sn >>= 1;
  }
  if (sn != 0) return std::nullopt;
  return root;
}

std::vector<Digest> list_consistency_proof(std::span<const Digest> leaves, std::uint64_t old_size) {
  QILIAN_CHECK(old_size <= leaves.size());
  std::vector<Digest> path;
  if (old_size == 0 || old_size == leaves.size()) return path;
  consistency(leaves, old_size, true, path);
  return path;
}

// RFC 9162 2.1.4.2, and the one size that it leaves to the caller: equal.
bool list_check_consistency(std::uint64_t old_size, const Digest& old_root, std::uint64_t new_size,
                            const Digest& new_root, std::span<const Digest> path) {
  if (old_size == 0 || old_size > new_size) return false;
  if (old_size == new_size) return path.empty() && old_root == new_root;
  if (path.empty()) return false;
  std::uint64_t fn = old_size - 1;
  std::uint64_t sn = new_size - 1;
  while ((fn & 1) != 0) {
    fn >>= 1;
    sn >>= 1;
  }
  // A complete old tree is its own first node of the path.
  const bool complete = std::has_single_bit(old_size);
  Digest fr = complete ? old_root : path.front();
  Digest sr = fr;
  for (const Digest& node : path.subspan(complete ? 0 : 1)) {
    if (sn == 0) return false;
    if ((fn & 1) != 0 || fn == sn) {
      fr = list_node_hash(node, fr);
      sr = list_node_hash(node, sr);
      while ((fn & 1) == 0 && fn != 0) {
        fn >>= 1;
        sn >>= 1;
      }
    } else {
      sr = list_node_hash(sr, node);
    }
    fn >>= 1;
    sn >>= 1;
  }
  return sn == 0 && fr == old_root && sr == new_root;
}

void Frontier::append(const Digest& leaf_hash, const std::function<void(unsigned level, const Digest&)>& full) {
  Digest node = leaf_hash;
  unsigned level = 0;
  if (full) full(level, node);
  // Every trailing one bit of the size is a full subtree that the new leaf completes to the next level.
  for (std::uint64_t rest = size_; (rest & 1) != 0; rest >>= 1) {
    node = list_node_hash(full_.back(), node);
    full_.pop_back();
    if (full) full(++level, node);
  }
  full_.push_back(node);
  ++size_;
}

Digest Frontier::root() const {
  if (full_.empty()) return list_empty_root();
  Digest root = full_.back();
  for (std::size_t i = full_.size() - 1; i-- > 0;) root = list_node_hash(full_[i], root);
  return root;
}

Bytes Frontier::encode() const {
  FixedWriter writer;
  writer.u64(size_);
  for (const Digest& node : full_) writer.raw(node.view());
  return writer.take();
}

Result<Frontier> Frontier::decode(ByteView bytes) {
  FixedReader reader(bytes);
  Frontier out;
  out.size_ = reader.u64();
  for (int i = std::popcount(out.size_); i > 0; --i) {
    out.full_.push_back(Digest::from(reader.raw(Digest::kSize)).value_or(Digest{}));
  }
  if (!reader.finished()) return fail("frontier.malformed", "the number of hashes does not fit the size");
  return out;
}

}  // namespace qilian::ledger
