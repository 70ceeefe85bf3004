#include <doctest/doctest.h>

#include "contracts/engine.h"
#include "contracts/governance.pb.h"
#include "contracts/negative_list.pb.h"
#include "contracts/overlay.pb.h"
#include "contracts/rules.h"
#include "tests/unit/contracts/market_world.h"

using namespace qilian;
using namespace qilian::contracts;
using contracts::test::digest;
using contracts::test::MarketWorld;

namespace {

pb::NegativeEntry entry(const char* code, const char* item = "MET.OBS.DAILY") {
  pb::NegativeEntry out;
  out.set_code(code);
  out.set_domain(pb::NegativeEntry::TRADE_SECRET);
  out.set_mode(pb::NegativeEntry::PROHIBIT);
  out.mutable_matcher()->set_op(pb::Matcher::ONE_OF);
  out.mutable_matcher()->set_attribute("items");
  out.mutable_matcher()->add_texts(item);
  out.add_operations(pb::NegativeEntry::REGISTER);
  out.set_reach(pb::NegativeEntry::SELF);
  out.set_transition(pb::NegativeEntry::STOP);
  out.set_legal_basis("地方条例");
  return out;
}

struct Scene : MarketWorld {
  Scene() {
    pb::CodeTable regions;
    regions.set_name("region");
    regions.set_version(1);
    for (const char* code : {"620000", "620100", "620102", "620900"}) regions.add_codes()->set_code(code);
    put(kind::kTable, "region", regions);
  }
  pb::GovernanceSetOverlay overlay(std::uint64_t version, std::vector<pb::NegativeEntry> entries,
                                   const char* jurisdiction = "620100") const {
    pb::GovernanceSetOverlay out;
    out.set_jurisdiction(jurisdiction);
    out.set_version(version);
    out.set_effective_at(in_days(20));
    out.set_document(digest("overlay"));
    for (const pb::NegativeEntry& each : entries) *out.add_entries() = each;
    return out;
  }
  Reply set(const pb::GovernanceSetOverlay& overlay) {
    return call("governance.set_overlay", overlay, {"REG1", "REG2"});
  }
  /// Code of a registration of DLR's whose asset lies in that region.
  std::string registration(const char* region) {
    pb::RegistrySubmit submit = submission("DLR", 'R', ++serial_);
    submit.mutable_description()->set_region(region);
    return call("registry.submit", submit, {"DLR"}).code;
  }
  void list_has(const pb::NegativeEntry& each) {
    pb::NegativeList list;
    list.set_version(1);
    *list.add_entries() = each;
    put(kind::kList, "1", list);
    pb::ListRegister versions;
    versions.add_versions()->set_version(1);
    put(kind::kListRegister, "current", versions);
  }

 private:
  std::uint32_t serial_ = 100;
};

}  // namespace

TEST_CASE("an overlay stops in its jurisdiction, districts included, from its date on, and nowhere else") {
  Scene scene;
  REQUIRE(scene.set(scene.overlay(1, {entry("LZ-0001")})).object == "620100");
  CHECK(scene.registration("620102") == "OK");
  scene.advance_days(20);
  CHECK(scene.registration("620100") == "COM-401");
  CHECK(scene.registration("620102") == "COM-401");
  CHECK(scene.registration("620900") == "OK");
  CHECK(scene.registration("620000") == "OK");
  // Whose region nobody states may lie there: fail closed.
  CHECK(scene.registration("") == "COM-403");
}

TEST_CASE("the next version of an overlay takes over on its date, and the earlier one binds until then") {
  Scene scene;
  REQUIRE(scene.set(scene.overlay(1, {entry("LZ-0001")})).code == "OK");
  scene.advance_days(30);
  REQUIRE(scene.set(scene.overlay(2, {entry("LZ-0002", "OTHER")})).code == "OK");
  CHECK(scene.registration("620100") == "COM-401");
  scene.advance_days(20);
  CHECK(scene.registration("620100") == "OK");
  CHECK(scene.set(scene.overlay(2, {})).code == "COM-304");
}

TEST_CASE("an overlay is two regulators' word, with notice, about a known region") {
  Scene scene;
  pb::GovernanceSetOverlay overlay = scene.overlay(1, {entry("LZ-0001")});
  CHECK(scene.call("governance.set_overlay", overlay, {"REG1"}).code == "COM-206");
  CHECK(scene.call("governance.set_overlay", overlay, {"DLR", "REG1", "REG2"}).code == "COM-204");
  overlay.set_jurisdiction("999900");
  CHECK(scene.set(overlay).code == "COM-104");
  overlay.set_jurisdiction("62");
  CHECK(scene.set(overlay).code == "COM-101");
  overlay = scene.overlay(1, {entry("LZ-0001")});
  overlay.set_effective_at(scene.in_days(9));
  CHECK(scene.set(overlay).code == "NEG-401");
  overlay = scene.overlay(1, {entry("LZ-0001")});
  overlay.mutable_entries(0)->mutable_matcher()->set_attribute("colour");
  CHECK(scene.set(overlay).code == "NEG-405");
}

TEST_CASE("NEG-402: an overlay's matchers, entries and the number of jurisdictions have bounds") {
  Scene scene;
  pb::GovernanceSetOverlay overlay = scene.overlay(1, {entry("LZ-0001")});
  pb::Matcher& matcher = *overlay.mutable_entries(0)->mutable_matcher();
  const pb::Matcher leaf = matcher;
  matcher.Clear();
  matcher.set_op(pb::Matcher::ANY);
  for (int n = 0; n < 64; ++n) *matcher.add_of() = leaf;
  CHECK(scene.set(overlay).code == "NEG-402");
  pb::OverlayRegister known;
  for (int n = 0; n < 32; ++n) {
    known.add_jurisdictions(std::to_string(110000 + n));
    scene.put(kind::kOverlay, std::to_string(110000 + n), pb::Overlay());
  }
  scene.put(kind::kOverlayRegister, "current", known);
  CHECK(scene.set(scene.overlay(1, {entry("LZ-0001")})).code == "NEG-402");
}

TEST_CASE("NEG-404: an overlay entry with the list's code asks for no less than the list") {
  Scene scene;
  pb::NegativeEntry base = entry("NL-1");
  base.add_operations(pb::NegativeEntry::TRADE);
  base.set_reach(pb::NegativeEntry::DESCENDANTS);
  base.set_standstill(true);
  scene.list_has(base);
  const auto code = [&](const pb::NegativeEntry& each) { return scene.set(scene.overlay(1, {each})).code; };
  pb::NegativeEntry less = base;
  less.set_mode(pb::NegativeEntry::RESTRICT);
  less.mutable_conditions()->add_purposes("INDUSTRY");
  CHECK(code(less) == "NEG-404");
  less = base;
  less.mutable_operations()->RemoveLast();
  CHECK(code(less) == "NEG-404");
  less = base;
  less.set_reach(pb::NegativeEntry::SELF);
  CHECK(code(less) == "NEG-404");
  less = base;
  less.set_standstill(false);
  CHECK(code(less) == "NEG-404");
  less = base;
  less.set_transition(pb::NegativeEntry::REVIEW);
  CHECK(code(less) == "NEG-404");
  less = base;
  less.set_to(scene.in_days(100));
  CHECK(code(less) == "NEG-404");
  less = base;
  less.mutable_matcher()->set_texts(0, "SOMETHING.ELSE");
  CHECK(code(less) == "NEG-404");
  less = base;
  pb::UnlessClaim* unless = less.add_unless();
  unless->set_name("precision_km");
  unless->set_comparison(pb::UnlessClaim::AT_LEAST);
  CHECK(code(less) == "NEG-404");
  pb::NegativeEntry more = base;
  more.add_operations(pb::NegativeEntry::EXPORT);
  CHECK(code(more) == "OK");
}

TEST_CASE("NEG-404: conditions of a restriction are not relaxed") {
  Scene scene;
  pb::NegativeEntry base = entry("NL-1");
  base.set_mode(pb::NegativeEntry::RESTRICT);
  base.mutable_conditions()->add_purposes("INDUSTRY");
  base.mutable_conditions()->add_attestations("AUTHENTICITY");
  base.mutable_conditions()->set_approval(true);
  base.mutable_conditions()->set_quota(10);
  scene.list_has(base);
  const auto code = [&](auto change) {
    pb::NegativeEntry less = base;
    change(*less.mutable_conditions());
    return scene.set(scene.overlay(1, {less})).code;
  };
  CHECK(code([](pb::ListConditions& c) { c.add_purposes("GOVERNANCE"); }) == "NEG-404");
  CHECK(code([](pb::ListConditions& c) { c.clear_purposes(); }) == "NEG-404");
  CHECK(code([](pb::ListConditions& c) { c.clear_attestations(); }) == "NEG-404");
  CHECK(code([](pb::ListConditions& c) { c.set_approval(false); }) == "NEG-404");
  CHECK(code([](pb::ListConditions& c) { c.set_quota(11); }) == "NEG-404");
  CHECK(code([](pb::ListConditions& c) { c.set_quota(0); }) == "NEG-404");
  CHECK(code([](pb::ListConditions& c) { c.set_quota(9); }) == "OK");
}

TEST_CASE("an overlay never loosens: what the list prohibits stays prohibited whatever an overlay says") {
  Scene scene;
  scene.list_has(entry("NL-1"));
  pb::NegativeEntry own = entry("LZ-0001");
  own.set_mode(pb::NegativeEntry::RESTRICT);
  own.mutable_conditions()->add_purposes("INDUSTRY");
  REQUIRE(scene.set(scene.overlay(1, {own})).code == "OK");
  scene.advance_days(20);
  CHECK(scene.registration("620100") == "COM-401");
}

TEST_CASE("COM-402: a restriction that asks for an approval waits for two regulators, and again when it is over") {
  Scene scene;
  pb::NegativeEntry restricted = entry("NL-1");
  restricted.set_mode(pb::NegativeEntry::RESTRICT);
  restricted.mutable_conditions()->set_approval(true);
  restricted.clear_operations();
  restricted.add_operations(pb::NegativeEntry::GRANT);
  REQUIRE(scene.enter(MarketWorld::submission("DLR", 'P', 1), "DLR").code == "OK");
  scene.list_has(restricted);
  const std::string udi = MarketWorld::udi("DLR", 'P', 1);
  int grants = 0;
  const auto granted = [&] {
    auto licence = MarketWorld::licence("G" + std::to_string(++grants), "DLR", "BUY", udi, scene.in_days(100));
    return scene.call("authorization.grant", licence, {"DLR", "BUY"}).code;
  };
  CHECK(granted() == "COM-402");
  pb::NegativeListApprove approve;
  approve.set_entry("NL-1");
  approve.set_version(udi + "@1");
  approve.set_until(scene.in_days(30));
  approve.set_document(digest("approval"));
  CHECK(scene.call("negative_list.approve", approve, {"REG1"}).code == "COM-206");
  CHECK(scene.call("negative_list.approve", approve, {"DLR", "REG1", "REG2"}).code == "COM-204");
  pb::NegativeListApprove wrong = approve;
  wrong.set_entry("NL-2");
  CHECK(scene.call("negative_list.approve", wrong, {"REG1", "REG2"}).code == "COM-301");
  wrong = approve;
  wrong.set_version(udi + "@7");
  CHECK(scene.call("negative_list.approve", wrong, {"REG1", "REG2"}).code == "COM-301");
  wrong = approve;
  wrong.set_until(scene.now().value());
  CHECK(scene.call("negative_list.approve", wrong, {"REG1", "REG2"}).code == "COM-307");
  wrong.set_until(scene.in_days(500));
  CHECK(scene.call("negative_list.approve", wrong, {"REG1", "REG2"}).code == "COM-107");
  REQUIRE(scene.call("negative_list.approve", approve, {"REG1", "REG2"}).code == "OK");
  CHECK(granted() == "OK");
  scene.advance_days(30);
  CHECK(granted() == "COM-402");
  approve.set_until(scene.in_days(30));
  REQUIRE(scene.call("negative_list.approve", approve, {"REG1", "REG2"}).code == "OK");
  CHECK(granted() == "OK");
  approve.set_until(0);
  REQUIRE(scene.call("negative_list.approve", approve, {"REG1", "REG2"}).code == "OK");
  CHECK(granted() == "COM-402");
}

TEST_CASE("COM-402: a restriction's quota lets so many operations a year through per asset, and no denied one counts") {
  Scene scene;
  pb::NegativeEntry restricted = entry("NL-1");
  restricted.set_mode(pb::NegativeEntry::RESTRICT);
  restricted.mutable_conditions()->set_quota(2);
  restricted.clear_operations();
  restricted.add_operations(pb::NegativeEntry::GRANT);
  for (const std::uint32_t serial : {1, 2}) {
    REQUIRE(scene.enter(MarketWorld::submission("DLR", 'P', serial), "DLR").code == "OK");
  }
  scene.list_has(restricted);
  int grants = 0;
  const auto granted = [&](std::uint32_t serial, const char* to = "BUY") {
    auto licence = MarketWorld::licence("G" + std::to_string(++grants), "DLR", to, MarketWorld::udi("DLR", 'P', serial),
                                        scene.in_days(100));
    return scene.call("authorization.grant", licence, {"DLR", to}).code;
  };
  CHECK(granted(1) == "OK");
  --grants;
  CHECK(granted(1) == "COM-302");
  CHECK(granted(1) == "OK");
  CHECK(granted(1) == "COM-402");
  CHECK(granted(2) == "OK");
  scene.advance_days(365);
  CHECK(granted(1) == "OK");
}

TEST_CASE("one operation is one use of a quota, where an overlay asks beside the list's entry of that code") {
  Scene scene;
  pb::NegativeEntry restricted = entry("NL-1");
  restricted.set_mode(pb::NegativeEntry::RESTRICT);
  restricted.mutable_conditions()->set_quota(2);
  restricted.clear_operations();
  restricted.add_operations(pb::NegativeEntry::GRANT);
  pb::RegistrySubmit product = MarketWorld::submission("DLR", 'P', 1);
  product.mutable_description()->set_region("620100");
  REQUIRE(scene.enter(product, "DLR").code == "OK");
  scene.list_has(restricted);
  REQUIRE(scene.set(scene.overlay(1, {restricted}, "620000")).code == "OK");
  scene.advance_days(21);
  int grants = 0;
  const auto granted = [&] {
    auto licence = MarketWorld::licence("G" + std::to_string(++grants), "DLR", "BUY", MarketWorld::udi("DLR", 'P', 1),
                                        scene.in_days(100));
    return scene.call("authorization.grant", licence, {"DLR", "BUY"}).code;
  };
  CHECK(granted() == "OK");
  CHECK(granted() == "OK");
  CHECK(granted() == "COM-402");
}
