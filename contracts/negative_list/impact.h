// What a draft would stop, against live state; and what one version of the list says that another does not. Pure reads.
#pragma once

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
  std::int64_t added = 0;             ///< of both, those that no entry in force stops for the same operations
  std::int64_t listings = 0;          ///< open listings of what it stops
  std::int64_t trades = 0;            ///< open trades of what it stops
  std::vector<std::string> examples;  ///< the first that are added, ascending by row
};

/// Entries of a draft, each against every live version. `published`: the last published version (null: none); entries
/// of it that the draft replaces, and those not in force at `now`, stop nothing. REQUIRES: the draft passed
/// check_entries_shape and check_entry_attributes.
std::vector<EntryImpact> impact(const AssetTable& table,
                                const google::protobuf::RepeatedPtrField<pb::NegativeEntry>& draft,
                                const pb::NegativeList* published, ledger::TimeMs now);

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
