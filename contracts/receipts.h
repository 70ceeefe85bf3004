// What execution leaves behind for each transaction: its receipt and, for a blocked attempt, entries in the
// denied-attempt journals.
#pragma once

#include <string_view>

#include "contracts/gate.h"

namespace qilian::contracts {

/// Longest trace that a receipt keeps; a longer one is cut at a character's border.
inline constexpr std::size_t kMaxTraceBytes = 512;

/// Canonical bytes of ledger.proto Receipt. A quota refusal has neither trace nor object: its size is constant.
ledger::Bytes encode_receipt(const ledger::StateView& state, const BlockFrame& frame, const Decision& decision,
                             const ledger::TransactionId& id);

/// Entries by organisation and by list entry. None for 2xx (strangers must not frame anybody), none for a quota
/// refusal.
void journal_denial(WriteSet& block, const Decision& decision, std::string_view call, const ledger::TransactionId& id);

}  // namespace qilian::contracts
