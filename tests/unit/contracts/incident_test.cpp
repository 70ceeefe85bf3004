#include <doctest/doctest.h>

#include "contracts/credit.pb.h"
#include "contracts/holds.h"
#include "contracts/incident.pb.h"
#include "contracts/membership.pb.h"
#include "tests/unit/contracts/market_world.h"

using namespace qilian;
using namespace qilian::contracts;
using contracts::test::commitment;
using contracts::test::digest;
using contracts::test::MarketWorld;

namespace {

constexpr std::int64_t kHour = 3'600'000;

std::string organisation(const char* name) { return "organisation:" + MarketWorld::uscc(name); }

/// A behaviour for late reports, one for leaks.
struct Scene : MarketWorld {
  Scene() {
    pb::CreditRules rules;
    rules.set_version(1);
    rules.set_base(600);
    rules.set_grade_b(550);
    rules.set_grade_c(400);
    for (const auto& [code, highest] :
         {std::pair("LATE_REPORT", pb::Severity::MODERATE), std::pair("LEAKED", pb::Severity::SERIOUS)}) {
      pb::Behaviour* behaviour = rules.add_behaviours();
      behaviour->set_code(code);
      behaviour->set_highest(highest);
    }
    put(kind::kCreditRules, "current", rules);
    public_data();
  }

  pb::IncidentReport report(const std::string& id) const {
    pb::IncidentReport out;
    out.set_id(id);
    out.set_kind(pb::Incident::LEAK);
    out.set_level(pb::Incident::LARGE);
    out.add_assets(r1);
    out.set_detected(now().value() - kHour);
    out.set_statement(commitment("statement"));
    return out;
  }
  static pb::IncidentTriage triage(const std::string& id) {
    pb::IncidentTriage out;
    out.set_incident(id);
    out.set_level(pb::Incident::MAJOR);
    out.set_handler(uscc("MET"));
    out.set_note("stop the feed");
    return out;
  }
  static pb::IncidentContain contain(const std::string& id) {
    pb::IncidentContain out;
    out.set_incident(id);
    out.set_measures("the feed is stopped");
    out.set_document(digest("log"));
    return out;
  }
  static pb::IncidentInvestigate investigate(const std::string& id) {
    pb::IncidentInvestigate out;
    out.set_incident(id);
    out.set_findings("a share was left open");
    out.set_document(digest("findings"));
    return out;
  }
  static pb::IncidentInvestigate accuse(const std::string& id, const char* whom) {
    pb::IncidentInvestigate out = investigate(id);
    pb::Responsible* one = out.add_responsible();
    one->set_organisation(uscc(whom));
    one->set_behaviour("LEAKED");
    one->set_severity(pb::Severity::MODERATE);
    return out;
  }
  static pb::IncidentClose close(const std::string& id) {
    pb::IncidentClose out;
    out.set_incident(id);
    out.set_conclusion("closed");
    out.set_document(digest("conclusion"));
    return out;
  }
  void leak_attested(const std::string& attestation, const std::string& incident) {
    attest(attestation, pb::Attestation::DATA_LEAK, incident, "match", "true");
    auto record = get<pb::Attestation>(kind::kAttestation, attestation);
    record.mutable_subjects(0)->set_kind(pb::Subject::INCIDENT);
    put(kind::kAttestation, attestation, record);
  }
  pb::Incident::Status status(const std::string& id) const { return get<pb::Incident>(kind::kIncident, id).status(); }
  void until(const std::string& id, pb::Incident::Status wanted) {
    REQUIRE(call("incident.report", report(id), {"DLR"}).code == "OK");
    if (wanted >= pb::Incident::TRIAGED) REQUIRE(call("incident.triage", triage(id), {"REG1"}).code == "OK");
    if (wanted >= pb::Incident::CONTAINED) REQUIRE(call("incident.contain", contain(id), {"MET"}).code == "OK");
    if (wanted >= pb::Incident::INVESTIGATED) {
      REQUIRE(call("incident.investigate", investigate(id), {"REG1"}).code == "OK");
    }
    if (wanted >= pb::Incident::CLOSED) REQUIRE(call("incident.close", close(id), {"REG1"}).code == "OK");
  }

  pb::IncidentHold stop(const std::string& scope, std::int64_t hours) const {
    pb::IncidentHold out;
    out.set_scope(scope);
    out.set_until(now().value() + hours * kHour);
    out.set_reason("leak");
    return out;
  }
  pb::IncidentExtend extension(const std::string& scope, const std::string& hold, int days) const {
    pb::IncidentExtend out;
    out.set_scope(scope);
    out.set_hold(hold);
    out.set_until(in_days(days));
    return out;
  }
  static pb::IncidentLift lift(const std::string& scope, const std::string& hold) {
    pb::IncidentLift out;
    out.set_scope(scope);
    out.set_hold(hold);
    return out;
  }
  /// Something of DLR's that holds stop.
  std::string business(std::uint32_t serial) {
    return call("registry.submit", submission("DLR", 'R', serial), {"DLR"}).code;
  }
};

}  // namespace

TEST_CASE("an incident runs from its report through triage, containment and investigation to its end") {
  Scene scene;
  scene.until("I1", pb::Incident::CLOSED);
  const auto incident = scene.get<pb::Incident>(kind::kIncident, "I1");
  CHECK(incident.status() == pb::Incident::CLOSED);
  CHECK(incident.level() == pb::Incident::MAJOR);
  CHECK(incident.handler() == MarketWorld::uscc("MET"));
  CHECK(incident.due() == 0);
  REQUIRE(incident.actions_size() == 4);
  CHECK(incident.actions(1).call() == "incident.contain");
  CHECK(incident.actions(1).organisation() == MarketWorld::uscc("MET"));
  CHECK_FALSE(incident.actions(3).late());
  CHECK(scene.references(kind::kIncidentsOfAsset, scene.r1) == 1);
}

TEST_CASE("COM-303: no step of an incident is skipped, and none is done twice") {
  Scene scene;
  const auto steps = {pb::Incident::REPORTED, pb::Incident::TRIAGED, pb::Incident::CONTAINED,
                      pb::Incident::INVESTIGATED, pb::Incident::CLOSED};
  for (const pb::Incident::Status at : steps) {
    const std::string id = "I-" + pb::Incident::Status_Name(at);
    scene.until(id, at);
    const auto expected = [&](pb::Incident::Status wanted) { return at == wanted ? "OK" : "COM-303"; };
    // From the last step backwards, so that a step that is allowed does not open the next one.
    CHECK(scene.call("incident.close", Scene::close(id), {"REG1"}).code == expected(pb::Incident::INVESTIGATED));
    CHECK(scene.call("incident.investigate", Scene::investigate(id), {"REG1"}).code ==
          expected(pb::Incident::CONTAINED));
    CHECK(scene.call("incident.contain", Scene::contain(id), {"REG2"}).code == expected(pb::Incident::TRIAGED));
    CHECK(scene.call("incident.triage", Scene::triage(id), {"REG1"}).code == expected(pb::Incident::REPORTED));
  }
  CHECK(scene.call("incident.triage", Scene::triage("nowhere"), {"REG1"}).code == "COM-301");
  CHECK(scene.call("incident.report", scene.report("I-CLOSED"), {"DLR"}).code == "COM-302");
}

TEST_CASE("a late report is accepted, flagged and opens a credit case") {
  Scene scene;
  pb::IncidentReport late = scene.report("I1");
  late.set_detected(scene.now().value() - 25 * kHour);
  const auto reply = scene.call("incident.report", late, {"DLR"});
  REQUIRE(reply.code == "OK");
  const auto incident = scene.get<pb::Incident>(kind::kIncident, "I1");
  CHECK(incident.late());
  REQUIRE(incident.determinations_size() == 1);
  CHECK(reply.trace.find(incident.determinations(0)) != std::string::npos);
  const auto notice = scene.get<pb::Determination>(kind::kDetermination, incident.determinations(0));
  CHECK(notice.subject() == MarketWorld::uscc("DLR"));
  CHECK(notice.behaviour() == "LATE_REPORT");
  CHECK(notice.severity() == pb::Severity::MINOR);
  pb::IncidentReport in_time = scene.report("I2");
  in_time.set_detected(scene.now().value() - 24 * kHour + 1);
  REQUIRE(scene.call("incident.report", in_time, {"DLR"}).code == "OK");
  CHECK_FALSE(scene.get<pb::Incident>(kind::kIncident, "I2").late());
}

TEST_CASE("a late report whose behaviour is in no catalogue is flagged and opens no case") {
  Scene scene;
  auto rules = scene.get<pb::CreditRules>(kind::kCreditRules, "current");
  rules.clear_behaviours();
  scene.put(kind::kCreditRules, "current", rules);
  pb::IncidentReport late = scene.report("I1");
  late.set_detected(scene.now().value() - 25 * kHour);
  REQUIRE(scene.call("incident.report", late, {"DLR"}).code == "OK");
  CHECK(scene.get<pb::Incident>(kind::kIncident, "I1").late());
  CHECK(scene.get<pb::Incident>(kind::kIncident, "I1").determinations_size() == 0);
}

TEST_CASE("COM-407: so many reports of one organisation wait for triage at once, and triage makes room") {
  Scene scene;
  for (int n = 1; n <= 64; ++n) {
    REQUIRE(scene.call("incident.report", scene.report("I" + std::to_string(n)), {"DLR"}).code == "OK");
  }
  CHECK(scene.call("incident.report", scene.report("I65"), {"DLR"}).code == "COM-407");
  CHECK(scene.call("incident.report", scene.report("I66"), {"DLR2"}).code == "OK");
  REQUIRE(scene.call("incident.triage", Scene::triage("I7"), {"REG1"}).code == "OK");
  CHECK(scene.call("incident.report", scene.report("I65"), {"DLR"}).code == "OK");
}

TEST_CASE("a report passes under suspension and holds, and not before admission") {
  Scene scene;
  scene.hold(organisation("DLR"));
  scene.set_status("DLR", pb::Organisation::SUSPENDED);
  CHECK(scene.call("incident.report", scene.report("I1"), {"DLR"}).code == "OK");
  scene.put_organisation("SHELL", {}, 1);
  auto shell = scene.get<pb::Organisation>(kind::kOrganisation, MarketWorld::uscc("SHELL"));
  shell.set_admitted_at(0);
  scene.put(kind::kOrganisation, shell.uscc(), shell);
  CHECK(scene.call("incident.report", scene.report("I2"), {"SHELL"}).code == "COM-203");
}

TEST_CASE("a report names what exists, once, and nothing that has not happened yet") {
  Scene scene;
  pb::IncidentReport report = scene.report("I1");
  report.add_assets(scene.r1);
  CHECK(scene.call("incident.report", report, {"DLR"}).code == "COM-107");
  report = scene.report("I1");
  report.set_assets(0, MarketWorld::udi("BUY", 'R', 7));
  CHECK(scene.call("incident.report", report, {"DLR"}).code == "COM-301");
  report = scene.report("I1");
  report.add_organisations(MarketWorld::uscc("SHELL"));
  CHECK(scene.call("incident.report", report, {"DLR"}).code == "COM-301");
  report = scene.report("I1");
  report.clear_assets();
  CHECK(scene.call("incident.report", report, {"DLR"}).code == "COM-107");
  report = scene.report("I1");
  report.set_detected(scene.now().value() + 1);
  CHECK(scene.call("incident.report", report, {"DLR"}).code == "COM-308");
  report = scene.report("I1");
  report.set_statement("plain words");
  CHECK(scene.call("incident.report", report, {"DLR"}).code == "COM-101");
}

TEST_CASE("clocks run against authorities too: a late triage stands as late") {
  Scene scene;
  scene.until("I1", pb::Incident::REPORTED);
  scene.advance_days(10);
  REQUIRE(scene.call("incident.triage", Scene::triage("I1"), {"REG1"}).code == "OK");
  CHECK(scene.get<pb::Incident>(kind::kIncident, "I1").actions(0).late());
}

TEST_CASE("COM-204: only regulators triage, investigate, close, warn and hold; the handler or a regulator contains") {
  Scene scene;
  pb::IncidentWarn warning;
  warning.set_id("W1");
  warning.set_colour(pb::Warning::ORANGE);
  warning.set_text("scans of open shares");
  warning.set_until(scene.in_days(3));
  for (const char* role : {"NOT", "VEN", "MET", "IMPL", "REGR", "OPR", "DLR", "BUY", "AUD", "TST"}) {
    const std::string id = std::string("I-") + role;
    scene.until(id, pb::Incident::REPORTED);
    CHECK(scene.call("incident.triage", Scene::triage(id), {role}).code == "COM-204");
    REQUIRE(scene.call("incident.triage", Scene::triage(id), {"REG1"}).code == "OK");
    const bool handler = std::string(role) == "MET";
    CHECK(scene.call("incident.contain", Scene::contain(id), {role}).code == (handler ? "OK" : "COM-204"));
    if (!handler) REQUIRE(scene.call("incident.contain", Scene::contain(id), {"REG2"}).code == "OK");
    CHECK(scene.call("incident.investigate", Scene::investigate(id), {role}).code == "COM-204");
    REQUIRE(scene.call("incident.investigate", Scene::investigate(id), {"REG1"}).code == "OK");
    CHECK(scene.call("incident.close", Scene::close(id), {role}).code == "COM-204");
    CHECK(scene.call("incident.warn", warning, {role}).code == "COM-204");
    CHECK(scene.call("incident.hold", scene.stop(organisation("DLR"), 1), {role}).code == "COM-204");
  }
}

TEST_CASE("COM-207: a regulator does not judge its own group's case") {
  Scene scene;
  pb::IncidentReport report = scene.report("I1");
  report.add_organisations(MarketWorld::uscc("REG1"));
  REQUIRE(scene.call("incident.report", report, {"DLR"}).code == "OK");
  CHECK(scene.call("incident.triage", Scene::triage("I1"), {"REG1"}).code == "COM-207");
  REQUIRE(scene.call("incident.triage", Scene::triage("I1"), {"REG2"}).code == "OK");
  REQUIRE(scene.call("incident.contain", Scene::contain("I1"), {"MET"}).code == "OK");
  CHECK(scene.call("incident.investigate", Scene::accuse("I1", "REG2"), {"REG2"}).code == "COM-207");
}

TEST_CASE("an investigation of a leak leads to a credit case on a notary's comparison, and not without") {
  Scene scene;
  scene.until("I1", pb::Incident::CONTAINED);
  pb::IncidentInvestigate found = Scene::accuse("I1", "DLR");
  CHECK(scene.call("incident.investigate", found, {"REG1"}).code == "COM-301");
  scene.leak_attested("DL-other", "I2");
  found.set_attestation("DL-other");
  CHECK(scene.call("incident.investigate", found, {"REG1"}).code == "COM-303");
  scene.leak_attested("DL", "I1");
  found.set_attestation("DL");
  pb::IncidentInvestigate wrong = found;
  wrong.mutable_responsible(0)->set_behaviour("UNKNOWN");
  CHECK(scene.call("incident.investigate", wrong, {"REG1"}).code == "CRD-409");
  wrong = found;
  wrong.mutable_responsible(0)->set_severity(pb::Severity::SERIOUS);
  CHECK(scene.call("incident.investigate", wrong, {"REG1"}).code == "COM-107");
  wrong = found;
  wrong.mutable_responsible(0)->set_organisation(MarketWorld::uscc("SHELL"));
  CHECK(scene.call("incident.investigate", wrong, {"REG1"}).code == "COM-301");
  REQUIRE(scene.call("incident.investigate", found, {"REG1"}).code == "OK");
  const auto incident = scene.get<pb::Incident>(kind::kIncident, "I1");
  REQUIRE(incident.determinations_size() == 1);
  const auto notice = scene.get<pb::Determination>(kind::kDetermination, incident.determinations(0));
  CHECK(notice.subject() == MarketWorld::uscc("DLR"));
  CHECK(notice.severity() == pb::Severity::MODERATE);
  CHECK(notice.determiner() == MarketWorld::uscc("REG1"));
  CHECK(notice.status() == pb::Determination::NOTIFIED);
}

TEST_CASE("a warning names its colour, whom it concerns and until when, and stops nothing") {
  Scene scene;
  pb::IncidentWarn warning;
  warning.set_id("W1");
  warning.set_colour(pb::Warning::RED);
  warning.add_scopes(organisation("DLR"));
  warning.set_text("scans of open shares");
  warning.set_until(scene.in_days(3));
  REQUIRE(scene.call("incident.warn", warning, {"REG1"}).code == "OK");
  CHECK(scene.call("incident.warn", warning, {"REG1"}).code == "COM-302");
  CHECK(scene.business(40) == "OK");
  warning.set_id("W2");
  warning.set_until(scene.now().value());
  CHECK(scene.call("incident.warn", warning, {"REG1"}).code == "COM-307");
  warning.set_until(scene.in_days(3));
  warning.set_incident("nothing");
  CHECK(scene.call("incident.warn", warning, {"REG1"}).code == "COM-301");
  warning.clear_incident();
  warning.set_scopes(0, "organisation:nobody");
  CHECK(scene.call("incident.warn", warning, {"REG1"}).code == "COM-301");
}

TEST_CASE("COM-405: a hold by one regulator stops business for its hours, lapses by itself, and blocks no unwinding") {
  Scene scene;
  const auto hold = scene.call("incident.hold", scene.stop(organisation("DLR"), 24), {"REG1"});
  REQUIRE(hold.code == "OK");
  CHECK(scene.business(41) == "COM-405");
  CHECK(held(scene.context(), organisation("DLR")));
  CHECK(scene.call("incident.report", scene.report("I1"), {"DLR"}).code == "OK");
  scene.advance_days(1);
  CHECK(scene.business(41) == "OK");
  CHECK_FALSE(held(scene.context(), organisation("DLR")));
}

TEST_CASE("a hold with named operations stops those and no others") {
  Scene scene;
  pb::IncidentHold hold = scene.stop("asset:" + scene.r1, 24);
  hold.add_operations("compute");
  hold.add_operations("authorization.grant");
  REQUIRE(scene.call("incident.hold", hold, {"REG1"}).code == "OK");
  CHECK(scene.call("authorization.grant", scene.operation_grant("G1"), {"IMPL", "OPR", "MET", "TRA"}).code ==
        "COM-405");
  CHECK(scene.business(42) == "OK");
}

TEST_CASE("INC-402: a hold that is too broad or too long, or that would stop unwinding") {
  Scene scene;
  CHECK(scene.call("incident.hold", scene.stop("everything", 1), {"REG1"}).code == "INC-402");
  CHECK(scene.call("incident.hold", scene.stop("region:620000", 1), {"REG1"}).code == "INC-402");
  CHECK(scene.call("incident.hold", scene.stop(organisation("DLR"), 73), {"REG1"}).code == "INC-402");
  CHECK(scene.call("incident.hold", scene.stop(organisation("DLR"), 73), {"REG1", "REG2"}).code == "INC-402");
  pb::IncidentHold hold = scene.stop(organisation("DLR"), 72);
  hold.add_operations("credit.object");
  CHECK(scene.call("incident.hold", hold, {"REG1"}).code == "INC-402");
  hold.set_operations(0, "evidence.nothing");
  CHECK(scene.call("incident.hold", hold, {"REG1"}).code == "COM-104");
  hold.set_operations(0, "evidence");
  hold.set_incident("nothing");
  CHECK(scene.call("incident.hold", hold, {"REG1"}).code == "COM-301");
  hold.clear_incident();
  hold.set_until(scene.now().value());
  CHECK(scene.call("incident.hold", hold, {"REG1"}).code == "COM-307");
  CHECK(scene.call("incident.hold", scene.stop("trade:T9", 1), {"REG1"}).code == "COM-301");
  CHECK(scene.call("incident.hold", scene.stop(organisation("DLR"), 72), {"REG1"}).code == "OK");
}

TEST_CASE("INC-402: so many holds stand on one scope and no more") {
  Scene scene;
  for (int n = 0; n < 16; ++n) {
    REQUIRE(scene.call("incident.hold", scene.stop(organisation("DLR"), 2), {"REG1", "REG2"}).code == "OK");
  }
  CHECK(scene.call("incident.hold", scene.stop(organisation("DLR"), 2), {"REG1", "REG2"}).code == "INC-402");
}

TEST_CASE("COM-206: one regulator does not hold a scope again in slices, two do") {
  Scene scene;
  REQUIRE(scene.call("incident.hold", scene.stop(organisation("DLR"), 72), {"REG1"}).code == "OK");
  scene.advance_days(4);
  CHECK(scene.call("incident.hold", scene.stop(organisation("DLR"), 72), {"REG1"}).code == "COM-206");
  CHECK(scene.call("incident.hold", scene.stop(organisation("DLR"), 72), {"REG2"}).code == "COM-206");
  CHECK(scene.call("incident.hold", scene.stop(organisation("DLR"), 1), {"REG1", "REG2"}).code == "OK");
  scene.advance_days(12);
  CHECK(scene.call("incident.hold", scene.stop(organisation("DLR"), 72), {"REG2"}).code == "OK");
}

TEST_CASE("two regulators extend a hold; INC-403 once it has lapsed or where there is none") {
  Scene scene;
  const std::string scope = organisation("DLR");
  const std::string hold = scene.call("incident.hold", scene.stop(scope, 24), {"REG1"}).object;
  CHECK(scene.call("incident.extend", scene.extension(scope, hold, 20), {"REG1"}).code == "COM-206");
  CHECK(scene.call("incident.extend", scene.extension(scope, hold, 20), {"DLR", "REG1"}).code == "COM-204");
  CHECK(scene.call("incident.extend", scene.extension(scope, "hold-none", 20), {"REG1", "REG2"}).code == "INC-403");
  CHECK(scene.call("incident.extend", scene.extension(scope, hold, 32), {"REG1", "REG2"}).code == "INC-402");
  CHECK(scene.call("incident.extend", scene.extension(scope, hold, 1), {"REG1", "REG2"}).code == "COM-303");
  REQUIRE(scene.call("incident.extend", scene.extension(scope, hold, 20), {"REG1", "REG2"}).code == "OK");
  scene.advance_days(19);
  CHECK(scene.business(43) == "COM-405");
  scene.advance_days(1);
  CHECK(scene.business(43) == "OK");
  CHECK(scene.call("incident.extend", scene.extension(scope, hold, 2), {"REG1", "REG2"}).code == "INC-403");
}

TEST_CASE("COM-206: whoever placed a hold and is no active regulator any more lends his signature to no lift") {
  Scene scene;
  const std::string scope = organisation("DLR");
  const std::string hold = scene.call("incident.hold", scene.stop(scope, 24), {"REG1"}).object;
  auto placed_by = scene.get<pb::Organisation>(kind::kOrganisation, Scene::uscc("REG1"));
  placed_by.set_status(pb::Organisation::EXPELLED);
  scene.put(kind::kOrganisation, Scene::uscc("REG1"), placed_by);
  CHECK(scene.call("incident.lift", Scene::lift(scope, hold), {"REG2", "REG1"}).code == "COM-206");
}

TEST_CASE("whoever placed a hold lifts it, or two regulators; another one alone does not") {
  Scene scene;
  const std::string scope = organisation("DLR");
  const std::string hold = scene.call("incident.hold", scene.stop(scope, 24), {"REG1"}).object;
  CHECK(scene.call("incident.lift", Scene::lift(scope, hold), {"REG2"}).code == "COM-206");
  CHECK(scene.call("incident.lift", Scene::lift(scope, hold), {"DLR"}).code == "COM-204");
  CHECK(scene.call("incident.lift", Scene::lift(scope, "hold-none"), {"REG1"}).code == "COM-301");
  REQUIRE(scene.call("incident.lift", Scene::lift(scope, hold), {"REG1"}).code == "OK");
  CHECK(scene.business(44) == "OK");
  const std::string second = scene.call("incident.hold", scene.stop(scope, 24), {"REG1", "REG2"}).object;
  REQUIRE(scene.call("incident.lift", Scene::lift(scope, second), {"REG2"}).code == "OK");
  const std::string third = scene.call("incident.hold", scene.stop(scope, 24), {"REG1", "REG2"}).object;
  scene.advance_days(1);
  CHECK(scene.call("incident.lift", Scene::lift(scope, third), {"REG1"}).code == "COM-303");
}
