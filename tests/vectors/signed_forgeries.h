// Certificates that only a quorum could make, honest or not: every signature holds, and what is signed is at the edge
// of the rules or beyond it.
#pragma once

#include <vector>

#include "tests/unit/ledger/mutants.h"

namespace qilian::ledger::test {

/// Of a chain of one epoch (make_story(false)); `after` has the same genesis and a boundary at 7. Names say what is at
/// stake; whether it is accepted, the verifier says.
std::vector<NamedCertificate> signed_forgeries(const TestChain& chain, const TestChain& after);

}  // namespace qilian::ledger::test
