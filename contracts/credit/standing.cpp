#include "contracts/credit/standing.h"

#include <algorithm>
#include <map>
#include <utility>

#include "contracts/credit/stage.h"
#include "contracts/members.h"

namespace qilian::contracts {
namespace credit {
namespace {

std::int64_t points(const pb::CreditRules& rules, pb::Severity::Value severity) {
  switch (severity) {
    case pb::Severity::MINOR:
      return rules.minor();
    case pb::Severity::MODERATE:
      return rules.moderate();
    case pb::Severity::SERIOUS:
      return rules.serious();
    default:
      return 0;
  }
}

bool in_effect(const pb::CreditProfile::Negative& negative, TimeMs now) {
  return negative.effective_at() != 0 && negative.effective_at() <= now.value() && now.value() < negative.expires_at();
}

bool repaired(const pb::CreditProfile::Negative& negative, TimeMs now) {
  return negative.repaired_at() != 0 && negative.repaired_at() <= now.value();
}

Severity severity_of(pb::Severity::Value value) { return static_cast<Severity>(value); }

}  // namespace

pb::CreditRules load_rules(const ledger::StateView& state) {
  pb::CreditRules rules;
  if (const auto bytes = state.record({kind::kCreditRules, "current"})) QILIAN_CHECK(rules.ParseFromString(*bytes));
  return rules;
}

std::int64_t score(const pb::CreditProfile& profile, const pb::CreditRules& rules, TimeMs now) {
  std::int64_t out = rules.base();
  for (const pb::CreditProfile::Negative& negative : profile.negatives()) {
    if (!in_effect(negative, now)) continue;
    const std::int64_t taken = points(rules, negative.severity());
    out -= repaired(negative, now) ? taken / 2 : taken;
  }
  std::map<std::pair<std::string, std::int64_t>, std::int64_t> by_counterparty_and_year;
  for (const pb::CreditProfile::Positive& positive : profile.positives()) {
    if (positive.at() > now.value()) continue;
    if (positive.kind() == pb::CreditProfile::Positive::AUDIT) {
      out += rules.audit();
      continue;
    }
    std::int64_t& given = by_counterparty_and_year[{positive.counterparty(), date_of(TimeMs(positive.at())).year}];
    const std::int64_t more = std::min(rules.trade(), rules.trade_cap() - given);
    if (more <= 0) continue;
    given += more;
    out += more;
  }
  return std::clamp<std::int64_t>(out, 0, 1000);
}

std::string_view grade(std::int64_t points_now, const pb::CreditRules& rules) {
  if (points_now >= rules.grade_aa()) return "AA";
  if (points_now >= rules.grade_a()) return "A";
  if (points_now >= rules.grade_b()) return "B";
  return points_now >= rules.grade_c() ? "C" : "D";
}

Sanction strictest(const pb::CreditProfile& profile, TimeMs now) {
  Sanction out;
  for (const pb::CreditProfile::Negative& negative : profile.negatives()) {
    if (!in_effect(negative, now) || repaired(negative, now)) continue;
    if (severity_of(negative.severity()) > out.severity)
      out = {severity_of(negative.severity()), negative.determination()};
  }
  return out;
}

pb::CreditProfile load_profile(const Context& context, std::string_view uscc) {
  return context.get<pb::CreditProfile>(kind::kCreditProfile, uscc).value_or(pb::CreditProfile());
}

Outcome check_new_business(const Context& context, std::string_view uscc, bool moderate_stops) {
  for (const std::string& member : controller_group(context, uscc)) {
    const Sanction sanction = strictest(load_profile(context, member), context.time());
    const bool stops =
        sanction.severity == Severity::kSerious || (moderate_stops && sanction.severity == Severity::kModerate);
    QILIAN_REQUIRE(!stops, "COM-404",
                   "determination " + sanction.determination + " against " + member + " stops new business of " +
                       std::string(uscc));
  }
  QILIAN_REQUIRE(credit_grade(context, uscc) != "D", "COM-404", std::string(uscc) + " has credit grade D");
  return pass();
}

}  // namespace credit

std::int64_t credit_score(const Context& context, std::string_view uscc) {
  return credit::score(credit::load_profile(context, uscc), credit::load_rules(context.state()), context.time());
}

std::string credit_grade(const Context& context, std::string_view uscc) {
  return std::string(credit::grade(credit_score(context, uscc), credit::load_rules(context.state())));
}

Severity active_sanction(const Context& context, std::string_view uscc) {
  Severity out = Severity::kNone;
  for (const std::string& member : controller_group(context, uscc)) {
    out = std::max(out, credit::strictest(credit::load_profile(context, member), context.time()).severity);
  }
  return out;
}

bool serious_notice_pending(const Context& context, std::string_view uscc) {
  for (const std::string& member : controller_group(context, uscc)) {
    for (const pb::CreditProfile::Negative& negative : credit::load_profile(context, member).negatives()) {
      const bool paused = negative.notice_lapses_at() != 0 && context.time().value() >= negative.notice_lapses_at();
      if (negative.serious_notice() && !paused) return true;
    }
  }
  return false;
}

}  // namespace qilian::contracts
