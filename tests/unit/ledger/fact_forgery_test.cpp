// A prover who holds the real ledger and lies: every proof is genuine, and the claim or what is shown of the entries is
// not.
#include <doctest/doctest.h>

#include "ledger/core/canonical.h"
#include "ledger/core/certificate.pb.h"
#include "ledger/core/hash.h"
#include "tests/unit/ledger/mutants.h"

namespace qilian::ledger {
namespace {

using test::forge;
using test::kAsset;
using test::kIndex;
using test::kPayload;
using test::make_story;
using test::TestChain;

}  // namespace

TEST_CASE(
    "whatever genuine entries are shown under whatever claim, only the honest certificate of a true claim is "
    "accepted") {
  const TestChain chain = make_story(false, 1);
  int forged = 0;
  int accepted = 0;
  const auto attempt = [&](const StateQuestion& question) {
    const auto honest = chain.state_fact(question);
    test::for_each_forgery(chain, question, [&](const pb::StateFact& fact) {
      const Bytes certificate = chain.certificate_of(fact);
      ++forged;
      if (!verify_fact(certificate, chain.genesis())) return;
      ++accepted;
      CAPTURE(fact.ShortDebugString());
      REQUIRE(honest);
      REQUIRE(certificate == *honest);
    });
  };
  constexpr std::uint64_t kHeights[] = {0, 2, 3, 4, 5, 8, 9, 12, 14};
  for (const Key& key : {kAsset, kIndex}) {
    attempt({Claim::kCurrent, key, {}, {}});
    attempt({Claim::kHistory, key, {}, {}});
    for (const std::uint64_t from : kHeights) {
      attempt({Claim::kAtHeight, key, Height(from), {}});
      attempt({Claim::kAbsentAtHeight, key, Height(from), {}});
      for (const std::uint64_t to : kHeights) {
        if (to >= from) attempt({Claim::kRange, key, Height(from), Height(to)});
      }
    }
  }
  CHECK(forged > 5'000);
  CHECK(accepted > 100);
}

TEST_CASE("an inclusion proof that brings its map leaf along is refused: it would be a second spelling") {
  const TestChain chain = make_story(false, 1);
  pb::StateFact fact = forge(chain, {Claim::kHistory, kIndex, {}, {}}, 0, 4, kPayload, kPayload);
  CHECK(verify_fact(chain.certificate_of(fact), chain.genesis()));
  fact.mutable_map()->set_leaf_key_hash(map_key(kIndex).str());
  fact.mutable_map()->set_leaf_value_hash(Bytes(32, 'v'));
  CHECK(verify_fact(chain.certificate_of(fact), chain.genesis()).error().code == "fact.map");
}

TEST_CASE("a journal out of order or ahead of its header is refused even when a quorum signed it") {
  const TestChain chain = make_story(false, 1);
  const Key key{11, "gsd:alone"};
  const auto verdict = [&](const std::vector<JournalLeaf>& leaves) {
    pb::StateFact fact;
    fact.set_claim(pb::StateFact::HISTORY);
    fact.set_kind(key.kind);
    fact.set_id(key.id);
    std::vector<Digest> hashes;
    for (const JournalLeaf& leaf : leaves) hashes.push_back(list_leaf_hash(leaf.encode()));
    journal_range_proof(hashes, 0, hashes.size(), *fact.mutable_journal());
    for (const JournalLeaf& leaf : leaves) {
      pb::JournalEntry& entry = *fact.mutable_journal()->add_entries();
      entry.set_leaf(leaf.encode());
      entry.set_payload("p");
    }
    fact.mutable_map();
    Header header = chain.header(chain.head());
    const MapValue value{key.kind, leaves.size(), list_root(hashes), {}};
    header.state_root = MerkleMap().update({{map_key(key), value.hash()}}).root();
    FactParts parts;
    parts.genesis = chain.genesis().hash;
    parts.state = &fact;
    parts.certificate = chain.certify(header, Epoch(0));
    parts.n = 1;
    const auto result = verify_fact(assemble_fact(parts), chain.genesis());
    return result ? "ok" : result.error().code;
  };
  const auto leaf = [](std::uint64_t height, std::uint32_t transaction, std::uint32_t event) {
    return JournalLeaf{Height(height), TimeMs(1), transaction, event, 9, hash(Domain::kEventPayload, {"p"}), {}};
  };
  CHECK(verdict({leaf(3, 0, 0), leaf(3, 0, 1), leaf(3, 1, 0), leaf(14, 0, 0)}) == "ok");
  CHECK(verdict({leaf(3, 0, 0), leaf(3, 0, 0)}) == "fact.journal");
  CHECK(verdict({leaf(3, 0, 1), leaf(3, 0, 0)}) == "fact.journal");
  CHECK(verdict({leaf(3, 1, 0), leaf(3, 0, 1)}) == "fact.journal");
  CHECK(verdict({leaf(4, 0, 0), leaf(3, 1, 1)}) == "fact.journal");
  CHECK(verdict({leaf(15, 0, 0)}) == "fact.journal");
}

}  // namespace qilian::ledger
