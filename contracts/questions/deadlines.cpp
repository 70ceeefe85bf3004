// What is late and what will soon be over. Clocks run against authorities too.
#include <array>

#include "contracts/credit.pb.h"
#include "contracts/notary.pb.h"
#include "contracts/questions/reading.h"
#include "contracts/registry/registry.h"

namespace qilian::contracts::questions {
namespace {

constexpr std::int64_t kDayMs = 86'400'000;
constexpr std::int64_t kMostDays = 36'500;

Result<void> overdue_duties(const Reading& reading, Answer& answer) {
  std::int64_t examined = 0;
  reading.each<pb::Responsibility>(kind::kResponsibility, [&](std::string_view id, const pb::Responsibility& duty) {
    ++examined;
    if (duty.status() != "OPEN" || duty.due() == 0 || duty.due() > reading.time().value()) return;
    answer.add({{"duty", std::string(id)},
                {"department", duty.department()},
                {"resource", duty.resource()},
                {"sla", duty.sla()},
                {"due", duty.due()}});
  });
  answer.facts = {{"duties_examined", examined}};
  return {};
}

Result<void> expiring(const Reading& reading, Answer& answer) {
  QILIAN_TRY(const std::int64_t days, reading.number("days", 30));
  if (days < 0 || days > kMostDays) return fail("question.argument", "days lies between 0 and 36500");
  const std::int64_t until = reading.time().value() + days * kDayMs;
  std::int64_t examined = 0;
  reading.each<pb::Asset>(kind::kAsset, [&](std::string_view udi, const pb::Asset& asset) {
    ++examined;
    if (!registry::live(asset, reading.time()) || asset.valid_to() > until) return;
    answer.add({{"udi", std::string(udi)},
                {"title", asset.title()},
                {"registrant", asset.registrant()},
                {"valid_to", asset.valid_to()}});
  });
  answer.facts = {{"assets_examined", examined}, {"until", until}};
  return {};
}

void add_late(const Reading& reading, Answer& answer, std::string kind, std::string_view id, const std::string& about,
              const std::string& who, std::int64_t decide_by) {
  if (decide_by == 0 || reading.time().value() < decide_by) return;
  answer.add({{"kind", std::move(kind)},
              {"id", std::string(id)},
              {"about", about},
              {"decides", who},
              {"decide_by", decide_by}});
}

Result<void> overdue_reviews(const Reading& reading, Answer& answer) {
  reading.each<pb::AssetObjection>(kind::kAssetObjection, [&](std::string_view id,
                                                              const pb::AssetObjection& objection) {
    if (objection.status() != pb::AssetObjection::OPEN) return;
    const auto asset = registry::asset(reading.context(), objection.udi());
    add_late(reading, answer, "objection", id, objection.udi(), asset ? asset->registrar() : "", objection.decide_by());
  });
  reading.each<pb::Attestation>(kind::kAttestation, [&](std::string_view id, const pb::Attestation& attestation) {
    if (attestation.status() != pb::Attestation::UNDER_REVIEW || attestation.review().decided_at() != 0) return;
    add_late(reading, answer, "attestation", id, attestation.review().requester(), attestation.issuer(),
             attestation.review().decide_by());
  });
  reading.each<pb::Determination>(kind::kDetermination, [&](std::string_view id, const pb::Determination& one) {
    if (one.status() == pb::Determination::OBJECTED) {
      add_late(reading, answer, "determination", id, one.subject(), "another regulator than " + one.determiner(),
               one.review_by());
    }
    if (one.status() == pb::Determination::NOTIFIED && one.severity() == pb::Severity::SERIOUS) {
      // Confirmed from the window's end on, and no later than a review would be: then the notice stops nothing any
      // more.
      const Period term = reading.context().parameters().period("credit.review_window");
      const TimeMs confirm_by = deadline(TimeMs(one.object_by()), term, reading.context().calendar());
      add_late(reading, answer, "confirmation", id, one.subject(), "another regulator than " + one.determiner(),
               confirm_by.value());
    }
  });
  return {};
}

constexpr std::array kDays{Argument{"days", false, "how many days ahead; 30"}};

}  // namespace

std::span<const Entry> deadline_questions() {
  static const std::array<Entry, 3> all{{
      {{14, "overdue-duties", {}, Tier::kMember, "责任逾期", "Overdue duties on the responsibility list"},
       overdue_duties},
      {{15, "expiring", kDays, Tier::kPublic, "临期资产", "Assets whose registration ends within so many days"},
       expiring},
      {{21, "overdue-reviews", {}, Tier::kMember, "复核逾期", "Objections and reviews past their deadline"},
       overdue_reviews},
  }};
  return all;
}

}  // namespace qilian::contracts::questions
