// The chain that the certificate tests share: an asset with a history, an index, two epochs and some traffic around
// them.
#pragma once

#include "tests/unit/ledger/test_chain.h"

namespace qilian::ledger::test {

inline const Key kAsset{11, "gsd:asset"};
inline const Key kIndex{12, "denied:org"};
inline const Key kNobody{11, "gsd:nobody"};

/// Heights: asset made at 3, changed at 5, touched without change at 8, changed at 12; the index grows at 4, 5, 5, 9;
/// boundaries at 7 and 10 where `epochs` asks for them; head 14.
inline TestChain make_story(bool epochs, std::size_t validators = 4) {
  TestChain chain(validators);
  for (std::uint64_t height = 1; height <= 14; ++height) {
    std::vector<TestChain::Write> writes;
    writes.push_back({{20, "noise " + std::to_string(height % 6)}, "noise at " + std::to_string(height)});
    if (height == 3) writes.push_back({kAsset, "asset, first", "made"});
    if (height == 5) writes.push_back({kAsset, "asset, second", "changed"});
    if (height == 8) writes.push_back({kAsset, std::nullopt, "touched"});
    if (height == 12) writes.push_back({kAsset, "asset, third", "changed again"});
    if (height == 4 || height == 9) writes.push_back({kIndex, std::nullopt, "reference at " + std::to_string(height)});
    if (height == 5) {
      writes.push_back({kIndex, std::nullopt, "reference at 5"});
      writes.push_back({kIndex, std::nullopt, "another at 5"});
    }
    if (epochs && (height == 7 || height == 10)) {
      chain.add_boundary();
    } else {
      chain.add_block(1 + height % 5, writes);
    }
  }
  return chain;
}

}  // namespace qilian::ledger::test
