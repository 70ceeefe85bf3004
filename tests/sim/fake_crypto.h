// Signatures inside the simulator: a keyed checksum in 64 bytes. Unforgeable enough for actors that do not try, and
// cheap.
#pragma once

#include "consensus/verify.h"

namespace qilian::sim {

inline std::uint64_t checksum(ledger::ByteView bytes, std::uint64_t hash) {
  for (const char c : bytes) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3ULL;
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
