// Every registered version in columns, for questions about all of them at once: what would a draft stop? One entry
// costs a few passes over arrays, whatever the assets say.
//
// A version may be put before its parents; until they are put, they count as unknown. Not thread-safe.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "contracts/asset_view.h"
#include "contracts/negative_list/matcher.h"

namespace qilian::contracts::pb {
class NegativeEntry;
}

namespace qilian::contracts::negative_list {

/// One truth a row.
using Truths = std::vector<Truth>;

class AssetTable {
 public:
  /// What is open on a version: it decides nothing and is counted.
  struct Open {
    std::uint32_t listings = 0;
    std::uint32_t trades = 0;
  };

  /// Adds a version, or replaces what was said of it. `live`: it may be listed and traded now.
  void put(const AssetView& view, bool live);
  void set_open(std::string_view version, Open open);

  std::size_t size() const { return rows_.size(); }
  const std::string& version(std::size_t row) const { return rows_[row].version; }
  bool live(std::size_t row) const { return rows_[row].live; }
  const Open& open(std::size_t row) const { return rows_[row].open; }

  /// What an entry says of each version, by itself and through its lineage, exceptions included: as `evaluate` walks
  /// it. What only a call can say (purpose, buyer, environment) is unknown. REQUIRES: the entry passed its checks.
  Truths reach(const pb::NegativeEntry& entry) const;

 private:
  /// Index of an interned list of texts; 0 is the empty one: not stated.
  using Set = std::uint32_t;
  /// Values of one attribute, by row. Rows past the end state nothing.
  struct Column {
    std::vector<Set> texts;
    std::vector<std::int64_t> numbers;
    std::vector<std::uint8_t> has_number;
  };
  struct Claim {
    Set name = 0;
    Set text = 0;
    std::int64_t number = 0;
  };
  struct RowFacts {
    std::string version;
    std::vector<std::uint32_t> parents;
    std::vector<Claim> claims;
    Open open;
    bool live = false;
    bool put = false;
  };

  std::uint32_t row_of(std::string_view version);
  Set intern(const std::vector<std::string>& texts);
  void state(std::uint32_t row, const Attribute& attribute);
  Truths match(const pb::Matcher& matcher) const;
  Truths match_leaf(const pb::Matcher& matcher) const;
  /// Rows that bear a claim which lifts the entry.
  std::vector<std::uint8_t> lifted(const pb::NegativeEntry& entry) const;
  const std::vector<std::uint32_t>& parents_first() const;

  std::vector<RowFacts> rows_;
  std::map<std::string, std::uint32_t, std::less<>> row_ids_;
  std::map<std::string, Column, std::less<>> columns_;
  std::vector<std::vector<std::string>> sets_{{}};
  std::map<std::vector<std::string>, Set> set_ids_;
  mutable std::vector<std::uint32_t> order_;  ///< parents before children; empty: not computed since the last put
};

}  // namespace qilian::contracts::negative_list
