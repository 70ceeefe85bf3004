// A whole network in virtual time, driven by a seed: a phase of faults, then healing and a phase in which everything
// must finish.
#pragma once

#include "tests/sim/replica.h"

namespace qilian::sim {

struct Outcome {
  std::string failure;  ///< empty when every oracle was content
  std::string setup;    ///< n, window, who was faulty
  Counters counters;
  /// The longest that a transaction took after healing (or after it came) to be executed by all honest replicas, in
  /// timeouts: the longest one in force at the healing.
  double timeouts = 0;
  ledger::Digest trace;  ///< of everything delivered and of the final states: equal seeds, equal traces
};

Outcome run(const Options& options);

}  // namespace qilian::sim
