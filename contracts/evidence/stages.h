// The stages of a trade: which act is allowed where, as one table; README.md draws it. Pure.
#pragma once

#include <string_view>

#include "contracts/evidence.pb.h"
#include "ledger/core/types.h"

namespace qilian::contracts::evidence {

enum class Act { kAgree, kClear, kDeliver, kAccept, kReleaseKey, kSettle, kRefund, kCancel, kOpenDispute };

/// May `act` be done to a trade in `stage`? Windows (the dispute window after SETTLED) are checked apart.
bool allows(pb::Trade::Stage stage, Act act);

/// What a reader sees at `time`: SETTLED past its dispute window is CLOSED; everything else is as stored.
pb::Trade::Stage stage_at(const pb::Trade& trade, ledger::TimeMs time);

std::string_view stage_name(pb::Trade::Stage stage);

}  // namespace qilian::contracts::evidence
