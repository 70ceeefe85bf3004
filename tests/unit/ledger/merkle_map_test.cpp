#include "ledger/core/merkle_map.h"

#include <doctest/doctest.h>

#include <map>
#include <random>

#include "ledger/core/hash.h"
#include "tests/unit/ledger/public_vectors.h"

namespace qilian::ledger {
namespace {

using test::public_vectors;
using test::text;
using Model = std::map<Digest, Digest>;

bool bit(const Digest& key, std::size_t i) {
  return (static_cast<unsigned char>(key.bytes[i / 8]) >> (7 - i % 8) & 1) != 0;
}

/// The definition: empty, one leaf, or two halves.
Digest naive_root(const Model& model, std::size_t depth = 0) {
  if (model.empty()) return *Digest::from("SPARSE_MERKLE_PLACEHOLDER_HASH__");
  if (model.size() == 1) return sha256({"JMT::LeafNode", model.begin()->first.view(), model.begin()->second.view()});
  Model halves[2];
  for (const auto& [key, value] : model) halves[bit(key, depth) ? 1 : 0].emplace(key, value);
  return sha256({"JMT::IntrnalNode", naive_root(halves[0], depth + 1).view(), naive_root(halves[1], depth + 1).view()});
}

/// Keys that share long prefixes now and then, as a tree's worst friends do.
Digest random_key(std::mt19937_64& random) {
  Digest key = sha256({std::to_string(random())});
  if (random() % 3 == 0) {
    const std::size_t shared = random() % 32;
    for (std::size_t i = 0; i < shared; ++i) key.bytes[i] = '\x5a';
  }
  return key;
}

}  // namespace

TEST_CASE("random maps have the naive model's root, values and proofs") {
  const std::uint64_t seed = std::random_device()();
  CAPTURE(seed);
  std::mt19937_64 random(seed);
  for (int run = 0; run < 20; ++run) {
    Model model;
    MerkleMap map;
    for (int block = 0; block < 8; ++block) {
      Model writes;
      for (std::uint64_t i = random() % 12; i > 0; --i) {
        const bool again = !model.empty() && random() % 4 == 0;
        const Digest key = again ? std::next(model.begin(), static_cast<std::ptrdiff_t>(random() % model.size()))->first
                                 : random_key(random);
        writes[key] = sha256({"value", std::to_string(random())});
      }
      const Digest before = map.root();
      const MerkleMap next = map.update({writes.begin(), writes.end()});
      CHECK(map.root() == before);
      for (const auto& [key, value] : writes) model[key] = value;
      REQUIRE(next.root() == naive_root(model));
      map = next;
    }
    for (const auto& [key, value] : model) {
      const MapProof proof = map.prove(key);
      CHECK(map.get(key) == value);
      CHECK(map_root_from_proof(key, value, proof) == map.root());
      CHECK(map_root_from_proof(key, sha256({"another value"}), proof) != map.root());
      CHECK(map_root_from_proof(key, std::nullopt, proof) != map.root());
    }
    for (int i = 0; i < 50; ++i) {
      const Digest key = random_key(random);
      if (model.contains(key)) continue;
      const MapProof proof = map.prove(key);
      CHECK_FALSE(map.get(key));
      CHECK(map_root_from_proof(key, std::nullopt, proof) == map.root());
      CHECK(map_root_from_proof(key, sha256({"v"}), proof) != map.root());
    }
  }
}

TEST_CASE("two keys that differ in the last bit alone live side by side") {
  Digest a = *Digest::from(Bytes(32, '\x11'));
  Digest b = a;
  b.bytes[31] = '\x10';
  const MerkleMap map = MerkleMap().update({{a, sha256({"1"})}, {b, sha256({"2"})}});
  CHECK(map.prove(a).siblings.size() == 256);
  CHECK(map_root_from_proof(a, sha256({"1"}), map.prove(a)) == map.root());
  CHECK(map_root_from_proof(b, sha256({"2"}), map.prove(b)) == map.root());
}

TEST_CASE("a leaf from another path proves no absence") {
  Digest key = *Digest::from(Bytes(32, '\0'));
  Digest stranger = *Digest::from(Bytes(32, '\xFF'));
  MapProof proof;
  proof.leaf = MapProof::Leaf{stranger, sha256({"v"})};
  CHECK(map_root_from_proof(key, std::nullopt, proof));
  proof.siblings.push_back(sha256({"s"}));
  CHECK_FALSE(map_root_from_proof(key, std::nullopt, proof));
  proof.siblings.assign(257, sha256({"s"}));
  CHECK_FALSE(map_root_from_proof(stranger, sha256({"v"}), proof));
}

TEST_CASE("the public vectors of the Jellyfish Merkle Tree") {
  const auto file = public_vectors("jmt-sha256.json");
  if (!file) return;
  int vectors = 0;
  for (const auto& vector : file->at("vectors").as_array()) {
    std::vector<std::pair<Digest, Digest>> writes;
    for (const auto& entry : vector.at("data").as_array()) {
      writes.emplace_back(sha256({from_hex(text(entry, "key")).value()}),
                          sha256({from_hex(text(entry, "value")).value()}));
    }
    CHECK(MerkleMap().update(writes).root().hex() == text(vector, "expected_root"));
    ++vectors;
  }
  CHECK(vectors >= 3);
}

}  // namespace qilian::ledger
