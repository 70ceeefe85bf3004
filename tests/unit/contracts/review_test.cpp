// Attempts that once succeeded: each case is one way in which a member, a regulator or a notary could have had more
// than the rules give.
#include <doctest/doctest.h>

#include <limits>

#include "contracts/authorization/authorization.h"
#include "contracts/credit.pb.h"
#include "contracts/governance.pb.h"
#include "contracts/members.h"
#include "contracts/membership.pb.h"
#include "contracts/negative_list.pb.h"
#include "contracts/notary/notary.h"
#include "contracts/period.h"
#include "contracts/revenue/revenue.h"
#include "contracts/text_guard.h"
#include "ledger/core/canonical.h"
#include "tests/unit/contracts/market_world.h"
#include "tests/unit/contracts/network.h"
#include "tests/unit/contracts/trading_floor.h"

using namespace qilian;
using namespace qilian::contracts;
using contracts::network_test::Network;
using contracts::test::MarketWorld;
using contracts::trading::kFactor;
using contracts::trading::kModel;
using contracts::trading::kProduct;
using contracts::trading::TradingFloor;

namespace {

template <class Args>
Args with_reason(std::string_view uscc) {
  Args a;
  a.set_uscc(std::string(uscc));
  a.set_reason("because");
  return a;
}

pb::MembershipAddRole role(std::string_view uscc, std::string_view name) {
  pb::MembershipAddRole a;
  a.set_uscc(std::string(uscc));
  a.set_role(std::string(name));
  return a;
}

std::string raw_key(std::string_view name) { return std::string(network_test::key_of(name).public_key().view()); }

pb::MembershipApply application(std::string_view uscc, const std::string& controller) {
  pb::MembershipApply a;
  a.set_uscc(std::string(uscc));
  a.set_name("演示");
  a.set_kind(pb::Organisation::ENTERPRISE);
  a.set_region("620100");
  a.add_controllers(controller);
  a.add_officers()->set_officer_id("1");
  pb::NewKey* key = a.add_keys();
  key->set_public_key(raw_key("SHELL"));
  key->set_officer_id("1");
  for (int stage = pb::Undertaking::COLLECT; stage <= pb::Undertaking::USE; ++stage) {
    a.mutable_undertaking()->add_stages(static_cast<pb::Undertaking::Stage>(stage));
  }
  a.mutable_undertaking()->set_text(network_test::digest("we undertake"));
  a.set_sponsor(std::string(network_test::kNotary));
  return a;
}

pb::NotaryIssue admission_of_person(const std::string& id, const std::string& org) {
  pb::NotaryIssue issue;
  issue.set_id(id);
  issue.set_type(pb::Attestation::LEGAL_PERSON_ADMISSION);
  issue.set_issuer("NOT");
  pb::Subject& subject = *issue.add_subjects();
  subject.set_kind(pb::Subject::ORG);
  subject.set_id(org);
  for (const auto& [name, text] :
       {std::pair{"licence", "valid"}, {"controllers", "none"}, {"sanctions_check", "clear"}}) {
    pb::Claim& claim = *issue.add_claims();
    claim.set_name(name);
    claim.set_text(text);
  }
  issue.set_result(pb::Attestation::PASS);
  issue.set_evidence_root(trading::digest("dossier"));
  issue.set_procedure("in person");
  issue.set_conflict_declaration("none");
  return issue;
}

pb::OfficerTag tag(const std::string& officer, char of) {
  pb::OfficerTag out;
  out.set_officer_id(officer);
  out.set_person_tag(std::string(32, of));
  return out;
}

pb::EvidenceList listing(const std::string& id) {
  pb::EvidenceList a;
  a.set_id(id);
  a.set_asset(trading::version(kFactor));
  a.set_venue("VEN");
  a.set_seller("DLR");
  a.set_pricing(pb::AUTONOMOUS);
  return a;
}

authorization::Use uses(std::int64_t count) {
  authorization::Use out;
  out.uses = count;
  return out;
}

std::string code(const Outcome& outcome) { return outcome ? outcome->code : "OK"; }

}  // namespace

TEST_CASE("a character cut in two in a trace leaves a receipt that can be read, nested ones too") {
  Network network;
  network.add_member("DLR", network_test::kDealer, {"DEALER", "HOLDER"});
  pb::RegistrySubmit submit = MarketWorld::submission("DLR", 'R', 1);
  submit.set_udi("gsd:9162010é0DEM00051:R2026000001R");
  pb::GovernancePropose propose;
  propose.set_call("registry.submit");
  propose.set_arguments(ledger::encode(submit));
  propose.add_slots()->set_organisation(std::string(network_test::kDealer));
  for (const ledger::Transaction& transaction :
       {network.make("registry.submit", submit, {"DLR"}), network.make("governance.propose", propose, {"DLR"})}) {
    const ledger::Transaction* one = &transaction;
    const BlockEffects effects =
        execute(network.state(), {.height = network.height(), .time = network.now()}, std::span(&one, 1));
    ledger::pb::Receipt receipt;
    REQUIRE(receipt.ParseFromString(effects.receipts.front()));
    CHECK((receipt.has_nested() ? receipt.nested().code() : receipt.code()) == "REG-101");
  }
}

TEST_CASE("one regulator alone neither makes nor unmakes a regulator, and none widens its own powers") {
  Network network;
  network.add_member("DLR", network_test::kDealer, {});
  CHECK(network.code("membership.add_role", role(network_test::kDealer, "REGULATOR"), {"REG1"}) == "COM-206");
  CHECK(network.code("membership.add_role", role(network_test::kReg1, "REGISTRAR"), {"REG1"}) == "COM-207");
  pb::MembershipRemoveRole remove;
  remove.set_uscc(std::string(network_test::kReg2));
  remove.set_role("REGULATOR");
  CHECK(network.code("membership.remove_role", remove, {"REG1"}) == "COM-206");
  CHECK(network.code("membership.add_role", role(network_test::kDealer, "REGULATOR"), {"REG1", "REG2"}) == "OK");
  CHECK(network.code("membership.remove_role", remove, {"REG1", "REG3"}) == "OK");
}

TEST_CASE("one regulator does not suspend for long in slices, nor shorten what two decided") {
  Network network;
  network.add_member("DLR", network_test::kDealer, {"DEALER"});
  auto suspend = with_reason<pb::MembershipSuspend>(network_test::kDealer);
  const auto reinstate = with_reason<pb::MembershipReinstate>(network_test::kDealer);
  suspend.set_until(network.now().value() + network_test::kDay);
  REQUIRE(network.code("membership.suspend", suspend, {"REG1"}) == "OK");
  REQUIRE(network.code("membership.reinstate", reinstate, {"REG1"}) == "OK");
  CHECK(network.code("membership.suspend", suspend, {"REG1"}) == "COM-206");

  network.add_member("BUY", network_test::kBuyer, {"BUYER"});
  auto endless = with_reason<pb::MembershipSuspend>(network_test::kBuyer);
  REQUIRE(network.code("membership.suspend", endless, {"REG1", "REG2"}) == "OK");
  endless.set_until(network.now().value() + network_test::kDay);
  CHECK(network.code("membership.suspend", endless, {"REG3"}) == "COM-206");
}

TEST_CASE("a key that was marked and replaced does not beget a second key") {
  Network network;
  network.add_member("DLR", network_test::kDealer, {"DEALER"});
  pb::MembershipMarkCompromised mark;
  mark.set_public_key(raw_key("DLR"));
  REQUIRE(network.code("membership.mark_compromised", mark, {"REG1"}) == "OK");
  pb::MembershipRotateKey rotate;
  rotate.set_old_key(raw_key("DLR"));
  rotate.set_new_key(raw_key("DLR-new"));
  REQUIRE(network.code("membership.rotate_key", rotate, {"REG1", "REG2"}) == "OK");
  rotate.set_new_key(raw_key("DLR-newer"));
  CHECK(network.code("membership.rotate_key", rotate, {"REG1", "REG2"}) == "COM-303");
}

TEST_CASE("a controller's tag has one writing: capitals do not make it another person") {
  Network network;
  const std::string small = "person:" + std::string(64, 'a');
  const std::string capital = "person:" + std::string(64, 'A');
  CHECK(network.static_code("membership.apply", application(network_test::kShell, small), {"SHELL", "NOT"}) == "OK");
  CHECK(network.static_code("membership.apply", application(network_test::kShell, capital), {"SHELL", "NOT"}) ==
        "COM-101");
}

TEST_CASE("an application that names somebody as its controller does not draw him into its own troubles") {
  Network network;
  network.add_member("DLR", network_test::kDealer, {"DEALER", "HOLDER"});
  REQUIRE(network.code("membership.apply", application(network_test::kShell, std::string(network_test::kDealer)),
                       {"SHELL", "NOT"}) == "OK");
  pb::CreditProfile profile;
  pb::CreditProfile::Negative* negative = profile.add_negatives();
  negative->set_determination("D1");
  negative->set_severity(pb::Severity::SERIOUS);
  negative->set_effective_at(1);
  negative->set_expires_at(network.now().value() + 100 * network_test::kDay);
  network.put(kind::kCreditProfile, network_test::kShell, profile);
  const pb::RegistrySubmit submit = MarketWorld::submission("DLR", 'R', 1);
  CHECK(network.code("registry.submit", submit, {"DLR"}) == "OK");
}

TEST_CASE("a regulator that is suspended decides nothing, and who was expelled certifies nobody") {
  MarketWorld world;
  pb::Grant grant;
  grant.set_id("G");
  grant.set_grantor(MarketWorld::uscc("DLR"));
  grant.set_status(pb::Grant::ACTIVE);
  world.put(kind::kGrant, "G", grant);
  world.set_status("REG1", pb::Organisation::SUSPENDED);
  pb::AuthorizationRevoke revoke;
  revoke.set_grant("G");
  revoke.set_reason("because");
  CHECK(world.call("authorization.revoke", revoke, {"REG1"}).code == "COM-204");

  world.put_organisation("SHELL", {"SERVICE_CERTIFICATION"}, 1);
  pb::SupervisionCertify certify;
  certify.set_id("C1");
  certify.set_kind(pb::Certificate::QUALIFICATION);
  certify.set_holder(MarketWorld::uscc("TST"));
  certify.set_standard("环境评估");
  certify.set_document(contracts::test::digest("certificate"));
  world.set_status("SHELL", pb::Organisation::EXPELLED);
  CHECK(world.call("supervision.certify", certify, {"SHELL"}).code == "COM-203");
  world.set_status("SHELL", pb::Organisation::ADMITTED);
  CHECK(world.call("supervision.certify", certify, {"SHELL"}).code == "OK");
}

TEST_CASE("the role that a call asks for is that of whoever acts, not of a friend who leads") {
  TradingFloor floor;
  pb::Cost cost;
  cost.set_id("C1");
  cost.set_operator_("OPR");
  cost.set_udi(kProduct);
  cost.set_total_fen(1000);
  cost.set_status(pb::Cost::FILED);
  floor.put(kind::kCost, "C1", cost);
  pb::RevenueAuditCost audit;
  audit.set_cost("C1");
  audit.set_auditor("BUY");
  audit.set_audited_fen(1000);
  audit.set_audit_report(trading::digest("report"));
  CHECK(floor.run("revenue.audit_cost", audit, {"AUD", "BUY"}) == "COM-204");
  audit.set_auditor("AUD");
  CHECK(floor.run("revenue.audit_cost", audit, {"AUD"}) == "OK");
}

TEST_CASE("nobody takes the place where a withdrawn leaf is recorded") {
  MarketWorld world;
  pb::AuthorizationRecordConsent consent;
  consent.set_id("batch/0");
  consent.set_notice(contracts::test::digest("notice"));
  consent.add_purposes("INDUSTRY");
  consent.add_pi_categories("contact");
  consent.set_root(contracts::test::digest("root"));
  consent.set_count(1);
  consent.set_expires(world.in_days(30));
  CHECK(world.call("authorization.record_consent", consent, {"DLR"}).code == "COM-101");
  consent.set_id("batch");
  CHECK(world.call("authorization.record_consent", consent, {"DLR"}).code == "OK");
}

TEST_CASE("AUT-407: consent that persons gave to somebody else carries nothing") {
  MarketWorld world;
  pb::RegistrySubmit submit = MarketWorld::submission("DLR", 'R', 1);
  submit.mutable_description()->set_pi_class(pb::Asset::GENERAL);
  REQUIRE(world.enter(submit, "DLR").code == "OK");
  pb::AuthorizationRecordConsent consent;
  consent.set_id("CB");
  consent.set_notice(contracts::test::digest("notice"));
  consent.add_purposes("INDUSTRY");
  consent.add_pi_categories("contact");
  consent.add_separate_consent(pb::ConsentBatch::PROVIDE);
  consent.set_root(contracts::test::digest("root"));
  consent.set_count(1);
  consent.set_expires(world.in_days(300));
  REQUIRE(world.call("authorization.record_consent", consent, {"DLR2"}).code == "OK");
  pb::AuthorizationGrant grant = MarketWorld::licence("L1", "DLR", "BUY", submit.udi(), world.in_days(100));
  grant.add_consent_batch("CB");
  CHECK(world.call("authorization.grant", grant, {"DLR", "BUY"}).code == "AUT-407");
  consent.set_id("CB2");
  REQUIRE(world.call("authorization.record_consent", consent, {"DLR"}).code == "OK");
  grant.set_consent_batch(0, "CB2");
  CHECK(world.call("authorization.grant", grant, {"DLR", "BUY"}).code == "OK");
}

TEST_CASE("COM-403: who leaves the purpose out does not get past an entry about purposes") {
  MarketWorld world;
  pb::NegativeList list;
  list.set_version(1);
  pb::NegativeEntry& entry = *list.add_entries();
  entry.set_code("NL-1");
  entry.set_mode(pb::NegativeEntry::PROHIBIT);
  entry.set_reach(pb::NegativeEntry::SELF);
  entry.add_operations(pb::NegativeEntry::REGISTER);
  entry.mutable_matcher()->set_op(pb::Matcher::ONE_OF);
  entry.mutable_matcher()->set_attribute("purpose");
  entry.mutable_matcher()->add_texts("PROFILING");
  world.put(kind::kList, "1", list);
  pb::ListRegister versions;
  versions.add_versions()->set_version(1);
  world.put(kind::kListRegister, "current", versions);
  CHECK(world.call("registry.submit", MarketWorld::submission("DLR", 'R', 1), {"DLR"}).code == "COM-403");
}

TEST_CASE("a correction keeps to the subjects of what it corrects") {
  TradingFloor floor;
  floor.must("notary.issue", floor.admission_of("DA", kFactor), {"NOT"});
  pb::NotaryCorrect correct;
  correct.set_attestation("DA");
  correct.set_reason("a slip");
  *correct.mutable_replacement() = floor.admission_of("DA-2", kModel);
  CHECK(floor.run("notary.correct", correct, {"NOT"}) == "COM-303");
  *correct.mutable_replacement() = floor.admission_of("DA-2", kFactor);
  CHECK(floor.run("notary.correct", correct, {"NOT"}) == "OK");
}

TEST_CASE("what is attested of a trade is not attested of the version whose name the trade took") {
  MarketWorld world;
  const std::string version = MarketWorld::udi("DLR", 'P', 1) + "@1";
  world.attest("A1", pb::Attestation::AUTHENTICITY, version, "root", "x");
  CHECK(notary::latest_in_force(world.context(), version, pb::Attestation::AUTHENTICITY));
  auto attestation = world.get<pb::Attestation>(kind::kAttestation, "A1");
  attestation.mutable_subjects(0)->set_kind(pb::Subject::TRADE);
  world.put(kind::kAttestation, "A1", attestation);
  CHECK_FALSE(notary::latest_in_force(world.context(), version, pb::Attestation::AUTHENTICITY));
  CHECK(attestations_in_force(world.context(), version).empty());
}

TEST_CASE("asking for a review does not undo what another officer upheld") {
  TradingFloor floor;
  floor.must("notary.issue", floor.admission_of("DA", kFactor), {"NOT"});
  const std::string key_id = floor.get<pb::Attestation>(kind::kAttestation, "DA").keys(0);
  auto key = floor.get<pb::Key>(kind::kKey, key_id);
  key.set_status(pb::Key::COMPROMISED);
  key.set_compromised_since(1);
  floor.put(kind::kKey, key_id, key);
  pb::NotaryDecideReview uphold;
  uphold.set_attestation("DA");
  uphold.set_outcome(pb::NotaryDecideReview::UPHOLD);
  uphold.set_reason("seen by another officer");
  floor.must("notary.decide_review", uphold, {"NOT-2"});
  floor.must("evidence.list", listing("L1"), {"DLR", "VEN"});
  pb::NotaryRequestReview request;
  request.set_attestation("DA");
  request.set_requester("BUY");
  request.set_reason("to keep it from market");
  floor.must("notary.request_review", request, {"BUY"});
  CHECK(floor.run("evidence.list", listing("L2"), {"DLR", "VEN"}) == "OK");
}

TEST_CASE("a notary does not turn one officer into another person, nor two persons into one") {
  TradingFloor floor;
  pb::NotaryIssue issue = admission_of_person("LP-1", "DLR");
  *issue.add_person_tags() = tag("DLR-1", 'a');
  floor.must("notary.issue", issue, {"NOT", "REG1"});
  issue.set_id("LP-2");
  *issue.mutable_person_tags(0) = tag("DLR-1", 'b');
  CHECK(floor.run("notary.issue", issue, {"NOT"}) == "NOT-407");
  *issue.mutable_person_tags(0) = tag("DLR-1", 'a');
  CHECK(floor.run("notary.issue", issue, {"NOT"}) == "OK");
  issue.set_id("LP-3");
  pb::Subject second = issue.subjects(0);
  second.set_id("BUY");
  *issue.add_subjects() = second;
  CHECK(floor.run("notary.issue", issue, {"NOT"}) == "COM-107");
}

TEST_CASE("COM-208: two officers' ids of one person are one officer to the notary's rules") {
  TradingFloor floor;
  auto notary = floor.get<pb::Organisation>(kind::kOrganisation, "NOT");
  notary.mutable_officers(0)->set_person_tag(std::string(32, 'a'));
  notary.mutable_officers(1)->set_person_tag(std::string(32, 'a'));
  floor.put(kind::kOrganisation, "NOT", notary);
  auto asset = floor.get<pb::Asset>(kind::kAsset, kFactor);
  asset.set_grade(pb::Asset::IMPORTANT);
  floor.put(kind::kAsset, kFactor, asset);
  CHECK(floor.run("notary.issue", floor.admission_of("DA", kFactor), {"NOT-1", "NOT-2"}) == "COM-208");
  CHECK(floor.run("notary.issue", floor.admission_of("DA", kFactor), {"NOT-1", "NOT-3"}) == "OK");
}

TEST_CASE("AUT-409: uses without limit still end where a counter does") {
  MarketWorld world;
  pb::Grant grant;
  grant.set_id("G");
  grant.set_used(std::numeric_limits<std::int64_t>::max() - 1);
  CHECK(code(authorization::fits(world.context(), grant, uses(1))) == "OK");
  CHECK(code(authorization::fits(world.context(), grant, uses(2))) == "AUT-409");
}

TEST_CASE("times at the edge of 64 bits stay in their order") {
  const TimeMs last(std::numeric_limits<std::int64_t>::max());
  CHECK(date_of(last).year == 9999);
  for (const Period::Unit unit : {Period::Unit::kSecond, Period::Unit::kDay, Period::Unit::kMonth}) {
    CHECK(deadline(last, {.n = 60, .unit = unit}, {}).value() > 0);
  }
}

TEST_CASE("exclusive rights that begin later exclude one another too") {
  MarketWorld world;
  const pb::RegistrySubmit submit = MarketWorld::submission("DLR", 'P', 1);
  REQUIRE(world.enter(submit, "DLR").code == "OK");
  pb::RegistryFileTransfer file;
  file.set_right(submit.udi() + "/1");
  file.set_to(MarketWorld::uscc("DLR2"));
  file.set_mode(pb::TransferFiling::LICENSE);
  file.set_type(pb::Right::PROCESS);
  file.set_exclusive(true);
  file.set_from(world.in_days(10));
  file.set_until(world.in_days(20));
  file.set_contract(contracts::test::commitment("contract"));
  REQUIRE(world.call("registry.file_transfer", file, {"DLR", "DLR2"}).code == "OK");
  file.set_to(MarketWorld::uscc("BUY"));
  CHECK(world.call("registry.file_transfer", file, {"DLR", "BUY"}).code == "REG-404");
  file.set_from(world.in_days(20));
  file.set_until(world.in_days(30));
  CHECK(world.call("registry.file_transfer", file, {"DLR", "BUY"}).code == "OK");
}

TEST_CASE("a ceiling for later neither applies before its day nor takes today's away") {
  MarketWorld world;
  world.put_organisation("REG3", {"PRICING", "REGULATOR"}, 1);
  const pb::RegistrySubmit submit = MarketWorld::submission("DLR", 'P', 1);
  REQUIRE(world.enter(submit, "DLR").code == "OK");
  pb::RevenueSetPriceCap cap;
  cap.set_udi(submit.udi());
  cap.set_purpose("INDUSTRY");
  cap.set_ceiling_fen(5000);
  cap.set_document(contracts::test::digest("decision"));
  REQUIRE(world.call("revenue.set_price_cap", cap, {"REG3"}).code == "OK");
  cap.set_ceiling_fen(1000);
  cap.set_from(world.in_days(10));
  REQUIRE(world.call("revenue.set_price_cap", cap, {"REG3"}).code == "OK");
  CHECK(code(revenue::check_price(world.context(), submit.udi(), "INDUSTRY", 4000)) == "OK");
  cap.set_from(world.in_days(20));
  cap.set_ceiling_fen(2000);
  REQUIRE(world.call("revenue.set_price_cap", cap, {"REG3"}).code == "OK");
  CHECK(code(revenue::check_price(world.context(), submit.udi(), "INDUSTRY", 4000)) == "OK");
  world.advance_days(20);
  CHECK(code(revenue::check_price(world.context(), submit.udi(), "INDUSTRY", 4000)) == "REV-402");
  CHECK(code(revenue::check_price(world.context(), submit.udi(), "INDUSTRY", 2000)) == "OK");
}

TEST_CASE("a venue replaces its own disputed settlements, not another's") {
  TradingFloor floor;
  floor.admit("VEN2", {"VENUE"});
  pb::Settlement old;
  old.set_id("S1");
  old.set_venue("VEN");
  old.set_udi(kProduct);
  old.set_status(pb::Settlement::DISPUTED);
  floor.put(kind::kSettlement, "S1", old);
  pb::Plan plan;
  plan.set_id("PL");
  plan.set_udi(kProduct);
  for (const auto& [org, points] : {std::pair{"MET", 4000}, {"TRA", 4000}, {"OPR", 2000}}) {
    pb::Share& share = *plan.add_shares();
    share.set_org(org);
    share.set_basis_points(points);
  }
  floor.put(kind::kPlan, "PL", plan);
  pb::Trade trade;
  trade.set_id("T2");
  trade.set_venue("VEN2");
  trade.set_asset(trading::version(kProduct));
  trade.set_purpose("INDUSTRY");
  trade.set_public_operation(true);
  trade.set_price_fen(100);
  trade.set_stage(pb::Trade::SETTLED);
  trade.set_settled_at(1);
  floor.put(kind::kTrade, "T2", trade);
  pb::RevenueCompute compute;
  compute.set_id("S2");
  compute.set_venue("VEN2");
  compute.set_udi(kProduct);
  compute.set_plan("PL");
  compute.add_trades("T2");
  compute.set_supersedes("S1");
  CHECK(floor.run("revenue.compute", compute, {"VEN2"}) == "COM-303");
  compute.clear_supersedes();
  CHECK(floor.run("revenue.compute", compute, {"VEN2"}) == "OK");
}

TEST_CASE("a plan names the operation grant behind its product, not any other") {
  TradingFloor floor;
  floor.admit("IMP2", {"IMPLEMENTING_AGENCY"});
  auto other = floor.get<pb::Grant>(kind::kGrant, "G1");
  other.set_id("G9");
  other.set_grantor("IMP2");
  floor.put(kind::kGrant, "G9", other);
  pb::RevenueSetPlan plan;
  plan.set_id("PL");
  plan.set_udi(kProduct);
  plan.set_grant("G9");
  plan.set_implementing_agency("IMP2");
  for (const auto& [org, points] : {std::pair{"MET", 4000}, {"TRA", 4000}, {"OPR", 2000}}) {
    pb::Share& share = *plan.add_shares();
    share.set_org(org);
    share.set_basis_points(points);
    share.set_contribution(pb::Share::PROCESSING);
  }
  CHECK(floor.run("revenue.set_plan", plan, {"IMP2", "MET", "TRA", "OPR"}) == "COM-303");
  plan.set_grant("G1");
  plan.set_implementing_agency("IMPL");
  CHECK(floor.run("revenue.set_plan", plan, {"IMPL", "MET", "TRA", "OPR"}) == "OK");
}

TEST_CASE("COM-404: a sanctioned seller's escrow is an engagement of the parties, not of strangers") {
  TradingFloor floor;
  floor.attest(kFactor);
  floor.license("LIC", "DLR", "BUY", kFactor, "INDUSTRY", "T1");
  pb::CreditProfile profile;
  pb::CreditProfile::Negative* negative = profile.add_negatives();
  negative->set_severity(pb::Severity::MODERATE);
  negative->set_effective_at(1);
  negative->set_expires_at(floor.time() + 100 * trading::kDay);
  floor.put(kind::kCreditProfile, "DLR", profile);
  pb::Engagement engagement;
  engagement.set_id("E1");
  engagement.set_client("MET");
  engagement.set_provider("CUS");
  engagement.set_type("custody");
  floor.put(kind::kEngagement, "E1", engagement);
  pb::Trade trade;
  trade.set_id("T1");
  trade.set_channel(pb::Trade::ON_VENUE);
  trade.set_venue("VEN");
  trade.set_seller("DLR");
  trade.set_buyer("BUY");
  trade.add_services("E1");
  trade.set_asset(trading::version(kFactor));
  trade.set_licence("LIC");
  trade.set_purpose("INDUSTRY");
  trade.set_pricing(pb::AUTONOMOUS);
  trade.set_price_commitment(trading::commitment("price"));
  trade.set_stage(pb::Trade::CLEARED);
  floor.put(kind::kTrade, "T1", trade);
  pb::EvidenceDeliver deliver;
  deliver.set_trade("T1");
  deliver.set_root(trading::digest(kFactor));
  deliver.set_key_commitment(trading::commitment("k2"));
  CHECK(floor.run("evidence.deliver", deliver, {"DLR"}) == "COM-404");
  engagement.set_client("DLR");
  floor.put(kind::kEngagement, "E1", engagement);
  CHECK(floor.run("evidence.deliver", deliver, {"DLR"}) == "OK");
}

TEST_CASE("COM-203: a dispute is not sent to an arbitrator who has left") {
  TradingFloor floor;
  pb::Trade trade;
  trade.set_id("T1");
  trade.set_seller("DLR");
  trade.set_buyer("BUY");
  trade.set_stage(pb::Trade::DELIVERED);
  floor.put(kind::kTrade, "T1", trade);
  auto arbitrator = floor.get<pb::Organisation>(kind::kOrganisation, "ARB");
  arbitrator.set_status(pb::Organisation::EXITED);
  floor.put(kind::kOrganisation, "ARB", arbitrator);
  pb::EvidenceOpenDispute dispute;
  dispute.set_id("D1");
  dispute.set_trade("T1");
  dispute.set_claimant("BUY");
  dispute.set_claim("not what was agreed");
  dispute.set_arbitrator("ARB");
  CHECK(floor.run("evidence.open_dispute", dispute, {"BUY"}) == "COM-203");
  arbitrator.set_status(pb::Organisation::ADMITTED);
  floor.put(kind::kOrganisation, "ARB", arbitrator);
  CHECK(floor.run("evidence.open_dispute", dispute, {"BUY"}) == "OK");
}

TEST_CASE("CMP-402: whoever takes part in a job does not check its algorithm, whatever place it has in the list") {
  MarketWorld world;
  world.public_data();
  world.environment();
  REQUIRE(world.call("authorization.grant", world.operation_grant("G1"), {"IMPL", "OPR", "MET", "TRA"}).code == "OK");
  pb::ComputePlan plan = world.plan("J1");
  plan.add_participants(MarketWorld::uscc("TST"));
  CHECK(world.call("compute.plan", plan, {"OPR", "TST"}).code == "CMP-402");
  CHECK(world.call("compute.plan", world.plan("J1"), {"OPR"}).code == "OK");
}

TEST_CASE("letters beside a number do not hide it, and digits inside a digest are no number") {
  CHECK(code(check_text("title", "tel13812345678")) == "COM-105");
  CHECK(code(check_text("title", "13812345678a")) == "COM-105");
  CHECK(code(check_text("title", "ID11010519491231002X")) == "COM-105");
  CHECK(code(check_text("title", "11010519491231002Xy")) == "COM-105");
  const std::string hex = "13812345678abcdefabcdefabcdefabcdef0123456789abcdef0123456789abc";
  CHECK(code(check_text("root", hex)) == "OK");
  CHECK(code(check_text("id", "trade-a13812345678abcdefabcdefabcdefabc")) == "OK");
  CHECK(code(check_text("id", "a11010519491231002Xabcdef")) == "COM-105");
}

TEST_CASE("a measure does not stand in for an attribute that the negative list reads") {
  MarketWorld world;
  pb::RegistrySubmit submit = MarketWorld::submission("DLR", 'R', 1);
  pb::Measure* measure = submit.mutable_description()->add_precision();
  for (const char* name : {"purpose", "buyer", "subject_count", "industry"}) {
    CAPTURE(name);
    measure->set_name(name);
    CHECK(world.call("registry.submit", submit, {"DLR"}).code == "COM-107");
  }
  measure->set_name("precision_km");
  CHECK(world.call("registry.submit", submit, {"DLR"}).code == "OK");
}

TEST_CASE("COM-401: what a notary measured beats what the registrant says") {
  MarketWorld world;
  pb::RegistrySubmit submit = MarketWorld::submission("DLR", 'P', 1);
  pb::Measure* measure = submit.mutable_description()->add_precision();
  measure->set_name("precision_km");
  measure->set_value(100);
  REQUIRE(world.enter(submit, "DLR").code == "OK");
  pb::NegativeList list;
  list.set_version(1);
  pb::NegativeEntry& entry = *list.add_entries();
  entry.set_code("NL-1");
  entry.set_mode(pb::NegativeEntry::PROHIBIT);
  entry.set_reach(pb::NegativeEntry::SELF);
  entry.add_operations(pb::NegativeEntry::GRANT);
  entry.mutable_matcher()->set_op(pb::Matcher::AT_MOST);
  entry.mutable_matcher()->set_attribute("precision_km");
  entry.mutable_matcher()->set_number(10);
  world.put(kind::kList, "1", list);
  pb::ListRegister versions;
  versions.add_versions()->set_version(1);
  world.put(kind::kListRegister, "current", versions);
  pb::AuthorizationGrant grant = MarketWorld::licence("L1", "DLR", "BUY", submit.udi(), world.in_days(100));
  CHECK(world.call("authorization.grant", grant, {"DLR", "BUY"}).code == "OK");
  world.attest("A1", pb::Attestation::DATA_ADMISSION, submit.udi() + "@1", "precision_km", "");
  auto attestation = world.get<pb::Attestation>(kind::kAttestation, "A1");
  attestation.mutable_claims(0)->set_number(1);
  world.put(kind::kAttestation, "A1", attestation);
  grant.set_id("L2");
  CHECK(world.call("authorization.grant", grant, {"DLR", "BUY"}).code == "COM-401");
}

TEST_CASE("COM-208: one person under two ids does not take two of the registrar's steps") {
  MarketWorld world;
  const pb::RegistrySubmit submit = MarketWorld::submission("DLR", 'R', 1);
  REQUIRE(world.call("registry.submit", submit, {"DLR"}).code == "OK");
  auto registrar = world.get<pb::Organisation>(kind::kOrganisation, MarketWorld::uscc("REGR"));
  registrar.mutable_officers(0)->set_person_tag(std::string(32, 'a'));
  registrar.mutable_officers(1)->set_person_tag(std::string(32, 'a'));
  world.put(kind::kOrganisation, MarketWorld::uscc("REGR"), registrar);
  pb::RegistryAccept accept;
  accept.set_udi(submit.udi());
  REQUIRE(world.call("registry.accept", accept, {"REGR-1"}).code == "OK");
  pb::RegistryReview review;
  review.set_udi(submit.udi());
  review.set_pass(true);
  CHECK(world.call("registry.review", review, {"REGR-2"}).code == "COM-208");
  CHECK(world.call("registry.review", review, {"REGR-3"}).code == "OK");
}

TEST_CASE("a SERIOUS notice that nobody confirms stops admissions for a time, not for ever") {
  Network network;
  network.add_member("DLR", network_test::kDealer, {"DEALER"});
  pb::CreditNotify notify;
  notify.set_subject(std::string(network_test::kDealer));
  notify.set_behaviour("FORGERY");
  notify.set_severity(pb::Severity::SERIOUS);
  notify.add_evidence("E1");
  notify.set_basis("a rule");
  notify.set_service_evidence(network_test::digest("served"));
  const auto receipt = network.run("credit.notify", notify, {"REG1"});
  REQUIRE(receipt.code() == "OK");
  const auto profile = network.get<pb::CreditProfile>(kind::kCreditProfile, network_test::kDealer);
  const auto notice = network.get<pb::Determination>(kind::kDetermination, receipt.object());
  CHECK(profile.negatives(0).serious_notice());
  CHECK(profile.negatives(0).notice_lapses_at() > notice.object_by());
}

TEST_CASE("CRD-409: an assessor does not invent conduct") {
  MarketWorld world;
  world.environment();
  pb::CreditRules rules;
  rules.set_version(1);
  rules.add_behaviours()->set_code("RECORD_GAP");
  world.put(kind::kCreditRules, "current", rules);
  pb::SupervisionAssess assess;
  assess.set_id("ASM-9");
  assess.set_type(pb::Assessment::DATA);
  assess.set_subject("records");
  assess.set_organisation(MarketWorld::uscc("DLR"));
  assess.set_method(pb::Assessment::THIRD_PARTY);
  assess.set_result(pb::Assessment::FAIL);
  assess.set_report(contracts::test::digest("report"));
  assess.set_qualification("CERT-TST");
  assess.set_behaviour("LOOKS_BAD");
  CHECK(world.call("supervision.assess", assess, {"TST"}).code == "CRD-409");
  assess.set_behaviour("RECORD_GAP");
  CHECK(world.call("supervision.assess", assess, {"TST"}).code == "OK");
}

TEST_CASE("AUT-412: an operator does not re-develop what it delivered from a second place in the job") {
  MarketWorld world;
  world.public_data();
  world.environment();
  world.finished_job();
  REQUIRE(world.call("registry.derive", world.derivation(), {"OPR"}).code == "OK");
  REQUIRE(world.finish(world.p1).code == "OK");
  auto product = world.get<pb::Asset>(kind::kAsset, world.p1);
  product.set_delivered_at(1);
  world.put(kind::kAsset, world.p1, product);
  REQUIRE(world
              .call("authorization.grant", MarketWorld::licence("L1", "OPR", "DLR", world.p1, world.in_days(100)),
                    {"OPR", "DLR"})
              .code == "OK");
  pb::ComputePlan plan = world.plan("J2");
  plan.clear_inputs();
  pb::JobInput* input = plan.add_inputs();
  input->set_udi(world.p1);
  input->set_version(1);
  input->set_grant("L1");
  plan.clear_participants();
  plan.add_participants(MarketWorld::uscc("DLR"));
  CHECK(world.call("compute.plan", plan, {"DLR"}).code == "OK");
  plan.set_id("J3");
  plan.add_participants(MarketWorld::uscc("OPR"));
  CHECK(world.call("compute.plan", plan, {"DLR", "OPR"}).code == "AUT-412");
}

TEST_CASE("EVD-407: a listing does not outlive the admission that it relied on") {
  TradingFloor floor;
  floor.attest(kFactor);
  floor.must("evidence.list", listing("L1"), {"DLR", "VEN"});
  pb::EvidenceOffer offer;
  offer.set_channel(pb::Trade::ON_VENUE);
  offer.set_venue("VEN");
  offer.set_listing("L1");
  offer.set_seller("DLR");
  offer.set_buyer("BUY");
  offer.set_asset(trading::version(kFactor));
  offer.set_purpose("INDUSTRY");
  offer.set_pricing(pb::AUTONOMOUS);
  offer.set_price_commitment(trading::commitment("price"));
  for (const char* id : {"T1", "T2"}) floor.license(std::string("LIC-") + id, "DLR", "BUY", kFactor, "INDUSTRY", id);
  offer.set_id("T1");
  offer.set_licence("LIC-T1");
  CHECK(floor.run("evidence.offer", offer, {"DLR"}) == "OK");
  pb::NotaryRevoke revoke;
  revoke.set_attestation("DA-" + kFactor);
  revoke.set_reason("contrary to fact");
  floor.must("notary.revoke", revoke, {"NOT"});
  offer.set_id("T2");
  offer.set_licence("LIC-T2");
  CHECK(floor.run("evidence.offer", offer, {"DLR"}) == "EVD-407");
}
