// What is done to good certificates in order to see it refused: shared by the suites of the C++ verifier and by the
// corpus that both verifiers are held to.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "ledger/core/certificate.pb.h"
#include "tests/unit/ledger/story.h"

namespace qilian::ledger::test {

struct NamedCertificate {
  std::string name;
  Bytes bytes;
};

/// One good certificate of each kind about the story's keys.
std::vector<NamedCertificate> good_certificates(const TestChain& chain);

/// Calls `each` with every certificate that differs in one step from this one: a field cut, an element dropped, doubled
/// or swapped with its neighbour, a number shifted, at any depth.
void for_each_structural_mutant(const pb::FactCertificate& root, const std::function<void(const Bytes&)>& each);

/// How much of a journal entry is shown.
enum Style : unsigned { kBare = 0, kPayload = 1, kRecord = 2, kBoth = 3 };

/// Genuine entries [first, end) of the journal with genuine proofs, under any claim, true or not. The first and the
/// last entry are shown in the styles given, those between as HISTORY shows them.
pb::StateFact forge(const TestChain& chain, const StateQuestion& question, std::uint64_t first, std::uint64_t end,
                    unsigned first_style, unsigned last_style);

/// Every forgery of this question's answer.
void for_each_forgery(const TestChain& chain, const StateQuestion& question,
                      const std::function<void(const pb::StateFact&)>& each);

}  // namespace qilian::ledger::test
