// The second half of the key: committed to at delivery, shown at release, checked by every replica (EVD-406).
//
//   key = k1 xor k2; k1 travels with the ciphertext, k2 stands on the ledger once it is released.
//   commitment = 0x81 || SHA-256(salt || k2)
#pragma once

#include "ledger/core/bytes.h"

namespace qilian::contracts::evidence {

inline constexpr std::size_t kKeyShareBytes = 32;
inline constexpr std::size_t kMinSaltBytes = 16;
inline constexpr std::size_t kMaxSaltBytes = 32;

/// What a seller commits to when it delivers.
ledger::Bytes key_commitment(ledger::ByteView salt, ledger::ByteView k2);

}  // namespace qilian::contracts::evidence
