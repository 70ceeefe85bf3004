// The audit of a ledger in which one set of validators hands over to the next.
#include <doctest/doctest.h>

#include "node/offline/audit.h"
#include "unit/store/forged_ledger.h"

using namespace qilian::ledger;
using namespace qilian::testing;
using qilian::ledger::store::FrameType;
using qilian::node::AuditOptions;

namespace {

constexpr Height kBoundary{5};

struct TwoEpochs : GoodLedger {
  TwoEpochs() : GoodLedger(9, 4, kBoundary) {}
};

void refused(const TwoEpochs& good, const Folder& forged, std::string_view part) {
  const auto report = qilian::node::audit(forged.path(), good.network.genesis());
  REQUIRE(report);
  REQUIRE(report->finding);
  CHECK_MESSAGE(report->finding->text().find(part) != std::string::npos, report->finding->text());
}

std::ptrdiff_t place_of(const Frames& frames, FrameType type, Height height) {
  for (std::size_t i = 0; i < frames.size(); ++i)
    if (frames[i].type == type && frames[i].height == height) return static_cast<std::ptrdiff_t>(i);
  FAIL("no such frame");
  return 0;
}

}  // namespace

TEST_CASE("the audit follows a hand-over, and certificates of both epochs stand for their blocks") {
  const TwoEpochs good;
  const auto report = qilian::node::audit(good.folder.path(), good.network.genesis());
  if (!report) FAIL(report.error().message);
  if (report->finding) FAIL(report->finding->text());
  CHECK(report->epochs == 2);
  CHECK(report->certificates == 9);
  CHECK(report->certified == Height(9));
}

TEST_CASE("an audit that is interrupted anywhere around a hand-over is taken up and says the same") {
  const TwoEpochs good;
  const Folder place(Folder::kInMemory);
  for (std::uint64_t end = 2; end < 9; ++end) {
    std::atomic<bool> stop = false;
    AuditOptions options;
    options.checkpoint = place.path() / "audit";
    options.stop = &stop;
    options.progress = [&](const qilian::node::AuditProgress& at) { stop = at.height.value() >= end; };
    REQUIRE_FALSE(qilian::node::audit(good.folder.path(), good.network.genesis(), options));
    stop = false;
    options.progress = nullptr;
    const auto report = qilian::node::audit(good.folder.path(), good.network.genesis(), options);
    if (!report) FAIL(report.error().message);
    if (report->finding) FAIL(report->finding->text());
    // Between the boundary and the set behind it there is no place to stop.
    CHECK(report->resumed_blocks == (end == kBoundary.value() ? end + 2 : end + 1));
    CHECK(report->epochs == 2);
    CHECK(report->certified == Height(9));
  }
}

TEST_CASE("the audit refuses every hand-over that the boundary does not name or nobody signed") {
  const TwoEpochs good;
  const Folder forged(Folder::kInMemory);
  Frames frames = frames_of(good);
  const std::ptrdiff_t set = place_of(frames, FrameType::kValidators, kBoundary);
  const std::ptrdiff_t certificate = place_of(frames, FrameType::kCertificate, kBoundary);
  const std::ptrdiff_t next = place_of(frames, FrameType::kBlock, kBoundary.next());
  SUBCASE("the set is missing") {
    frames.erase(frames.begin() + set);
    write_frames(good, forged, frames);
    refused(good, forged, "block 6: the block before it ends an epoch, and the set that follows is not here");
  }
  SUBCASE("the set comes too late") {
    const FrameContents moved = frames[static_cast<std::size_t>(set)];
    frames.insert(frames.begin() + next + 1, moved);
    frames.erase(frames.begin() + set);
    write_frames(good, forged, frames);
    refused(good, forged, "block 6: ");
  }
  SUBCASE("the set comes twice") {
    frames.insert(frames.begin() + set, frames[static_cast<std::size_t>(set)]);
    write_frames(good, forged, frames);
    refused(good, forged, "block 5: a second change of validators follows it");
  }
  SUBCASE("another set") {
    ValidatorSet other = *ValidatorSet::decode(frames[static_cast<std::size_t>(set)].payload);
    std::swap(other.validators[0], other.validators[1]);
    frames[static_cast<std::size_t>(set)].payload = other.encode();
    write_frames(good, forged, frames);
    refused(good, forged, "block 5: its header does not name the set that follows");
  }
  SUBCASE("a set behind a block that is no boundary") {
    frames[static_cast<std::size_t>(set)].height = Height(4);
    frames.insert(frames.begin() + place_of(frames, FrameType::kBlock, Height(4)) + 1,
                  frames[static_cast<std::size_t>(set)]);
    write_frames(good, forged, frames);
    refused(good, forged, "block 4: a change of validators follows it, which it does not announce");
  }
  SUBCASE("a certificate of the new epoch under the old epoch's number") {
    const std::ptrdiff_t later = place_of(frames, FrameType::kCertificate, Height(7));
    BlockCertificate old = *BlockCertificate::decode(frames[static_cast<std::size_t>(later)].payload);
    Header header = *Header::decode(old.header);
    header.epoch = Epoch(0);
    header.validators_hash = good.network.genesis().validators.hash();
    frames[static_cast<std::size_t>(later)].payload = good.network.certify(header).encode();
    write_frames(good, forged, frames);
    refused(good, forged, "block 7: ");
  }
  SUBCASE("nobody certified the boundary: what the new set signs stands on nothing") {
    frames.erase(frames.begin() + certificate);
    write_frames(good, forged, frames);
    const auto report = qilian::node::audit(forged.path(), good.network.genesis());
    REQUIRE(report);
    CHECK_FALSE(report->finding);
    CHECK(report->last.height == Height(9));
    CHECK(report->certified == Height(4));
  }
}
