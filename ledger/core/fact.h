// The offline verifier of the portable certificate. `fact_builder.h` has the other side.
//
// It trusts the pinned genesis and nothing else: no node, no network, no root that came along. `ledger/README.md`, "To
// verify", has the steps.
#pragma once

#include <variant>
#include <vector>

#include "ledger/core/block_certificate.h"
#include "ledger/core/genesis.h"
#include "ledger/core/transaction.h"

namespace qilian::ledger {

/// Longest certificate that the verifier reads.
inline constexpr std::size_t kMaxFactBytes = 64 * 1024 * 1024;

/// What is claimed of one key; numbers as in certificate.proto. All heights are inclusive.
enum class Claim { kCurrent = 1, kAtHeight = 2, kHistory = 3, kRange = 4, kAbsent = 5, kAbsentAtHeight = 6 };

/// A transaction stands in a block with this receipt, whatever its code.
struct VerifiedTransaction {
  Transaction transaction;
  Bytes receipt;
  std::string code;
  std::uint64_t index = 0;
};

/// One journal entry whose leaf, payload and record were checked against the root.
struct VerifiedEntry {
  std::uint64_t index = 0;
  JournalLeaf leaf;
  Bytes payload;
  std::optional<Bytes> record;  ///< the record after it, where this entry changed it or the claim shows it
};

/// What holds of one key.
struct VerifiedState {
  Claim claim = Claim::kCurrent;
  Key key;
  Height from;                         ///< kAtHeight, kAbsentAtHeight, kRange
  Height to;                           ///< kRange
  std::uint64_t count = 0;             ///< entries in the journal as of the header; 0 for kAbsent
  std::vector<VerifiedEntry> entries;  ///< what the claim is about, neighbours left out
  std::optional<Bytes> record_before;  ///< kRange: the record in force when the range opens, if any
};

/// A fact that was proved, and by whom.
struct VerifiedFact {
  std::variant<VerifiedState, VerifiedTransaction> fact;
  Header header;     ///< the header under which the fact stands
  Header certified;  ///< the header that the quorum signed; the same or a later one
  HeaderHash certified_hash;
  ValidatorSet validators;         ///< the set of that epoch, reached from the genesis without a gap
  std::vector<ReplicaId> signers;  ///< who of them signed, ascending
  bool by_pinned_head =
      false;  ///< a pinned later head was used too; otherwise the genesis pin alone (old keys not leaked)
};

/// A head that the verifier knows by other means (a newspaper, another ledger).
struct PinnedHead {
  Height height;
  HeaderHash hash;
};

/// Checks a FactCertificate from its bytes. Errors: "fact.*" and "certificate.*" (refused; the message says at which
/// step), COM-10x (the bytes are not a canonical certificate). What was proved is in the result: a caller with a
/// question compares the claim with it. With `head`, the certified header must be that very header.
Result<VerifiedFact> verify_fact(ByteView certificate, const Genesis& pinned,
                                 const std::optional<PinnedHead>& head = std::nullopt);

}  // namespace qilian::ledger
