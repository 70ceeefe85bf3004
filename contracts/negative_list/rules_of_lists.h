// What makes an entry a good entry: its shape (part of batch validity), its size, its words.
#pragma once

#include "contracts/negative_list.pb.h"
#include "contracts/outcome.h"
#include "contracts/parameters.h"

namespace qilian::contracts::negative_list {

using Entries = google::protobuf::RepeatedPtrField<pb::NegativeEntry>;

/// COM-101, COM-107: choices made, matcher well formed, times in order, fields that the ledger sets left empty, each
/// code once.
Outcome check_entries_shape(const Entries& entries);
/// NEG-402: a matcher with more nodes than negative_list.max_matcher_nodes.
Outcome check_entry_sizes(const Parameters& parameters, const Entries& entries);
/// NEG-405: an attribute that nobody knows, or an operator of the wrong type.
Outcome check_entry_attributes(const Entries& entries);
/// Ascending by code, then by when they begin.
void sort_entries(pb::NegativeList& list);

}  // namespace qilian::contracts::negative_list
