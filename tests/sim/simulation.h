// A whole network in virtual time, driven by a seed: a phase of faults, then healing and a phase in which everything
// must finish.
#pragma once

#include "tests/sim/replica.h"

namespace qilian::sim {

struct Outcome {
  std::string failure;  ///< empty when every oracle was content
  std::string setup;    ///< n, window, who was faulty
  Counters counters;
  /// From healing until everything was executed everywhere, in timeouts: the longest that was in force at the healing.
  double timeouts = 0;
  ledger::Digest trace;  ///< of everything delivered and of the final states: equal seeds, equal traces
};

Outcome run(const Options& options);

}  // namespace qilian::sim
