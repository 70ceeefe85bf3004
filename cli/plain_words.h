// What a certificate proves, for people who have never seen one; and how it stands up to damage.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "ledger/core/fact.h"

namespace qilian::cli {

/// One sentence a line: what is proved, as of when, who signed, on what it rests. The record follows as indented JSON.
std::string plain_words(const ledger::VerifiedFact& fact, const ledger::Genesis& genesis);
/// The same as one JSON object.
std::string fact_json(const ledger::VerifiedFact& fact, const ledger::Genesis& genesis);

struct Mutations {
  std::size_t tried = 0;
  std::size_t refused = 0;
  std::string first_accepted;  ///< what was done to the one that passed, or empty
};

/// Damages a good certificate at random, `count` times, in one place or several, and verifies each result. The seed
/// repeats a run.
Mutations try_mutations(const ledger::Bytes& certificate, const ledger::Genesis& genesis, std::size_t count,
                        std::uint64_t seed);

}  // namespace qilian::cli
