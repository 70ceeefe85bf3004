// The validator set of an epoch, its quorum arithmetic, its bytes and its hash.
#pragma once

#include <vector>

#include "ledger/core/signature.h"

namespace qilian::ledger {

struct Validator {
  std::string organisation;  ///< USCC
  PublicKey consensus_key;
  bool operator==(const Validator&) const = default;
};

/// Bounds on n: one is allowed for tests and development, 100 is what the frame limit is computed for.
inline constexpr std::size_t kMaxValidators = 100;

/// f = floor((n-1)/3).
constexpr std::size_t max_faulty(std::size_t n) { return (n - 1) / 3; }
/// q = ceil((n+f+1)/2).
constexpr std::size_t quorum(std::size_t n) { return (n + max_faulty(n) + 2) / 2; }

/// Position in the vector = ReplicaId. Keys are pairwise distinct.
struct ValidatorSet {
  Epoch epoch;
  std::vector<Validator> validators;

  std::size_t size() const { return validators.size(); }
  std::optional<ReplicaId> find(const PublicKey& key) const;
  bool operator==(const ValidatorSet&) const = default;

  /// u64 epoch, u16 n, then per validator: u8 length, organisation, u8 length, key.
  Bytes encode() const;
  /// Error "validators.malformed": sizes, bounds, an invalid or repeated key, trailing bytes.
  static Result<ValidatorSet> decode(ByteView bytes);
  Digest hash() const;
};

}  // namespace qilian::ledger
