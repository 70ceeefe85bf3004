// What a draft would stop, against live state; and what one version of the list says that another does not. Pure reads.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "contracts/negative_list.pb.h"
#include "contracts/negative_list/asset_table.h"
#include "ledger/core/types.h"

namespace qilian::contracts::negative_list {

/// Versions named as examples of each entry.
inline constexpr std::size_t kMaxExamples = 20;

struct EntryImpact {
  std::string code;
  std::int64_t matched = 0;  ///< live versions that it speaks of
  std::int64_t uncertain =
      0;  ///< live versions that it would stop for want of an attribute (COM-403), or until the call states one
  std::int64_t added = 0;             ///< of both, those that no entry in force stops for all of its operations
  std::int64_t listings = 0;          ///< open listings of what it stops
  std::int64_t trades = 0;            ///< open trades of what it stops
  std::vector<std::string> examples;  ///< the first that are added, parents before children
};

/// What the prohibitions in force stop already, version by version: computed once for a table and a list, and asked by
/// every draft. One pass over the table for each entry.
class Standing {
 public:
  /// Nothing stands.
  Standing() = default;
  Standing(const AssetTable& table, const pb::NegativeList& list, ledger::TimeMs now);

  struct Entry {
    std::string code;
    std::set<int> operations;
    std::vector<std::uint64_t> stops;  ///< one bit for each position in the table's order()
  };
  const std::vector<Entry>& entries() const { return entries_; }

 private:
  std::vector<Entry> entries_;
};

/// Entries of a draft, each against every live version. Entries that the draft replaces stop nothing any more.
/// REQUIRES: `standing` was made from this table as it is; the draft passed check_entries_shape and
/// check_entry_attributes.
std::vector<EntryImpact> impact(const AssetTable& table,
                                const google::protobuf::RepeatedPtrField<pb::NegativeEntry>& draft,
                                const Standing& standing);

/// One code in two versions.
struct EntryChange {
  enum class Kind { kAdded, kRemoved, kChanged };
  std::string code;
  Kind kind = Kind::kAdded;
  std::vector<std::string> fields;  ///< of a changed one: names of the fields that differ
  const pb::NegativeEntry* before = nullptr;
  const pb::NegativeEntry* after = nullptr;
};

/// Ascending by code. An entry that the earlier version carries with an end is not there in the later one. Pointers
/// last as long as the lists.
std::vector<EntryChange> differences(const pb::NegativeList& before, const pb::NegativeList& after);

}  // namespace qilian::contracts::negative_list
