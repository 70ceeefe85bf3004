// Ed25519 under one strict rule, the same on every replica (source: RFC 8032; ZIP-215 for the argument;
// `ledger/README.md`, "Signatures").
//
//   canonical A and R, S < L; L·A = identity and A != identity; 8·(S·B - h·A - R) = identity.
#pragma once

#include <array>

#include "ledger/core/types.h"

namespace qilian::ledger {

struct PublicKey {
  static constexpr std::size_t kSize = 32;
  std::array<char, kSize> bytes{};
  bool operator==(const PublicKey&) const = default;
  /// By unsigned bytes, first byte first.
  std::strong_ordering operator<=>(const PublicKey& other) const { return view() <=> other.view(); }
  ByteView view() const { return {bytes.data(), kSize}; }
  std::string hex() const { return to_hex(view()); }
  static std::optional<PublicKey> from(ByteView view);
};

struct Signature {
  static constexpr std::size_t kSize = 64;
  std::array<char, kSize> bytes{};
  bool operator==(const Signature&) const = default;
  /// By unsigned bytes, first byte first.
  std::strong_ordering operator<=>(const Signature& other) const { return view() <=> other.view(); }
  ByteView view() const { return {bytes.data(), kSize}; }
  static std::optional<Signature> from(ByteView view);
};

/// A private key (the 32-byte seed of RFC 8032). Wiped when it goes out of scope; never printed.
class SecretKey {
 public:
  /// Fresh, from the system's random source.
  static SecretKey generate();
  static std::optional<SecretKey> from_seed(ByteView seed);
  SecretKey(SecretKey&&) noexcept = default;
  SecretKey& operator=(SecretKey&&) noexcept = default;
  SecretKey(const SecretKey&) = default;
  SecretKey& operator=(const SecretKey&) = default;
  ~SecretKey();

  const PublicKey& public_key() const { return public_key_; }
  /// The seed, for the key file's encoder alone.
  ByteView seed() const { return {seed_.data(), seed_.size()}; }
  /// Deterministic (RFC 8032).
  Signature sign(ByteView message) const;

 private:
  SecretKey() = default;
  std::array<char, 32> seed_{};
  PublicKey public_key_;
};

/// True when the two conditions on A hold (canonical, in the prime-order subgroup, not the identity). Cached per key by
/// the implementation in a bounded cache; thread-safe.
bool valid_public_key(const PublicKey& key);

/// The whole rule, the key's conditions included. Thread-safe, pure.
bool verify_signature(const PublicKey& key, ByteView message, const Signature& signature);

}  // namespace qilian::ledger
