// The map after each of the last blocks: what proofs are made from. Rebuilt from the index at open. Thread-safe: one
// writer, many readers.
#pragma once

#include <deque>
#include <mutex>

#include "ledger/store/index.h"

namespace qilian::ledger::store {

class MapVersions {
 public:
  MapVersions(std::size_t most_versions, std::size_t most_keys)
      : most_versions_(most_versions), most_keys_(most_keys) {}

  /// Reads all objects and the recent write sets of the index, which stands at `executed`, and builds the versions that
  /// they give.
  Result<void> rebuild(const Index::View& index, Height executed);
  /// The next version. Heights that fall out of the bounds are appended to `forgotten`; those at or above `certified`
  /// stay.
  void push(Height height, MerkleMap map, std::size_t keys, Height certified, std::vector<Height>& forgotten);
  void clear();

  /// "store.gone" below the kept heights, "store.pending" above them.
  Result<MerkleMap> at(Height height) const;
  std::optional<MerkleMap> newest() const;

 private:
  struct Version {
    Height height;
    MerkleMap map;
    std::size_t keys;  ///< touched by that block
  };
  std::size_t most_versions_;
  std::size_t most_keys_;
  mutable std::mutex mutex_;
  std::deque<Version> versions_;  ///< consecutive heights
  std::size_t keys_ = 0;
};

}  // namespace qilian::ledger::store
