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

/// Every row, parents before their children.
struct Order {
  std::vector<std::uint32_t> rows;
  std::vector<std::uint32_t> first_parent;  ///< rows.size() + 1 offsets into `parents`
  std::vector<std::uint32_t> parents;       ///< positions in `rows`
  std::vector<std::uint32_t> position;      ///< by row
};

/// One truth for each position of the order.
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

  /// Valid until the next put.
  const Order& order() const;

  /// What an entry says of each version, by itself and through its lineage, exceptions included: as `evaluate` walks
  /// it. What only a call can say (purpose, buyer, environment) is unknown. REQUIRES: the entry passed its checks.
  Truths reach(const pb::NegativeEntry& entry) const;

 private:
  /// An interned text.
  using Text = std::uint32_t;
  /// Where a row's texts stand in the pool of its column; none: not stated.
  struct Cell {
    std::uint32_t begin = 0;
    std::uint32_t count = 0;
  };
  /// Values of one attribute, by row. Rows past the end state nothing.
  struct Column {
    std::vector<Cell> texts;
    std::vector<Text> pool;
    std::vector<std::int64_t> numbers;
    std::vector<std::uint8_t> has_number;
  };
  struct Claim {
    Text name = 0;
    Text text = 0;
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
  Text intern(const std::string& text);
  void state(std::uint32_t row, const Attribute& attribute);
  Truths match(const pb::Matcher& matcher, const Order& order) const;
  Truths match_leaf(const pb::Matcher& matcher, const Order& order) const;
  /// Positions that bear a claim which lifts the entry.
  std::vector<std::uint8_t> lifted(const pb::NegativeEntry& entry, const Order& order) const;
  std::vector<std::uint32_t> parents_first() const;

  std::vector<RowFacts> rows_;
  std::map<std::string, std::uint32_t, std::less<>> row_ids_;
  std::map<std::string, Column, std::less<>> columns_;
  std::vector<std::string> texts_{""};
  std::map<std::string, Text, std::less<>> text_ids_{{"", 0}};

  // Computed when first asked for after a put.
  struct ClaimAt {
    std::uint32_t row = 0;
    Claim claim;
  };
  mutable Order order_;
  mutable std::map<Text, std::vector<ClaimAt>> claims_;  ///< by name
  mutable std::vector<std::uint32_t> unknown_;           ///< parents that nobody put
};

}  // namespace qilian::contracts::negative_list
