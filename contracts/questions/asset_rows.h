// Every live version of a state in columns: what the negative list's impact is computed over. Private to reads.
#pragma once

#include "contracts/negative_list/asset_table.h"
#include "contracts/questions/history.h"

namespace qilian::contracts::questions {

/// Reads every version with its lineage and attestations, every listing and every trade. Seconds for a million.
negative_list::AssetTable asset_rows(const HistoryView& history, ledger::TimeMs time);

}  // namespace qilian::contracts::questions
