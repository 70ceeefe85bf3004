#include "contracts/registry/registry.h"

#include <doctest/doctest.h>

#include "contracts/governance.pb.h"
#include "contracts/membership.pb.h"
#include "ledger/core/canonical.h"
#include "ledger/core/merkle_list.h"
#include "tests/unit/contracts/market_world.h"

using namespace qilian;
using namespace qilian::contracts;
using contracts::test::commitment;
using contracts::test::digest;
using contracts::test::MarketWorld;

namespace {

template <class Args>
Args of(const std::string& udi) {
  Args args;
  args.set_udi(udi);
  return args;
}

pb::Asset asset(const MarketWorld& world, const std::string& udi) { return world.get<pb::Asset>(kind::kAsset, udi); }

pb::RegistryReview passed(const std::string& udi) {
  auto review = of<pb::RegistryReview>(udi);
  review.set_pass(true);
  return review;
}

pb::RegistryObject objection(const std::string& id, const std::string& udi) {
  auto out = of<pb::RegistryObject>(udi);
  out.set_id(id);
  out.set_ground("该数据系我方采集");
  out.set_evidence(digest("evidence"));
  return out;
}

pb::RegistryDecideObjection decision(const std::string& id, bool upheld) {
  pb::RegistryDecideObjection out;
  out.set_id(id);
  out.set_upheld(upheld);
  out.set_reason("经核查");
  return out;
}

/// DLR's own resource in publicity.
std::string in_publicity(MarketWorld& world) {
  const pb::RegistrySubmit submit = MarketWorld::submission("DLR", 'R', 1);
  world.call("registry.submit", submit, {"DLR"});
  world.call("registry.accept", of<pb::RegistryAccept>(submit.udi()), {"REGR"});
  world.call("registry.review", passed(submit.udi()), {"REGR-2"});
  return submit.udi();
}

std::string registered(MarketWorld& world, std::string_view owner = "DLR", char letter = 'R') {
  const pb::RegistrySubmit submit = MarketWorld::submission(owner, letter, 1);
  REQUIRE(world.enter(submit, owner).code == "OK");
  return submit.udi();
}

std::string submit_code(MarketWorld& world, const pb::RegistrySubmit& submit, const char* who = "DLR") {
  return world.call("registry.submit", submit, {who}).code;
}

}  // namespace

TEST_CASE("an asset goes from SUBMITTED to REGISTERED by three officers, and its rights become active") {
  MarketWorld world;
  const pb::RegistrySubmit submit = MarketWorld::submission("DLR", 'R', 1);
  CHECK(world.call("registry.submit", submit, {"DLR"}).object == submit.udi());
  CHECK(asset(world, submit.udi()).status() == pb::Asset::SUBMITTED);
  CHECK(world.call("registry.accept", of<pb::RegistryAccept>(submit.udi()), {"REGR"}).code == "OK");
  CHECK(asset(world, submit.udi()).status() == pb::Asset::ACCEPTED);
  CHECK(world.call("registry.review", passed(submit.udi()), {"REGR-2"}).code == "OK");
  CHECK(asset(world, submit.udi()).status() == pb::Asset::PUBLICITY);
  CHECK(world.get<pb::Right>(kind::kRight, submit.udi() + "/1").status() == pb::Right::CLAIMED);
  // Ten working days from Monday 2 March: open until Monday 16 March 24:00.
  const std::int64_t closes = asset(world, submit.udi()).publicity_to();
  CHECK(closes == start_of({2026, 3, 17}).value());
  CHECK(world.call("registry.assign_code", of<pb::RegistryAssignCode>(submit.udi()), {"REGR-3"}).code == "REG-410");
  world.advance_days(15);
  CHECK(world.call("registry.assign_code", of<pb::RegistryAssignCode>(submit.udi()), {"REGR-3"}).code == "OK");
  const pb::Asset found = asset(world, submit.udi());
  CHECK(found.status() == pb::Asset::REGISTERED);
  CHECK(found.head() == 1);
  CHECK(found.query_code().size() == 18);
  CHECK(found.registrar() == MarketWorld::uscc("REGR"));
  CHECK(world.get<pb::Right>(kind::kRight, submit.udi() + "/1").status() == pb::Right::ACTIVE);
}

TEST_CASE("steps out of turn are refused with COM-303 and unknown assets with COM-301") {
  MarketWorld world;
  const std::string udi = MarketWorld::udi("DLR", 'R', 1);
  CHECK(world.call("registry.accept", of<pb::RegistryAccept>(udi), {"REGR"}).code == "COM-301");
  world.call("registry.submit", MarketWorld::submission("DLR", 'R', 1), {"DLR"});
  CHECK(world.call("registry.review", passed(udi), {"REGR-2"}).code == "COM-303");
  CHECK(world.call("registry.assign_code", of<pb::RegistryAssignCode>(udi), {"REGR-3"}).code == "COM-303");
  world.call("registry.accept", of<pb::RegistryAccept>(udi), {"REGR"});
  CHECK(world.call("registry.accept", of<pb::RegistryAccept>(udi), {"REGR-2"}).code == "COM-303");
}

TEST_CASE("one officer never takes two of the registrar's steps, and only a registrar takes them") {
  MarketWorld world;
  const pb::RegistrySubmit submit = MarketWorld::submission("DLR", 'R', 1);
  world.call("registry.submit", submit, {"DLR"});
  CHECK(world.call("registry.accept", of<pb::RegistryAccept>(submit.udi()), {"VEN"}).code == "COM-204");
  world.call("registry.accept", of<pb::RegistryAccept>(submit.udi()), {"REGR"});
  CHECK(world.call("registry.review", passed(submit.udi()), {"REGR"}).code == "COM-208");
  world.call("registry.review", passed(submit.udi()), {"REGR-2"});
  world.advance_days(20);
  CHECK(world.call("registry.assign_code", of<pb::RegistryAssignCode>(submit.udi()), {"REGR"}).code == "COM-208");
  CHECK(world.call("registry.assign_code", of<pb::RegistryAssignCode>(submit.udi()), {"REGR-2"}).code == "COM-208");
}

TEST_CASE("a registrar does not accept from its own group, nor decide what another registrar accepted") {
  MarketWorld world;
  world.put_organisation("SHELL", {"DEALER"}, 1, "REGR");
  world.put_organisation("ARB", {"REGISTRAR"}, 1);
  const pb::RegistrySubmit own = MarketWorld::submission("SHELL", 'R', 1);
  world.call("registry.submit", own, {"SHELL"});
  CHECK(world.call("registry.accept", of<pb::RegistryAccept>(own.udi()), {"REGR"}).code == "COM-207");
  const pb::RegistrySubmit submit = MarketWorld::submission("DLR", 'R', 1);
  world.call("registry.submit", submit, {"DLR"});
  world.call("registry.accept", of<pb::RegistryAccept>(submit.udi()), {"REGR"});
  CHECK(world.call("registry.review", passed(submit.udi()), {"ARB"}).code == "COM-204");
}

TEST_CASE("a failed review rejects, and the content may then be registered by another") {
  MarketWorld world;
  const pb::RegistrySubmit submit = MarketWorld::submission("DLR", 'R', 1);
  world.call("registry.submit", submit, {"DLR"});
  pb::RegistrySubmit copy = MarketWorld::submission("DLR2", 'R', 1);
  copy.mutable_content()->set_content_root(submit.content().content_root());
  CHECK(submit_code(world, copy, "DLR2") == "REG-403");
  world.call("registry.accept", of<pb::RegistryAccept>(submit.udi()), {"REGR"});
  CHECK(world.call("registry.review", of<pb::RegistryReview>(submit.udi()), {"REGR-2"}).code == "OK");
  CHECK(asset(world, submit.udi()).status() == pb::Asset::REJECTED);
  CHECK(submit_code(world, copy, "DLR2") == "OK");
}

TEST_CASE("REG-101: a UDI with a wrong check, of another organisation or of another kind is refused") {
  MarketWorld world;
  pb::RegistrySubmit submit = MarketWorld::submission("DLR", 'R', 1);
  submit.mutable_udi()->back() = submit.udi().back() == 'A' ? 'B' : 'A';
  CHECK(submit_code(world, submit) == "REG-101");
  CHECK(submit_code(world, MarketWorld::submission("DLR2", 'R', 1)) == "REG-101");
  submit = MarketWorld::submission("DLR", 'R', 1);
  submit.mutable_description()->set_kind(pb::Asset::MODEL);
  CHECK(submit_code(world, submit) == "REG-101");
  submit.set_udi(MarketWorld::udi("DLR", 'R', 1) + "@1");
  CHECK(submit_code(world, submit) == "REG-101");
}

TEST_CASE("a UDI is given once and for good") {
  MarketWorld world;
  const std::string udi = registered(world);
  pb::RegistrySubmit again = MarketWorld::submission("DLR", 'R', 1);
  again.mutable_content()->set_content_root(digest("other"));
  CHECK(submit_code(world, again) == "COM-302");
}

TEST_CASE("REG-102 to REG-411: what a submission lacks has its own code") {
  MarketWorld world;
  pb::RegistrySubmit submit = MarketWorld::submission("DLR", 'R', 1);
  submit.mutable_content()->clear_items();
  CHECK(submit_code(world, submit) == "REG-102");
  submit = MarketWorld::submission("DLR", 'R', 1);
  submit.mutable_description()->clear_source_evidence();
  CHECK(submit_code(world, submit) == "REG-103");
  submit = MarketWorld::submission("DLR", 'R', 1);
  submit.mutable_description()->set_source_basis(pb::Asset::SHARED);
  CHECK(submit_code(world, submit) == "REG-103");
  submit = MarketWorld::submission("DLR", 'R', 1);
  submit.mutable_description()->set_grade(pb::Asset::CORE);
  CHECK(submit_code(world, submit) == "REG-401");
  submit = MarketWorld::submission("DLR", 'R', 1);
  submit.mutable_rights(0)->set_type(pb::Right::PROCESS);
  CHECK(submit_code(world, submit) == "REG-405");
  submit = MarketWorld::submission("DLR", 'R', 1);
  *submit.add_rights() = submit.rights(0);
  CHECK(submit_code(world, submit) == "REG-404");
  submit = MarketWorld::submission("DLR", 'R', 1);
  *submit.add_rights() = submit.rights(0);
  submit.mutable_rights(1)->set_type(pb::Right::OPERATE);
  CHECK(submit_code(world, submit) == "REG-407");
  CHECK(submit_code(world, MarketWorld::public_resource("MET", 1), "MET") == "REG-411");
}

TEST_CASE("a catalogue entry serves only the department that made it") {
  MarketWorld world;
  CHECK(world.catalogue("MET").code == "OK");
  CHECK(world.catalogue("MET").code == "COM-302");
  CHECK(world.call("registry.add_catalogue_entry", pb::RegistryAddCatalogueEntry{}, {"MET"}).code == "COM-101");
  pb::RegistrySubmit foreign = MarketWorld::public_resource("TRA", 1);
  foreign.mutable_description()->set_catalogue_ref("CAT-MET");
  CHECK(submit_code(world, foreign, "TRA") == "REG-411");
  CHECK(submit_code(world, MarketWorld::public_resource("MET", 1), "MET") == "OK");
}

TEST_CASE("a submission's static shape is checked before anything else") {
  MarketWorld world;
  pb::RegistrySubmit submit = MarketWorld::submission("DLR", 'R', 1);
  submit.mutable_content()->set_content_root("short");
  CHECK(submit_code(world, submit) == "COM-101");
  submit = MarketWorld::submission("DLR", 'R', 1);
  submit.mutable_description()->clear_category();
  CHECK(submit_code(world, submit) == "COM-107");
  CHECK(submit_code(world, MarketWorld::submission("BUY", 'R', 1), "BUY") == "COM-204");
}

TEST_CASE("an objection inside the window stops the registration until another officer dismisses it") {
  MarketWorld world;
  const std::string udi = in_publicity(world);
  CHECK(world.call("registry.object", objection("O1", udi), {"DLR"}).code == "COM-207");
  CHECK(world.call("registry.object", objection("O1", udi), {"BUY"}).code == "OK");
  CHECK(world.call("registry.object", objection("O1", udi), {"VEN"}).code == "COM-302");
  CHECK(asset(world, udi).status() == pb::Asset::OBJECTED);
  const std::int64_t closes = asset(world, udi).publicity_to();
  world.advance_days(20);
  CHECK(world.call("registry.assign_code", of<pb::RegistryAssignCode>(udi), {"REGR-3"}).code == "COM-303");
  CHECK(world.call("registry.decide_objection", decision("O1", false), {"REGR"}).code == "COM-208");
  CHECK(world.call("registry.decide_objection", decision("O1", false), {"REGR-4"}).code == "OK");
  CHECK(asset(world, udi).status() == pb::Asset::PUBLICITY);
  CHECK(asset(world, udi).publicity_to() == closes);
  CHECK(world.call("registry.decide_objection", decision("O1", false), {"REGR-4"}).code == "COM-303");
  CHECK(world.call("registry.assign_code", of<pb::RegistryAssignCode>(udi), {"REGR-3"}).code == "OK");
}

TEST_CASE("an upheld objection rejects, whoever else objected") {
  MarketWorld world;
  const std::string udi = in_publicity(world);
  world.call("registry.object", objection("O1", udi), {"BUY"});
  world.call("registry.object", objection("O2", udi), {"DLR2"});
  CHECK(world.call("registry.decide_objection", decision("O1", true), {"BUY"}).code == "COM-204");
  CHECK(world.call("registry.decide_objection", decision("O1", true), {"REG1"}).code == "OK");
  CHECK(asset(world, udi).status() == pb::Asset::REJECTED);
  CHECK(world.call("registry.decide_objection", decision("O2", false), {"REG1"}).code == "COM-303");
}

TEST_CASE("objections come inside the window only: COM-308 before it, COM-307 after it") {
  MarketWorld world;
  const pb::RegistrySubmit submit = MarketWorld::submission("DLR", 'R', 1);
  world.call("registry.submit", submit, {"DLR"});
  CHECK(world.call("registry.object", objection("O1", submit.udi()), {"BUY"}).code == "COM-308");
  world.call("registry.accept", of<pb::RegistryAccept>(submit.udi()), {"REGR"});
  world.call("registry.review", passed(submit.udi()), {"REGR-2"});
  world.advance_days(20);
  CHECK(world.call("registry.object", objection("O1", submit.udi()), {"BUY"}).code == "COM-307");
}

TEST_CASE("who was suspended may still object") {
  MarketWorld world;
  const std::string udi = in_publicity(world);
  world.set_status("BUY", pb::Organisation::SUSPENDED);
  CHECK(world.call("registry.object", objection("O1", udi), {"BUY"}).code == "OK");
}

TEST_CASE("an amendment waits in AMENDING for an officer other than the one who countersigned") {
  MarketWorld world;
  const std::string udi = registered(world);
  auto amend = of<pb::RegistryAmend>(udi);
  amend.mutable_content()->set_content_root(digest("second version"));
  amend.mutable_content()->add_items("MET.OBS.DAILY");
  amend.mutable_content()->add_items("MET.OBS.WIND");
  CHECK(world.call("registry.amend", amend, {"DLR"}).code == "COM-205");
  CHECK(world.call("registry.amend", amend, {"DLR", "REGR"}).object == udi + "@2");
  CHECK(asset(world, udi).status() == pb::Asset::AMENDING);
  CHECK(asset(world, udi).head() == 1);
  CHECK(world.call("registry.amend", amend, {"DLR", "REGR"}).code == "COM-303");
  CHECK(world.call("registry.assign_code", of<pb::RegistryAssignCode>(udi), {"REGR"}).code == "COM-208");
  CHECK(world.call("registry.assign_code", of<pb::RegistryAssignCode>(udi), {"REGR-2"}).code == "OK");
  CHECK(asset(world, udi).head() == 2);
  CHECK(asset(world, udi).items_size() == 2);
  CHECK(asset(world, udi).status() == pb::Asset::REGISTERED);
}

TEST_CASE(
    "an amendment that nobody assigns in time lapses: its number is never used again, and its version never "
    "registered") {
  MarketWorld world;
  const std::string udi = registered(world);
  auto amend = of<pb::RegistryAmend>(udi);
  amend.mutable_content()->set_content_root(digest("second version"));
  amend.mutable_content()->add_items("MET.OBS.DAILY");
  REQUIRE(world.call("registry.amend", amend, {"DLR", "REGR"}).code == "OK");
  world.advance_days(31);
  CHECK(registry::status_at(asset(world, udi), world.now()) == pb::Asset::REGISTERED);
  CHECK(world.call("registry.assign_code", of<pb::RegistryAssignCode>(udi), {"REGR-4"}).code == "COM-303");
  CHECK(world.call("registry.amend", amend, {"DLR", "REGR"}).object == udi + "@3");
  CHECK(world.call("registry.assign_code", of<pb::RegistryAssignCode>(udi), {"REGR-2"}).code == "OK");
  CHECK(asset(world, udi).head() == 3);
  CHECK(registry::require_version(world.context(), udi + "@2")->code == "COM-301");
  CHECK_FALSE(registry::require_version(world.context(), udi + "@1").has_value());
  CHECK_FALSE(registry::require_version(world.context(), udi + "@3").has_value());
}

TEST_CASE("a hold on an asset stops its registration, and a hold on a parent stops what derives from it") {
  MarketWorld world;
  world.public_data();
  const pb::RegistrySubmit submit = MarketWorld::submission("DLR", 'R', 1);
  REQUIRE(world.call("registry.submit", submit, {"DLR"}).code == "OK");
  world.hold("asset:" + submit.udi());
  CHECK(world.call("registry.accept", of<pb::RegistryAccept>(submit.udi()), {"REGR"}).code == "COM-405");
  world.hold("asset:" + world.r1);
  CHECK(world.call("registry.derive", world.derivation(), {"OPR"}).code == "COM-405");
  auto correct = of<pb::RegistryCorrect>(world.r1);
  correct.set_title("更正不受冻结影响");
  CHECK(world.call("registry.correct", correct, {"MET", "REGR"}).code == "OK");
}

TEST_CASE("a correction changes descriptions at once, and leaves PERSONAL only on attested anonymisation") {
  MarketWorld world;
  pb::RegistrySubmit submit = MarketWorld::submission("DLR", 'R', 1);
  submit.mutable_description()->set_category(pb::Asset::PERSONAL);
  submit.mutable_description()->set_pi_class(pb::Asset::GENERAL);
  REQUIRE(world.enter(submit, "DLR").code == "OK");
  auto correct = of<pb::RegistryCorrect>(submit.udi());
  correct.set_title("更正后的名称");
  CHECK(world.call("registry.correct", correct, {"DLR", "REGR"}).code == "OK");
  CHECK(asset(world, submit.udi()).title() == "更正后的名称");
  correct.set_category(pb::Asset::ENTERPRISE);
  CHECK(world.call("registry.correct", correct, {"DLR", "REGR"}).code == "REG-408");
  world.attest("A1", pb::Attestation::DATA_ADMISSION, submit.udi() + "@1", "anonymised", "true");
  correct.set_attestation("A1");
  CHECK(world.call("registry.correct", correct, {"DLR", "REGR"}).code == "OK");
  CHECK(asset(world, submit.udi()).category() == pb::Asset::ENTERPRISE);
}

TEST_CASE("public data does not turn into something else by a correction") {
  MarketWorld world;
  world.public_data();
  auto correct = of<pb::RegistryCorrect>(world.r1);
  correct.set_category(pb::Asset::ENTERPRISE);
  CHECK(world.call("registry.correct", correct, {"MET", "REGR"}).code == "REG-408");
}

TEST_CASE("a registration expires by itself, is renewed from its old end, and is cancelled for good") {
  MarketWorld world;
  const std::string udi = registered(world);
  const std::int64_t first_end = asset(world, udi).valid_to();
  world.advance_days(3 * 366);
  CHECK(registry::status_at(asset(world, udi), world.now()) == pb::Asset::EXPIRED);
  CHECK(registry::require_live(world.context(), udi)->code == "COM-303");
  CHECK(world.call("registry.renew", of<pb::RegistryRenew>(udi), {"DLR"}).code == "COM-205");
  CHECK(world.call("registry.renew", of<pb::RegistryRenew>(udi), {"DLR", "REGR"}).code == "OK");
  CHECK(asset(world, udi).valid_to() > first_end);
  CHECK(registry::live(asset(world, udi), world.now()));
  auto cancel = of<pb::RegistryCancel>(udi);
  cancel.set_reason("不再使用");
  CHECK(world.call("registry.cancel", cancel, {"DLR", "REGR"}).code == "OK");
  CHECK(asset(world, udi).status() == pb::Asset::CANCELLED);
  CHECK(world.get<pb::Right>(kind::kRight, udi + "/1").status() == pb::Right::ENDED);
  CHECK(world.call("registry.cancel", cancel, {"DLR", "REGR"}).code == "COM-303");
  CHECK(world.call("registry.renew", of<pb::RegistryRenew>(udi), {"DLR", "REGR"}).code == "COM-303");
}

TEST_CASE("REG-403: who cancels does not register the same content again to shed its history") {
  MarketWorld world;
  const std::string udi = registered(world);
  auto cancel = of<pb::RegistryCancel>(udi);
  cancel.set_reason("重新登记");
  world.call("registry.cancel", cancel, {"DLR", "REGR"});
  pb::RegistrySubmit again = MarketWorld::submission("DLR", 'R', 2);
  again.mutable_content()->set_content_root(digest("content of " + udi));
  CHECK(submit_code(world, again) == "REG-403");
}

TEST_CASE("two regulators revoke, one does not; the content is then free for its owner and not for the revoked") {
  MarketWorld world;
  const std::string udi = registered(world);
  auto revoke = of<pb::RegistryRevoke>(udi);
  revoke.set_reason("冒名登记");
  revoke.set_decision(digest("decision"));
  CHECK(world.call("registry.revoke", revoke, {"REG1"}).code == "COM-206");
  CHECK(world.call("registry.revoke", revoke, {"REG1", "REG2"}).code == "OK");
  CHECK(world.call("registry.revoke", revoke, {"REG1", "REG2"}).code == "COM-303");
  pb::RegistrySubmit again = MarketWorld::submission("DLR", 'R', 2);
  again.mutable_content()->set_content_root(digest("content of " + udi));
  CHECK(submit_code(world, again) == "REG-403");
  pb::RegistrySubmit owner = MarketWorld::submission("DLR2", 'R', 2);
  owner.mutable_content()->set_content_root(digest("content of " + udi));
  CHECK(submit_code(world, owner, "DLR2") == "OK");
}

TEST_CASE("a grade goes up by decision and down only on an attestation, never below an ancestor's") {
  MarketWorld world;
  world.public_data();
  auto regrade = of<pb::RegistryRegrade>(world.r1);
  regrade.set_grade(pb::Asset::IMPORTANT);
  regrade.set_decision("甘数定级〔2026〕3号");
  CHECK(world.call("registry.regrade", regrade, {"MET"}).code == "COM-204");
  CHECK(world.call("registry.regrade", regrade, {"REG1"}).code == "OK");
  regrade.set_grade(pb::Asset::ORDINARY);
  CHECK(world.call("registry.regrade", regrade, {"REG1"}).code == "COM-402");
  world.attest("A1", pb::Attestation::DATA_ADMISSION, world.r1 + "@1", "grade", "ORDINARY");
  regrade.set_attestation("A1");
  CHECK(world.call("registry.regrade", regrade, {"REG1"}).code == "OK");
  CHECK(asset(world, world.r1).grade() == pb::Asset::ORDINARY);
}

// ---- flow of rights -------------------------------------------------------------------------------------------------

namespace {

pb::RegistryFileTransfer filing(const std::string& right, const char* to, pb::TransferFiling::Mode mode) {
  pb::RegistryFileTransfer out;
  out.set_right(right);
  out.set_to(MarketWorld::uscc(to));
  out.set_mode(mode);
  out.set_contract(commitment("contract"));
  return out;
}

pb::RegistryPledge pledge(const std::string& id, const std::string& right, std::int64_t until) {
  pb::RegistryPledge out;
  out.set_id(id);
  out.set_right(right);
  out.set_creditor(MarketWorld::uscc("BUY"));
  out.set_valuation("V1");
  out.set_until(until);
  return out;
}

void value(MarketWorld& world, const std::string& version) {
  pb::Valuation valuation;
  valuation.set_id("V1");
  valuation.set_subject(version);
  world.put(kind::kValuation, "V1", valuation);
}

}  // namespace

TEST_CASE("a transfer moves the right: the old one ends, the new one is in force") {
  MarketWorld world;
  const std::string udi = registered(world);
  const auto moved = filing(udi + "/1", "DLR2", pb::TransferFiling::TRANSFER);
  CHECK(world.call("registry.file_transfer", moved, {"DLR"}).code == "COM-205");
  CHECK(world.call("registry.file_transfer", moved, {"DLR", "DLR2"}).object == udi + "/filing/1");
  CHECK(world.get<pb::Right>(kind::kRight, udi + "/1").status() == pb::Right::TRANSFERRED);
  CHECK(registry::has_right(world.context(), udi, pb::Right::HOLD, MarketWorld::uscc("DLR2")));
  CHECK_FALSE(registry::has_right(world.context(), udi, pb::Right::HOLD, MarketWorld::uscc("DLR")));
  CHECK(world.call("registry.file_transfer", moved, {"DLR", "DLR2"}).code == "COM-303");
  CHECK(world.call("registry.file_transfer", filing(udi + "/9", "DLR2", pb::TransferFiling::TRANSFER), {"DLR", "DLR2"})
            .code == "COM-301");
}

TEST_CASE("REG-405: a right carries no stronger and no longer one than itself") {
  MarketWorld world;
  const std::string udi = registered(world);
  auto process = filing(udi + "/1", "DLR2", pb::TransferFiling::LICENSE);
  process.set_type(pb::Right::PROCESS);
  process.set_until(world.in_days(100));
  CHECK(world.call("registry.file_transfer", process, {"DLR", "DLR2"}).code == "OK");
  auto hold = filing(udi + "/2", "BUY", pb::TransferFiling::LICENSE);
  hold.set_type(pb::Right::HOLD);
  hold.set_until(world.in_days(50));
  CHECK(world.call("registry.file_transfer", hold, {"DLR2", "BUY"}).code == "REG-405");
  hold.set_type(pb::Right::PROCESS);
  hold.set_until(world.in_days(200));
  CHECK(world.call("registry.file_transfer", hold, {"DLR2", "BUY"}).code == "REG-405");
  hold.set_until(world.in_days(50));
  hold.set_exclusive(true);
  CHECK(world.call("registry.file_transfer", hold, {"DLR2", "BUY"}).code == "REG-405");
  hold.set_exclusive(false);
  CHECK(world.call("registry.file_transfer", hold, {"DLR2", "BUY"}).code == "OK");
}

TEST_CASE("REG-404: an exclusive right leaves no room for another holder, and finds none beside one") {
  MarketWorld world;
  const std::string udi = registered(world);
  auto exclusive = filing(udi + "/1", "DLR2", pb::TransferFiling::LICENSE);
  exclusive.set_type(pb::Right::PROCESS);
  exclusive.set_exclusive(true);
  CHECK(world.call("registry.file_transfer", exclusive, {"DLR", "DLR2"}).code == "OK");
  auto second = filing(udi + "/1", "BUY", pb::TransferFiling::LICENSE);
  second.set_type(pb::Right::PROCESS);
  CHECK(world.call("registry.file_transfer", second, {"DLR", "BUY"}).code == "REG-404");
}

TEST_CASE("REG-407 and EVD-401: no OPERATE on a resource, and raw public data does not move to the market") {
  MarketWorld world;
  const std::string udi = registered(world);
  auto operate = filing(udi + "/1", "DLR2", pb::TransferFiling::LICENSE);
  operate.set_type(pb::Right::OPERATE);
  CHECK(world.call("registry.file_transfer", operate, {"DLR", "DLR2"}).code == "REG-407");
  world.public_data();
  auto raw = filing(world.r1 + "/1", "DLR", pb::TransferFiling::LICENSE);
  raw.set_type(pb::Right::PROCESS);
  CHECK(world.call("registry.file_transfer", raw, {"MET", "DLR"}).code == "EVD-401");
  raw.set_mode(pb::TransferFiling::SHARE);
  raw.set_to(MarketWorld::uscc("TRA"));
  CHECK(world.call("registry.file_transfer", raw, {"MET", "TRA"}).code == "OK");
}

TEST_CASE(
    "REG-409: while a pledge stands the right does not move, the asset does not change, and no second pledge comes") {
  MarketWorld world;
  const std::string udi = registered(world);
  CHECK(world.call("registry.pledge", pledge("PL1", udi + "/1", world.in_days(90)), {"DLR", "BUY"}).code == "COM-301");
  value(world, udi + "@1");
  CHECK(world.call("registry.pledge", pledge("PL1", udi + "/1", world.in_days(-1)), {"DLR", "BUY"}).code == "COM-307");
  CHECK(world.call("registry.pledge", pledge("PL1", udi + "/1", world.in_days(90)), {"DLR", "BUY"}).code == "OK");
  CHECK(world.call("registry.pledge", pledge("PL2", udi + "/1", world.in_days(90)), {"DLR", "BUY"}).code == "REG-409");
  CHECK(world.call("registry.file_transfer", filing(udi + "/1", "DLR2", pb::TransferFiling::TRANSFER), {"DLR", "DLR2"})
            .code == "REG-409");
  CHECK(world.call("registry.file_transfer", filing(udi + "/1", "BUY", pb::TransferFiling::PLEDGE), {"DLR", "BUY"})
            .code == "OK");
  auto cancel = of<pb::RegistryCancel>(udi);
  cancel.set_reason("x");
  CHECK(world.call("registry.cancel", cancel, {"DLR", "REGR"}).code == "REG-409");
  auto amend = of<pb::RegistryAmend>(udi);
  amend.mutable_content()->set_content_root(digest("second version"));
  amend.mutable_content()->add_items("MET.OBS.DAILY");
  CHECK(world.call("registry.amend", amend, {"DLR", "REGR"}).code == "REG-409");
  pb::RegistryReleasePledge release;
  release.set_id("PL1");
  CHECK(world.call("registry.release_pledge", release, {"DLR"}).code == "COM-205");
  CHECK(world.call("registry.release_pledge", release, {"DLR", "BUY"}).code == "OK");
  CHECK(world.call("registry.release_pledge", release, {"DLR", "BUY"}).code == "COM-303");
  CHECK(world.call("registry.cancel", cancel, {"DLR", "REGR"}).code == "OK");
}

TEST_CASE("a pledge holds nothing back once its term is over, and its late release does not undo the next one") {
  MarketWorld world;
  const std::string udi = registered(world);
  value(world, udi + "@1");
  REQUIRE(world.call("registry.pledge", pledge("PL1", udi + "/1", world.in_days(30)), {"DLR", "BUY"}).code == "OK");
  auto amend = of<pb::RegistryAmend>(udi);
  amend.mutable_content()->set_content_root(digest("second version"));
  amend.mutable_content()->add_items("MET.OBS.DAILY");
  world.advance_days(29);
  CHECK(world.call("registry.amend", amend, {"DLR", "REGR"}).code == "REG-409");
  world.advance_days(1);
  CHECK(world.call("registry.file_transfer", filing(udi + "/1", "BUY", pb::TransferFiling::PLEDGE), {"DLR", "BUY"})
            .code == "REG-409");
  REQUIRE(world.call("registry.pledge", pledge("PL2", udi + "/1", world.in_days(30)), {"DLR", "BUY"}).code == "OK");
  pb::RegistryReleasePledge release;
  release.set_id("PL1");
  REQUIRE(world.call("registry.release_pledge", release, {"DLR", "BUY"}).code == "OK");
  CHECK(world.call("registry.amend", amend, {"DLR", "REGR"}).code == "REG-409");
  world.advance_days(30);
  CHECK(world.call("registry.amend", amend, {"DLR", "REGR"}).code == "OK");
}

TEST_CASE("COM-104: a correction writes no code that the governed tables lack") {
  MarketWorld world;
  const std::string udi = registered(world);
  pb::CodeTable regions;
  regions.set_name("region");
  regions.set_version(1);
  regions.add_codes()->set_code("620000");
  world.put(kind::kTable, "region", regions);
  auto correct = of<pb::RegistryCorrect>(udi);
  correct.set_region("620199");
  CHECK(world.call("registry.correct", correct, {"DLR", "REGR"}).code == "COM-104");
  correct.set_region("620000");
  CHECK(world.call("registry.correct", correct, {"DLR", "REGR"}).code == "OK");
  correct.set_industry("anything");
  CHECK(world.call("registry.correct", correct, {"DLR", "REGR"}).code == "OK");
}

// ---- catalogue ------------------------------------------------------------------------------------------------------

TEST_CASE("a census batch imports entries that stand under its root, and no others") {
  MarketWorld world;
  std::vector<pb::RegistryAddCatalogueEntry> entries(3);
  std::vector<ledger::Digest> leaves;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    entries[i].set_id("C-" + std::to_string(i));
    entries[i].set_title("普查条目");
    entries[i].add_items("MET.OBS.DAILY");
    entries[i].set_share_type("NONE");
    leaves.push_back(ledger::list_leaf_hash(ledger::encode(entries[i])));
  }
  pb::RegistryImportCensus batch;
  batch.set_id("CENSUS-2026");
  batch.set_root(std::string(1, '\x01') + ledger::list_root(leaves).str());
  batch.set_count(3);
  const auto add = [&](std::size_t entry, std::size_t index) {
    pb::CensusEntry* added = batch.add_entries();
    *added->mutable_entry() = entries[entry];
    added->set_index(index);
    for (const ledger::Digest& node : ledger::list_inclusion_proof(leaves, index)) added->add_path(node.str());
  };
  add(0, 0);
  add(2, 2);
  CHECK(world.call("registry.import_census", batch, {"MET"}).code == "OK");
  CHECK(world.get<pb::Census>(kind::kCensus, "CENSUS-2026").imported() == 2);
  CHECK(world.exists(kind::kCatalogueEntry, "C-2"));
  CHECK(world.call("registry.import_census", batch, {"MET"}).code == "COM-302");
  batch.clear_entries();
  add(1, 2);
  CHECK(world.call("registry.import_census", batch, {"MET"}).code == "COM-107");
  batch.clear_entries();
  add(1, 1);
  CHECK(world.call("registry.import_census", batch, {"TRA"}).code == "COM-302");
  CHECK(world.call("registry.import_census", batch, {"MET"}).code == "OK");
  batch.clear_entries();
  batch.set_count(4);
  CHECK(world.call("registry.import_census", batch, {"MET"}).code == "COM-304");
}

TEST_CASE("a duty to share names what is shared and when it is due") {
  MarketWorld world;
  world.catalogue("MET");
  pb::RegistryAddResponsibility duty;
  duty.set_id("D1");
  duty.set_resource("CAT-TRA");
  duty.set_share_type("CONDITIONAL");
  duty.set_sla("T+1");
  duty.set_due(world.in_days(30));
  CHECK(world.call("registry.add_responsibility", duty, {"MET"}).code == "COM-301");
  duty.set_resource("CAT-MET");
  CHECK(world.call("registry.add_responsibility", duty, {"MET"}).code == "OK");
  CHECK(world.call("registry.add_responsibility", duty, {"MET"}).code == "COM-302");
  duty.set_id("D2");
  duty.set_due(world.in_days(-1));
  CHECK(world.call("registry.add_responsibility", duty, {"MET"}).code == "COM-307");
}

// ---- lineage --------------------------------------------------------------------------------------------------------

namespace {

/// R1, R2, G1 and J1 done: P1 may be derived.
MarketWorld ready() {
  MarketWorld world;
  world.public_data();
  world.environment();
  world.finished_job();
  REQUIRE(world.get<pb::Job>(kind::kJob, "J1").status() == pb::Job::ATTESTED);
  return world;
}

std::string derive_code(MarketWorld& world, const pb::RegistryDerive& derive, const char* who = "OPR") {
  return world.call("registry.derive", derive, {who}).code;
}

}  // namespace

TEST_CASE("what is derived enters the registry with its lineage, public for good, and its parents know it") {
  MarketWorld world = ready();
  REQUIRE(derive_code(world, world.derivation()) == "OK");
  CHECK(asset(world, world.p1).public_derived());
  CHECK(asset(world, world.p1).depth() == 1);
  CHECK(world.finish(world.p1).code == "OK");
  const Context context = world.context();
  CHECK(registry::ancestors(context, world.p1 + "@1") == std::vector<std::string>{world.r1 + "@1", world.r2 + "@1"});
  CHECK(world.references(kind::kChildrenOfVersion, world.r1 + "@1") == 1);
  CHECK(registry::has_right(context, world.p1, pb::Right::OPERATE, MarketWorld::uscc("OPR")));
}

TEST_CASE("REG-406: a parent that is not one's own needs a grant in effect that reaches it") {
  MarketWorld world = ready();
  pb::RegistryDerive derive = world.derivation();
  derive.mutable_parents(0)->clear_grant();
  CHECK(derive_code(world, derive) == "REG-406");
  derive.mutable_parents(0)->set_grant("no such grant");
  CHECK(derive_code(world, derive) == "REG-406");
  pb::AuthorizationSuspend suspend;
  suspend.set_grant("G1");
  suspend.set_reason("检查");
  world.call("authorization.suspend", suspend, {"IMPL"});
  const auto reply = world.call("registry.derive", world.derivation(), {"OPR"});
  CHECK(reply.code == "REG-406");
  CHECK(reply.trace.find("SUSPENDED") != std::string::npos);
}

TEST_CASE("REG-402, REG-405 and REG-408: a derivation is no milder, no freer and no less personal than its parents") {
  MarketWorld world = ready();
  auto important = asset(world, world.r1);
  important.set_grade(pb::Asset::IMPORTANT);
  world.put(kind::kAsset, world.r1, important);
  CHECK(derive_code(world, world.derivation()) == "REG-402");
  important.set_grade(pb::Asset::CORE);
  world.put(kind::kAsset, world.r1, important);
  CHECK(derive_code(world, world.derivation()) == "COM-401");
  important.set_grade(pb::Asset::ORDINARY);
  world.put(kind::kAsset, world.r1, important);

  auto grant = world.get<pb::Grant>(kind::kGrant, "G1");
  grant.clear_actions();
  grant.add_actions(pb::Grant::COMPUTE);
  world.put(kind::kGrant, "G1", grant);
  CHECK(derive_code(world, world.derivation()) == "REG-405");
  grant.add_actions(pb::Grant::SELL_PRODUCT);
  world.put(kind::kGrant, "G1", grant);

  pb::RegistrySubmit own = MarketWorld::submission("OPR", 'R', 5);
  own.mutable_description()->set_category(pb::Asset::PERSONAL);
  REQUIRE(world.enter(own, "OPR").code == "OK");
  pb::RegistryDerive derive = world.derivation();
  derive.clear_job();
  derive.clear_parents();
  pb::ParentRef* parent = derive.add_parents();
  parent->set_udi(own.udi());
  parent->set_version(1);
  derive.mutable_description()->set_category(pb::Asset::ENTERPRISE);
  CHECK(derive_code(world, derive) == "REG-408");
  world.attest("AN", pb::Attestation::DATA_ADMISSION, own.udi() + "@1", "anonymised", "true");
  CHECK(derive_code(world, derive) == "OK");
}

TEST_CASE("REG-408: private parents do not make a public child") {
  MarketWorld world = ready();
  pb::RegistrySubmit own = MarketWorld::submission("OPR", 'R', 5);
  REQUIRE(world.enter(own, "OPR").code == "OK");
  pb::RegistryDerive derive = world.derivation();
  derive.clear_job();
  derive.clear_parents();
  pb::ParentRef* parent = derive.add_parents();
  parent->set_udi(own.udi());
  parent->set_version(1);
  CHECK(derive_code(world, derive) == "REG-408");
}

TEST_CASE("AUT-413 and CMP-404: in-domain data is derived by an attested job that declared exactly these parents") {
  MarketWorld world = ready();
  pb::RegistryDerive derive = world.derivation();
  derive.clear_job();
  CHECK(derive_code(world, derive) == "AUT-413");
  derive.set_job("J9");
  CHECK(derive_code(world, derive) == "COM-301");
  derive = world.derivation();
  derive.mutable_content()->set_content_root(digest("something else"));
  CHECK(derive_code(world, derive) == "COM-303");
  derive = world.derivation();
  derive.mutable_parents()->RemoveLast();
  CHECK(derive_code(world, derive) == "CMP-404");
}

TEST_CASE("AUT-412: the operator does not develop further what it has delivered; others do") {
  MarketWorld world = ready();
  REQUIRE(derive_code(world, world.derivation()) == "OK");
  REQUIRE(world.finish(world.p1).code == "OK");
  pb::RegistryDerive second = world.derivation();
  second.set_udi(MarketWorld::udi("OPR", 'P', 2));
  second.clear_job();
  second.mutable_content()->set_content_root(digest("content of P1 again"));
  second.clear_parents();
  pb::ParentRef* parent = second.add_parents();
  parent->set_udi(world.p1);
  parent->set_version(1);
  auto delivered = asset(world, world.p1);
  delivered.set_delivered_at(world.now().value());
  world.put(kind::kAsset, world.p1, delivered);
  CHECK(derive_code(world, second) == "AUT-412");
  world.call("authorization.grant", MarketWorld::licence("G2", "OPR", "DLR", world.p1, world.in_days(100)),
             {"OPR", "DLR"});
  second.set_udi(MarketWorld::udi("DLR", 'P', 1));
  second.mutable_parents(0)->set_grant("G2");
  CHECK(derive_code(world, second, "DLR") == "OK");
  delivered.set_delivered_at(0);
  world.put(kind::kAsset, world.p1, delivered);
  second.set_udi(MarketWorld::udi("OPR", 'P', 2));
  second.mutable_parents(0)->clear_grant();
  second.mutable_content()->set_content_root(digest("content before delivery"));
  CHECK(derive_code(world, second) == "OK");
}

TEST_CASE("a new version of one's own derivation waits in AMENDING; nobody adds one to another's asset") {
  MarketWorld world = ready();
  REQUIRE(derive_code(world, world.derivation()) == "OK");
  pb::RegistryDerive next = world.derivation();
  next.clear_description();
  next.clear_rights();
  CHECK(derive_code(world, next) == "COM-303");
  REQUIRE(world.finish(world.p1).code == "OK");
  CHECK(derive_code(world, next, "DLR") == "COM-204");
  CHECK(world.call("registry.derive", next, {"OPR"}).object == world.p1 + "@2");
  CHECK(asset(world, world.p1).status() == pb::Asset::AMENDING);
  CHECK(world.call("registry.assign_code", of<pb::RegistryAssignCode>(world.p1), {"REGR"}).code == "OK");
  CHECK(asset(world, world.p1).head() == 2);
}

TEST_CASE("the effective grade is the strictest of the lineage, whenever it was decided") {
  MarketWorld world = ready();
  REQUIRE(derive_code(world, world.derivation()) == "OK");
  REQUIRE(world.finish(world.p1).code == "OK");
  CHECK(registry::effective_grade(world.context(), world.p1 + "@1") == pb::Asset::ORDINARY);
  auto regrade = of<pb::RegistryRegrade>(world.r2);
  regrade.set_grade(pb::Asset::IMPORTANT);
  regrade.set_decision("定级");
  REQUIRE(world.call("registry.regrade", regrade, {"REG1"}).code == "OK");
  CHECK(registry::effective_grade(world.context(), world.p1 + "@1") == pb::Asset::IMPORTANT);
}

TEST_CASE("the negative list sees attributes, parents and claims of a version") {
  MarketWorld world = ready();
  REQUIRE(derive_code(world, world.derivation()) == "OK");
  REQUIRE(world.finish(world.p1).code == "OK");
  world.attest("DA", pb::Attestation::DATA_ADMISSION, world.p1 + "@1", "precision_km", "5");
  const Context context = world.context();
  const auto view = registry_assets(context)->find(world.p1 + "@1");
  REQUIRE(view.has_value());
  CHECK(view->parents == std::vector<std::string>{world.r1 + "@1", world.r2 + "@1"});
  REQUIRE(view->claims.size() == 1);
  CHECK(view->claims.front().attestation == "DA");
  const auto has = [&](std::string_view name, std::string_view text) {
    for (const Attribute& attribute : view->attributes) {
      if (attribute.name == name && attribute.texts == std::vector<std::string>{std::string(text)}) return true;
    }
    return false;
  };
  CHECK(has("items", "IDX.RISK.TOWNSHIP"));
  CHECK(has("public_derived", "true"));
  CHECK(has("effective_grade", "ORDINARY"));
  CHECK_FALSE(registry_assets(context)->find(world.p1 + "@9").has_value());
}
