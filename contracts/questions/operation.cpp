// Public operation: what was authorised, used and sold, and what the source units were paid.
#include <array>
#include <map>

#include "contracts/authorization/authorization.h"
#include "contracts/evidence.pb.h"
#include "contracts/questions/reading.h"
#include "contracts/revenue.pb.h"

namespace qilian::contracts::questions {
namespace {

struct Year {
  std::int64_t granted = 0;
  std::int64_t uses = 0;
  std::int64_t records = 0;
  std::int64_t sold = 0;
  std::int64_t revenue_fen = 0;
};

std::int64_t year_of(std::int64_t time) { return date_of(TimeMs(time)).year; }

/// The operator of a PUBLIC_OPERATION grant; of a sub-grant below one, too. Empty elsewhere.
std::string operator_of(const Reading& reading, const std::string& id) {
  const std::int64_t limit = reading.context().parameters().integer("authorization.max_chain");
  auto grant = authorization::grant(reading.context(), id);
  for (std::int64_t level = 0; grant && level <= limit; ++level) {
    if (grant->type() == pb::Grant::PUBLIC_OPERATION) return grant->grantee();
    if (grant->parent_grant().empty()) break;
    grant = authorization::grant(reading.context(), grant->parent_grant());
  }
  return {};
}

Result<void> operation(const Reading& reading, Answer& answer) {
  const std::string wanted = reading.text("operator");
  std::map<std::pair<std::string, std::int64_t>, Year> years;
  reading.each<pb::Grant>(kind::kGrant, [&](std::string_view, const pb::Grant& grant) {
    if (grant.type() == pb::Grant::PUBLIC_OPERATION) ++years[{grant.grantee(), year_of(grant.from())}].granted;
  });
  reading.each<pb::Usage>(kind::kUsage, [&](std::string_view, const pb::Usage& usage) {
    const std::string who = operator_of(reading, usage.grant());
    if (who.empty()) return;
    Year& year = years[{who, year_of(usage.at())}];
    year.uses += usage.uses();
    year.records += usage.records();
  });
  reading.each<pb::Trade>(kind::kTrade, [&](std::string_view, const pb::Trade& trade) {
    if (!trade.public_operation() || trade.settled_at() == 0 || trade.stage() == pb::Trade::REFUNDED) return;
    Year& year = years[{trade.seller(), year_of(trade.settled_at())}];
    ++year.sold;
    year.revenue_fen += trade.price_fen();
  });
  for (const auto& [key, year] : years) {
    if (!wanted.empty() && key.first != wanted) continue;
    answer.add({{"operator", key.first},
                {"year", key.second},
                {"granted", year.granted},
                {"uses", year.uses},
                {"records", year.records},
                {"sold", year.sold},
                {"revenue_fen", year.revenue_fen}});
  }
  return {};
}

/// The allowed revenue of that period: as its own cap said last, which a later period's has replaced since. 0: no
/// limit.
std::int64_t allowed_in(const Reading& reading, const pb::RevenueOfPeriod& period) {
  const std::string id = period.udi() + "/" + period.purpose();
  const auto last = reading.context().get<pb::PriceCap>(kind::kPriceCap, id);
  if (last && last->from() == period.from()) return last->allowed_revenue_fen();
  std::int64_t allowed = 0;
  for (const HistoryEntry& entry : reading.history().journal({kind::kPriceCap, id})) {
    pb::PriceCap cap;
    if (!entry.record) continue;
    QILIAN_CHECK(cap.ParseFromString(*entry.record));
    if (cap.from() == period.from()) allowed = cap.allowed_revenue_fen();
  }
  return allowed;
}

/// One row for each unit that a settlement paid, and one for each period under a ceiling.
Result<void> revenue(const Reading& reading, Answer& answer) {
  const std::string wanted = reading.text("unit");
  std::int64_t paid_fen = 0;
  reading.each<pb::Settlement>(kind::kSettlement, [&](std::string_view id, const pb::Settlement& settlement) {
    const bool paid = settlement.status() == pb::Settlement::PAID || settlement.status() == pb::Settlement::RECONCILED;
    if (!paid) return;
    for (const pb::Amount& amount : settlement.amounts()) {
      if (!wanted.empty() && amount.org() != wanted) continue;
      paid_fen += amount.amount_fen();
      answer.add({{"kind", std::string("paid")},
                  {"unit", amount.org()},
                  {"settlement", std::string(id)},
                  {"udi", settlement.udi()},
                  {"amount_fen", amount.amount_fen()}});
    }
  });
  std::int64_t excess_fen = 0;
  reading.each<pb::RevenueOfPeriod>(kind::kRevenueOfPeriod, [&](std::string_view, const pb::RevenueOfPeriod& period) {
    const std::int64_t allowed = allowed_in(reading, period);
    const std::int64_t excess = allowed == 0 ? 0 : std::max<std::int64_t>(0, period.gross_fen() - allowed);
    excess_fen += excess;
    if (!wanted.empty()) return;
    answer.add({{"kind", std::string("period")},
                {"udi", period.udi()},
                {"purpose", period.purpose()},
                {"from", period.from()},
                {"gross_fen", period.gross_fen()},
                {"allowed_fen", allowed},
                {"excess_fen", excess}});
  });
  answer.facts = {{"paid_fen", paid_fen}, {"excess_fen", excess_fen}};
  return {};
}

constexpr std::array kOperator{Argument{"operator", false, "USCC; left out: each"}};
constexpr std::array kUnit{
    Argument{"unit", false, "USCC of a source unit; left out: each, and the periods under ceilings"}};

}  // namespace

std::span<const Entry> operation_questions() {
  static const std::array<Entry, 2> all{{
      {{12, "operation", kOperator, Tier::kMember, "授权运营情况",
        "Public operation: authorised, used, sold, by operator and year"},
       operation},
      {{13, "revenue", kUnit, Tier::kMember, "收益分配", "Revenue paid to each unit; excess over a ceiling"}, revenue},
  }};
  return all;
}

}  // namespace qilian::contracts::questions
