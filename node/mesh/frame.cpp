#include "node/mesh/frame.h"

#include <algorithm>

#include "ledger/core/transaction.h"

namespace qilian::node {
namespace {

using ledger::Bytes;
using ledger::ByteView;
using ledger::fail;
using ledger::FixedReader;
using ledger::FixedWriter;
using ledger::Result;

constexpr std::uint8_t kVersion = 1;
constexpr std::size_t kMaxConsensusBytes = 4ull << 20;  // kMaxFrameBytes of consensus/wire.h
constexpr std::size_t kMaxBlockBytes = 64ull << 20;
constexpr std::size_t kKeptBytes = 1ull << 20;

template <class T>
Result<T> malformed(const char* what) {
  return fail("frame.malformed", std::string("a ") + what + " frame has the wrong size or content");
}

}  // namespace

std::size_t max_payload(FrameKind kind) {
  switch (kind) {
    case FrameKind::kHello:
      return 1 + ledger::GenesisHash::kSize;
    case FrameKind::kConsensus:
      return kMaxConsensusBytes;
    case FrameKind::kEnvelopePush:
    case FrameKind::kEnvelopeResponse:
      return ledger::kMaxEnvelopeBytes;
    case FrameKind::kEnvelopeFetch:
      return 2 + kMaxFetch * ledger::EnvelopeDigest::kSize;
    case FrameKind::kBlockFetch:
      return 16;
    case FrameKind::kBlockResponse:
      return kMaxBlockBytes;
    case FrameKind::kStatus:
      return 16;
  }
  return 0;
}

Bytes encode_frame(FrameKind kind, ByteView payload) {
  QILIAN_CHECK(payload.size() <= max_payload(kind));
  FixedWriter out;
  out.u32(static_cast<std::uint32_t>(payload.size() + 1)).u8(static_cast<std::uint8_t>(kind)).raw(payload);
  return out.take();
}

char* FrameSplitter::room(std::size_t size) {
  if (begin_ == end_) {
    begin_ = end_ = 0;
    // A large frame's memory goes with it.
    if (buffer_.size() > kKeptBytes) Bytes().swap(buffer_);
  }
  if (buffer_.size() - end_ < size) {
    // Only what a whole frame left in front is closed up: a frame moves once, however many reads it takes.
    if (begin_ > 0) {
      std::copy(buffer_.begin() + static_cast<std::ptrdiff_t>(begin_),
                buffer_.begin() + static_cast<std::ptrdiff_t>(end_), buffer_.begin());
      end_ -= begin_;
      begin_ = 0;
    }
    if (buffer_.size() - end_ < size) buffer_.resize(end_ + size);
  }
  return buffer_.data() + end_;
}

void FrameSplitter::wrote(std::size_t size) { end_ += size; }

Result<std::optional<Frame>> FrameSplitter::next() {
  if (end_ - begin_ < kFrameHeaderBytes) return std::optional<Frame>();
  FixedReader header(ByteView(buffer_.data() + begin_, kFrameHeaderBytes));
  const std::size_t length = header.u32();
  const std::uint8_t kind = header.u8();
  if (kind >= kFrameKinds) return fail("frame.kind", "a frame of an unknown kind");
  if (length == 0 || length - 1 > max_payload(static_cast<FrameKind>(kind))) {
    return fail("frame.size", "a frame longer than its kind allows");
  }
  if (end_ - begin_ < 4 + length) return std::optional<Frame>();
  const Frame frame{static_cast<FrameKind>(kind), ByteView(buffer_.data() + begin_ + kFrameHeaderBytes, length - 1)};
  begin_ += 4 + length;
  return std::optional(frame);
}

Bytes Hello::encode() const { return FixedWriter().u8(kVersion).raw(genesis.view()).take(); }

Result<Hello> Hello::decode(ByteView payload) {
  FixedReader in(payload);
  const auto version = in.u8();
  const auto hash = ledger::GenesisHash::from(in.raw(ledger::GenesisHash::kSize));
  if (!in.finished() || version != kVersion || !hash) return malformed<Hello>("hello");
  return Hello{*hash};
}

Bytes EnvelopeFetch::encode() const {
  QILIAN_CHECK(digests.size() <= kMaxFetch);
  FixedWriter out;
  out.u16(static_cast<std::uint16_t>(digests.size()));
  for (const auto& digest : digests) out.raw(digest.view());
  return out.take();
}

Result<EnvelopeFetch> EnvelopeFetch::decode(ByteView payload) {
  FixedReader in(payload);
  const std::size_t count = in.u16();
  if (count > kMaxFetch || payload.size() != 2 + count * ledger::EnvelopeDigest::kSize) {
    return malformed<EnvelopeFetch>("envelope fetch");
  }
  EnvelopeFetch out;
  for (std::size_t i = 0; i < count; ++i) {
    out.digests.push_back(*ledger::EnvelopeDigest::from(in.raw(ledger::EnvelopeDigest::kSize)));
  }
  return out;
}

Bytes BlockFetch::encode() const { return FixedWriter().u64(from.value()).u64(to.value()).take(); }

Result<BlockFetch> BlockFetch::decode(ByteView payload) {
  FixedReader in(payload);
  BlockFetch out;
  out.from = ledger::Height(in.u64());
  out.to = ledger::Height(in.u64());
  if (!in.finished()) return malformed<BlockFetch>("block fetch");
  return out;
}

Bytes BlockResponse::encode() const {
  return FixedWriter().u32(static_cast<std::uint32_t>(certificate.size())).raw(certificate).raw(block).take();
}

Result<BlockResponse> BlockResponse::decode(ByteView payload) {
  FixedReader in(payload);
  const std::size_t size = in.u32();
  BlockResponse out;
  out.certificate = Bytes(in.raw(size));
  if (!in.ok()) return malformed<BlockResponse>("block response");
  out.block = Bytes(payload.substr(4 + size));
  return out;
}

Bytes PeerStatus::encode() const { return FixedWriter().u64(certified.value()).u64(executed.value()).take(); }

Result<PeerStatus> PeerStatus::decode(ByteView payload) {
  FixedReader in(payload);
  PeerStatus out;
  out.certified = ledger::Height(in.u64());
  out.executed = ledger::Height(in.u64());
  if (!in.finished()) return malformed<PeerStatus>("status");
  return out;
}

}  // namespace qilian::node
