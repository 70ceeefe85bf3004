// Credit: the history of an organisation with its score recomputed, and its controller group with every sanction.
#include "contracts/credit/credit.h"

#include <array>

#include "contracts/credit/standing.h"
#include "contracts/members.h"
#include "contracts/membership.pb.h"
#include "contracts/membership/standing.h"
#include "contracts/questions/reading.h"

namespace qilian::contracts::questions {
namespace {

std::string severity_name(Severity severity) {
  switch (severity) {
    case Severity::kMinor:
      return "MINOR";
    case Severity::kModerate:
      return "MODERATE";
    case Severity::kSerious:
      return "SERIOUS";
    case Severity::kNone:
      break;
  }
  return "NONE";
}

/// A published record leaves public views after repair and past its window; the ledger keeps it.
bool shown(const Reading& reading, const pb::Determination& now) {
  if (reading.tier() != Tier::kPublic) return true;
  const pb::Determination::Status status = credit::status_at(now, reading.time());
  const bool in_window = now.public_from() != 0 && now.public_from() <= reading.time().value() &&
                         reading.time().value() < now.public_max_to();
  return in_window && (status == pb::Determination::EFFECTIVE || status == pb::Determination::REPAIR_APPLIED);
}

void add_history(const Reading& reading, const std::string& id, Answer& answer) {
  const auto now = credit::find(reading.context(), id);
  if (!now || !shown(reading, *now)) return;
  for (const HistoryEntry& entry : reading.history().journal({kind::kDetermination, id})) {
    pb::EventPayload payload;
    QILIAN_CHECK(payload.ParseFromString(entry.payload));
    pb::Determination after;
    if (entry.record) QILIAN_CHECK(after.ParseFromString(*entry.record));
    answer.add({{"determination", id},
                {"at", entry.time.value()},
                {"call", payload.call()},
                {"status", pb::Determination::Status_Name(after.status())},
                {"severity", pb::Severity::Value_Name(after.severity())},
                {"behaviour", after.behaviour()},
                {"determiner", after.determiner()},
                {"reviewer", after.reviewer()},
                {"object_by", after.object_by()},
                {"effective_at", after.effective_at()},
                {"public_min_to", after.public_min_to()},
                {"public_max_to", after.public_max_to()}});
  }
}

Result<void> credit_history(const Reading& reading, Answer& answer) {
  const std::string uscc = reading.text("organisation");
  if (!organisation_exists(reading.context(), uscc)) return std::unexpected(missing("organisation", uscc));
  const pb::CreditProfile profile = credit::load_profile(reading.context(), uscc);
  const credit::Sanction own = credit::strictest(profile, reading.time());
  answer.facts = {{"organisation", uscc}};
  if (reading.tier() != Tier::kPublic) {
    answer.facts.push_back({"score", credit_score(reading.context(), uscc)});
    answer.facts.push_back({"grade", credit_grade(reading.context(), uscc)});
    answer.facts.push_back({"positives", static_cast<std::int64_t>(profile.positives_size())});
  }
  answer.facts.push_back({"sanction", severity_name(own.severity)});
  answer.facts.push_back({"group_sanction", severity_name(active_sanction(reading.context(), uscc))});
  for (const pb::CreditProfile::Negative& negative : profile.negatives()) {
    add_history(reading, negative.determination(), answer);
  }
  return {};
}

Result<void> group(const Reading& reading, Answer& answer) {
  const std::string uscc = reading.text("organisation");
  if (!organisation_exists(reading.context(), uscc)) return std::unexpected(missing("organisation", uscc));
  for (const std::string& member : controller_group(reading.context(), uscc)) {
    const auto record = reading.context().get<pb::Organisation>(kind::kOrganisation, member);
    const credit::Sanction own = credit::strictest(credit::load_profile(reading.context(), member), reading.time());
    answer.add({{"organisation", member},
                {"name", record ? record->name() : std::string()},
                {"status",
                 record ? pb::Organisation::Status_Name(membership::standing(*record, reading.time())) : std::string()},
                {"sanction", severity_name(own.severity)},
                {"determination", own.determination}});
  }
  answer.facts = {{"organisation", uscc},
                  {"sanction", severity_name(active_sanction(reading.context(), uscc))},
                  {"serious_notice", serious_notice_pending(reading.context(), uscc)}};
  return {};
}

constexpr std::array kOrganisation{Argument{"organisation", true, "USCC"}};

}  // namespace

std::span<const Entry> credit_questions() {
  static const std::array<Entry, 2> all{{
      {{5, "credit", kOrganisation, Tier::kPublic, "信用履历",
        "Credit history of an organisation, and its score recomputed at that time", true},
       credit_history},
      {{16, "group", kOrganisation, Tier::kMember, "控制人群组",
        "Controller group of an organisation, and its sanctions"},
       group},
  }};
  return all;
}

}  // namespace qilian::contracts::questions
