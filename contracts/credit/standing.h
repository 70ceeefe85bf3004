// Credit as computed at a time: determinations take effect, expire and are repaired by their stored times, never by a
// sweep.
#pragma once

#include "contracts/context.h"
#include "contracts/credit.pb.h"
#include "contracts/credit_view.h"

namespace qilian::contracts::credit {

/// Rules in force; all zero where the genesis has none.
pb::CreditRules load_rules(const ledger::StateView& state);

/// 0..1000 from the current record alone, by integers. A trade counts at most `trade_cap` points per counterparty and
/// calendar year.
std::int64_t score(const pb::CreditProfile& profile, const pb::CreditRules& rules, TimeMs now);
std::string_view grade(std::int64_t score, const pb::CreditRules& rules);

/// The strictest sanction of this profile alone, and the determination behind it.
struct Sanction {
  Severity severity = Severity::kNone;
  std::string determination;
};
Sanction strictest(const pb::CreditProfile& profile, TimeMs now);

pb::CreditProfile load_profile(const Context& context, std::string_view uscc);

}  // namespace qilian::contracts::credit
