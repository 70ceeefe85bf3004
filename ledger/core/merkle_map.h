// The map: a binary compressed sparse Merkle tree with the hash rules of the Jellyfish Merkle Tree, over SHA-256.
//
//   leaf = H("JMT::LeafNode" ‖ key hash ‖ value hash), node = H("JMT::IntrnalNode" ‖ left ‖ right),
//   empty = the 32 bytes "SPARSE_MERKLE_PLACEHOLDER_HASH__"; a subtree with one leaf is that leaf.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "ledger/core/types.h"

namespace qilian::ledger {

/// Proof for one key against one root: what stands at the end of the key's path, and the siblings from the bottom up.
struct MapProof {
  /// The leaf at the end of the path: the key's own (inclusion), another one (non-membership), or nothing (empty
  /// subtree).
  struct Leaf {
    Digest key_hash;
    Digest value_hash;
    bool operator==(const Leaf&) const = default;
  };
  std::optional<Leaf> leaf;
  std::vector<Digest> siblings;
  bool operator==(const MapProof&) const = default;
};

/// The root that proves (key -> value) or, with no value, that the key is absent; nothing when the proof's shape proves
/// neither. The caller compares the root with the one that it trusts.
std::optional<Digest> map_root_from_proof(const Digest& key_hash, const std::optional<Digest>& value_hash,
                                          const MapProof& proof);

/// One version of the map: immutable, shares structure with its neighbours, safe to read from many threads. Copying is
/// cheap.
class MerkleMap {
 public:
  MerkleMap();
  Digest root() const;
  std::optional<Digest> get(const Digest& key_hash) const;
  MapProof prove(const Digest& key_hash) const;
  /// The next version. There are no deletions. Keys must be distinct; any order.
  MerkleMap update(std::vector<std::pair<Digest, Digest>> key_and_value_hashes) const;

 private:
  struct Node;
  explicit MerkleMap(std::shared_ptr<const Node> root);
  std::shared_ptr<const Node> root_;
};

}  // namespace qilian::ledger
