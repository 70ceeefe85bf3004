// The certificates in other formats: pinned, and checked for what they claim to be.
#include <doctest/doctest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>

#include "ledger/core/export_cose.h"
#include "ledger/core/export_note.h"
#include "ledger/core/merkle_list.h"
#include "tests/vectors/corpus.h"

namespace qilian::ledger {
namespace {

const std::string kFile = std::string(QILIAN_SOURCE_DIR) + "/tests/vectors/exports.txt";

}  // namespace

TEST_CASE("the published exports are those that this build makes") {
  const test::Corpus corpus;
  std::string made =
      "# The certificates of certificates.txt in other formats: NAME.cose, and the text NAME.note, all in hex.\n";
  for (const auto& [name, bytes] : corpus.goods()) {
    made += name + ".cose = " + to_hex(export_cose(bytes, corpus.genesis()).value()) + "\n";
    if (const auto note = export_note(bytes, corpus.genesis())) made += name + ".note = " + to_hex(*note) + "\n";
  }
  if (std::getenv("QILIAN_WRITE_VECTORS") != nullptr) std::ofstream(kFile, std::ios::binary) << made;
  std::ifstream in(kFile, std::ios::binary);
  const std::string published{std::istreambuf_iterator<char>(in), {}};
  CHECK((published == made));
}

TEST_CASE("every list proof of an export leads to a root that the headers or the map's value hold") {
  const test::Corpus corpus;
  int seen = 0;
  for (const auto& [name, bytes] : corpus.goods()) {
    CAPTURE(name);
    const FactProofs proofs = take_apart(bytes, corpus.genesis()).value();
    const Header header = Header::decode(proofs.header).value();
    const Header certified = Header::decode(proofs.certified).value();
    CHECK(proofs.signatures.size() >= 3);
    for (const auto& [validator, signature] : proofs.signatures) {
      CHECK(verify_signature(validator.consensus_key, proofs.checkpoint, signature));
    }
    for (const ListProof& proof : proofs.lists) {
      CHECK(list_root_from_inclusion(list_leaf_hash(proof.entry), proof.index, proof.size, proof.path) == proof.root);
      switch (proof.list) {
        case ListProof::List::kTransactions:
          CHECK(proof.root == header.transactions_root);
          CHECK(proof.size == header.transaction_count);
          break;
        case ListProof::List::kJournal:
          CHECK(MapValue::decode(*proofs.map->value).value().journal_root == proof.root);
          CHECK(MapValue::decode(*proofs.map->value).value().count == proof.size);
          break;
        case ListProof::List::kHeaders:
          CHECK(proof.root == certified.history_root);
          CHECK(proof.entry == header.hash().view());
          break;
      }
      ++seen;
    }
    if (!proofs.map) continue;
    const Digest key = map_key(proofs.map->key);
    MapProof path = proofs.map->proof;
    std::optional<Digest> value;
    if (proofs.map->value) {
      value = MapValue::decode(*proofs.map->value).value().hash();
      path.leaf = MapProof::Leaf{key, *value};
    }
    CHECK(map_root_from_proof(key, value, path) == header.state_root);
  }
  CHECK(seen > 30);
}

TEST_CASE("what does not verify is not exported, and an absence under the certified header is no note") {
  const test::Corpus corpus;
  for (const auto& [name, bytes] : corpus.goods()) {
    Bytes changed = bytes;
    changed.back() = static_cast<char>(changed.back() ^ 1);
    CHECK_FALSE(export_cose(changed, corpus.genesis()));
    CHECK_FALSE(export_note(changed, corpus.genesis()));
    if (name.ends_with("/absent")) CHECK(export_note(bytes, corpus.genesis()).error().code == "export.note");
  }
}

}  // namespace qilian::ledger
