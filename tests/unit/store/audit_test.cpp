// The audit against ledgers whose checksums are right and whose contents are not.
#include "node/audit.h"

#include <doctest/doctest.h>

#include "ledger/core/canonical.h"
#include "ledger/core/ledger.pb.h"
#include "ledger/store/segments.h"
#include "unit/store/network.h"

using namespace qilian::ledger;
using namespace qilian::testing;
using qilian::ledger::store::FrameType;
using qilian::ledger::store::Position;
using qilian::node::Executor;

namespace {

constexpr std::uint64_t kBlocks = 8;
constexpr std::uint64_t kTouched = 5;

struct Good {
  Good() {
    const auto executor = *Executor::open(options_in(folder.path()), network.genesis());
    while (executor->height().value() < kBlocks) {
      const auto done = executor->execute(scripted_batch(network, executor->height().next()));
      REQUIRE(done);
      REQUIRE(executor->append_certificate(network.certify(done->header)));
    }
    REQUIRE(executor->sync());
  }
  Network network{4};
  Folder folder;
};

/// Writes the ledger again, with fresh checksums, each frame through `change`; a frame that it empties is left out.
void forge(const Good& good, const Folder& to, const std::function<void(FrameType, Height, Bytes&)>& change) {
  auto segments = *store::Segments::open(options_in(to.path()), good.network.genesis().hash, std::nullopt,
                                         [](FrameType, Height, Position, ByteView) -> Result<void> { return {}; });
  const auto scanned =
      store::scan_ledger(good.folder.path(), good.network.genesis().hash,
                         [&](FrameType type, Height height, Position, ByteView payload) -> Result<void> {
                           Bytes changed(payload);
                           change(type, height, changed);
                           if (changed.empty()) return {};
                           QILIAN_TRY([[maybe_unused]] const Position at, segments->append(type, height, changed));
                           return {};
                         });
  REQUIRE(scanned);
  REQUIRE(segments->sync());
}

/// Changes one block; its header gets the transactions root that fits.
void forge_block(const Good& good, const Folder& to, const std::function<void(Block&, Header&)>& change) {
  forge(good, to, [&](FrameType type, Height height, Bytes& payload) {
    if (type != FrameType::kBlock || height != Height(kTouched)) return;
    Block block = *Block::decode(payload);
    Header header = *Header::decode(block.header);
    change(block, header);
    header.transaction_count = static_cast<std::uint32_t>(block.envelopes.size());
    if (const auto root = transactions_root(block)) header.transactions_root = *root;
    block.header = header.encode();
    payload = block.encode();
  });
}

void refused(const Good& good, const Folder& forged, std::string_view part) {
  const auto report = qilian::node::audit(forged.path(), good.network.genesis());
  REQUIRE_FALSE(report);
  CHECK_MESSAGE(report.error().message.find(part) != std::string::npos, report.error().message);
}

}  // namespace

TEST_CASE("a good ledger passes the audit, which counts what it walked") {
  const Good good;
  const auto report = qilian::node::audit(good.folder.path(), good.network.genesis());
  if (!report) FAIL(report.error().message);
  CHECK(report->blocks == kBlocks + 1);
  CHECK(report->certificates == kBlocks);
  CHECK(report->certified == Height(kBlocks));
  CHECK(report->last.height == Height(kBlocks));
  CHECK(report->transactions == 3 * kBlocks + kBlocks / 3);
  CHECK(report->torn_tail_bytes == 0);
}

TEST_CASE("the audit names the first height and transaction that differ, whatever was recomputed around it") {
  const Good good;
  const Folder forged;
  const std::string block = "block " + std::to_string(kTouched);
  SUBCASE("a receipt says OK where the rules said no") {
    forge_block(good, forged, [](Block& b, Header&) {
      pb::Receipt receipt;
      REQUIRE(receipt.ParseFromString(b.receipts[2]));
      receipt.set_code("OK");
      b.receipts[2] = encode(receipt);
    });
    refused(good, forged, block + ", transaction 2: the replay gives another receipt");
  }
  SUBCASE("two transactions swapped") {
    forge_block(good, forged, [](Block& b, Header&) {
      std::swap(b.envelopes[0], b.envelopes[2]);
      std::swap(b.receipts[0], b.receipts[2]);
    });
    refused(good, forged, block + ": ");
  }
  SUBCASE("a transaction cut out") {
    forge_block(good, forged, [](Block& b, Header&) {
      b.envelopes.erase(b.envelopes.begin());
      b.receipts.erase(b.receipts.begin());
    });
    refused(good, forged, block + ": the state root differs");
  }
  SUBCASE("a transaction executed twice") {
    forge_block(good, forged, [](Block& b, Header&) {
      b.envelopes.push_back(b.envelopes[0]);
      b.receipts.push_back(b.receipts[0]);
    });
    refused(good, forged, block + ", transaction 3: it was executed before");
  }
  SUBCASE("a signature that is none") {
    forge_block(good, forged, [](Block& b, Header&) {
      pb::Envelope envelope;
      REQUIRE(envelope.ParseFromString(b.envelopes[1]));
      (*envelope.mutable_signatures(0))[3] ^= 1;
      b.envelopes[1] = encode(envelope);
    });
    refused(good, forged, block + ", transaction 1: the signature");
  }
  SUBCASE("a state root that nothing leads to") {
    forge_block(good, forged, [](Block&, Header& h) { h.state_root = h.history_root; });
    refused(good, forged, block + ": the state root differs");
  }
  SUBCASE("another epoch") {
    forge_block(good, forged, [](Block&, Header& h) { h.epoch = Epoch(1); });
    refused(good, forged, block + ": the header differs");
  }
  SUBCASE("an old parent") {
    forge_block(good, forged, [](Block&, Header& h) { h.parent = HeaderHash::of(h.state_root); });
    refused(good, forged, block + ": ");
  }
  SUBCASE("a block left out") {
    forge(good, forged, [](FrameType, Height height, Bytes& payload) {
      if (height == Height(kTouched)) payload.clear();
    });
    refused(good, forged, "block 6: ");
  }
}

TEST_CASE("the audit refuses certificates that prove nothing") {
  const Good good;
  const Folder forged;
  auto forge_certificate = [&](const std::function<void(BlockCertificate&)>& change) {
    forge(good, forged, [&](FrameType type, Height height, Bytes& payload) {
      if (type != FrameType::kCertificate || height != Height(kTouched)) return;
      BlockCertificate certificate = *BlockCertificate::decode(payload);
      change(certificate);
      payload = certificate.encode();
    });
    return qilian::node::audit(forged.path(), good.network.genesis());
  };
  SUBCASE("below the quorum") {
    const auto report = forge_certificate([](BlockCertificate& c) {
      c.signers[0] = 3;
      c.signatures.resize(2);
    });
    REQUIRE_FALSE(report);
    CHECK(report.error().code.starts_with("certificate."));
    CHECK(report.error().message.find("height 5") != std::string::npos);
  }
  SUBCASE("one signer four times") {
    const auto report = forge_certificate([](BlockCertificate& c) { c.signatures.assign(4, c.signatures[0]); });
    REQUIRE_FALSE(report);
    CHECK(report.error().code.starts_with("certificate."));
  }
  SUBCASE("of a block that is not this one") {
    const auto report = forge_certificate([&](BlockCertificate& c) {
      Header other = *Header::decode(c.header);
      other.state_root = other.history_root;
      c = good.network.certify(other);
    });
    REQUIRE_FALSE(report);
    CHECK(report.error().code == "audit.differs");
  }
}

TEST_CASE("the comparison of two ledgers names the first block and transaction at which they part") {
  const Good good;
  const Folder other;
  SUBCASE("equal, certificates aside") {
    forge(good, other, [](FrameType type, Height, Bytes& payload) {
      if (type == FrameType::kCertificate) payload.clear();
    });
    const auto report = qilian::node::diff(good.folder.path(), other.path(), good.network.genesis());
    REQUIRE(report);
    CHECK_FALSE(report->first);
    CHECK(report->right_blocks == kBlocks + 1);
  }
  SUBCASE("one is longer") {
    forge(good, other, [](FrameType, Height height, Bytes& payload) {
      if (height > Height(3)) payload.clear();
    });
    const auto report = qilian::node::diff(good.folder.path(), other.path(), good.network.genesis());
    REQUIRE(report);
    CHECK_FALSE(report->first);
    CHECK(report->left_blocks == kBlocks + 1);
    CHECK(report->right_blocks == 4);
  }
  SUBCASE("a receipt") {
    forge_block(good, other, [](Block& b, Header&) { b.receipts[1].push_back('x'); });
    const auto report = qilian::node::diff(good.folder.path(), other.path(), good.network.genesis());
    REQUIRE(report);
    REQUIRE(report->first);
    CHECK(report->first->height == Height(kTouched));
    CHECK(report->first->transaction == 1);
  }
  SUBCASE("a header alone") {
    forge_block(good, other, [](Block&, Header& h) { h.time = TimeMs(1); });
    const auto report = qilian::node::diff(good.folder.path(), other.path(), good.network.genesis());
    REQUIRE(report);
    REQUIRE(report->first);
    CHECK_FALSE(report->first->transaction);
    CHECK(report->first->what == "the time differs");
  }
}
