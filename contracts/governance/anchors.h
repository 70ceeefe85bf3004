// Facts of another chain, checked against what two regulators anchored here. Pure.
#pragma once

#include <string_view>

#include "contracts/context.h"
#include "ledger/core/fact.h"

namespace qilian::contracts::governance {

/// A fact certificate of a foreign chain: verified from the anchored genesis and validators, and certified under one of
/// the anchored heads. Errors: "anchor.unknown" for a chain or a head that is not anchored, "fact.*", "certificate.*".
ledger::Result<ledger::VerifiedFact> verify_foreign_fact(const Context& context, std::string_view genesis_hash_hex,
                                                         ledger::ByteView certificate);

}  // namespace qilian::contracts::governance
