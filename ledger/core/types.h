// The strong types that every layer speaks. None converts silently into another or into a number.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <cstring>
#include <optional>

#include "ledger/core/bytes.h"

namespace qilian::ledger {

/// A number with a meaning. `value()` is the one way out, the explicit constructor the one way in.
template <class Tag, class Rep>
class Number {
 public:
  using rep = Rep;
  constexpr Number() = default;
  constexpr explicit Number(Rep value) : value_(value) {}
  constexpr Rep value() const { return value_; }
  constexpr auto operator<=>(const Number&) const = default;
  constexpr Number next() const { return Number(value_ + 1); }

 private:
  Rep value_ = 0;
};

/// Block number; equals the consensus sequence number. 0 is the genesis.
using Height = Number<struct HeightTag, std::uint64_t>;
/// Validator-set number; 0 is the genesis set.
using Epoch = Number<struct EpochTag, std::uint64_t>;
/// PBFT view inside an epoch.
using View = Number<struct ViewTag, std::uint64_t>;
/// Position in the validator set of an epoch, from 0.
using ReplicaId = Number<struct ReplicaIdTag, std::uint32_t>;
/// Milliseconds since 1970-01-01T00:00:00Z. In rules: block time only.
using TimeMs = Number<struct TimeMsTag, std::int64_t>;

/// The proposer that header 0 and null blocks carry.
inline constexpr ReplicaId kNoProposer{0xFFFFFFFF};

/// 32 bytes of a hash, typed by what was hashed.
template <class Tag>
struct Hash256 {
  static constexpr std::size_t kSize = 32;
  std::array<char, kSize> bytes{};

  bool operator==(const Hash256&) const = default;
  /// By unsigned bytes, first byte first: the order that stands in every sorted list of hashes.
  std::strong_ordering operator<=>(const Hash256& other) const { return view() <=> other.view(); }
  ByteView view() const { return {bytes.data(), kSize}; }
  Bytes str() const { return Bytes(view()); }
  std::string hex() const { return to_hex(view()); }
  bool is_zero() const { return *this == Hash256{}; }

  /// Exactly 32 bytes, else nothing.
  static std::optional<Hash256> from(ByteView view) {
    if (view.size() != kSize) return std::nullopt;
    Hash256 out;
    std::memcpy(out.bytes.data(), view.data(), kSize);
    return out;
  }
  /// Names what the bytes of another hash type mean here: the one, visible, way to convert.
  template <class Other>
  static Hash256 of(const Hash256<Other>& other) {
    return {other.bytes};
  }
};

/// A hash of anything that has no type of its own.
using Digest = Hash256<struct DigestTag>;
using GenesisHash = Hash256<struct GenesisHashTag>;
using HeaderHash = Hash256<struct HeaderHashTag>;
/// H(body): serves de-duplication.
using TransactionId = Hash256<struct TransactionIdTag>;
/// H(body ‖ signatures): what is ordered, fetched and cached.
using EnvelopeDigest = Hash256<struct EnvelopeDigestTag>;
/// Digest of a proposal; 32 zero bytes name the null proposal.
using ProposalDigest = Hash256<struct ProposalDigestTag>;

}  // namespace qilian::ledger
