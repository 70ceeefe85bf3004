#include "contracts/evidence/stages.h"

namespace qilian::contracts::evidence {

using pb::Trade;

bool allows(Trade::Stage stage, Act act) {
  switch (act) {
    case Act::kAgree:
      return stage == Trade::OFFERED;
    case Act::kClear:
      return stage == Trade::AGREED;
    case Act::kDeliver:
      return stage == Trade::CLEARED;
    case Act::kAccept:
      return stage == Trade::DELIVERED;
    case Act::kReleaseKey:
      return stage == Trade::ACCEPTED;
    case Act::kSettle:
      return stage == Trade::KEY_RELEASED;
    case Act::kRefund:
      return stage == Trade::RULED;
    // Once the data is out of the seller's hands, only a dispute unwinds the trade.
    case Act::kCancel:
      return stage == Trade::OFFERED || stage == Trade::AGREED || stage == Trade::CLEARED;
    case Act::kOpenDispute:
      return stage >= Trade::AGREED && stage <= Trade::SETTLED;
  }
  return false;
}

Trade::Stage stage_at(const Trade& trade, ledger::TimeMs time) {
  if (trade.stage() == Trade::SETTLED && time.value() >= trade.closes_at()) return Trade::CLOSED;
  return trade.stage();
}

std::string_view stage_name(Trade::Stage stage) { return Trade::Stage_Name(stage); }

}  // namespace qilian::contracts::evidence
