#include "ledger/store/history.h"

#include <doctest/doctest.h>

#include "ledger/core/block.h"
#include "ledger/core/hash.h"

using namespace qilian::ledger;
using qilian::ledger::store::HistoryTree;

TEST_CASE("the history tree agrees with the plain list at every size and index") {
  HistoryTree tree;
  std::vector<Digest> leaves;
  CHECK(tree.root(0) == list_empty_root());
  for (int i = 0; i < 70; ++i) {
    const HeaderHash header = HeaderHash::of(sha256({std::to_string(i)}));
    tree.append(header);
    leaves.push_back(history_leaf_hash(header));
  }
  for (std::uint64_t size = 1; size <= leaves.size(); ++size) {
    const std::span<const Digest> some(leaves.data(), size);
    REQUIRE(tree.root(size) == list_root(some));
    for (std::uint64_t index = 0; index < size; ++index)
      REQUIRE(tree.path(index, size) == list_inclusion_proof(some, index));
  }
}
