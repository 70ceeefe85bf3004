#include "ledger/store/segments.h"

#include <doctest/doctest.h>

#include "ledger/core/hash.h"
#include "unit/store/network.h"

using namespace qilian::ledger;
using namespace qilian::ledger::store;
using qilian::testing::Folder;
using qilian::testing::Log;

namespace {

const GenesisHash kGenesis = GenesisHash::of(sha256({"genesis"}));

struct Seen {
  FrameType type;
  Height height;
  Bytes payload;
  bool operator==(const Seen&) const = default;
};

Result<std::unique_ptr<Segments>> open(const Options& options, std::vector<Seen>& seen,
                                       std::optional<Position> confirmed = std::nullopt,
                                       const GenesisHash& genesis = kGenesis) {
  seen.clear();
  return Segments::open(options, genesis, confirmed,
                        [&](FrameType type, Height height, Position, ByteView payload) -> Result<void> {
                          seen.push_back({type, height, Bytes(payload)});
                          return {};
                        });
}

}  // namespace

TEST_CASE("CRC-32C gives the standard's check value") { CHECK(crc32c("123456789") == 0xE3069283u); }

TEST_CASE("frames come back in order after a reopen, over several segments") {
  const Folder folder;
  Options options{
      .directory = folder.path(), .segment_bytes = 1000, .recent_versions = 256, .recent_keys = 1000, .log = {}};
  std::vector<Seen> written;
  std::vector<Seen> seen;
  {
    auto segments = open(options, seen);
    REQUIRE(segments);
    for (std::uint64_t h = 0; h < 40; ++h) {
      written.push_back({FrameType::kBlock, Height(h), Bytes(100 + h, static_cast<char>('a' + h % 26))});
      const auto at = (*segments)->append(FrameType::kBlock, Height(h), written.back().payload);
      REQUIRE(at);
      CHECK(*(*segments)->read(*at) == written.back().payload);
      CHECK(*(*segments)->read_start(*at, 7) == written.back().payload.substr(0, 7));
      written.push_back({FrameType::kCertificate, Height(h), "certificate"});
      REQUIRE((*segments)->append(FrameType::kCertificate, Height(h), "certificate"));
    }
    REQUIRE((*segments)->sync());
  }
  CHECK(qilian::testing::segments_of(folder.path()).size() > 3);
  REQUIRE(open(options, seen));
  CHECK(seen == written);
}

TEST_CASE("an empty payload and the longest one are frames; a longer one is refused") {
  const Folder folder;
  std::vector<Seen> seen;
  auto segments = open(qilian::testing::options_in(folder.path()), seen);
  REQUIRE(segments);
  CHECK((*segments)->append(FrameType::kCertificate, Height(0), ""));
  CHECK_FALSE((*segments)->append(FrameType::kBlock, Height(0), Bytes(kMaxFrameBytes + 1, 'x')));
  CHECK((*segments)->append(FrameType::kBlock, Height(0), "x"));
}

TEST_CASE("segments of another network are refused") {
  const Folder folder;
  std::vector<Seen> seen;
  REQUIRE(open(qilian::testing::options_in(folder.path()), seen));
  const auto other =
      open(qilian::testing::options_in(folder.path()), seen, std::nullopt, GenesisHash::of(sha256({"other"})));
  REQUIRE_FALSE(other);
  CHECK(other.error().code == "store.genesis");
}

TEST_CASE("a missing segment is named when later ones are there") {
  const Folder folder;
  Options options{
      .directory = folder.path(), .segment_bytes = 100, .recent_versions = 256, .recent_keys = 1000, .log = {}};
  std::vector<Seen> seen;
  {
    auto segments = open(options, seen);
    for (std::uint64_t h = 0; h < 6; ++h) REQUIRE((*segments)->append(FrameType::kBlock, Height(h), Bytes(100, 'x')));
  }
  std::filesystem::remove(folder.path() / "segments" / "seg-00000002.qls");
  const auto reopened = open(options, seen);
  REQUIRE_FALSE(reopened);
  CHECK(reopened.error().code == "store.corrupt");
  CHECK(reopened.error().message.find("seg-00000002.qls") != std::string::npos);
}

TEST_CASE("a frame written after a sync proves that what lies below it is no torn tail") {
  const Folder folder;
  Log log;
  const Options options = qilian::testing::options_in(folder.path(), &log);
  std::vector<Seen> seen;
  std::uint64_t middle = 0;
  SUBCASE("synced between: damage") {
    {
      auto segments = open(options, seen);
      middle = (*segments)->append(FrameType::kBlock, Height(0), "first")->offset;
      REQUIRE((*segments)->sync());
      REQUIRE((*segments)->append(FrameType::kBlock, Height(1), "second"));
    }
    const auto path = qilian::testing::segments_of(folder.path())[0];
    std::string bytes = qilian::testing::file_bytes(path);
    bytes[middle + FrameHeader::kSize] ^= 1;
    qilian::testing::overwrite(path, bytes);
    const auto reopened = open(options, seen);
    REQUIRE_FALSE(reopened);
    CHECK(reopened.error().code == "store.corrupt");
  }
  SUBCASE("not synced: the disk wrote the later page first, both go") {
    {
      auto segments = open(options, seen);
      middle = (*segments)->append(FrameType::kBlock, Height(0), "first")->offset;
      REQUIRE((*segments)->append(FrameType::kBlock, Height(1), "second"));
    }
    const auto path = qilian::testing::segments_of(folder.path())[0];
    std::string bytes = qilian::testing::file_bytes(path);
    bytes[middle + FrameHeader::kSize] ^= 1;
    qilian::testing::overwrite(path, bytes);
    REQUIRE(open(options, seen));
    CHECK(seen.empty());
    CHECK(log.contains("cut a torn tail"));
    CHECK(std::filesystem::file_size(path) == middle);
  }
}

TEST_CASE("a payload that holds a whole frame cannot pass for one") {
  const Folder folder;
  Log log;
  const Options options = qilian::testing::options_in(folder.path(), &log);
  std::vector<Seen> seen;
  {
    auto segments = open(options, seen);
    // What an attacker could know: everything but the segment's salt.
    const FrameHeader forged{
        .type = FrameType::kBlock, .length = 0, .height = Height(9), .synced = 1u << 30, .payload_crc = crc32c("")};
    const Bytes payload = "some " + forged.encode(0, SegmentHeader::kSize + FrameHeader::kSize + 5) + " bytes";
    REQUIRE((*segments)->append(FrameType::kBlock, Height(0), payload));
  }
  const auto path = qilian::testing::segments_of(folder.path())[0];
  std::filesystem::resize_file(path, std::filesystem::file_size(path) - 1);
  REQUIRE(open(options, seen));
  CHECK(seen.empty());
  CHECK(log.contains("cut a torn tail"));
}
