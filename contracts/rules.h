// Which rules were in force: versions for receipts, one hash for the header.
#pragma once

#include "contracts/parameters.h"
#include "ledger/core/state.h"

namespace qilian::contracts {

struct RuleVersions {
  std::uint64_t negative_list = 0;
  std::uint64_t credit_rules = 0;
  std::uint64_t parameters = 0;
};

RuleVersions rule_versions(const ledger::StateView& state, const Parameters& parameters, TimeMs now);

/// The parameters in force; all defaults where the state has none.
Parameters load_parameters(const ledger::StateView& state);
/// Published calendars of the year before `now` and of the nine that follow: further deadlines fall back to Monday to
/// Friday.
Calendar load_calendar(const ledger::StateView& state, TimeMs now);

}  // namespace qilian::contracts
