// The compiled genesis: what a network starts from and what every verifier pins.
#pragma once

#include <map>
#include <vector>

#include "ledger/core/header.h"
#include "ledger/core/state.h"
#include "ledger/core/validators.h"

namespace qilian::ledger {

struct Genesis {
  std::string chain;
  TimeMs time;
  std::uint32_t logic_version = 1;
  std::uint32_t window = 32;
  std::int64_t short_expiry_ms = 600'000;
  ValidatorSet validators;  ///< epoch 0
  std::map<Key, Bytes> records;

  Bytes bytes;  ///< as hashed
  GenesisHash hash;

  /// Canonical, known suite, valid set, sorted records. Errors "genesis.*" that name the field.
  static Result<Genesis> decode(ByteView bytes);
  /// Builds the bytes from the fields above (bytes and hash are ignored) and decodes them again.
  static Result<Genesis> compile(const Genesis& fields);
};

/// The suite that this build speaks.
inline constexpr std::string_view kSuiteEd25519Sha256 = "ed25519-sha256";

/// One journal entry of kind 0, at height 0 and the genesis' time, for each record: transaction index 0, event index =
/// the record's position, empty payload.
std::vector<Event> genesis_events(const Genesis& genesis);

/// Header 0: zero parent, no proposer, no transactions, the state after the genesis records. `rules_hash` is the
/// contracts' business.
Header genesis_header(const Genesis& genesis, const Digest& rules_hash);

}  // namespace qilian::ledger
