// Versions of the list. Each version holds every entry with its own times, so that the last published one answers for
// any instant.
#pragma once

#include <optional>

#include "contracts/context.h"
#include "contracts/negative_list.pb.h"

namespace qilian::contracts::negative_list {

/// The last published version; nothing before the first.
std::optional<pb::NegativeList> published(const ledger::StateView& state);
/// Number of the last version that is effective at `now`; 0 before the first.
std::uint64_t version_in_force(const ledger::StateView& state, TimeMs now);

}  // namespace qilian::contracts::negative_list
