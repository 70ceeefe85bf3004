// The cases of Twins (Bano et al., "Twins: BFT Systems Made Robust", 2021): in every round some partition of the nodes
// and some leader. Node i < n is validator i; node n + j is the twin of validator j, with the same key and a life of
// its own.
//
// Validators without a twin are interchangeable, and so are the two halves of a twin: of all cases that differ by such
// a renaming alone the smallest is taken. For n = 4 and one twin: Bell(5) = 52 partitions, 4 leaders, so 208 rounds;
// the renamings are a group of 2! * 3! = 12; by Burnside's lemma (208^3 + 80^3 + 3 * 40^3 + 2 * 7^3 + 3 * 24^3 + 2 *
// 5^3) / 12 = 812,110 cases of three rounds.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

namespace qilian::twins {

struct Round {
  std::vector<std::uint32_t> group_of_node;  ///< numbered by first appearance
  std::uint32_t leader = 0;                  ///< a validator
  auto operator<=>(const Round&) const = default;
};

/// Every round of n validators of which the first `twins` have a twin, in order.
std::vector<Round> all_rounds(std::uint32_t n, std::uint32_t twins);

/// For each renaming the number of the round that each round becomes.
std::vector<std::vector<std::uint32_t>> renamings(const std::vector<Round>& rounds, std::uint32_t n,
                                                  std::uint32_t twins);

/// Calls `visit` with every sequence of `length` rounds (by number) that is the smallest of those it can be renamed to,
/// in order, and returns how many there were.
std::uint64_t each_case(const std::vector<std::vector<std::uint32_t>>& renamings, std::size_t length,
                        const std::function<void(const std::vector<std::uint32_t>&)>& visit);

}  // namespace qilian::twins
