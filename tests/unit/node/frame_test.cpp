#include "node/mesh/frame.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>

using namespace qilian::node;
using qilian::ledger::Bytes;

namespace {

void feed(FrameSplitter& splitter, std::string_view bytes) {
  std::copy(bytes.begin(), bytes.end(), splitter.room(bytes.size()));
  splitter.wrote(bytes.size());
}

}  // namespace

TEST_CASE("frames come out whole however the stream is cut") {
  const Bytes stream = encode_frame(FrameKind::kConsensus, "vote") + encode_frame(FrameKind::kStatus, Bytes(16, 's')) +
                       encode_frame(FrameKind::kEnvelopePush, "");
  for (std::size_t step = 1; step <= stream.size(); ++step) {
    CAPTURE(step);
    FrameSplitter splitter;
    std::vector<std::pair<FrameKind, Bytes>> got;
    for (std::size_t at = 0; at < stream.size(); at += step) {
      feed(splitter, std::string_view(stream).substr(at, step));
      while (true) {
        const auto next = splitter.next();
        REQUIRE(next.has_value());
        if (!*next) break;
        got.emplace_back((*next)->kind, Bytes((*next)->payload));
      }
    }
    REQUIRE(got.size() == 3);
    CHECK(got[0] == std::pair(FrameKind::kConsensus, Bytes("vote")));
    CHECK(got[1].second == Bytes(16, 's'));
    CHECK(got[2] == std::pair(FrameKind::kEnvelopePush, Bytes()));
  }
}

TEST_CASE("the largest frame costs no more than its bytes, in however small pieces it comes") {
  // Moving what has come so far at each read would copy half a terabyte here.
  FrameSplitter splitter;
  const Bytes piece(4096, 'b');
  const std::size_t payload = max_payload(FrameKind::kBlockResponse);
  feed(splitter, qilian::ledger::FixedWriter()
                     .u32(static_cast<std::uint32_t>(payload + 1))
                     .u8(static_cast<std::uint8_t>(FrameKind::kBlockResponse))
                     .take());
  const auto start = std::chrono::steady_clock::now();
  for (std::size_t done = 0; done < payload; done += piece.size()) {
    REQUIRE_FALSE(splitter.next()->has_value());
    feed(splitter, piece);
  }
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(10));
  const auto whole = splitter.next();
  REQUIRE(whole.has_value());
  REQUIRE(whole->has_value());
  CHECK((*whole)->payload.size() == payload);
  CHECK((*whole)->payload.back() == 'b');
  CHECK((*whole)->payload.front() == 'b');
}

TEST_CASE("a length beyond its kind's bound ends the stream before the payload arrives") {
  for (std::uint8_t kind = 0; kind < kFrameKinds; ++kind) {
    CAPTURE(static_cast<int>(kind));
    FrameSplitter splitter;
    const auto size = static_cast<std::uint32_t>(max_payload(static_cast<FrameKind>(kind)) + 2);
    feed(splitter, qilian::ledger::FixedWriter().u32(size).u8(kind).take());
    const auto next = splitter.next();
    REQUIRE_FALSE(next.has_value());
    CHECK(next.error().code == "frame.size");
  }
}

TEST_CASE("an unknown kind and an empty frame end the stream") {
  FrameSplitter unknown;
  feed(unknown, qilian::ledger::FixedWriter().u32(1).u8(kFrameKinds).take());
  CHECK(unknown.next().error().code == "frame.kind");
  FrameSplitter empty;
  feed(empty, qilian::ledger::FixedWriter().u32(0).u8(1).take());
  CHECK(empty.next().error().code == "frame.size");
}

TEST_CASE("payloads survive a round trip and refuse every cut and a byte too many") {
  const auto digest = *qilian::ledger::EnvelopeDigest::from(Bytes(32, 'd'));
  const Bytes hello = Hello{*qilian::ledger::GenesisHash::from(Bytes(32, 'g'))}.encode();
  const Bytes fetch = EnvelopeFetch{{digest, digest}}.encode();
  const Bytes range = BlockFetch{qilian::ledger::Height(3), qilian::ledger::Height(9)}.encode();
  const Bytes status = PeerStatus{qilian::ledger::Height(7), qilian::ledger::Height(8)}.encode();
  CHECK(Hello::decode(hello)->genesis.view() == Bytes(32, 'g'));
  CHECK(EnvelopeFetch::decode(fetch)->digests.size() == 2);
  CHECK(BlockFetch::decode(range)->to == qilian::ledger::Height(9));
  CHECK(PeerStatus::decode(status)->executed == qilian::ledger::Height(8));

  const auto refuses = [](const Bytes& whole, auto decode) {
    for (std::size_t size = 0; size < whole.size(); ++size) CHECK_FALSE(decode(Bytes(whole.substr(0, size))));
    CHECK_FALSE(decode(whole + "x"));
  };
  refuses(hello, [](const Bytes& bytes) { return Hello::decode(bytes).has_value(); });
  refuses(fetch, [](const Bytes& bytes) { return EnvelopeFetch::decode(bytes).has_value(); });
  refuses(range, [](const Bytes& bytes) { return BlockFetch::decode(bytes).has_value(); });
  refuses(status, [](const Bytes& bytes) { return PeerStatus::decode(bytes).has_value(); });
}

TEST_CASE("a block response is a certificate and a block; a length beyond the payload is refused") {
  const auto response = BlockResponse::decode(BlockResponse{"certificate", "block"}.encode());
  REQUIRE(response.has_value());
  CHECK(response->certificate == "certificate");
  CHECK(response->block == "block");
  CHECK_FALSE(BlockResponse::decode(qilian::ledger::FixedWriter().u32(5).raw("four").take()).has_value());
}
