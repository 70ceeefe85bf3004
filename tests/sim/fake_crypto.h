// Signatures inside the simulator: a keyed checksum in 64 bytes. Unforgeable enough for actors that do not try, and
// cheap.
#pragma once

#include <cstring>

#include "consensus/verify.h"

namespace qilian::sim {

/// Eight bytes at a time; the low bits of a product are well mixed after the shift.
inline std::uint64_t checksum(ledger::ByteView bytes, std::uint64_t hash) {
  constexpr std::uint64_t kPrime = 0x9E3779B97F4A7C15ULL;
  std::size_t i = 0;
  for (; i + 8 <= bytes.size(); i += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes.data() + i, 8);
    hash = (hash ^ word) * kPrime;
    hash ^= hash >> 32;
  }
  for (; i < bytes.size(); ++i) {
    hash = (hash ^ static_cast<unsigned char>(bytes[i])) * kPrime;
    hash ^= hash >> 32;
  }
  return hash ^ (hash >> 29);
}

inline ledger::PublicKey fake_key(std::uint32_t replica) {
  ledger::PublicKey key;
  key.bytes[0] = static_cast<char>(replica + 1);
  key.bytes[1] = 'k';
  return key;
}

inline ledger::Signature fake_sign(const ledger::PublicKey& key, ledger::ByteView payload) {
  const std::uint64_t sum = checksum(payload, checksum(key.view(), 0xCBF29CE484222325ULL));
  ledger::Signature signature;
  for (std::size_t i = 0; i < 8; ++i) signature.bytes[i] = static_cast<char>(sum >> (8 * i));
  return signature;
}

inline bool fake_check(const ledger::PublicKey& key, ledger::ByteView payload, const ledger::Signature& signature) {
  return fake_sign(key, payload) == signature;
}

inline ledger::ValidatorSet fake_validators(std::size_t n, std::uint64_t epoch = 0) {
  ledger::ValidatorSet set;
  set.epoch = ledger::Epoch(epoch);
  for (std::uint32_t i = 0; i < n; ++i) set.validators.push_back({"validator" + std::to_string(i), fake_key(i)});
  return set;
}

}  // namespace qilian::sim
