#include "contracts/cross_border/cross_border.h"

#include <doctest/doctest.h>

#include "contracts/governance.pb.h"
#include "contracts/membership.pb.h"
#include "tests/unit/contracts/market_world.h"

using namespace qilian;
using namespace qilian::contracts;
using contracts::test::commitment;
using contracts::test::digest;
using contracts::test::MarketWorld;

namespace {

struct Scene : MarketWorld {
  /// DLR's sensitive product P4 with consents of 20,000 persons, a recipient abroad, and the tables.
  Scene() {
    table("country", {{"DEU", "", ""}, {"SGP", "", ""}});
    table("exemption", {{"CONTRACT", "consent", "WAIVED"}, {"OFFSHORE", "lineage", "OFFSHORE"}});
    table("free_trade_zone", {{"620109", "", ""}});
    table("ciio", {{uscc("DLR2").c_str(), "", ""}});
    table("region", {{"620000", "", ""}, {"990001", "offshore", "true"}});
    pb::RegistrySubmit product = submission("DLR", 'P', 4);
    product.mutable_description()->set_pi_class(pb::Asset::SENSITIVE);
    product.mutable_description()->set_category(pb::Asset::PERSONAL);
    REQUIRE(enter(product, "DLR").code == "OK");
    pb::RegistrySubmit plain = submission("DLR", 'P', 5);
    REQUIRE(enter(plain, "DLR").code == "OK");
    REQUIRE(call("cross_border.register_recipient", recipient("RC1"), {"DLR"}).code == "OK");
    consent("CB1", 20'000, {pb::ConsentBatch::SENSITIVE, pb::ConsentBatch::CROSS_BORDER});
  }

  struct Row {
    const char* code;
    const char* attribute;
    const char* value;
  };
  void table(const char* name, std::vector<Row> rows) {
    pb::CodeTable out;
    out.set_name(name);
    out.set_version(1);
    for (const Row& row : rows) {
      pb::TableCode* code = out.add_codes();
      code->set_code(row.code);
      if (*row.attribute == '\0') continue;
      pb::CodeAttribute* attribute = code->add_attributes();
      attribute->set_name(row.attribute);
      attribute->set_value(row.value);
    }
    put(kind::kTable, name, out);
  }
  void consent(const std::string& id, std::uint64_t count, std::vector<pb::ConsentBatch::Separate> separate,
               const char* controller = "DLR") {
    pb::ConsentBatch batch;
    batch.set_id(id);
    batch.set_controller(uscc(controller));
    batch.add_purposes("INDUSTRY");
    for (const pb::ConsentBatch::Separate each : separate) batch.add_separate_consent(each);
    batch.set_count(count);
    batch.set_expires(in_days(900));
    batch.set_status(pb::ConsentBatch::IN_FORCE);
    put(kind::kConsentBatch, id, batch);
  }
  static pb::CrossBorderRegisterRecipient recipient(const std::string& id) {
    pb::CrossBorderRegisterRecipient out;
    out.set_id(id);
    out.set_name("Beispiel Versicherung");
    out.set_country("DEU");
    out.set_papers(digest("papers"));
    return out;
  }
  pb::CrossBorderAssess assess(const std::string& id, std::int64_t persons,
                               pb::Export::Path path = pb::Export::STANDARD_CONTRACT) const {
    pb::CrossBorderAssess out;
    out.set_id(id);
    out.set_recipient("RC1");
    out.set_asset(p4 + "@1");
    out.set_purpose("INDUSTRY");
    out.set_persons(persons);
    out.set_sensitive_persons(persons);
    out.set_path(path);
    out.add_consent_batch("CB1");
    out.set_assessment(commitment("self-assessment"));
    return out;
  }
  /// Of data that is about nobody.
  pb::CrossBorderAssess assess_plain(const std::string& id, pb::Export::Path path) const {
    pb::CrossBorderAssess out = assess(id, 0, path);
    out.set_asset(p5 + "@1");
    out.clear_consent_batch();
    return out;
  }
  static pb::CrossBorderPreliminary preliminary(const std::string& id, bool pass = true) {
    pb::CrossBorderPreliminary out;
    out.set_export_id(id);
    out.set_pass(pass);
    out.set_opinion(digest("opinion"));
    return out;
  }
  pb::CrossBorderDecide decide(const std::string& id, int days = 300) const {
    pb::CrossBorderDecide out;
    out.set_export_id(id);
    out.set_pass(days > 0);
    out.set_decision(digest("decision"));
    if (days > 0) out.set_valid_to(in_days(days));
    return out;
  }
  static pb::CrossBorderShip ship(const std::string& id, std::int64_t persons) {
    pb::CrossBorderShip out;
    out.set_export_id(id);
    out.set_persons(persons);
    out.set_sensitive_persons(persons);
    out.set_package(digest("package"));
    return out;
  }
  static pb::CrossBorderStop stop(const std::string& id) {
    pb::CrossBorderStop out;
    out.set_export_id(id);
    out.set_reason("complaint");
    return out;
  }
  void decided(const std::string& id, std::int64_t persons) {
    REQUIRE(call("cross_border.assess", assess(id, persons), {"DLR"}).code == "OK");
    REQUIRE(call("cross_border.preliminary", preliminary(id), {"REG1"}).code == "OK");
    REQUIRE(call("cross_border.decide", decide(id), {"REG2"}).code == "OK");
  }
  pb::Export::Status status(const std::string& id) {
    return cross_border::status_at(get<pb::Export>(kind::kExport, id), now());
  }

  const std::string p4 = udi("DLR", 'P', 4);
  const std::string p5 = udi("DLR", 'P', 5);
};

}  // namespace

TEST_CASE("an export runs from self-assessment through opinion and decision to its shipments, each in the log") {
  Scene scene;
  REQUIRE(scene.call("cross_border.assess", scene.assess("X1", 9'000), {"DLR"}).code == "OK");
  CHECK(scene.status("X1") == pb::Export::SELF_ASSESSED);
  REQUIRE(scene.call("cross_border.preliminary", Scene::preliminary("X1"), {"REG1"}).code == "OK");
  CHECK(scene.status("X1") == pb::Export::PRELIMINARY);
  REQUIRE(scene.call("cross_border.decide", scene.decide("X1"), {"REG2"}).code == "OK");
  CHECK(scene.status("X1") == pb::Export::DECIDED);
  CHECK(scene.call("cross_border.ship", Scene::ship("X1", 4'000), {"DLR"}).object == "X1/1");
  CHECK(scene.status("X1") == pb::Export::ACTIVE);
  CHECK(scene.call("cross_border.ship", Scene::ship("X1", 5'000), {"DLR"}).object == "X1/2");
  CHECK(scene.get<pb::ExportLog>(kind::kExportLog, "X1/2").persons() == 5'000);
  CHECK(cross_border::shipped(scene.context(), MarketWorld::uscc("DLR"), 2026).sensitive == 9'000);
  CHECK(scene.references(kind::kExportsOfOrganisation, MarketWorld::uscc("DLR")) == 1);
  CHECK(scene.references(kind::kExportsOfAsset, scene.p4) == 1);
}

TEST_CASE("COM-303: an export's steps stand in order, and what was stopped or refused stays so") {
  Scene scene;
  const auto codes = [&](const std::string& id) {
    return std::vector<std::string>{scene.call("cross_border.ship", Scene::ship(id, 1), {"DLR"}).code,
                                    scene.call("cross_border.decide", scene.decide(id), {"REG2"}).code,
                                    scene.call("cross_border.preliminary", Scene::preliminary(id), {"REG1"}).code};
  };
  using Codes = std::vector<std::string>;
  REQUIRE(scene.call("cross_border.assess", scene.assess("X1", 10), {"DLR"}).code == "OK");
  CHECK(codes("X1") == Codes{"COM-303", "COM-303", "OK"});
  CHECK(codes("X1") == Codes{"COM-303", "OK", "COM-303"});
  CHECK(codes("X1") == Codes{"OK", "COM-303", "COM-303"});
  CHECK(codes("X1") == Codes{"OK", "COM-303", "COM-303"});
  REQUIRE(scene.call("cross_border.stop", Scene::stop("X1"), {"REG1"}).code == "OK");
  CHECK(codes("X1") == Codes{"COM-303", "COM-303", "COM-303"});
  CHECK(scene.call("cross_border.stop", Scene::stop("X1"), {"REG1"}).code == "COM-303");
  REQUIRE(scene.call("cross_border.assess", scene.assess("X2", 10), {"DLR"}).code == "OK");
  REQUIRE(scene.call("cross_border.preliminary", Scene::preliminary("X2", false), {"REG1"}).code == "OK");
  CHECK(codes("X2") == Codes{"COM-303", "COM-303", "COM-303"});
  REQUIRE(scene.call("cross_border.assess", scene.assess("X3", 10), {"DLR"}).code == "OK");
  REQUIRE(scene.call("cross_border.preliminary", Scene::preliminary("X3"), {"REG1"}).code == "OK");
  REQUIRE(scene.call("cross_border.decide", scene.decide("X3", 0), {"REG2"}).code == "OK");
  CHECK(codes("X3") == Codes{"COM-303", "COM-303", "COM-303"});
  for (const char* at : {"X4", "X5", "X6"}) {
    REQUIRE(scene.call("cross_border.assess", scene.assess(at, 10), {"DLR"}).code == "OK");
    if (*(at + 1) > '4') REQUIRE(scene.call("cross_border.preliminary", Scene::preliminary(at), {"REG1"}).code == "OK");
    if (*(at + 1) > '5') REQUIRE(scene.call("cross_border.decide", scene.decide(at), {"REG2"}).code == "OK");
    CHECK(scene.call("cross_border.stop", Scene::stop(at), {"REG1"}).code == "OK");
  }
  CHECK(codes("X9") == Codes{"COM-301", "COM-301", "COM-301"});
  CHECK(scene.call("cross_border.assess", scene.assess("X1", 10), {"DLR"}).code == "COM-302");
}

TEST_CASE("COM-204: only regulators give the opinion, decide and stop; COM-205: only the exporter ships") {
  Scene scene;
  REQUIRE(scene.call("cross_border.assess", scene.assess("X1", 10), {"DLR"}).code == "OK");
  for (const char* role : {"NOT", "VEN", "MET", "IMPL", "REGR", "OPR", "DLR", "BUY", "AUD", "TST"}) {
    CHECK(scene.call("cross_border.preliminary", Scene::preliminary("X1"), {role}).code == "COM-204");
    CHECK(scene.call("cross_border.decide", scene.decide("X1"), {role}).code == "COM-204");
    CHECK(scene.call("cross_border.stop", Scene::stop("X1"), {role}).code == "COM-204");
  }
  REQUIRE(scene.call("cross_border.preliminary", Scene::preliminary("X1"), {"REG1"}).code == "OK");
  REQUIRE(scene.call("cross_border.decide", scene.decide("X1"), {"REG2"}).code == "OK");
  CHECK(scene.call("cross_border.ship", Scene::ship("X1", 1), {"DLR2"}).code == "COM-205");
  CHECK(scene.call("cross_border.ship", Scene::ship("X1", 1), {"REG1"}).code == "COM-205");
  CHECK(scene.call("cross_border.ship", Scene::ship("X1", 1), {"DLR"}).code == "OK");
}

TEST_CASE("COM-207: opinion and decision come from two regulators; a security assessment takes two to decide") {
  Scene scene;
  REQUIRE(scene.call("cross_border.assess", scene.assess("X1", 10), {"DLR"}).code == "OK");
  REQUIRE(scene.call("cross_border.preliminary", Scene::preliminary("X1"), {"REG1"}).code == "OK");
  CHECK(scene.call("cross_border.decide", scene.decide("X1"), {"REG1"}).code == "COM-207");
  CHECK(scene.call("cross_border.decide", scene.decide("X1"), {"REG2"}).code == "OK");
  const auto security = scene.assess("X2", 15'000, pb::Export::SECURITY_ASSESSMENT);
  REQUIRE(scene.call("cross_border.assess", security, {"DLR"}).code == "OK");
  REQUIRE(scene.call("cross_border.preliminary", Scene::preliminary("X2"), {"REG1"}).code == "OK");
  CHECK(scene.call("cross_border.decide", scene.decide("X2"), {"REG2"}).code == "COM-206");
  CHECK(scene.call("cross_border.decide", scene.decide("X2"), {"REG1", "REG2"}).code == "OK");
}

TEST_CASE("XBR-401: CORE data leaves by no path, an ancestor's grade included") {
  Scene scene;
  auto asset = scene.get<pb::Asset>(kind::kAsset, scene.p4);
  asset.set_grade(pb::Asset::CORE);
  scene.put(kind::kAsset, scene.p4, asset);
  for (const auto path : {pb::Export::SELF, pb::Export::SECURITY_ASSESSMENT, pb::Export::CERTIFICATION}) {
    CHECK(scene.call("cross_border.assess", scene.assess("X1", 10, path), {"DLR"}).code == "XBR-401");
  }
}

TEST_CASE("XBR-401: what became CORE after the decision does not ship") {
  Scene scene;
  scene.decided("X1", 10);
  auto asset = scene.get<pb::Asset>(kind::kAsset, scene.p4);
  asset.set_grade(pb::Asset::CORE);
  scene.put(kind::kAsset, scene.p4, asset);
  CHECK(scene.call("cross_border.ship", Scene::ship("X1", 1), {"DLR"}).code == "XBR-401");
}

TEST_CASE("XBR-402: the path does not suffice for this export alone") {
  Scene scene;
  const auto code = [&](pb::CrossBorderAssess assess) {
    return scene.call("cross_border.assess", assess, {"DLR"}).code;
  };
  CHECK(code(scene.assess("X1", 1, pb::Export::SELF)) == "XBR-402");
  CHECK(code(scene.assess("X1", 1, pb::Export::PRELIMINARY_ASSESSMENT)) == "XBR-402");
  CHECK(code(scene.assess("X1", 10'000)) == "XBR-402");
  CHECK(code(scene.assess("X1", 10'000, pb::Export::CERTIFICATION)) == "XBR-402");
  CHECK(code(scene.assess("X1", 9'999)) == "OK");
  CHECK(code(scene.assess("X2", 10'000, pb::Export::SECURITY_ASSESSMENT)) == "OK");
}

TEST_CASE("XBR-402: persons without sensitive information have thresholds of their own") {
  Scene scene;
  auto asset = scene.get<pb::Asset>(kind::kAsset, scene.p4);
  asset.set_pi_class(pb::Asset::GENERAL);
  scene.put(kind::kAsset, scene.p4, asset);
  scene.consent("CB1", 2'000'000, {pb::ConsentBatch::CROSS_BORDER});
  const auto code = [&](const char* id, std::int64_t persons, pb::Export::Path path) {
    pb::CrossBorderAssess assess = scene.assess(id, persons, path);
    assess.set_sensitive_persons(0);
    return scene.call("cross_border.assess", assess, {"DLR"}).code;
  };
  CHECK(code("X1", 99'999, pb::Export::SELF) == "OK");
  CHECK(code("X2", 100'000, pb::Export::SELF) == "XBR-402");
  CHECK(code("X2", 999'999, pb::Export::STANDARD_CONTRACT) == "OK");
  CHECK(code("X3", 1'000'000, pb::Export::STANDARD_CONTRACT) == "XBR-402");
  CHECK(code("X3", 1'000'000, pb::Export::SECURITY_ASSESSMENT) == "OK");
}

TEST_CASE(
    "XBR-402: important data, and whatever a critical operator exports about persons, takes a security assessment") {
  Scene scene;
  auto asset = scene.get<pb::Asset>(kind::kAsset, scene.p5);
  asset.set_grade(pb::Asset::IMPORTANT);
  scene.put(kind::kAsset, scene.p5, asset);
  for (const auto path : {pb::Export::SELF, pb::Export::STANDARD_CONTRACT}) {
    CHECK(scene.call("cross_border.assess", scene.assess_plain("X1", path), {"DLR"}).code == "XBR-402");
  }
  pb::CrossBorderAssess exempt = scene.assess_plain("X1", pb::Export::EXEMPT);
  exempt.set_exemption("CONTRACT");
  CHECK(scene.call("cross_border.assess", exempt, {"DLR"}).code == "XBR-402");
  CHECK(scene.call("cross_border.assess", scene.assess_plain("X1", pb::Export::SECURITY_ASSESSMENT), {"DLR"}).code ==
        "OK");
  pb::RegistrySubmit product = MarketWorld::submission("DLR2", 'P', 1);
  product.mutable_description()->set_pi_class(pb::Asset::GENERAL);
  REQUIRE(scene.enter(product, "DLR2").code == "OK");
  scene.consent("CB2", 10, {pb::ConsentBatch::CROSS_BORDER}, "DLR2");
  pb::CrossBorderAssess listed = scene.assess("X2", 1);
  listed.set_asset(product.udi() + "@1");
  listed.set_sensitive_persons(0);
  listed.set_consent_batch(0, "CB2");
  CHECK(scene.call("cross_border.assess", listed, {"DLR2"}).code == "XBR-402");
  listed.set_path(pb::Export::SECURITY_ASSESSMENT);
  CHECK(scene.call("cross_border.assess", listed, {"DLR2"}).code == "OK");
}

TEST_CASE("XBR-402: no more leaves than was decided") {
  Scene scene;
  scene.decided("X1", 100);
  CHECK(scene.call("cross_border.ship", Scene::ship("X1", 101), {"DLR"}).code == "XBR-402");
  REQUIRE(scene.call("cross_border.ship", Scene::ship("X1", 60), {"DLR"}).code == "OK");
  CHECK(scene.call("cross_border.ship", Scene::ship("X1", 41), {"DLR"}).code == "XBR-402");
  CHECK(scene.call("cross_border.ship", Scene::ship("X1", INT64_MAX), {"DLR"}).code == "XBR-402");
  CHECK(scene.call("cross_border.ship", Scene::ship("X1", 40), {"DLR"}).code == "OK");
}

TEST_CASE("XBR-402: a free trade zone counts for whoever sits in one") {
  Scene scene;
  const auto assess = scene.assess("X1", 500, pb::Export::FREE_TRADE_ZONE);
  CHECK(scene.call("cross_border.assess", assess, {"DLR"}).code == "XBR-402");
  auto dealer = scene.get<pb::Organisation>(kind::kOrganisation, MarketWorld::uscc("DLR"));
  dealer.set_region("620109");
  scene.put(kind::kOrganisation, dealer.uscc(), dealer);
  CHECK(scene.call("cross_border.assess", assess, {"DLR"}).code == "OK");
}

TEST_CASE("XBR-403: a decision ends with its term") {
  Scene scene;
  scene.decided("X1", 100);
  scene.advance_days(299);
  CHECK(scene.call("cross_border.ship", Scene::ship("X1", 1), {"DLR"}).code == "OK");
  scene.advance_days(1);
  CHECK(scene.status("X1") == pb::Export::EXPIRED);
  CHECK(scene.call("cross_border.ship", Scene::ship("X1", 1), {"DLR"}).code == "XBR-403");
}

TEST_CASE("a decision is valid inside its longest life and not from the past") {
  Scene scene;
  REQUIRE(scene.call("cross_border.assess", scene.assess("X1", 10), {"DLR"}).code == "OK");
  REQUIRE(scene.call("cross_border.preliminary", Scene::preliminary("X1"), {"REG1"}).code == "OK");
  CHECK(scene.call("cross_border.decide", scene.decide("X1", 1'200), {"REG2"}).code == "COM-107");
  pb::CrossBorderDecide past = scene.decide("X1");
  past.set_valid_to(scene.now().value());
  CHECK(scene.call("cross_border.decide", past, {"REG2"}).code == "COM-307");
  past.set_valid_to(0);
  CHECK(scene.call("cross_border.decide", past, {"REG2"}).code == "COM-101");
}

TEST_CASE("XBR-404: splitting an export changes nothing, the year adds it up over the controller group") {
  Scene scene;
  scene.decided("X1", 9'800);
  scene.decided("X2", 300);
  REQUIRE(scene.call("cross_border.ship", Scene::ship("X1", 9'800), {"DLR"}).code == "OK");
  const auto second = scene.call("cross_border.ship", Scene::ship("X2", 300), {"DLR"});
  CHECK(second.code == "XBR-404");
  CHECK(second.trace.find("10100") != std::string::npos);
  CHECK(scene.call("cross_border.ship", Scene::ship("X2", 199), {"DLR"}).code == "OK");
  CHECK(scene.call("cross_border.assess", scene.assess("X3", 300), {"DLR"}).code == "XBR-404");
  // A sister company does not start from nothing.
  scene.put_organisation("SHELL", {"DEALER", "HOLDER"}, 1, "DLR");
  REQUIRE(scene.call("cross_border.register_recipient", Scene::recipient("RC2"), {"SHELL"}).code == "OK");
  pb::RegistrySubmit product = MarketWorld::submission("SHELL", 'P', 1);
  product.mutable_description()->set_pi_class(pb::Asset::SENSITIVE);
  REQUIRE(scene.enter(product, "SHELL").code == "OK");
  scene.consent("CB3", 10'000, {pb::ConsentBatch::SENSITIVE, pb::ConsentBatch::CROSS_BORDER}, "SHELL");
  pb::CrossBorderAssess sister = scene.assess("X4", 300);
  sister.set_asset(product.udi() + "@1");
  sister.set_consent_batch(0, "CB3");
  CHECK(scene.call("cross_border.assess", sister, {"SHELL"}).code == "XBR-404");
  // The count begins anew on 1 January.
  scene.advance_days(365);
  CHECK(scene.call("cross_border.assess", scene.assess("X3", 300), {"DLR"}).code == "OK");
}

TEST_CASE("XBR-405: sensitive data leaves on a separate consent 出境 of as many persons") {
  Scene scene;
  const auto code = [&](const std::string& batch) {
    pb::CrossBorderAssess assess = scene.assess("X1", 100);
    if (batch.empty())
      assess.clear_consent_batch();
    else
      assess.set_consent_batch(0, batch);
    return scene.call("cross_border.assess", assess, {"DLR"}).code;
  };
  CHECK(code("") == "XBR-405");
  CHECK(code("CB-none") == "XBR-405");
  scene.consent("CB2", 100, {pb::ConsentBatch::SENSITIVE, pb::ConsentBatch::PROVIDE});
  CHECK(code("CB2") == "XBR-405");
  scene.consent("CB2", 100, {pb::ConsentBatch::CROSS_BORDER});
  CHECK(code("CB2") == "XBR-405");
  scene.consent("CB2", 99, {pb::ConsentBatch::SENSITIVE, pb::ConsentBatch::CROSS_BORDER});
  CHECK(code("CB2") == "XBR-405");
  scene.consent("CB2", 100, {pb::ConsentBatch::SENSITIVE, pb::ConsentBatch::CROSS_BORDER}, "DLR2");
  CHECK(code("CB2") == "XBR-405");
  scene.consent("CB2", 100, {pb::ConsentBatch::SENSITIVE, pb::ConsentBatch::CROSS_BORDER});
  pb::CrossBorderAssess other_purpose = scene.assess("X1", 100);
  other_purpose.set_purpose("GOVERNANCE");
  CHECK(scene.call("cross_border.assess", other_purpose, {"DLR"}).code == "XBR-405");
  CHECK(code("CB2") == "OK");
}

TEST_CASE("XBR-405: a withdrawn consent stops the next shipment") {
  Scene scene;
  scene.decided("X1", 100);
  auto batch = scene.get<pb::ConsentBatch>(kind::kConsentBatch, "CB1");
  batch.set_status(pb::ConsentBatch::WITHDRAWN);
  scene.put(kind::kConsentBatch, "CB1", batch);
  CHECK(scene.call("cross_border.ship", Scene::ship("X1", 1), {"DLR"}).code == "XBR-405");
}

TEST_CASE("XBR-406: one domestic parent ends the exemption of offshore data") {
  Scene scene;
  pb::RegistrySubmit abroad = MarketWorld::submission("DLR", 'R', 6);
  abroad.mutable_description()->set_region("990001");
  REQUIRE(scene.enter(abroad, "DLR").code == "OK");
  pb::CrossBorderAssess exempt = scene.assess_plain("X1", pb::Export::EXEMPT);
  exempt.set_exemption("OFFSHORE");
  CHECK(scene.call("cross_border.assess", exempt, {"DLR"}).code == "XBR-406");
  exempt.set_asset(abroad.udi() + "@1");
  CHECK(scene.call("cross_border.assess", exempt, {"DLR"}).code == "OK");
  // Its product keeps the exemption only while every ancestor is offshore.
  pb::Derivation lineage;
  lineage.set_child(abroad.udi() + "@1");
  pb::ParentRef* parent = lineage.add_parents();
  parent->set_udi(scene.p5);
  parent->set_version(1);
  scene.put(kind::kDerivation, lineage.child(), lineage);
  exempt.set_id("X2");
  CHECK(scene.call("cross_border.assess", exempt, {"DLR"}).code == "XBR-406");
}

TEST_CASE("an exemption is a code of the table, needs no consent where it says so, and does not count") {
  Scene scene;
  pb::CrossBorderAssess exempt = scene.assess("X1", 9'999, pb::Export::EXEMPT);
  exempt.clear_consent_batch();
  CHECK(scene.call("cross_border.assess", exempt, {"DLR"}).code == "COM-101");
  exempt.set_exemption("WISH");
  CHECK(scene.call("cross_border.assess", exempt, {"DLR"}).code == "XBR-405");
  exempt.set_exemption("CONTRACT");
  REQUIRE(scene.call("cross_border.assess", exempt, {"DLR"}).code == "OK");
  REQUIRE(scene.call("cross_border.preliminary", Scene::preliminary("X1"), {"REG1"}).code == "OK");
  REQUIRE(scene.call("cross_border.decide", scene.decide("X1"), {"REG2"}).code == "OK");
  REQUIRE(scene.call("cross_border.ship", Scene::ship("X1", 9'999), {"DLR"}).code == "OK");
  CHECK(cross_border::shipped(scene.context(), MarketWorld::uscc("DLR"), 2026).all == 0);
}

TEST_CASE("COM-104: an exemption that no table knows, a country that no table knows") {
  Scene scene;
  pb::CrossBorderAssess exempt = scene.assess_plain("X1", pb::Export::EXEMPT);
  exempt.set_exemption("WISH");
  CHECK(scene.call("cross_border.assess", exempt, {"DLR"}).code == "COM-104");
  pb::CrossBorderRegisterRecipient recipient = Scene::recipient("RC9");
  recipient.set_country("XYZ");
  CHECK(scene.call("cross_border.register_recipient", recipient, {"DLR"}).code == "COM-104");
}

TEST_CASE("XBR-407: a recipient that changed is assessed anew") {
  Scene scene;
  scene.decided("X1", 100);
  REQUIRE(scene.call("cross_border.assess", scene.assess("X2", 100), {"DLR"}).code == "OK");
  REQUIRE(scene.call("cross_border.preliminary", Scene::preliminary("X2"), {"REG1"}).code == "OK");
  CHECK(scene.call("cross_border.register_recipient", Scene::recipient("RC1"), {"DLR"}).code == "COM-302");
  pb::CrossBorderRegisterRecipient sold = Scene::recipient("RC1");
  sold.set_country("SGP");
  CHECK(scene.call("cross_border.register_recipient", sold, {"DLR2"}).code == "COM-302");
  REQUIRE(scene.call("cross_border.register_recipient", sold, {"DLR"}).code == "OK");
  CHECK(scene.call("cross_border.ship", Scene::ship("X1", 1), {"DLR"}).code == "XBR-407");
  CHECK(scene.call("cross_border.decide", scene.decide("X2"), {"REG2"}).code == "XBR-407");
  CHECK(scene.call("cross_border.assess", scene.assess("X3", 100), {"DLR"}).code == "OK");
}

TEST_CASE("an exporter needs a right of its own, or a grant that says EXPORT") {
  Scene scene;
  CHECK(scene.call("cross_border.assess", scene.assess("X1", 10), {"DLR2"}).code == "AUT-401");
  pb::CrossBorderAssess granted = scene.assess_plain("X1", pb::Export::SELF);
  granted.set_grant("G9");
  CHECK(scene.call("cross_border.assess", granted, {"BUY"}).code == "COM-301");
  pb::AuthorizationGrant licence = MarketWorld::licence("G9", "DLR", "BUY", scene.p5, scene.in_days(300));
  REQUIRE(scene.call("authorization.grant", licence, {"DLR", "BUY"}).code == "OK");
  CHECK(scene.call("cross_border.assess", granted, {"BUY"}).code == "AUT-402");
  licence.set_id("G10");
  licence.add_actions(pb::Grant::EXPORT);
  REQUIRE(scene.call("authorization.grant", licence, {"DLR", "BUY"}).code == "OK");
  granted.set_grant("G10");
  CHECK(scene.call("cross_border.assess", granted, {"DLR2"}).code == "AUT-402");
  pb::CrossBorderAssess other = granted;
  other.set_purpose("GOVERNANCE");
  CHECK(scene.call("cross_border.assess", other, {"BUY"}).code == "AUT-404");
  CHECK(scene.call("cross_border.assess", granted, {"BUY"}).code == "OK");
}

TEST_CASE("COM-107: data about persons goes out with its persons counted, sensitive data with all of them sensitive") {
  Scene scene;
  CHECK(scene.call("cross_border.assess", scene.assess("X1", 0), {"DLR"}).code == "COM-107");
  pb::CrossBorderAssess fewer = scene.assess("X1", 100);
  fewer.set_sensitive_persons(1);
  CHECK(scene.call("cross_border.assess", fewer, {"DLR"}).code == "COM-107");
  fewer.set_sensitive_persons(101);
  CHECK(scene.call("cross_border.assess", fewer, {"DLR"}).code == "COM-107");
  scene.decided("X1", 100);
  pb::CrossBorderShip ship = Scene::ship("X1", 50);
  ship.set_sensitive_persons(0);
  CHECK(scene.call("cross_border.ship", ship, {"DLR"}).code == "COM-107");
}

TEST_CASE("COM-107 and XBR-405: whoever says that personal data is anonymised has no notary's word for it") {
  Scene scene;
  pb::RegistrySubmit said = MarketWorld::submission("DLR", 'P', 6);
  said.mutable_description()->set_category(pb::Asset::PERSONAL);
  said.mutable_description()->set_pi_class(pb::Asset::ANONYMISED);
  REQUIRE(scene.enter(said, "DLR").code == "OK");
  pb::CrossBorderAssess assess = scene.assess("X6", 0, pb::Export::SELF);
  assess.set_asset(MarketWorld::udi("DLR", 'P', 6) + "@1");
  assess.clear_consent_batch();
  CHECK(scene.call("cross_border.assess", assess, {"DLR"}).code == "COM-107");
  assess.set_persons(100);
  assess.set_sensitive_persons(0);
  CHECK(scene.call("cross_border.assess", assess, {"DLR"}).code == "XBR-405");
}

TEST_CASE("COM-405 and COM-203: a hold and a suspension stop shipments, a regulator stops an export under both") {
  Scene scene;
  scene.decided("X1", 100);
  scene.hold("asset:" + scene.p4);
  CHECK(scene.call("cross_border.ship", Scene::ship("X1", 1), {"DLR"}).code == "COM-405");
  scene.set_status("DLR", pb::Organisation::SUSPENDED);
  CHECK(scene.call("cross_border.ship", Scene::ship("X1", 1), {"DLR"}).code == "COM-203");
  CHECK(scene.call("cross_border.stop", Scene::stop("X1"), {"REG1"}).code == "OK");
}
