// Private to the verifier: what a StateFact proves under one state root.
#pragma once

#include "ledger/core/fact.h"

namespace qilian::ledger::pb {
class StateFact;
}

namespace qilian::ledger {

/// Checks the claim against the header's state root, which is recomputed from the entries and the map proof. Errors
/// "fact.*".
Result<VerifiedState> verify_state_claim(const pb::StateFact& fact, const Header& header);

}  // namespace qilian::ledger
