#include "ledger/core/merkle_map.h"

#include <algorithm>

#include "ledger/core/hash.h"

namespace qilian::ledger {
namespace {

constexpr ByteView kLeafTag = "JMT::LeafNode";
constexpr ByteView kNodeTag = "JMT::IntrnalNode";
constexpr ByteView kEmptyRoot = "SPARSE_MERKLE_PLACEHOLDER_HASH__";
constexpr std::size_t kKeyBits = 256;

using Write = std::pair<Digest, Digest>;

/// Bit `index` of a key hash, most significant first.
bool bit(const Digest& key, std::size_t index) {
  return (static_cast<unsigned char>(key.bytes[index / 8]) >> (7 - index % 8) & 1) != 0;
}

Digest empty_root() { return *Digest::from(kEmptyRoot); }

Digest leaf_hash(const Digest& key, const Digest& value) { return sha256({kLeafTag, key.view(), value.view()}); }

Digest node_hash(const Digest& left, const Digest& right) { return sha256({kNodeTag, left.view(), right.view()}); }

bool shares_prefix(const Digest& a, const Digest& b, std::size_t bits) {
  for (std::size_t i = 0; i < bits; ++i) {
    if (bit(a, i) != bit(b, i)) return false;
  }
  return true;
}

}  // namespace

/// A leaf (no children; key and value set) or an inner node (at least two leaves below; a child may be empty).
struct MerkleMap::Node {
  Digest hash;
  Digest key;
  Digest value;
  bool leaf = false;
  std::shared_ptr<const Node> left;
  std::shared_ptr<const Node> right;

  using Pointer = std::shared_ptr<const Node>;

  static Digest hash_of(const Pointer& node) { return node ? node->hash : empty_root(); }

  static Pointer make_leaf(const Digest& key, const Digest& value) {
    auto node = std::make_shared<Node>();
    node->hash = leaf_hash(key, value);
    node->key = key;
    node->value = value;
    node->leaf = true;
    return node;
  }

  static Pointer make_inner(Pointer left, Pointer right) {
    auto node = std::make_shared<Node>();
    node->hash = node_hash(hash_of(left), hash_of(right));
    node->left = std::move(left);
    node->right = std::move(right);
    return node;
  }

  /// The subtree at `depth` with `writes` (ascending, distinct) applied.
  static Pointer update(const Pointer& node, std::size_t depth, std::span<const Write> writes) {
    if (writes.empty()) return node;
    if (!node || node->leaf) {
      const bool replaces = node && writes.size() == 1 && writes[0].first == node->key;
      if ((!node || replaces) && writes.size() == 1) return make_leaf(writes[0].first, writes[0].second);
      if (node) {
        // The leaf that stood alone here goes down together with its new neighbours, unless one of them overwrites it.
        const auto at = std::lower_bound(writes.begin(), writes.end(), node->key,
                                         [](const Write& write, const Digest& key) { return write.first < key; });
        if (at == writes.end() || at->first != node->key) {
          std::vector<Write> merged(writes.begin(), at);
          merged.emplace_back(node->key, node->value);
          merged.insert(merged.end(), at, writes.end());
          return update(nullptr, depth, merged);
        }
        return update(nullptr, depth, writes);
      }
    }
    QILIAN_CHECK(depth < kKeyBits);
    const auto middle = std::partition_point(writes.begin(), writes.end(),
                                             [&](const Write& write) { return !bit(write.first, depth); });
    const auto lefts = static_cast<std::size_t>(middle - writes.begin());
    static const Pointer kNone;
    return make_inner(update(node ? node->left : kNone, depth + 1, writes.first(lefts)),
                      update(node ? node->right : kNone, depth + 1, writes.subspan(lefts)));
  }
};

std::optional<Digest> map_root_from_proof(const Digest& key_hash, const std::optional<Digest>& value_hash,
                                          const MapProof& proof) {
  const std::size_t depth = proof.siblings.size();
  if (depth > kKeyBits) return std::nullopt;
  Digest root = empty_root();
  if (value_hash) {
    if (proof.leaf != MapProof::Leaf{key_hash, *value_hash}) return std::nullopt;
    root = leaf_hash(key_hash, *value_hash);
  } else if (proof.leaf) {
    // Another leaf proves absence only where it stands on the key's own path.
    if (proof.leaf->key_hash == key_hash || !shares_prefix(proof.leaf->key_hash, key_hash, depth)) return std::nullopt;
    root = leaf_hash(proof.leaf->key_hash, proof.leaf->value_hash);
  }
  for (std::size_t i = 0; i < depth; ++i) {
    const Digest& sibling = proof.siblings[i];
    root = bit(key_hash, depth - 1 - i) ? node_hash(sibling, root) : node_hash(root, sibling);
  }
  return root;
}

MerkleMap::MerkleMap() = default;

MerkleMap::MerkleMap(std::shared_ptr<const Node> root) : root_(std::move(root)) {}

Digest MerkleMap::root() const { return Node::hash_of(root_); }

std::optional<Digest> MerkleMap::get(const Digest& key_hash) const {
  const Node* node = root_.get();
  for (std::size_t depth = 0; node != nullptr && !node->leaf; ++depth) {
    node = bit(key_hash, depth) ? node->right.get() : node->left.get();
  }
  if (node == nullptr || node->key != key_hash) return std::nullopt;
  return node->value;
}

MapProof MerkleMap::prove(const Digest& key_hash) const {
  MapProof proof;
  const Node* node = root_.get();
  for (std::size_t depth = 0; node != nullptr && !node->leaf; ++depth) {
    const bool right = bit(key_hash, depth);
    proof.siblings.push_back(Node::hash_of(right ? node->left : node->right));
    node = right ? node->right.get() : node->left.get();
  }
  std::reverse(proof.siblings.begin(), proof.siblings.end());
  if (node != nullptr) proof.leaf = MapProof::Leaf{node->key, node->value};
  return proof;
}

MerkleMap MerkleMap::update(std::vector<std::pair<Digest, Digest>> key_and_value_hashes) const {
  std::sort(key_and_value_hashes.begin(), key_and_value_hashes.end());
  for (std::size_t i = 1; i < key_and_value_hashes.size(); ++i) {
    QILIAN_CHECK(key_and_value_hashes[i - 1].first != key_and_value_hashes[i].first);
  }
  return MerkleMap(Node::update(root_, 0, key_and_value_hashes));
}

}  // namespace qilian::ledger
