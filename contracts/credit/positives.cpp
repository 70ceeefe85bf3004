// Positive events: fulfilled trades and passed audits. record_positive.
#include <algorithm>

#include "contracts/credit/credit.h"
#include "contracts/credit/standing.h"
#include "contracts/members.h"
#include "contracts/text_guard.h"

namespace qilian::contracts {
namespace credit {
namespace {

/// What the score is computed from has a bound: the oldest drop. The journal of the profile keeps them.
void keep_newest(const Context& context, pb::CreditProfile& profile) {
  const auto most = static_cast<int>(context.parameters().integer("credit.max_positives"));
  const int over = profile.positives_size() - most;
  if (over > 0) profile.mutable_positives()->DeleteSubrange(0, over);
}

/// Entries that still give points are bounded by cap and year; the record keeps those and no more.
void add_trade(Context& context, std::string_view uscc, std::string_view counterparty, std::string_view trade) {
  const pb::CreditRules rules = load_rules(context.state());
  pb::CreditProfile profile = load_profile(context, uscc);
  const std::int64_t year = date_of(context.time()).year;
  std::int64_t given = 0;
  for (const pb::CreditProfile::Positive& positive : profile.positives()) {
    const bool same = positive.kind() == pb::CreditProfile::Positive::TRADE &&
                      positive.counterparty() == counterparty && date_of(TimeMs(positive.at())).year == year;
    if (same) given += rules.trade();
  }
  if (given >= rules.trade_cap()) return;
  pb::CreditProfile::Positive* added = profile.add_positives();
  added->set_kind(pb::CreditProfile::Positive::TRADE);
  added->set_counterparty(std::string(counterparty));
  added->set_reference(std::string(trade));
  added->set_at(context.time().value());
  keep_newest(context, profile);
  context.put(kind::kCreditProfile, uscc, profile);
}

/// Whoever is assessed every week is not better for it: so many passed audits a year count.
bool audit_counts(const Context& context, const pb::CreditProfile& profile) {
  const std::int64_t year = date_of(context.time()).year;
  const auto this_year = std::ranges::count_if(profile.positives(), [&](const pb::CreditProfile::Positive& positive) {
    return positive.kind() == pb::CreditProfile::Positive::AUDIT && date_of(TimeMs(positive.at())).year == year;
  });
  return this_year < context.parameters().integer("credit.audits_per_year");
}

Outcome positive_check(const pb::CreditRecordPositive& a) {
  QILIAN_PASS(require_text("subject", a.subject(), 18));
  QILIAN_PASS(require_text("source", a.source(), 18));
  return require_text("reference", a.reference(), 128);
}

Outcome positive_object(const pb::CreditRecordPositive& a, const Context& context) {
  QILIAN_REQUIRE(organisation_exists(context, a.subject()), "COM-301", "no organisation " + a.subject());
  QILIAN_REQUIRE(organisation_exists(context, a.source()), "COM-301", "no organisation " + a.source());
  const pb::CreditProfile profile = load_profile(context, a.subject());
  const bool known = std::ranges::any_of(profile.positives(), [&](const pb::CreditProfile::Positive& positive) {
    return positive.kind() == pb::CreditProfile::Positive::AUDIT && positive.reference() == a.reference();
  });
  QILIAN_REQUIRE(!known, "COM-302", "reference " + a.reference() + " has counted already");
  QILIAN_REQUIRE(audit_counts(context, profile), "COM-303",
                 "credit.audits_per_year have counted for " + a.subject() + " this year");
  return pass();
}

Outcome positive_invariants(const pb::CreditRecordPositive& a, const Context& context) {
  QILIAN_REQUIRE(independent_of(context, a.subject()), "CRD-401", "a regulator does not determine about its own group");
  QILIAN_REQUIRE(!related(context, a.source(), a.subject()), "CRD-404",
                 "source " + a.source() + " is related to the subject");
  return pass();
}

Outcome positive_apply(const pb::CreditRecordPositive& a, Context& context) {
  record_positive_event(context, a.subject(), a.source(), a.reference());
  context.set_object(a.subject());
  return pass();
}

}  // namespace

void add_positive_calls(CallList& calls) {
  calls.push_back(make_call<pb::CreditRecordPositive>({.name = "credit.record_positive",
                                                       .policy = SignaturePolicy::kRegulators,
                                                       .roles = {"REGULATOR"},
                                                       .credit = CreditClass::kOpen,
                                                       .stopped_by_hold = false,
                                                       .label_zh = "记录守信行为",
                                                       .label_en = "Record a passed audit"},
                                                      {.check = positive_check,
                                                       .object = positive_object,
                                                       .invariants = positive_invariants,
                                                       .apply = positive_apply}));
}

}  // namespace credit

void record_fulfilled_trade(Context& context, std::string_view seller, std::string_view buyer, std::string_view trade) {
  if (related(context, seller, buyer)) return;
  credit::add_trade(context, seller, buyer, trade);
  credit::add_trade(context, buyer, seller, trade);
}

bool record_positive_event(Context& context, std::string_view uscc, std::string_view source,
                           std::string_view reference) {
  pb::CreditProfile profile = credit::load_profile(context, uscc);
  if (!credit::audit_counts(context, profile)) {
    context.add_trace("no further points this year: credit.audits_per_year");
    return false;
  }
  pb::CreditProfile::Positive* added = profile.add_positives();
  added->set_kind(pb::CreditProfile::Positive::AUDIT);
  added->set_counterparty(std::string(source));
  added->set_reference(std::string(reference));
  added->set_at(context.time().value());
  credit::keep_newest(context, profile);
  context.put(kind::kCreditProfile, uscc, profile);
  return true;
}

}  // namespace qilian::contracts
