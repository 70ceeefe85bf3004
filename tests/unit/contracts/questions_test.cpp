// Questions whose answers the story leaves empty, the errors that asking has, and what each tier is shown. The story
// (tests/scenarios/gansu) holds the others.
#include "contracts/questions/questions.h"

#include <doctest/doctest.h>

#include "contracts/authorization.pb.h"
#include "contracts/credit.pb.h"
#include "contracts/evidence.pb.h"
#include "contracts/incident.pb.h"
#include "contracts/membership.pb.h"
#include "contracts/notary.pb.h"
#include "contracts/questions/memory_history.h"
#include "contracts/registry.pb.h"
#include "contracts/revenue.pb.h"
#include "contracts/validators.pb.h"
#include "ledger/core/canonical.h"
#include "ledger/core/signature.h"

namespace ledger = qilian::ledger;
using namespace qilian::contracts;
using namespace qilian::contracts::questions;
using ledger::Height;
using ledger::TimeMs;

namespace {

const std::string kHolder = "91620100DEM000516U";
const std::string kUdi = "gsd:91620100DEM000516U:R2026000001J";
constexpr std::int64_t kDay = 86'400'000;

/// Records at block 0, by hand.
class World {
 public:
  void put(Kind kind, const std::string& id, const google::protobuf::Message& record) {
    records_[{kind, id}] = ledger::encode(record);
  }
  void add_asset(const std::string& udi, pb::Asset::Grade grade, std::int64_t valid_to) {
    pb::Asset asset;
    asset.set_udi(udi);
    asset.set_title("an asset");
    asset.set_grade(grade);
    asset.set_category(pb::Asset::ENTERPRISE);
    asset.set_status(pb::Asset::REGISTERED);
    asset.set_valid_to(valid_to);
    asset.set_head(1);
    asset.set_registrant(kHolder);
    asset.set_industry("A0110");
    asset.set_region("620100");
    put(kind::kAsset, udi, asset);
    pb::AssetVersion version;
    version.set_udi(udi);
    version.set_seq(1);
    put(kind::kAssetVersion, udi + "@1", version);
  }
  ledger::Result<Answer> ask(std::string_view name, const Arguments& arguments, std::int64_t at,
                             Tier tier = Tier::kRegulator) {
    const MemoryHistory history(records_, TimeMs(1));
    return questions::ask(*history.at(Height(0)), TimeMs(at), tier, name, arguments);
  }
  /// The same, after one more block that changed one record.
  ledger::Result<Answer> ask_after(const std::pair<ledger::Key, const google::protobuf::Message&>& change,
                                   std::string_view name, std::int64_t at) {
    MemoryHistory history(records_, TimeMs(1));
    const ledger::Event event{
        change.first, static_cast<std::uint16_t>(EventKind::kChanged), {}, ledger::encode(change.second)};
    history.append(TimeMs(2), {&event, 1}, {});
    return questions::ask(*history.at(Height(1)), TimeMs(at), Tier::kRegulator, name, {});
  }

 private:
  std::map<ledger::Key, ledger::Bytes> records_;
};

std::string field(const Row& row, std::string_view name) {
  const Value* found = find(row, name);
  return found == nullptr ? "no such field" : text_of(*found);
}

}  // namespace

TEST_CASE("question 10 finds grants that a withdrawn batch broke, through their ancestors too") {
  World world;
  pb::ConsentBatch batch;
  batch.set_id("CB-1");
  batch.set_status(pb::ConsentBatch::WITHDRAWN);
  world.put(kind::kConsentBatch, "CB-1", batch);
  pb::Grant root;
  root.set_id("G-1");
  root.set_type(pb::Grant::LICENSE);
  root.add_consent_batch("CB-1");
  root.set_status(pb::Grant::ACTIVE);
  root.set_to(100);
  pb::Grant below = root;
  below.set_id("G-2");
  below.set_type(pb::Grant::SUBGRANT);
  below.set_parent_grant("G-1");
  below.clear_consent_batch();
  pb::Grant other = root;
  other.set_id("G-3");
  other.clear_consent_batch();
  for (const pb::Grant* grant : {&root, &below, &other}) world.put(kind::kGrant, grant->id(), *grant);

  const auto answer = world.ask("broken-consent", {}, 10);
  REQUIRE(answer.has_value());
  REQUIRE(answer->rows.size() == 2);
  CHECK(field(answer->rows[0], "grant") == "G-1");
  CHECK(field(answer->rows[0], "withdrawn") == "[CB-1]");
  CHECK(field(answer->rows[0], "in_effect") == "false");
  CHECK(field(answer->rows[1], "grant") == "G-2");
  CHECK(field(answer->rows[1], "chain") == "[G-2, G-1]");
  CHECK(field(answer->facts, "grants_examined") == "3");
  CHECK(world.ask("broken-consent", {{"batch", "CB-other"}}, 10)->rows.empty());
}

TEST_CASE("question 14 names duties that are open past their day, and no others") {
  World world;
  pb::Responsibility duty;
  duty.set_department(kHolder);
  duty.set_status("OPEN");
  duty.set_due(100);
  world.put(kind::kResponsibility, "D-1", duty);
  duty.set_status("DONE");
  world.put(kind::kResponsibility, "D-2", duty);
  CHECK(world.ask("overdue-duties", {}, 99)->rows.empty());
  const auto answer = world.ask("overdue-duties", {}, 100);
  REQUIRE(answer->rows.size() == 1);
  CHECK(field(answer->rows[0], "duty") == "D-1");
  CHECK(field(answer->facts, "duties_examined") == "2");
}

TEST_CASE("question 15 names assets that end within so many days, not those that have ended") {
  World world;
  world.add_asset(kUdi, pb::Asset::ORDINARY, 40 * kDay);
  CHECK(world.ask("expiring", {{"days", "10"}}, 29 * kDay)->rows.empty());
  CHECK(world.ask("expiring", {{"days", "10"}}, 30 * kDay)->rows.size() == 1);
  CHECK(world.ask("expiring", {}, 10 * kDay)->rows.size() == 1);
  CHECK(world.ask("expiring", {{"days", "10"}}, 40 * kDay)->rows.empty());
}

TEST_CASE("question 21 names a SERIOUS notice that nobody confirmed in time, and an attestation left under review") {
  World world;
  pb::Determination notice;
  notice.set_id("DET-1");
  notice.set_severity(pb::Severity::SERIOUS);
  notice.set_status(pb::Determination::NOTIFIED);
  notice.set_object_by(kDay);
  world.put(kind::kDetermination, "DET-1", notice);
  pb::Attestation attestation;
  attestation.set_id("ATT-1");
  attestation.set_status(pb::Attestation::UNDER_REVIEW);
  attestation.mutable_review()->set_decide_by(60 * kDay);
  world.put(kind::kAttestation, "ATT-1", attestation);
  CHECK(world.ask("overdue-reviews", {}, 2 * kDay)->rows.empty());
  // Twenty working days are less than sixty days.
  const auto later = world.ask("overdue-reviews", {}, 59 * kDay);
  REQUIRE(later->rows.size() == 1);
  CHECK(field(later->rows[0], "kind") == "confirmation");
  CHECK(world.ask("overdue-reviews", {}, 60 * kDay)->rows.size() == 2);
  attestation.mutable_review()->set_decided_at(1);
  world.put(kind::kAttestation, "ATT-1", attestation);
  CHECK(world.ask("overdue-reviews", {}, 60 * kDay)->rows.size() == 1);
}

TEST_CASE("question 19 counts IMPORTANT assets, and what is made from them") {
  World world;
  const std::string product = "gsd:91620100DEM000516U:P20260000018";
  world.add_asset(kUdi, pb::Asset::IMPORTANT, 100);
  world.add_asset(product, pb::Asset::ORDINARY, 100);
  pb::Derivation made;
  made.set_child(product + "@1");
  made.add_parents()->set_udi(kUdi);
  made.mutable_parents(0)->set_version(1);
  world.put(kind::kDerivation, product + "@1", made);
  const auto answer = world.ask("important", {}, 10);
  REQUIRE(answer->rows.size() == 1);
  CHECK(field(answer->rows[0], "assets") == "2");
  CHECK(field(answer->rows[0], "industry") == "A0110");
  CHECK(world.ask("important", {{"region", "6209"}}, 10)->rows.empty());
}

TEST_CASE("question 20 names open incidents and who received the data") {
  World world;
  world.add_asset(kUdi, pb::Asset::ORDINARY, 1'000);
  pb::Incident incident;
  incident.set_id("I-1");
  incident.set_kind(pb::Incident::LEAK);
  incident.set_level(pb::Incident::MAJOR);
  incident.add_assets(kUdi);
  incident.set_status(pb::Incident::TRIAGED);
  incident.set_due(50);
  world.put(kind::kIncident, "I-1", incident);
  incident.set_id("I-2");
  incident.set_status(pb::Incident::CLOSED);
  world.put(kind::kIncident, "I-2", incident);
  const auto answer = world.ask("incidents", {{"asset", kUdi}}, 60);
  REQUIRE(answer->rows.size() == 1);
  CHECK(field(answer->rows[0], "incident") == "I-1");
  CHECK(field(answer->rows[0], "overdue") == "true");
  CHECK(field(answer->rows[0], "receivers") == "[]");
  CHECK(field(answer->facts, "incidents_examined") == "2");
}

TEST_CASE("the public sees a determination inside its window, and neither score nor what was repaired") {
  World world;
  pb::Organisation organisation;
  organisation.set_uscc(kHolder);
  world.put(kind::kOrganisation, kHolder, organisation);
  pb::Determination one;
  one.set_id("DET-1");
  one.set_subject(kHolder);
  one.set_severity(pb::Severity::MODERATE);
  one.set_status(pb::Determination::EFFECTIVE);
  one.set_public_from(100);
  one.set_public_max_to(200);
  pb::CreditProfile profile;
  profile.add_negatives()->set_determination("DET-1");
  world.put(kind::kCreditProfile, kHolder, profile);
  const Arguments who{{"organisation", kHolder}};

  world.put(kind::kDetermination, "DET-1", one);
  CHECK(world.ask("credit", who, 150, Tier::kPublic)->rows.size() == 1);
  CHECK(find(world.ask("credit", who, 150, Tier::kPublic)->facts, "score") == nullptr);
  CHECK(find(world.ask("credit", who, 150, Tier::kMember)->facts, "score") != nullptr);
  CHECK(world.ask("credit", who, 99, Tier::kPublic)->rows.empty());
  CHECK(world.ask("credit", who, 200, Tier::kPublic)->rows.empty());
  CHECK(world.ask("credit", who, 200, Tier::kMember)->rows.size() == 1);
  one.set_status(pb::Determination::REPAIRED);
  world.put(kind::kDetermination, "DET-1", one);
  CHECK(world.ask("credit", who, 150, Tier::kPublic)->rows.empty());
}

TEST_CASE("question 5 tells the public the present, not what a window in the past showed") {
  World world;
  pb::Organisation organisation;
  organisation.set_uscc(kHolder);
  world.put(kind::kOrganisation, kHolder, organisation);
  const Arguments who{{"organisation", kHolder}};
  REQUIRE(world.ask("credit", who, 1, Tier::kPublic).has_value());
  REQUIRE(world.ask("credit", who, 0, Tier::kMember).has_value());
  const auto past = world.ask("credit", who, 0, Tier::kPublic);
  REQUIRE_FALSE(past.has_value());
  CHECK(past.error().code == "question.tier");
}

TEST_CASE("question 16 shows a suspension until it lapses") {
  World world;
  pb::Organisation organisation;
  organisation.set_uscc(kHolder);
  organisation.set_status(pb::Organisation::SUSPENDED);
  organisation.set_status_before_suspension(pb::Organisation::RESTRICTED);
  organisation.set_suspended_until(100);
  world.put(kind::kOrganisation, kHolder, organisation);
  const auto status = [&](std::int64_t at) {
    return field(world.ask("group", {{"organisation", kHolder}}, at)->rows.at(0), "status");
  };
  CHECK(status(99) == "SUSPENDED");
  CHECK(status(100) == "RESTRICTED");
}

TEST_CASE("question 23 asks the set that decides, not the one that is only decided") {
  World world;
  const std::string next = "91620100DEM000217N";
  pb::Trade trade;
  trade.set_id("T-1");
  trade.set_seller(kHolder);
  trade.set_buyer(next);
  world.put(kind::kTrade, "T-1", trade);
  const auto epoch = [&](std::uint64_t number, std::uint64_t first, const std::string& validator) {
    pb::ValidatorEpoch out;
    out.set_epoch(number);
    out.set_first_height(first);
    pb::ValidatorSeat* seat = out.add_seats();
    seat->set_organisation(validator);
    const auto key = ledger::SecretKey::from_seed(ledger::Bytes(32, static_cast<char>(number + 1)));
    seat->set_consensus_key(std::string(key->public_key().view()));
    return out;
  };
  world.put(kind::kValidatorEpoch, "0", epoch(0, 0, kHolder));
  world.put(kind::kValidatorEpoch, "1", epoch(1, 9, next));
  world.put(kind::kValidatorEpoch, "newest", epoch(1, 9, next));
  pb::ValidatorOrganisations organisations;
  organisations.add_organisations(next);
  world.put(kind::kValidatorOrganisations, "current", organisations);
  const auto answer = world.ask("neutrality", {{"trade", "T-1"}}, 10);
  REQUIRE(answer->rows.size() == 1);
  CHECK(field(answer->rows[0], "validator") == kHolder);
}

TEST_CASE("question 13 measures a period against the ceiling that was its own") {
  World world;
  pb::PriceCap cap;
  cap.set_udi(kUdi);
  cap.set_purpose("INDUSTRY");
  cap.set_from(10);
  cap.set_allowed_revenue_fen(100);
  pb::PriceCap newer = cap;
  newer.set_from(20);
  pb::RevenueOfPeriod period;
  period.set_udi(kUdi);
  period.set_purpose("INDUSTRY");
  period.set_from(10);
  period.set_gross_fen(130);
  world.put(kind::kPriceCap, kUdi + "/INDUSTRY", cap);
  world.put(kind::kRevenueOfPeriod, kUdi + "/INDUSTRY/10", period);
  CHECK(field(world.ask("revenue", {}, 30)->facts, "excess_fen") == "30");
  const auto later = world.ask_after({{kind::kPriceCap, kUdi + "/INDUSTRY"}, newer}, "revenue", 30);
  CHECK(field(later->facts, "excess_fen") == "30");
}

TEST_CASE("asking has errors with stable codes") {
  World world;
  const auto code = [&](std::string_view name, const Arguments& arguments, Tier tier = Tier::kRegulator) {
    const auto answer = world.ask(name, arguments, 10, tier);
    return answer ? std::string("OK") : answer.error().code;
  };
  CHECK(code("nonsense", {}) == "question.unknown");
  CHECK(code("lineage", {}) == "question.argument");
  CHECK(code("expiring", {{"nonsense", "1"}}) == "question.argument");
  CHECK(code("expiring", {{"days", "many"}}) == "question.argument");
  CHECK(code("expiring", {{"days", "-1"}}) == "question.argument");
  CHECK(code("expiring", {{"days", "9223372036854775807"}}) == "question.argument");
  CHECK(code("denied", {}) == "question.argument");
  CHECK(code("denied", {{"organisation", "x"}}, Tier::kMember) == "question.tier");
  CHECK(code("holders", {{"udi", kUdi}}, Tier::kPublic) == "question.tier");
  CHECK(code("holders", {{"udi", kUdi}}) == "question.not_found");
  CHECK(code("why", {{"trade", "T"}}) == "question.not_found");
  CHECK(code("list-diff", {{"from", "1"}, {"to", "2"}}) == "question.not_found");
}

TEST_CASE("every question of the domain is there once, by its number") {
  int next = 1;
  for (const Question& question : questions::questions()) CHECK(question.number == next++);
  CHECK(next == 27);
}

TEST_CASE("a moment is milliseconds or a date of UTC+8") {
  CHECK(parse_moment("1784044800000") == TimeMs(1784044800000));
  CHECK(parse_moment("2026-07-15") == TimeMs(1784044800000));
  for (const char* bad : {"", "-1", "2026-02-29", "2026-13-01", "2026-07-15x", "15.7.2026", "1969-12-31", "2026-00-10",
                          "253402272000000", "9223372036854775807"}) {
    INFO(bad);
    CHECK_FALSE(parse_moment(bad).has_value());
  }
}

TEST_CASE("history in memory shows each height as it was") {
  const ledger::Key key{kind::kTrade, "T"};
  MemoryHistory history({{key, "one"}}, TimeMs(10));
  ledger::Event event;
  event.key = key;
  event.record = "two";
  history.append(TimeMs(20), std::span(&event, 1), {});
  event.record = std::nullopt;
  history.append(TimeMs(30), std::span(&event, 1), {});
  CHECK(history.at(Height(0))->record(key) == "one");
  CHECK(history.at(Height(1))->record(key) == "two");
  CHECK(history.at(Height(2))->record(key) == "two");
  CHECK(history.at(Height(1))->journal(key).size() == 2);
  CHECK(history.at(Height(2))->journal(key).size() == 3);
  CHECK(history.height_at(TimeMs(9)) == Height(0));
  CHECK(history.height_at(TimeMs(20)) == Height(1));
  CHECK(history.height_at(TimeMs(29)) == Height(1));
  CHECK(history.height_at(TimeMs(99)) == Height(2));
}
