// What verifiers and ledgers of others got wrong, one test each: this one must not.
#include <doctest/doctest.h>

#include "ledger/core/canonical.h"
#include "ledger/core/ledger.pb.h"
#include "ledger/core/merkle_list.h"
#include "ledger/store/segments.h"
#include "node/offline/audit.h"
#include "unit/store/forged_ledger.h"

using namespace qilian::ledger;
using namespace qilian::testing;
using qilian::ledger::store::FrameType;

namespace {

constexpr Height kTouched{5};

std::string finding(const GoodLedger& good, const Folder& forged) {
  const auto report = qilian::node::audit(forged.path(), good.network.genesis());
  REQUIRE(report);
  REQUIRE(report->finding);
  return report->finding->text();
}

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("known mistake: a Merkle parent that is commutative, so that the order is unbound") {
  const Digest a = list_leaf_hash("a");
  const Digest b = list_leaf_hash("b");
  CHECK(list_node_hash(a, b) != list_node_hash(b, a));
  const GoodLedger good;
  const Folder forged;
  forge(good, forged, [](FrameType type, Height height, Bytes& payload) {
    if (type != FrameType::kBlock || height != kTouched) return;
    // The header stays: only the order changes under its root.
    Block block = *Block::decode(payload);
    std::swap(block.envelopes[0], block.envelopes[1]);
    std::swap(block.receipts[0], block.receipts[1]);
    payload = block.encode();
  });
  CHECK(has(finding(good, forged), "block 5"));
}

TEST_CASE("known mistake: an auditor that checks chain and proofs, and not the values") {
  const GoodLedger good;
  const Folder forged;
  // A quorum signed a receipt that the rules do not give; every hash and signature of the block is right.
  forge_block(
      good, forged, kTouched,
      [](Block& block, Header&) {
        pb::Receipt receipt;
        REQUIRE(receipt.ParseFromString(block.receipts[2]));
        receipt.set_code("OK");
        block.receipts[2] = encode(receipt);
      },
      true);
  CHECK(has(finding(good, forged), "block 5, transaction 2: the replay gives another receipt"));
}

TEST_CASE("known mistake: a verifier that checks the signature on the recorded root and never the rebuilt one") {
  const GoodLedger good;
  const Folder forged;
  forge_block(good, forged, kTouched, [](Block&, Header& header) { header.state_root = header.history_root; }, true);
  CHECK(has(finding(good, forged), "block 5: the state root differs"));
}

TEST_CASE("known mistake: a list whose last leaf may be repeated without changing the root (CVE-2012-2459)") {
  const Digest a = list_leaf_hash("a");
  const Digest b = list_leaf_hash("b");
  const Digest c = list_leaf_hash("c");
  CHECK(list_root(std::vector{a, b, c}) != list_root(std::vector{a, b, c, c}));
  const GoodLedger good;
  const Folder forged;
  forge(good, forged, [](FrameType type, Height height, Bytes& payload) {
    if (type != FrameType::kBlock || height != kTouched) return;
    Block block = *Block::decode(payload);
    block.envelopes.push_back(block.envelopes.back());
    block.receipts.push_back(block.receipts.back());
    Header header = *Header::decode(block.header);
    ++header.transaction_count;
    block.header = header.encode();
    payload = block.encode();
  });
  CHECK(has(finding(good, forged), "block 5, transaction 3: it was executed before"));
}

TEST_CASE("known mistake: a light client that follows parent hashes without signatures") {
  const GoodLedger good;
  const Folder forged;
  // The chain of headers is whole and every block follows; nobody signed it.
  forge(good, forged, [](FrameType type, Height, Bytes& payload) {
    if (type == FrameType::kCertificate) payload.clear();
  });
  const auto report = qilian::node::audit(forged.path(), good.network.genesis());
  REQUIRE(report);
  CHECK(report->last.height == Height(8));
  CHECK(report->certified == Height(0));
}

TEST_CASE("known mistake: a certificate in which one signer counts twice") {
  const GoodLedger good;
  const Folder forged;
  forge(good, forged, [](FrameType type, Height height, Bytes& payload) {
    if (type != FrameType::kCertificate || height != kTouched) return;
    BlockCertificate certificate = *BlockCertificate::decode(payload);
    certificate.signers[0] = 7;
    certificate.signatures = {certificate.signatures[0], certificate.signatures[0], certificate.signatures[1]};
    payload = certificate.encode();
  });
  CHECK(has(finding(good, forged), "certificate."));
}

TEST_CASE("known mistake: a block without transactions that is accepted before any signature is checked") {
  const GoodLedger good;
  const Folder forged;
  // The empty block that would truly follow, under a certificate that nobody signed.
  Header empty;
  {
    const Folder copy;
    forge(good, copy, [](FrameType, Height, Bytes&) {});
    const auto executor = *qilian::node::Executor::open(options_in(copy.path()), good.network.genesis());
    empty = executor->execute(good.network.batch(Height(9), 9'000, {}))->header;
  }
  Bytes block_bytes = Block{.header = empty.encode(), .envelopes = {}, .receipts = {}}.encode();
  BlockCertificate unsigned_one = good.network.certify(empty);
  for (Signature& signature : unsigned_one.signatures) signature.bytes[0] = static_cast<char>(signature.bytes[0] ^ 1);
  forge(good, forged, [](FrameType, Height, Bytes&) {});
  {
    auto segments =
        *store::Segments::open(options_in(forged.path()), good.network.genesis().hash, std::nullopt,
                               [](FrameType, Height, store::Position, ByteView) -> Result<void> { return {}; });
    REQUIRE(segments->append(FrameType::kBlock, Height(9), block_bytes));
    SUBCASE("a certificate with wrong signatures") {
      REQUIRE(segments->append(FrameType::kCertificate, Height(9), unsigned_one.encode()));
      REQUIRE(segments->sync());
      CHECK(has(finding(good, forged), "block 9: certificate."));
    }
    SUBCASE("no certificate") {
      REQUIRE(segments->sync());
      const auto report = qilian::node::audit(forged.path(), good.network.genesis());
      REQUIRE(report);
      CHECK(report->last.height == Height(9));
      CHECK(report->certified == Height(8));
    }
  }
}
