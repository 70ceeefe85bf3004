// Overlays of jurisdictions (governance.set_overlay): entries of their own, asked beside the list's. They bind versions
// whose asset lies in the jurisdiction, and what descends from those where the entry reaches so far.
#pragma once

#include <string>

#include "contracts/negative_list.pb.h"
#include "ledger/core/state.h"

namespace qilian::contracts::negative_list {

/// Appends every jurisdiction's entries, each bound to its region; an asset without a region matches (fail closed).
void append_overlays(const ledger::StateView& state, pb::NegativeList& list);

/// What `overlay` asks less of than `base`, in words; empty where it is at least as strict in everything.
std::string what_loosens(const pb::NegativeEntry& base, const pb::NegativeEntry& overlay);

}  // namespace qilian::contracts::negative_list
