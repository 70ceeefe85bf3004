// The ids of the last short window of blocks: with the keys of kind 0 (ledger/core/commit.h) what makes execution at
// most once.
//
// What is remembered is a function of block times alone, so that a node that was restarted remembers what the others
// do.
#pragma once

#include <cstring>
#include <deque>
#include <unordered_set>
#include <vector>

#include "ledger/core/types.h"

namespace qilian::node {

struct IdHash {
  std::size_t operator()(const ledger::TransactionId& id) const {
    std::size_t out = 0;
    std::memcpy(&out, id.bytes.data(), sizeof out);
    return out;
  }
};
using IdSet = std::unordered_set<ledger::TransactionId, IdHash>;

class ExecutedIds {
 public:
  /// The next block's. REQUIRES: times never fall.
  void remember(ledger::TimeMs time, std::vector<ledger::TransactionId> ids) {
    ids_.insert(ids.begin(), ids.end());
    blocks_.push_back({time, std::move(ids)});
  }

  /// Forgets blocks with an earlier time.
  void forget_before(ledger::TimeMs time) {
    for (; !blocks_.empty() && blocks_.front().time < time; blocks_.pop_front()) {
      for (const ledger::TransactionId& id : blocks_.front().ids) ids_.erase(id);
    }
  }

  bool contains(const ledger::TransactionId& id) const { return ids_.contains(id); }

 private:
  struct Block {
    ledger::TimeMs time;
    std::vector<ledger::TransactionId> ids;
  };
  std::deque<Block> blocks_;
  IdSet ids_;
};

}  // namespace qilian::node
