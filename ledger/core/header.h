// The block header: a fixed layout, kept and shipped as it was hashed. See `ledger/README.md`, "Header".
#pragma once

#include "ledger/core/types.h"

namespace qilian::ledger {

/// The rules of format and logic that this build knows.
inline constexpr std::uint32_t kLogicVersion = 1;

/// Fields in the order of the layout, big-endian, no padding: 4+32+8+32+8+4+8+4+6*32 = 292 bytes.
struct Header {
  static constexpr std::size_t kSize = 292;

  std::uint32_t logic_version = 1;
  GenesisHash genesis;
  Height height;
  HeaderHash parent;  ///< zero in header 0
  TimeMs time;
  ReplicaId proposer = kNoProposer;
  Epoch epoch;
  std::uint32_t transaction_count = 0;
  Digest transactions_root;  ///< RFC 6962 root over the transaction leaves
  Digest history_root;       ///< RFC 6962 root over the header hashes 0..height-1
  Digest state_root;         ///< map root after this block
  Digest validators_hash;
  Digest next_validators_hash;  ///< differs in a boundary header only
  Digest rules_hash;            ///< negative list, credit rules and parameters in force

  bool operator==(const Header&) const = default;

  Bytes encode() const;
  /// Exactly kSize bytes. Error "header.size".
  static Result<Header> decode(ByteView bytes);
  /// H(tag ‖ encode()).
  HeaderHash hash() const;
};

}  // namespace qilian::ledger
