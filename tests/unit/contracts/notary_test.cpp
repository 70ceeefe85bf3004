#include <doctest/doctest.h>

#include "contracts/governance.pb.h"
#include "tests/unit/contracts/trading_floor.h"

using namespace qilian::contracts;
using namespace qilian::contracts::trading;

namespace {

pb::Attestation::Status status_of(const TradingFloor& market, const std::string& id) {
  return market.get<pb::Attestation>(kind::kAttestation, id).status();
}

void remove_claim(pb::NotaryIssue& issue, std::string_view name) {
  for (int i = 0; i < issue.claims_size(); ++i) {
    if (issue.claims(i).name() == name) return issue.mutable_claims()->DeleteSubrange(i, 1);
  }
  FAIL("no such claim");
}

void set_claim(pb::NotaryIssue& issue, std::string_view name, const std::string& text) {
  for (pb::Claim& claim : *issue.mutable_claims()) {
    if (claim.name() == name) return claim.set_text(text);
  }
  FAIL("no such claim");
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
  issue.set_evidence_root(digest("dossier"));
  issue.set_procedure("in person");
  issue.set_conflict_declaration("none");
  return issue;
}

pb::NotaryIssue safety_of_model(const std::string& id) {
  pb::NotaryIssue issue = admission_of_person(id, "x");
  issue.set_type(pb::Attestation::MODEL_SAFETY);
  issue.mutable_subjects(0)->set_kind(pb::Subject::ASSET_VERSION);
  issue.mutable_subjects(0)->set_id(version(kModel));
  issue.clear_claims();
  pb::Claim& report = *issue.add_claims();
  report.set_name("tester_report");
  report.set_text(qilian::ledger::to_hex(digest("report")));
  pb::Claim& tests = *issue.add_claims();
  tests.set_name("tests");
  tests.set_text("membership inference, inversion");
  pb::ExpertReport& expert = *issue.add_expert_reports();
  expert.set_org("TST");
  expert.set_digest(digest("report"));
  return issue;
}

pb::NotaryIssue leak_of_incident(TradingFloor& market, const std::string& id) {
  market.put(kind::kIncident, "I1", pb::Subject{});
  pb::NotaryIssue issue = admission_of_person(id, "I1");
  issue.set_type(pb::Attestation::DATA_LEAK);
  issue.mutable_subjects(0)->set_kind(pb::Subject::INCIDENT);
  issue.clear_claims();
  for (const char* name : {"specimen", "match"}) {
    pb::Claim& claim = *issue.add_claims();
    claim.set_name(name);
    claim.set_text("rows 1-12");
  }
  return issue;
}

pb::NotaryRequestReview review_of(const std::string& id, const std::string& requester) {
  pb::NotaryRequestReview args;
  args.set_attestation(id);
  args.set_requester(requester);
  args.set_reason("the sample is not representative");
  return args;
}

pb::NotaryDecideReview decision_on(const std::string& id, pb::NotaryDecideReview::Outcome outcome) {
  pb::NotaryDecideReview args;
  args.set_attestation(id);
  args.set_outcome(outcome);
  args.set_reason("samples drawn again");
  return args;
}

pb::NotaryRevoke revocation_of(const std::string& id) {
  pb::NotaryRevoke args;
  args.set_attestation(id);
  args.set_reason("facts have changed");
  return args;
}

pb::NotaryVoid voidance_of(const std::string& id) {
  pb::NotaryVoid args;
  args.set_attestation(id);
  args.set_reason("contrary to fact");
  args.set_announcement(digest("announcement"));
  return args;
}

}  // namespace

TEST_CASE("an admission of data is issued, listed under its subject, and lives twelve months") {
  TradingFloor market;
  CHECK(market.run("notary.issue", market.admission_of("DA", kProduct), {"NOT"}) == "OK");
  const auto issued = market.get<pb::Attestation>(kind::kAttestation, "DA");
  CHECK(issued.status() == pb::Attestation::ACTIVE);
  REQUIRE(issued.officers_size() == 1);
  CHECK(issued.officers(0) == "NOT-1");
  CHECK(issued.claims(0).name() == "category");  // kept in ascending order, whatever the order of the body
  CHECK(issued.to() > market.time() + 360 * kDay);
  CHECK(issued.to() < market.time() + 370 * kDay);
  CHECK(market.get<pb::AttestationsOf>(kind::kAttestationsOf, version(kProduct)).ids_size() == 1);
}

TEST_CASE("every type of attestation can be issued") {
  TradingFloor market;
  CHECK(market.run("notary.issue", admission_of_person("LP", "BUY"), {"NOT"}) == "OK");
  CHECK(market.run("notary.issue", market.admission_of("DA", kProduct), {"NOT"}) == "OK");
  CHECK(market.run("notary.issue", market.authenticity_of("AU", kProduct), {"NOT"}) == "OK");
  CHECK(market.run("notary.issue", leak_of_incident(market, "DL"), {"NOT", "NOT-2"}) == "OK");
  CHECK(market.run("notary.issue", safety_of_model("MS"), {"NOT", "NOT-2"}) == "OK");
  CHECK(market.get<pb::Attestation>(kind::kAttestation, "DL").to() == 0);
  CHECK(market.get<pb::Attestation>(kind::kAttestation, "MS").officers_size() == 2);
}

TEST_CASE("an admission of a legal person places the identity service's tags") {
  TradingFloor market;
  pb::NotaryIssue issue = admission_of_person("LP", "BUY");
  pb::OfficerTag& tag = *issue.add_person_tags();
  tag.set_officer_id("BUY-1");
  tag.set_person_tag(std::string(32, 't'));
  CHECK(market.run("notary.issue", issue, {"NOT", "REG1"}) == "OK");
  const auto buyer = market.get<pb::Organisation>(kind::kOrganisation, "BUY");
  CHECK(buyer.officers(0).person_tag() == std::string(32, 't'));
  CHECK(buyer.officers(1).person_tag().empty());
}

TEST_CASE("COM-206: a captive notary cannot fill empty person tags first, a regulator's identity service signs too") {
  TradingFloor market;
  pb::NotaryIssue issue = admission_of_person("LP", "BUY");
  pb::OfficerTag& tag = *issue.add_person_tags();
  tag.set_officer_id("BUY-1");
  tag.set_person_tag(std::string(32, 't'));
  CHECK(market.run("notary.issue", issue, {"NOT"}) == "COM-206");
  CHECK(market.get<pb::Organisation>(kind::kOrganisation, "BUY").officers(0).person_tag().empty());
  CHECK(market.run("notary.issue", issue, {"NOT", "DLR"}) == "COM-206");
  REQUIRE(market.run("notary.issue", issue, {"NOT", "REG1"}) == "OK");
  // What stands may be confirmed by the notary alone.
  issue.set_id("LP-2");
  CHECK(market.run("notary.issue", issue, {"NOT"}) == "OK");
}

TEST_CASE("COM-107: a subject bears so many attestations in force, and ended ones make room") {
  TradingFloor market;
  pb::ParameterSet parameters;
  parameters.set_version(1);
  pb::Parameter& most = *parameters.add_parameters();
  most.set_name("notary.max_listed");
  most.set_value("16");
  market.put(kind::kParameters, "current", parameters);
  for (int n = 1; n <= 16; ++n) {
    REQUIRE(market.run("notary.issue", admission_of_person("LP-" + std::to_string(n), "BUY"), {"NOT"}) == "OK");
  }
  CHECK(market.run("notary.issue", admission_of_person("LP-17", "BUY"), {"NOT"}) == "COM-107");
  pb::NotaryRevoke revoke;
  revoke.set_attestation("LP-3");
  revoke.set_reason("the licence lapsed");
  REQUIRE(market.run("notary.revoke", revoke, {"NOT"}) == "OK");
  REQUIRE(market.run("notary.issue", admission_of_person("LP-17", "BUY"), {"NOT"}) == "OK");
  const auto list = market.get<pb::AttestationsOf>(kind::kAttestationsOf, "BUY");
  REQUIRE(list.ids_size() == 16);
  CHECK(list.ids(2) == "LP-4");
  CHECK(list.ids(15) == "LP-17");
}

TEST_CASE("NOT-401: an organisation without a notary's licence attests nothing") {
  TradingFloor market;
  pb::NotaryIssue issue = market.admission_of("DA", kProduct);
  issue.set_issuer("TST");
  CHECK(market.run("notary.issue", issue, {"TST"}) == "NOT-401");
}

TEST_CASE("NOT-401: a model's safety, a leak and IMPORTANT data need a second officer") {
  TradingFloor market;
  CHECK(market.run("notary.issue", safety_of_model("MS"), {"NOT"}) == "NOT-401");
  CHECK(market.run("notary.issue", leak_of_incident(market, "DL"), {"NOT"}) == "NOT-401");
  auto asset = market.get<pb::Asset>(kind::kAsset, kProduct);
  asset.set_grade(pb::Asset::IMPORTANT);
  market.put(kind::kAsset, kProduct, asset);
  CHECK(market.run("notary.issue", market.admission_of("DA", kProduct), {"NOT"}) == "NOT-401");
  CHECK(market.run("notary.issue", market.admission_of("DA", kProduct), {"NOT", "NOT-2"}) == "OK");
}

TEST_CASE("COM-208: two keys of one officer are not two officers") {
  TradingFloor market;
  CHECK(market.run("notary.issue", safety_of_model("MS"), {"NOT", "NOT-1b"}) == "COM-208");
}

TEST_CASE("COM-205: nobody issues in a notary's name") {
  TradingFloor market;
  CHECK(market.run("notary.issue", market.admission_of("DA", kProduct), {"OPR"}) == "COM-205");
}

TEST_CASE("NOT-402: a notary related to the holder, or with a declared conflict, is refused") {
  TradingFloor market;
  market.admit("OWNED", {"NOTARY"}, {"OPR"});
  pb::NotaryIssue issue = market.admission_of("DA", kProduct);
  issue.set_issuer("OWNED");
  CHECK(market.run("notary.issue", issue, {"OWNED"}) == "NOT-402");
  issue = market.admission_of("DA", kProduct);
  issue.set_conflict_declaration("an officer's brother works there");
  CHECK(market.run("notary.issue", issue, {"NOT"}) == "NOT-402");
}

TEST_CASE("NOT-403: a model's safety rests on the report of an unrelated assessor") {
  TradingFloor market;
  pb::NotaryIssue issue = safety_of_model("MS");
  issue.clear_expert_reports();
  CHECK(market.run("notary.issue", issue, {"NOT", "NOT-2"}) == "NOT-403");
  issue = safety_of_model("MS");
  issue.mutable_expert_reports(0)->set_org("BUY");
  CHECK(market.run("notary.issue", issue, {"NOT", "NOT-2"}) == "NOT-403");
  market.admit("TSTDLR", {"ASSESSOR"}, {"DLR"});
  issue.mutable_expert_reports(0)->set_org("TSTDLR");
  CHECK(market.run("notary.issue", issue, {"NOT", "NOT-2"}) == "NOT-403");
}

TEST_CASE("NOT-404: there must be such a version") {
  TradingFloor market;
  pb::NotaryIssue issue = market.admission_of("DA", kProduct);
  issue.mutable_subjects(0)->set_id(kProduct + "@2");
  CHECK(market.run("notary.issue", issue, {"NOT"}) == "NOT-404");
}

TEST_CASE("NOT-405: what an attestation depends on is in force") {
  TradingFloor market;
  market.must("notary.issue", market.admission_of("DA", kProduct), {"NOT"});
  pb::NotaryIssue issue = market.authenticity_of("AU", kProduct);
  issue.add_depends_on("nothing");
  CHECK(market.run("notary.issue", issue, {"NOT"}) == "NOT-405");
  issue.set_depends_on(0, "DA");
  market.must("notary.revoke", revocation_of("DA"), {"NOT"});
  CHECK(market.run("notary.issue", issue, {"NOT"}) == "NOT-405");
}

TEST_CASE("NOT-406: each type has its mandatory claims") {
  TradingFloor market;
  for (const char* name : {"source_legality", "items", "category", "grade", "precision"}) {
    pb::NotaryIssue issue = market.admission_of("DA", kProduct);
    remove_claim(issue, name);
    CHECK_MESSAGE(market.run("notary.issue", issue, {"NOT"}) == "NOT-406", name);
  }
  for (const char* name : {"licence", "controllers", "sanctions_check"}) {
    pb::NotaryIssue issue = admission_of_person("LP", "BUY");
    remove_claim(issue, name);
    CHECK_MESSAGE(market.run("notary.issue", issue, {"NOT"}) == (issue.claims_size() ? "NOT-406" : "COM-107"), name);
  }
  pb::NotaryIssue issue = market.authenticity_of("AU", kProduct);
  remove_claim(issue, "sample_plan");
  CHECK(market.run("notary.issue", issue, {"NOT"}) == "NOT-406");
}

TEST_CASE("a precision with a unit and a number is a precision") {
  TradingFloor market;
  pb::NotaryIssue issue = market.admission_of("DA", kProduct);
  remove_claim(issue, "precision");
  pb::Claim& claim = *issue.add_claims();
  claim.set_name("precision_km");
  claim.set_number(5);
  CHECK(market.run("notary.issue", issue, {"NOT"}) == "OK");
}

TEST_CASE("NOT-407: a claim that the ledger knows better is refused") {
  TradingFloor market;
  for (const auto& [name, text] :
       {std::pair{"category", "ENTERPRISE"}, {"grade", "IMPORTANT"}, {"items", "IDX.OTHER"}}) {
    pb::NotaryIssue issue = market.admission_of("DA", kProduct);
    set_claim(issue, name, text);
    CHECK_MESSAGE(market.run("notary.issue", issue, {"NOT"}) == "NOT-407", name);
  }
  pb::NotaryIssue issue = market.authenticity_of("AU", kProduct);
  set_claim(issue, "root", qilian::ledger::to_hex(digest("another")));
  CHECK(market.run("notary.issue", issue, {"NOT"}) == "NOT-407");
  issue = admission_of_person("LP", "BUY");
  set_claim(issue, "controllers", "DLR");
  CHECK(market.run("notary.issue", issue, {"NOT"}) == "NOT-407");
  issue = safety_of_model("MS");
  set_claim(issue, "tester_report", qilian::ledger::to_hex(digest("another")));
  CHECK(market.run("notary.issue", issue, {"NOT", "NOT-2"}) == "NOT-407");
}

TEST_CASE("NOT-408: an attestation never rests on itself, nor a correction on what it corrects") {
  TradingFloor market;
  pb::NotaryIssue issue = market.admission_of("DA", kProduct);
  issue.add_depends_on("DA");
  CHECK(market.run("notary.issue", issue, {"NOT"}) == "NOT-408");
  market.must("notary.issue", market.admission_of("DA", kProduct), {"NOT"});
  pb::NotaryIssue above = market.authenticity_of("AU", kProduct);
  above.add_depends_on("DA");
  market.must("notary.issue", above, {"NOT"});
  pb::NotaryCorrect correction;
  correction.set_attestation("DA");
  correction.set_reason("wrong dossier");
  *correction.mutable_replacement() = market.admission_of("DA2", kProduct);
  correction.mutable_replacement()->add_depends_on("AU");
  CHECK(market.run("notary.correct", correction, {"NOT"}) == "NOT-408");
}

TEST_CASE("COM-302: an identifier is used once; COM-107: a subject stands once, a claim is made once") {
  TradingFloor market;
  market.must("notary.issue", market.admission_of("DA", kProduct), {"NOT"});
  CHECK(market.run("notary.issue", market.admission_of("DA", kProduct), {"NOT"}) == "COM-302");
  pb::NotaryIssue issue = market.admission_of("DA2", kProduct);
  *issue.add_subjects() = issue.subjects(0);
  CHECK(market.run("notary.issue", issue, {"NOT"}) == "COM-107");
  issue = market.admission_of("DA2", kProduct);
  *issue.add_claims() = issue.claims(0);
  CHECK(market.run("notary.issue", issue, {"NOT"}) == "COM-107");
}

TEST_CASE("a review is asked for once, decided by another officer, and upheld") {
  TradingFloor market;
  market.must("notary.issue", market.authenticity_of("AU", kProduct), {"NOT"});
  CHECK(market.run("notary.decide_review", decision_on("AU", pb::NotaryDecideReview::UPHOLD), {"NOT-2"}) == "COM-303");
  CHECK(market.run("notary.request_review", review_of("AU", "BUY"), {"OPR"}) == "COM-205");
  CHECK(market.run("notary.request_review", review_of("AU", "BUY"), {"BUY"}) == "OK");
  CHECK(market.run("notary.request_review", review_of("AU", "BUY"), {"BUY"}) == "COM-303");
  CHECK(status_of(market, "AU") == pb::Attestation::UNDER_REVIEW);
  CHECK(market.run("notary.decide_review", decision_on("AU", pb::NotaryDecideReview::UPHOLD), {"NOT-1"}) == "COM-208");
  CHECK(market.run("notary.decide_review", decision_on("AU", pb::NotaryDecideReview::UPHOLD), {"NOT-2"}) == "OK");
  CHECK(status_of(market, "AU") == pb::Attestation::ACTIVE);
  CHECK_FALSE(market.get<pb::Attestation>(kind::kAttestation, "AU").review().late());
}

TEST_CASE("a late decision is accepted and flagged; it may revoke or void") {
  TradingFloor market;
  for (const auto& [id, outcome, status] :
       {std::tuple{"A1", pb::NotaryDecideReview::REVOKE, pb::Attestation::REVOKED},
        std::tuple{"A2", pb::NotaryDecideReview::DECLARE_VOID, pb::Attestation::VOID}}) {
    market.must("notary.issue", market.authenticity_of(id, kProduct), {"NOT"});
    market.must("notary.request_review", review_of(id, "BUY"), {"BUY"});
    market.pass_days(40);
    CHECK(market.run("notary.decide_review", decision_on(id, outcome), {"NOT-2"}) == "OK");
    CHECK(status_of(market, id) == status);
    CHECK(market.get<pb::Attestation>(kind::kAttestation, id).review().late());
  }
  CHECK(market.get<pb::Attestation>(kind::kAttestation, "A2").void_ab_initio());
}

TEST_CASE("a correction supersedes and keeps the old one readable") {
  TradingFloor market;
  market.must("notary.issue", market.admission_of("DA", kProduct), {"NOT"});
  pb::NotaryCorrect correction;
  correction.set_attestation("DA");
  correction.set_reason("misspelt source");
  *correction.mutable_replacement() = market.admission_of("DA2", kProduct);
  CHECK(market.run("notary.correct", correction, {"NOT"}) == "OK");
  CHECK(status_of(market, "DA") == pb::Attestation::CORRECTED);
  CHECK(market.get<pb::Attestation>(kind::kAttestation, "DA").superseded_by() == "DA2");
  CHECK(market.get<pb::Attestation>(kind::kAttestation, "DA2").supersedes() == "DA");
  correction.mutable_replacement()->set_id("DA3");
  CHECK(market.run("notary.correct", correction, {"NOT"}) == "COM-303");
  correction.set_attestation("DA2");
  *correction.mutable_replacement() = market.authenticity_of("DA3", kProduct);
  CHECK(market.run("notary.correct", correction, {"NOT"}) == "COM-303");  // another type
  market.admit("NOT2", {"NOTARY"});
  *correction.mutable_replacement() = market.admission_of("DA3", kProduct);
  correction.mutable_replacement()->set_issuer("NOT2");
  CHECK(market.run("notary.correct", correction, {"NOT2"}) == "NOT-401");
}

TEST_CASE("the issuer or two regulators with a court's document end an attestation, nobody else") {
  TradingFloor market;
  market.must("notary.issue", market.admission_of("A1", kProduct), {"NOT"});
  CHECK(market.run("notary.revoke", revocation_of("A1"), {"BUY"}) == "COM-206");
  CHECK(market.run("notary.revoke", revocation_of("A1"), {"REG1"}) == "COM-206");
  CHECK(market.run("notary.revoke", revocation_of("A1"), {"REG1", "REG2"}) == "COM-107");
  pb::NotaryRevoke by_court = revocation_of("A1");
  by_court.set_court_document(digest("judgment"));
  CHECK(market.run("notary.revoke", by_court, {"REG1", "REG2"}) == "OK");
  CHECK(status_of(market, "A1") == pb::Attestation::REVOKED);
  CHECK(market.run("notary.revoke", revocation_of("A1"), {"NOT"}) == "COM-303");
  CHECK(market.run("notary.revoke", revocation_of("none"), {"NOT", "REG1", "REG2"}) == "COM-301");
}

TEST_CASE("voidness reaches an attestation that is over, once, and keeps it readable") {
  TradingFloor market;
  market.must("notary.issue", market.authenticity_of("AU", kProduct), {"NOT"});
  market.pass_days(400);  // past its life
  CHECK(market.run("notary.revoke", revocation_of("AU"), {"NOT"}) == "COM-303");
  CHECK(market.run("notary.void", voidance_of("AU"), {"NOT"}) == "OK");
  const auto ended = market.get<pb::Attestation>(kind::kAttestation, "AU");
  CHECK(ended.status() == pb::Attestation::VOID);
  CHECK(ended.void_ab_initio());
  CHECK(ended.announcement() == digest("announcement"));
  CHECK(market.run("notary.void", voidance_of("AU"), {"NOT"}) == "COM-303");
}

TEST_CASE("what a compromised key attested since then holds only after another officer upheld it") {
  TradingFloor market;
  market.must("notary.issue", market.admission_of("DA", kProduct), {"NOT"});
  const std::string key = market.get<pb::Attestation>(kind::kAttestation, "DA").keys(0);
  auto record = market.get<pb::Key>(kind::kKey, key);
  record.set_status(pb::Key::COMPROMISED);
  record.set_compromised_since(market.time() - kDay);
  market.put(kind::kKey, key, record);
  pb::NotaryIssue above = market.authenticity_of("AU", kProduct);
  above.add_depends_on("DA");
  CHECK(market.run("notary.issue", above, {"NOT-2"}) == "NOT-405");
  CHECK(market.run("notary.decide_review", decision_on("DA", pb::NotaryDecideReview::UPHOLD), {"NOT-3"}) == "OK");
  CHECK(market.run("notary.issue", above, {"NOT-2"}) == "OK");
}

TEST_CASE("an attestation that says FAIL stands as evidence and unlocks nothing") {
  TradingFloor market;
  pb::NotaryIssue issue = market.admission_of("DA", kProduct);
  issue.set_result(pb::Attestation::FAIL);
  CHECK(market.run("notary.issue", issue, {"NOT"}) == "OK");
  pb::NotaryIssue above = market.authenticity_of("AU", kProduct);
  above.add_depends_on("DA");
  CHECK(market.run("notary.issue", above, {"NOT"}) == "NOT-405");
}
