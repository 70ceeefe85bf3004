#include "tests/twins/cases.h"

#include <algorithm>
#include <map>
#include <numeric>

namespace qilian::twins {

namespace {

/// Groups numbered by first appearance.
std::vector<std::uint32_t> normal(const std::vector<std::uint32_t>& groups) {
  std::map<std::uint32_t, std::uint32_t> names;
  std::vector<std::uint32_t> out;
  for (const std::uint32_t group : groups) {
    out.push_back(names.try_emplace(group, static_cast<std::uint32_t>(names.size())).first->second);
  }
  return out;
}

void each_partition(std::vector<std::uint32_t>& groups, std::size_t nodes, const std::function<void()>& visit) {
  if (groups.size() == nodes) return visit();
  const std::uint32_t used = groups.empty() ? 0 : *std::ranges::max_element(groups) + 1;
  for (std::uint32_t group = 0; group <= used; ++group) {
    groups.push_back(group);
    each_partition(groups, nodes, visit);
    groups.pop_back();
  }
}

/// A sequence stays the smallest only under those renamings that left its rounds so far as they are.
std::uint64_t extend(const std::vector<std::vector<std::uint32_t>>& renamings,
                     const std::vector<std::size_t>& still_equal, std::vector<std::uint32_t>& rounds,
                     std::size_t length, const std::function<void(const std::vector<std::uint32_t>&)>& visit) {
  if (rounds.size() == length) {
    visit(rounds);
    return 1;
  }
  std::uint64_t count = 0;
  for (std::uint32_t next = 0; next < renamings.front().size(); ++next) {
    std::vector<std::size_t> equal;
    bool smallest = true;
    for (const std::size_t renaming : still_equal) {
      const std::uint32_t renamed = renamings[renaming][next];
      smallest = smallest && renamed >= next;
      if (renamed == next) equal.push_back(renaming);
    }
    if (!smallest) continue;
    rounds.push_back(next);
    count += extend(renamings, equal, rounds, length, visit);
    rounds.pop_back();
  }
  return count;
}

}  // namespace

std::vector<Round> all_rounds(std::uint32_t n, std::uint32_t twins) {
  std::vector<Round> out;
  std::vector<std::uint32_t> groups;
  each_partition(groups, n + twins, [&] {
    for (std::uint32_t leader = 0; leader < n; ++leader) out.push_back({groups, leader});
  });
  std::ranges::sort(out);
  return out;
}

std::vector<std::vector<std::uint32_t>> renamings(const std::vector<Round>& rounds, std::uint32_t n,
                                                  std::uint32_t twins) {
  std::vector<std::vector<std::uint32_t>> out;
  std::vector<std::uint32_t> doubled(twins), single(n - twins);
  std::iota(doubled.begin(), doubled.end(), 0U);
  do {
    std::iota(single.begin(), single.end(), twins);
    do {
      for (std::uint32_t swapped = 0; swapped < 1U << twins; ++swapped) {
        // Where each node goes.
        std::vector<std::uint32_t> to(n + twins);
        for (std::uint32_t j = 0; j < twins; ++j) {
          const bool swap = (swapped >> j & 1U) != 0;
          to[j] = swap ? n + doubled[j] : doubled[j];
          to[n + j] = swap ? doubled[j] : n + doubled[j];
        }
        for (std::uint32_t i = twins; i < n; ++i) to[i] = single[i - twins];
        std::vector<std::uint32_t> image;
        for (const Round& round : rounds) {
          Round renamed;
          renamed.group_of_node.resize(n + twins);
          for (std::uint32_t node = 0; node < n + twins; ++node)
            renamed.group_of_node[to[node]] = round.group_of_node[node];
          renamed.group_of_node = normal(renamed.group_of_node);
          renamed.leader = to[round.leader] % n;
          if (to[round.leader] >= n) renamed.leader = to[round.leader] - n;
          image.push_back(static_cast<std::uint32_t>(std::ranges::lower_bound(rounds, renamed) - rounds.begin()));
        }
        out.push_back(std::move(image));
      }
    } while (std::ranges::next_permutation(single).found);
  } while (std::ranges::next_permutation(doubled).found);
  return out;
}

std::uint64_t each_case(const std::vector<std::vector<std::uint32_t>>& renamings, std::size_t length,
                        const std::function<void(const std::vector<std::uint32_t>&)>& visit) {
  std::vector<std::size_t> all(renamings.size());
  std::iota(all.begin(), all.end(), std::size_t{0});
  std::vector<std::uint32_t> rounds;
  return extend(renamings, all, rounds, length, visit);
}

}  // namespace qilian::twins
