// The audit against ledgers whose checksums are right and whose contents are not.
#include "node/offline/audit.h"

#include <doctest/doctest.h>

#include "ledger/core/canonical.h"
#include "ledger/core/ledger.pb.h"
#include "node/offline/ledger_diff.h"
#include "unit/store/forged_ledger.h"

using namespace qilian::ledger;
using namespace qilian::testing;
using qilian::ledger::store::FrameType;

namespace {

constexpr std::uint64_t kBlocks = 8;
constexpr Height kTouched{5};

struct Good : GoodLedger {
  Good() : GoodLedger(kBlocks) {}
};

void refused(const Good& good, const Folder& forged, std::string_view part) {
  const auto report = qilian::node::audit(forged.path(), good.network.genesis());
  REQUIRE(report);
  REQUIRE(report->finding);
  const std::string text = report->finding->text();
  CHECK_MESSAGE(text.find(part) != std::string::npos, text);
  CHECK_MESSAGE(text.find("seg-00000000.qls, offset ") != std::string::npos, text);
}

}  // namespace

TEST_CASE("a good ledger passes the audit, which counts what it walked") {
  const Good good;
  const auto report = qilian::node::audit(good.folder.path(), good.network.genesis());
  if (!report) FAIL(report.error().message);
  REQUIRE_FALSE(report->finding);
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
  const std::string block = "block 5";
  SUBCASE("a receipt says OK where the rules said no") {
    forge_block(good, forged, kTouched, [](Block& b, Header&) {
      pb::Receipt receipt;
      REQUIRE(receipt.ParseFromString(b.receipts[2]));
      receipt.set_code("OK");
      b.receipts[2] = encode(receipt);
    });
    refused(good, forged, block + ", transaction 2: the replay gives another receipt");
  }
  SUBCASE("two transactions swapped") {
    forge_block(good, forged, kTouched, [](Block& b, Header&) {
      std::swap(b.envelopes[0], b.envelopes[2]);
      std::swap(b.receipts[0], b.receipts[2]);
    });
    refused(good, forged, block + ": ");
  }
  SUBCASE("a transaction cut out") {
    forge_block(good, forged, kTouched, [](Block& b, Header&) {
      b.envelopes.erase(b.envelopes.begin());
      b.receipts.erase(b.receipts.begin());
    });
    refused(good, forged, block + ": the state root differs");
  }
  SUBCASE("a transaction executed twice") {
    forge_block(good, forged, kTouched, [](Block& b, Header&) {
      b.envelopes.push_back(b.envelopes[0]);
      b.receipts.push_back(b.receipts[0]);
    });
    refused(good, forged, block + ", transaction 3: it was executed before");
  }
  SUBCASE("a signature that is none") {
    forge_block(good, forged, kTouched, [](Block& b, Header&) {
      pb::Envelope envelope;
      REQUIRE(envelope.ParseFromString(b.envelopes[1]));
      (*envelope.mutable_signatures(0))[3] ^= 1;
      b.envelopes[1] = encode(envelope);
    });
    refused(good, forged, block + ", transaction 1: COM-201: the signature");
  }
  SUBCASE("a state root that nothing leads to") {
    forge_block(good, forged, kTouched, [](Block&, Header& h) { h.state_root = h.history_root; });
    refused(good, forged, block + ": the state root differs");
  }
  SUBCASE("another epoch") {
    forge_block(good, forged, kTouched, [](Block&, Header& h) { h.epoch = Epoch(1); });
    refused(good, forged, block + ": the header differs");
  }
  SUBCASE("an old parent") {
    forge_block(good, forged, kTouched, [](Block&, Header& h) { h.parent = HeaderHash::of(h.state_root); });
    refused(good, forged, block + ": ");
  }
  SUBCASE("a block left out") {
    forge(good, forged, [](FrameType, Height height, Bytes& payload) {
      if (height == kTouched) payload.clear();
    });
    refused(good, forged, "block 6: ");
  }
}

TEST_CASE("the audit refuses certificates that prove nothing") {
  const Good good;
  const Folder forged;
  auto forge_certificate = [&](const std::function<void(BlockCertificate&)>& change) {
    forge(good, forged, [&](FrameType type, Height height, Bytes& payload) {
      if (type != FrameType::kCertificate || height != kTouched) return;
      BlockCertificate certificate = *BlockCertificate::decode(payload);
      change(certificate);
      payload = certificate.encode();
    });
    return qilian::node::audit(forged.path(), good.network.genesis());
  };
  const auto refuses = [](const Result<qilian::node::AuditReport>& report, std::string_view part) {
    REQUIRE(report);
    REQUIRE(report->finding);
    CHECK(report->finding->height == kTouched);
    CHECK_MESSAGE(report->finding->what.find(part) != std::string::npos, report->finding->what);
  };
  SUBCASE("below the quorum") {
    refuses(forge_certificate([](BlockCertificate& c) {
              c.signers[0] = 3;
              c.signatures.resize(2);
            }),
            "certificate.");
  }
  SUBCASE("one signer four times") {
    refuses(forge_certificate([](BlockCertificate& c) { c.signatures.assign(4, c.signatures[0]); }), "certificate.");
  }
  SUBCASE("of a block that is not this one") {
    refuses(forge_certificate([&](BlockCertificate& c) {
              Header other = *Header::decode(c.header);
              other.state_root = other.history_root;
              c = good.network.certify(other);
            }),
            "the certificate is of another header");
  }
  SUBCASE("of an epoch that has no validators") {
    refuses(forge_certificate([&](BlockCertificate& c) {
              Header other = *Header::decode(c.header);
              other.epoch = Epoch(1);
              c = good.network.certify(other);
            }),
            "certificate.epoch");
  }
}

TEST_CASE("the audit judges only what a quorum covers as certified") {
  const Good good;
  const Folder forged;
  forge(good, forged, [](FrameType type, Height height, Bytes& payload) {
    if (type == FrameType::kCertificate && height > Height(6)) payload.clear();
  });
  const auto report = qilian::node::audit(forged.path(), good.network.genesis());
  REQUIRE(report);
  CHECK_FALSE(report->finding);
  CHECK(report->certified == Height(6));
  CHECK(report->last.height == Height(kBlocks));
}

TEST_CASE("a pinned head must stand in the ledger: an older copy is not the whole of it") {
  const Good good;
  const auto whole = qilian::node::audit(good.folder.path(), good.network.genesis());
  REQUIRE(whole);
  qilian::node::AuditOptions options;
  options.head = PinnedHead{whole->last.height, whole->last.hash()};
  CHECK_FALSE(qilian::node::audit(good.folder.path(), good.network.genesis(), options)->finding);

  const Folder older;
  forge(good, older, [](FrameType, Height height, Bytes& payload) {
    if (height > Height(6)) payload.clear();
  });
  CHECK_FALSE(qilian::node::audit(older.path(), good.network.genesis())->finding);
  const auto report = qilian::node::audit(older.path(), good.network.genesis(), options);
  REQUIRE(report->finding);
  CHECK(report->finding->code == "audit.head");
  options.head->height = Height(5);
  CHECK(qilian::node::audit(older.path(), good.network.genesis(), options)->finding->what ==
        "it is not the pinned block");
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
    forge_block(good, other, kTouched, [](Block& b, Header&) { b.receipts[1].push_back('x'); });
    const auto report = qilian::node::diff(good.folder.path(), other.path(), good.network.genesis());
    REQUIRE(report);
    REQUIRE(report->first);
    CHECK(report->first->height == kTouched);
    CHECK(report->first->transaction == 1);
    CHECK(report->first->what == "the receipts differ");
    REQUIRE(report->first->key);
    CHECK(report->first->key->id == "asset-0");
    CHECK(report->first->left_follows);
    CHECK_FALSE(report->first->right_follows);
  }
  SUBCASE("another order, each with the header that it gives") {
    // Two nodes that executed different batches at one height: what a fork looks like.
    const auto executor = *qilian::node::Executor::open(options_in(other.path()), good.network.genesis());
    for (std::uint64_t h = 1; h <= kBlocks; ++h) {
      auto batch = scripted_batch(good.network, Height(h));
      if (Height(h) == kTouched)
        batch.transactions[0] = good.network.transaction("put.asset-5", "something else", 10'000);
      REQUIRE(executor->execute(batch));
    }
    REQUIRE(executor->sync());
    const auto report = qilian::node::diff(good.folder.path(), other.path(), good.network.genesis());
    REQUIRE(report);
    REQUIRE(report->first);
    CHECK(report->first->height == kTouched);
    CHECK(report->first->transaction == 0);
    CHECK(report->first->key == Key{kKind, "asset-5"});
    CHECK(report->first->left_follows);
    CHECK(report->first->right_follows);
  }
  SUBCASE("a header alone") {
    forge_block(good, other, kTouched, [](Block&, Header& h) { h.time = TimeMs(1); });
    const auto report = qilian::node::diff(good.folder.path(), other.path(), good.network.genesis());
    REQUIRE(report);
    REQUIRE(report->first);
    CHECK_FALSE(report->first->transaction);
    CHECK(report->first->what == "the time differs");
  }
}
