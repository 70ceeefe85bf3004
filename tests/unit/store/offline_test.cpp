// The tools on files: every byte that is flipped is refused, what was interrupted goes on, an index is rebuilt and
// proved.
#include <doctest/doctest.h>

#include "ledger/store/index.h"
#include "node/offline/audit.h"
#include "node/offline/audit_checkpoint.h"
#include "node/offline/directory.h"
#include "node/offline/ledger_diff.h"
#include "node/offline/reindex.h"
#include "unit/store/forged_ledger.h"

using namespace qilian::ledger;
using namespace qilian::testing;
using qilian::ledger::store::FrameType;
using qilian::node::AuditOptions;
using qilian::node::ReindexReport;
namespace fs = std::filesystem;

namespace {

fs::path segment_of(const fs::path& folder) { return segments_of(folder)[0]; }

std::string flipped(const std::string& whole, std::size_t at) {
  std::string out = whole;
  out[at] = static_cast<char>(out[at] ^ 1 << (at % 8));
  return out;
}

/// Refused: an error, a finding, or an end that is not closed.
bool audit_accepts(const fs::path& folder, const Genesis& genesis) {
  AuditOptions options;
  options.threads = 1;
  const auto report = qilian::node::audit(folder, genesis, options);
  return report && !report->finding && report->torn_tail_bytes == 0 && report->certified == report->last.height;
}

bool diff_accepts(const fs::path& left, const fs::path& right, const Genesis& genesis) {
  const auto report = qilian::node::diff(left, right, genesis);
  return report && !report->first && report->left_blocks == report->right_blocks;
}

}  // namespace

TEST_CASE("a flipped bit in any byte of a ledger file is refused by audit, diff and reindex") {
  const GoodLedger good(2, 1);
  const Genesis& genesis = good.network.genesis();
  REQUIRE(audit_accepts(good.folder.path(), genesis));
  const Folder copy;
  fs::copy(good.folder.path(), copy.path(), fs::copy_options::recursive | fs::copy_options::overwrite_existing);
  REQUIRE(diff_accepts(good.folder.path(), copy.path(), genesis));
  const std::string whole = file_bytes(segment_of(good.folder.path()));
  // The last frame is the certificate of the last block, which diff does not look at.
  const std::size_t last = whole.rfind("QLFR");
  for (std::size_t at = 0; at < whole.size(); ++at) {
    overwrite(segment_of(copy.path()), flipped(whole, at));
    REQUIRE_MESSAGE(!audit_accepts(copy.path(), genesis), "byte ", at);
    if (at < last) REQUIRE_MESSAGE(!diff_accepts(good.folder.path(), copy.path(), genesis), "byte ", at);
    // The index knows how far the file was confirmed, so the last frame is no torn tail either.
    if (at % 61 == 0) {
      const auto rebuilt = qilian::node::reindex(copy.path(), genesis);
      REQUIRE_MESSAGE(!rebuilt, "byte ", at);
      REQUIRE(rebuilt.error().code == "store.corrupt");
    }
  }
  overwrite(segment_of(copy.path()), whole);
  CHECK(audit_accepts(copy.path(), genesis));
  CHECK(qilian::node::reindex(copy.path(), genesis)->old == ReindexReport::Old::kEqual);
  MESSAGE(whole.size(), " bytes");
}

TEST_CASE("a flipped bit in any byte of any payload is refused by the audit even with every checksum made right") {
  const GoodLedger good(2, 1);
  const Folder forged;
  std::size_t tried = 0;
  std::size_t size = 1;
  for (std::size_t at = 0; at < size; ++at) {
    std::size_t seen = 0;
    forge(good, forged, [&](FrameType, Height, Bytes& payload) {
      if (at >= seen && at < seen + payload.size()) {
        payload[at - seen] = static_cast<char>(payload[at - seen] ^ 1 << (at % 8));
        ++tried;
      }
      seen += payload.size();
    });
    size = seen;
    REQUIRE_MESSAGE(!audit_accepts(forged.path(), good.network.genesis()), "payload byte ", at);
  }
  CHECK(tried == size);
  MESSAGE(tried, " bytes");
}

TEST_CASE("frames swapped, cut out or repeated are refused by the audit even with every checksum made right") {
  const GoodLedger good(3, 1);
  const Frames frames = frames_of(good);
  const Folder forged;
  write_frames(good, forged, frames);
  REQUIRE(audit_accepts(forged.path(), good.network.genesis()));
  const auto accepts = [&](const auto& order) {
    write_frames(good, forged, order);
    return audit_accepts(forged.path(), good.network.genesis());
  };
  for (std::size_t i = 0; i < frames.size(); ++i) {
    CAPTURE(i);
    const bool block = frames[i].type == FrameType::kBlock;
    for (std::size_t j = i + 1; j < frames.size(); ++j) {
      // A certificate may come later than the next block: nothing hashes where it stands.
      if (!block && j == i + 1) continue;
      auto order = frames;
      std::swap(order[i], order[j]);
      CHECK_FALSE(accepts(order));
    }
    auto cut = frames;
    cut.erase(cut.begin() + static_cast<std::ptrdiff_t>(i));
    // Without a certificate in the middle the next one covers its block.
    if (block || i + 1 == frames.size()) CHECK_FALSE(accepts(cut));
    auto repeated = frames;
    repeated.insert(repeated.begin() + static_cast<std::ptrdiff_t>(i), frames[i]);
    if (block) CHECK_FALSE(accepts(repeated));
  }
}

TEST_CASE("an audit that is interrupted anywhere is taken up where it stood and says the same") {
  const GoodLedger good;
  const Folder place;
  const auto whole = qilian::node::audit(good.folder.path(), good.network.genesis());
  REQUIRE(whole);
  for (std::uint64_t end = 0; end < 8; ++end) {
    std::atomic<bool> stop = false;
    AuditOptions options;
    options.checkpoint = place.path() / "audit";
    options.stop = &stop;
    options.progress = [&](const qilian::node::AuditProgress& at) { stop = at.height.value() >= end; };
    const auto interrupted = qilian::node::audit(good.folder.path(), good.network.genesis(), options);
    REQUIRE_FALSE(interrupted);
    CHECK(interrupted.error().code == "audit.interrupted");
    REQUIRE(fs::exists(options.checkpoint));
    stop = false;
    options.progress = nullptr;
    const auto report = qilian::node::audit(good.folder.path(), good.network.genesis(), options);
    if (!report) FAIL(report.error().message);
    REQUIRE_FALSE(report->finding);
    CHECK(report->resumed_blocks == end + 1);
    CHECK(report->last == whole->last);
    CHECK(report->transactions == whole->transactions);
    CHECK(report->certificates == whole->certificates);
    CHECK(report->certified == whole->certified);
    CHECK_FALSE(fs::exists(options.checkpoint));
  }
}

TEST_CASE("an audit that is taken up finds what stands behind its place, and refuses a ledger that changed before it") {
  const GoodLedger good;
  const Folder place;
  std::atomic<bool> stop = false;
  AuditOptions options;
  options.checkpoint = place.path() / "audit";
  options.stop = &stop;
  options.progress = [&](const qilian::node::AuditProgress& at) { stop = at.height.value() >= 4; };
  REQUIRE_FALSE(qilian::node::audit(good.folder.path(), good.network.genesis(), options));
  stop = false;
  options.progress = nullptr;
  const Folder forged;
  SUBCASE("behind") {
    forge_block(good, forged, Height(6), [](Block& block, Header&) { block.receipts[1].push_back('x'); });
    const auto report = qilian::node::audit(forged.path(), good.network.genesis(), options);
    REQUIRE(report);
    REQUIRE(report->finding);
    CHECK(report->finding->height == Height(6));
    CHECK(report->finding->transaction == 1);
    CHECK(report->resumed_blocks == 5);
  }
  SUBCASE("an id of before, executed again behind") {
    const Folder longer;
    forge(good, longer, [](FrameType, Height, Bytes&) {});
    Bytes repeated;
    forge_block(good, forged, Height(6), [&](Block& block, Header&) {
      block.envelopes.push_back(scripted_batch(good.network, Height(3)).transactions[0]->envelope());
      block.receipts.push_back(block.receipts[0]);
    });
    const auto report = qilian::node::audit(forged.path(), good.network.genesis(), options);
    REQUIRE(report);
    REQUIRE(report->finding);
    CHECK(report->finding->what == "it was executed before");
  }
  SUBCASE("before") {
    forge(good, forged, [](FrameType type, Height height, Bytes& payload) {
      if (type == FrameType::kCertificate && height == Height(2)) payload.clear();
    });
    const auto report = qilian::node::audit(forged.path(), good.network.genesis(), options);
    REQUIRE_FALSE(report);
    CHECK(report.error().code == "audit.checkpoint");
  }
  SUBCASE("a shorter ledger") {
    forge(good, forged, [](FrameType, Height height, Bytes& payload) {
      if (height > Height(2)) payload.clear();
    });
    CHECK(qilian::node::audit(forged.path(), good.network.genesis(), options).error().code == "audit.checkpoint");
  }
  SUBCASE("any byte of the place itself flipped") {
    const std::string bytes = file_bytes(options.checkpoint);
    for (std::size_t at = 0; at < bytes.size(); at += 13) {
      overwrite(options.checkpoint, flipped(bytes, at));
      const auto report = qilian::node::audit(good.folder.path(), good.network.genesis(), options);
      REQUIRE_FALSE(report);
      REQUIRE(report.error().code == "audit.checkpoint");
    }
  }
  SUBCASE("records in the place that the ledger does not give") {
    auto kept = *qilian::node::AuditCheckpoint::load(options.checkpoint, good.network.genesis().hash);
    kept.objects.begin()->second.record = "something else";
    REQUIRE(kept.save(options.checkpoint));
    const auto report = qilian::node::audit(good.folder.path(), good.network.genesis(), options);
    REQUIRE_FALSE(report);
    CHECK(report.error().message.find("state root") != std::string::npos);
  }
}

TEST_CASE("an index is rebuilt, proved, and compared with the one before") {
  const GoodLedger good;
  const Genesis& genesis = good.network.genesis();
  const fs::path index = good.folder.path() / "index";
  auto rebuilt = qilian::node::reindex(good.folder.path(), genesis);
  if (!rebuilt) FAIL(rebuilt.error().message);
  CHECK(rebuilt->old == ReindexReport::Old::kEqual);
  CHECK(rebuilt->last.height == Height(8));
  CHECK(rebuilt->transactions == 26);
  const std::uint64_t objects = rebuilt->objects;

  SUBCASE("no index") {
    fs::remove_all(index);
    rebuilt = qilian::node::reindex(good.folder.path(), genesis);
    REQUIRE(rebuilt);
    CHECK(rebuilt->old == ReindexReport::Old::kNone);
  }
  SUBCASE("an index that cannot be read") {
    overwrite(index / "CURRENT", "nonsense");
    rebuilt = qilian::node::reindex(good.folder.path(), genesis);
    REQUIRE(rebuilt);
    CHECK(rebuilt->old == ReindexReport::Old::kUnreadable);
  }
  SUBCASE("an index of fewer blocks: a crash lost its last batches") {
    {
      const GoodLedger shorter(5);
      fs::remove_all(index);
      fs::copy(shorter.folder.path() / "index", index, fs::copy_options::recursive);
    }
    rebuilt = qilian::node::reindex(good.folder.path(), genesis);
    REQUIRE(rebuilt);
    CHECK(rebuilt->old == ReindexReport::Old::kDifferent);
    CHECK(rebuilt->old_message.find("row 74") != std::string::npos);
  }
  SUBCASE("a run that was interrupted half way") {
    fs::copy(index, good.folder.path() / "index.before", fs::copy_options::recursive);
    fs::remove_all(index);
    fs::create_directory(index);
    rebuilt = qilian::node::reindex(good.folder.path(), genesis);
    REQUIRE(rebuilt);
    CHECK(rebuilt->old == ReindexReport::Old::kEqual);
  }
  CHECK(rebuilt->objects == objects);
  CHECK_FALSE(fs::exists(good.folder.path() / "index.before"));
  const auto executor = qilian::node::Executor::open(options_in(good.folder.path()), genesis);
  REQUIRE(executor);
  CHECK((*executor)->height() == Height(8));
}

TEST_CASE("a folder that is no ledger, one that a node holds and one of another network are refused by name") {
  const GoodLedger good(1);
  const Folder empty;
  CHECK(qilian::node::QuietLedger::open(empty.path()).error().code == "offline.directory");
  CHECK(qilian::node::QuietLedger::open(empty.path() / "nothing").error().code == "offline.directory");
  fs::create_directories(empty.path() / "data");
  fs::copy(good.folder.path(), empty.path() / "data" / "ledger", fs::copy_options::recursive);
  CHECK(qilian::node::QuietLedger::open(empty.path())->directory() == empty.path() / "data" / "ledger");
  CHECK(qilian::node::QuietLedger::open(empty.path() / "data")->directory() == empty.path() / "data" / "ledger");
  {
    const auto executor = *qilian::node::Executor::open(options_in(good.folder.path()), good.network.genesis());
    CHECK(qilian::node::QuietLedger::open(good.folder.path()).error().code == "store.locked");
    CHECK(qilian::node::reindex(good.folder.path(), good.network.genesis()).error().code == "store.locked");
  }
  {
    const auto quiet = qilian::node::QuietLedger::open(good.folder.path());
    REQUIRE(quiet);
    CHECK(qilian::node::QuietLedger::open(good.folder.path()));
    CHECK(qilian::node::Executor::open(options_in(good.folder.path()), good.network.genesis()).error().code ==
          "store.locked");
  }
  const Network other(7);
  CHECK(qilian::node::audit(good.folder.path(), other.genesis()).error().code == "store.genesis");
  CHECK(qilian::node::diff(good.folder.path(), good.folder.path(), other.genesis()).error().code == "store.genesis");
  CHECK(qilian::node::reindex(good.folder.path(), other.genesis()).error().code == "store.genesis");
}
