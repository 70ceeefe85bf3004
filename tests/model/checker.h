// Bounded model checking of the real step function: four replicas, liars among them, one sequence, views 0 and 1, two
// values of a lying primary (and whatever fresh proposal an honest primary of view 1 makes). README.md states the
// bounds and the reductions, and why they lose nothing.
#pragma once

#include <cstdint>
#include <set>
#include <string>

namespace qilian::model {

struct Bounds {
  std::set<std::uint32_t> liars = {0};   ///< more than one is more than n = 4 withstands
  bool checkpoints = true;               ///< CHECKPOINTs are delivered: low watermarks move
  bool verify = true;                    ///< false, a fault put in: what liars sign enters unchecked
  std::uint64_t max_states = 1'000'000;  ///< where it gives up
};

struct Result {
  std::uint64_t states = 0;        ///< of the whole network
  std::uint64_t local_states = 0;  ///< of single replicas
  std::uint64_t transitions = 0;
  std::uint64_t steps = 0;      ///< calls of the real step function
  std::uint64_t messages = 0;   ///< distinct ones
  std::uint64_t executed = 0;   ///< states in which an honest replica has executed
  std::uint64_t in_view_1 = 0;  ///< states in which an honest replica is in view 1
  std::uint32_t depth = 0;      ///< longest of the shortest ways to a state, in visible steps
  bool complete = false;        ///< every reachable state was visited
  std::string violation;        ///< the first one
};

Result check(const Bounds& bounds);

}  // namespace qilian::model
