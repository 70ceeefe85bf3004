// Proves an index row by row: against the state root of its block, and against another index. For the offline tools.
#pragma once

#include "ledger/store/index.h"

namespace qilian::ledger::store {

struct IndexContents {
  std::uint64_t objects = 0;
  std::uint64_t entries = 0;
  std::uint64_t transactions = 0;
};

/// Counts the rows and proves those of the state: every journal is whole and gives its object's edge, every record and
/// payload hashes to what its leaf names, and all objects together give `state_root`. Error "store.corrupt" names the
/// key.
Result<IndexContents> check_index(const Index::View& index, const Digest& state_root);

/// The first row of one of two indexes that the other one lacks or has otherwise; nothing where they are equal. What
/// hangs on when a node was certified or synced (recent writes, marks) is left out.
Result<std::optional<std::string>> first_difference(const Index::View& left, const Index::View& right);

}  // namespace qilian::ledger::store
