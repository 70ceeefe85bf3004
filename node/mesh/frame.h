// What travels between nodes inside TLS: frames of u32 length (big-endian, of what follows), u8 kind, payload.
//
//   kind                     payload
//   0 hello                  u8 version 1, genesis hash: the first frame of each side; another chain ends the
//   connection 1 consensus message      bytes of consensus/wire.h 2 envelope push          one envelope 3 envelope
//   fetch         u16 count, then that many envelope digests (at most kMaxFetch) 4 envelope response      one envelope
//   5 block fetch            u64 from, u64 to (heights, inclusive)
//   6 block response         u32 length of the certificate's frame, the frame, the block's frame
//   7 status                 u64 height certified and executed, u64 height executed; also the keep-alive
#pragma once

#include <vector>

#include "ledger/core/types.h"

namespace qilian::node {

enum class FrameKind : std::uint8_t {
  kHello = 0,
  kConsensus = 1,
  kEnvelopePush = 2,
  kEnvelopeFetch = 3,
  kEnvelopeResponse = 4,
  kBlockFetch = 5,
  kBlockResponse = 6,
  kStatus = 7,
};
inline constexpr std::size_t kFrameKinds = 8;

inline constexpr std::size_t kFrameHeaderBytes = 5;
inline constexpr std::size_t kMaxFetch = 1'024;

/// The largest payload of a kind; a peer that announces more is cut off before a byte of it is read.
std::size_t max_payload(FrameKind kind);

/// Length, kind, payload. REQUIRES: payload.size() <= max_payload(kind).
ledger::Bytes encode_frame(FrameKind kind, ledger::ByteView payload);

struct Frame {
  FrameKind kind = FrameKind::kHello;
  ledger::ByteView payload;  ///< into the splitter's buffer, until its next call
};

/// Cuts a byte stream into frames; holds at most one incomplete frame.
class FrameSplitter {
 public:
  /// Where the next read may put up to `size` bytes; `wrote` then says how many came.
  char* room(std::size_t size);
  void wrote(std::size_t size);
  /// The next whole frame, or nothing yet. Error "frame.kind" or "frame.size": the connection cannot go on.
  ledger::Result<std::optional<Frame>> next();

 private:
  ledger::Bytes buffer_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

struct Hello {
  ledger::GenesisHash genesis;
  ledger::Bytes encode() const;
  static ledger::Result<Hello> decode(ledger::ByteView payload);
};

struct EnvelopeFetch {
  std::vector<ledger::EnvelopeDigest> digests;
  ledger::Bytes encode() const;
  static ledger::Result<EnvelopeFetch> decode(ledger::ByteView payload);
};

struct BlockFetch {
  ledger::Height from;
  ledger::Height to;
  ledger::Bytes encode() const;
  static ledger::Result<BlockFetch> decode(ledger::ByteView payload);
};

struct BlockResponse {
  ledger::Bytes certificate;
  ledger::Bytes block;
  ledger::Bytes encode() const;
  static ledger::Result<BlockResponse> decode(ledger::ByteView payload);
};

struct PeerStatus {
  ledger::Height certified;
  ledger::Height executed;
  ledger::Bytes encode() const;
  static ledger::Result<PeerStatus> decode(ledger::ByteView payload);
};

}  // namespace qilian::node
