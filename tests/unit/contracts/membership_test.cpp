#include <doctest/doctest.h>

#include "contracts/cross_border.pb.h"
#include "contracts/members.h"
#include "contracts/membership.pb.h"
#include "contracts/membership/roles.h"
#include "contracts/notary.pb.h"
#include "tests/unit/contracts/credit_records.h"
#include "tests/unit/contracts/network.h"

using namespace qilian::contracts;
using namespace qilian::contracts::network_test;

namespace {

pb::NewUndertaking undertaking() {
  pb::NewUndertaking out;
  for (int stage = pb::Undertaking::COLLECT; stage <= pb::Undertaking::USE; ++stage) {
    out.add_stages(static_cast<pb::Undertaking::Stage>(stage));
  }
  out.set_text(digest("we undertake"));
  return out;
}

pb::MembershipApply application(std::string_view uscc, std::string_view key = "DLR") {
  pb::MembershipApply a;
  a.set_uscc(std::string(uscc));
  a.set_name("陇原数智(演示)");
  a.set_kind(pb::Organisation::ENTERPRISE);
  a.set_region("620100");
  a.add_officers()->set_officer_id("1");
  pb::NewKey* added = a.add_keys();
  added->set_public_key(std::string(key_of(key).public_key().view()));
  added->set_officer_id("1");
  *a.mutable_undertaking() = undertaking();
  a.set_sponsor(std::string(kNotary));
  return a;
}

/// What the notary would have issued: only its record matters here.
void put_admission(Network& network, std::string_view uscc, pb::Attestation::Result result = pb::Attestation::PASS) {
  pb::Attestation attestation;
  attestation.set_id("A1");
  attestation.set_type(pb::Attestation::LEGAL_PERSON_ADMISSION);
  attestation.set_issuer(std::string(kNotary));
  attestation.add_subjects()->set_id(std::string(uscc));
  attestation.mutable_subjects(0)->set_kind(pb::Subject::ORG);
  attestation.set_result(result);
  attestation.set_from(network.now().value());
  attestation.set_to(network.now().value() + 100 * kDay);
  attestation.set_status(pb::Attestation::ACTIVE);
  network.put(kind::kAttestation, "A1", attestation);
}

pb::MembershipAdmit admission(std::string_view uscc) {
  pb::MembershipAdmit a;
  a.set_uscc(std::string(uscc));
  a.set_attestation("A1");
  return a;
}

template <class Args>
Args about(std::string_view uscc) {
  Args a;
  a.set_uscc(std::string(uscc));
  if constexpr (requires { a.set_reason("because"); }) a.set_reason("because");
  return a;
}

pb::MembershipAddRole new_role(std::string_view uscc, std::string_view role) {
  pb::MembershipAddRole a;
  a.set_uscc(std::string(uscc));
  a.set_role(std::string(role));
  return a;
}

pb::MembershipRotateKey rotation(std::string_view from, std::string_view to) {
  pb::MembershipRotateKey a;
  a.set_old_key(std::string(key_of(from).public_key().view()));
  a.set_new_key(std::string(key_of(to).public_key().view()));
  return a;
}

pb::Organisation::Status status(const Network& network, std::string_view uscc) {
  return network.get<pb::Organisation>(kind::kOrganisation, uscc).status();
}

}  // namespace

TEST_CASE("an organisation applies with its sponsor, is attested, admitted by two regulators, and gets a role") {
  Network network;
  const auto applied = network.run("membership.apply", application(kDealer), {"DLR", "NOT"});
  CHECK(applied.code() == "OK");
  CHECK(applied.object() == kDealer);
  CHECK(status(network, kDealer) == pb::Organisation::APPLIED);
  put_admission(network, kDealer);
  CHECK(network.code("membership.admit", admission(kDealer), {"REG1", "REG2"}) == "OK");
  CHECK(status(network, kDealer) == pb::Organisation::ADMITTED);
  CHECK(network.code("membership.add_role", new_role(kDealer, "DEALER"), {"REG1"}) == "OK");
  CHECK(network.get<pb::Organisation>(kind::kOrganisation, kDealer).roles(0).role() == "DEALER");
}

TEST_CASE("MEM-101: a wrong USCC is a receipt, in the sponsor's journal, and nothing is written") {
  Network network;
  for (const char* uscc : {"91350100M000100Y4Z", "91350100M000100Y44"}) {
    CAPTURE(uscc);
    const auto receipt = network.run("membership.apply", application(uscc), {"DLR", "NOT"});
    CHECK(receipt.code() == "MEM-101");
    CHECK_FALSE(network.has(kind::kOrganisation, uscc));
    CHECK(network.entries(kind::kDeniedByOrganisation, uscc) == 0);
  }
  CHECK(network.entries(kind::kDeniedByOrganisation, kNotary) == 2);
}

TEST_CASE("MEM-102: an application without officers, or with a key of nobody, is denied") {
  Network network;
  auto a = application(kDealer);
  a.clear_officers();
  CHECK(network.code("membership.apply", a, {"DLR", "NOT"}) == "MEM-102");
  a = application(kDealer);
  a.mutable_keys(0)->set_officer_id("2");
  CHECK(network.code("membership.apply", a, {"DLR", "NOT"}) == "MEM-102");
}

TEST_CASE("COM-104, COM-205, COM-302: region, sponsor's signature and a second application") {
  Network network;
  auto a = application(kDealer);
  a.set_region("110000");
  CHECK(network.code("membership.apply", a, {"DLR", "NOT"}) == "COM-104");
  CHECK(network.code("membership.apply", application(kDealer), {"DLR"}) == "COM-205");
  CHECK(network.code("membership.apply", application(kDealer), {"DLR", "NOT"}) == "OK");
  CHECK(network.code("membership.apply", application(kDealer), {"DLR", "NOT"}) == "COM-302");
}

TEST_CASE("COM-204: a sponsor is a notary or a regulator") {
  Network network;
  auto a = application(kDealer);
  a.set_sponsor(std::string(kVenue));
  CHECK(network.code("membership.apply", a, {"DLR", "VEN"}) == "COM-204");
}

TEST_CASE("COM-101: an undertaking has all six stages") {
  Network network;
  auto a = application(kDealer);
  a.mutable_undertaking()->mutable_stages()->RemoveLast();
  CHECK(network.static_code("membership.apply", a, {"DLR", "NOT"}) == "COM-101");
}

TEST_CASE("MEM-404: an admission without a passing attestation of that organisation is denied") {
  Network network;
  REQUIRE(network.code("membership.apply", application(kDealer), {"DLR", "NOT"}) == "OK");
  CHECK(network.code("membership.admit", admission(kDealer), {"REG1", "REG2"}) == "MEM-404");
  put_admission(network, kBuyer);
  CHECK(network.code("membership.admit", admission(kDealer), {"REG1", "REG2"}) == "MEM-404");
  put_admission(network, kDealer, pb::Attestation::FAIL);
  CHECK(network.code("membership.admit", admission(kDealer), {"REG1", "REG2"}) == "MEM-404");
  put_admission(network, kDealer);
  network.advance(101 * kDay);
  CHECK(network.code("membership.admit", admission(kDealer), {"REG1", "REG2"}) == "MEM-404");
}

TEST_CASE("COM-206: one regulator does not admit") {
  Network network;
  REQUIRE(network.code("membership.apply", application(kDealer), {"DLR", "NOT"}) == "OK");
  put_admission(network, kDealer);
  CHECK(network.code("membership.admit", admission(kDealer), {"REG1"}) == "COM-206");
  CHECK(network.code("membership.admit", admission(kDealer), {"REG1", "VEN"}) == "COM-206");
}

TEST_CASE("MEM-401: a venue is no dealer, operator or buyer, and the other way round") {
  Network network;
  network.add_member("DLR", kDealer, {"DEALER"});
  for (const char* role : {"DEALER", "OPERATOR", "BUYER"}) {
    CHECK(network.code("membership.add_role", new_role(kVenue, role), {"REG1"}) == "MEM-401");
  }
  CHECK(network.code("membership.add_role", new_role(kDealer, "VENUE"), {"REG1"}) == "MEM-401");
}

TEST_CASE("MEM-402: an exclusion holds through a controller") {
  Network network;
  network.add_member("DLR", kDealer, {}, {std::string(kVenue)});
  CHECK(network.code("membership.add_role", new_role(kDealer, "DEALER"), {"REG1"}) == "MEM-402");
  const std::string person = "person:" + std::string(64, 'a');
  network.add_member("DLR2", kDealer2, {"OPERATOR"}, {person});
  network.add_member("SHL", kShell, {}, {person});
  CHECK(network.code("membership.add_role", new_role(kShell, "IMPLEMENTING_AGENCY"), {"REG1"}) == "MEM-402");
}

TEST_CASE("MEM-403: authority and market exclude each other") {
  Network network;
  network.add_member("REGR", kBuyer, {"REGISTRAR"});
  CHECK(network.code("membership.add_role", new_role(kBuyer, "HOLDER"), {"REG1"}) == "MEM-403");
  CHECK(network.code("membership.add_role", new_role(kNotary, "DEALER"), {"REG1"}) == "MEM-403");
  CHECK(network.code("membership.add_role", new_role(kBuyer, "REGISTRAR"), {"REG1"}) == "COM-302");
}

TEST_CASE("excluded roles are symmetric and no role excludes itself") {
  for (std::string_view a : membership::role_names()) {
    CHECK_FALSE(membership::excludes(a, a));
    for (std::string_view b : membership::role_names()) CHECK(membership::excludes(a, b) == membership::excludes(b, a));
  }
}

TEST_CASE("MEM-405: nobody is admitted from a group under a sanction or a SERIOUS notice") {
  const std::string person = "person:" + std::string(64, 'b');
  for (const bool notice : {false, true}) {
    CAPTURE(notice);
    Network network;
    network.add_member("DLR2", kDealer2, {"DEALER"}, {person});
    auto a = application(kShell, "SHL");
    a.add_controllers(person);
    REQUIRE(network.code("membership.apply", a, {"SHL", "NOT"}) == "OK");
    put_admission(network, kShell);
    put_negative(network, kDealer2, notice ? pb::Severity::SERIOUS : pb::Severity::MODERATE, notice);
    CHECK(network.code("membership.admit", admission(kShell), {"REG1", "REG2"}) == "MEM-405");
  }
}

TEST_CASE("MEM-406: nobody leaves with something open") {
  Network network;
  network.add_member("DLR", kDealer, {"DEALER"});
  pb::Obligations obligations;
  pb::Obligations::Count* count = obligations.add_counts();
  count->set_what("trade");
  count->set_open(1);
  network.put(kind::kObligations, kDealer, obligations);
  CHECK(network.code("membership.exit", about<pb::MembershipExit>(kDealer), {"DLR"}) == "MEM-406");
  obligations.mutable_counts(0)->set_open(0);
  network.put(kind::kObligations, kDealer, obligations);
  CHECK(network.code("membership.exit", about<pb::MembershipExit>(kDealer), {"DLR"}) == "OK");
  CHECK(status(network, kDealer) == pb::Organisation::EXITED);
}

TEST_CASE("who announces to leave is EXITING: what is open runs to its end, nothing new begins") {
  Network network;
  network.add_member("DLR", kDealer, {"DEALER", "HOLDER"});
  pb::Obligations obligations;
  obligations.add_counts()->set_what("trade");
  obligations.mutable_counts(0)->set_open(1);
  network.put(kind::kObligations, kDealer, obligations);
  auto exit = about<pb::MembershipExit>(kDealer);
  exit.set_announce(true);
  REQUIRE(network.code("membership.exit", exit, {"DLR"}) == "OK");
  CHECK(status(network, kDealer) == pb::Organisation::EXITING);
  CHECK(network.code("membership.exit", exit, {"DLR"}) == "COM-303");
  CHECK(network.code("membership.admit", admission(kDealer), {"REG1", "REG2"}) == "COM-303");
  CHECK(network.code("membership.restrict", about<pb::MembershipRestrict>(kDealer), {"REG1"}) == "COM-303");
  CHECK(network.code("membership.reinstate", about<pb::MembershipReinstate>(kDealer), {"REG1"}) == "COM-303");
  exit.set_announce(false);
  CHECK(network.code("membership.exit", exit, {"DLR"}) == "MEM-406");
  pb::CrossBorderRegisterRecipient business;
  business.set_id("RC1");
  business.set_name("anybody");
  business.set_country("DEU");
  business.set_papers(digest("papers"));
  CHECK(network.code("cross_border.register_recipient", business, {"DLR"}) == "COM-203");
  obligations.mutable_counts(0)->set_open(0);
  network.put(kind::kObligations, kDealer, obligations);
  CHECK(network.code("membership.exit", exit, {"DLR"}) == "OK");
  CHECK(status(network, kDealer) == pb::Organisation::EXITED);
}

TEST_CASE("EXITING survives a suspension and ends by expulsion too") {
  Network network;
  network.add_member("DLR", kDealer, {"DEALER"});
  auto exit = about<pb::MembershipExit>(kDealer);
  exit.set_announce(true);
  auto suspend = about<pb::MembershipSuspend>(kDealer);
  REQUIRE(network.code("membership.suspend", suspend, {"REG1", "REG2"}) == "OK");
  REQUIRE(network.code("membership.exit", exit, {"DLR"}) == "OK");
  CHECK(status(network, kDealer) == pb::Organisation::SUSPENDED);
  REQUIRE(network.code("membership.reinstate", about<pb::MembershipReinstate>(kDealer), {"REG1"}) == "OK");
  CHECK(status(network, kDealer) == pb::Organisation::EXITING);
  REQUIRE(network.code("membership.suspend", suspend, {"REG1", "REG2"}) == "OK");
  REQUIRE(network.code("membership.reinstate", about<pb::MembershipReinstate>(kDealer), {"REG1"}) == "OK");
  CHECK(status(network, kDealer) == pb::Organisation::EXITING);
  CHECK(network.code("membership.expel", about<pb::MembershipExpel>(kDealer), {"REG1", "REG2"}) == "OK");
  CHECK(status(network, kDealer) == pb::Organisation::EXPELLED);
}

TEST_CASE("COM-205: nobody is made to leave by another's signature") {
  Network network;
  network.add_member("DLR", kDealer, {"DEALER"});
  network.add_member("DLR2", kDealer2, {"DEALER"});
  CHECK(network.code("membership.exit", about<pb::MembershipExit>(kDealer), {"DLR2"}) == "COM-205");
}

TEST_CASE("MEM-407: validators do not fall below a quorum") {
  Network network;
  CHECK(network.code("membership.exit", about<pb::MembershipExit>(kVenue), {"VEN"}) == "OK");
  CHECK(network.code("membership.exit", about<pb::MembershipExit>(kNotary), {"NOT"}) == "MEM-407");
  CHECK(network.code("membership.expel", about<pb::MembershipExpel>(kNotary), {"REG1", "REG2"}) == "MEM-407");
}

TEST_CASE("one regulator suspends for 72 hours at most, and once; two suspend without end") {
  Network network;
  network.add_member("DLR", kDealer, {"DEALER"});
  auto a = about<pb::MembershipSuspend>(kDealer);
  a.set_until(network.now().value() + 80 * 3'600'000);
  CHECK(network.code("membership.suspend", a, {"REG1"}) == "COM-206");
  a.set_until(network.now().value() + 70 * 3'600'000);
  CHECK(network.code("membership.suspend", a, {"REG1"}) == "OK");
  network.advance(71 * 3'600'000);
  a.set_until(network.now().value() + 70 * 3'600'000);
  CHECK(network.code("membership.suspend", a, {"REG1"}) == "COM-206");
  a.set_until(0);
  CHECK(network.code("membership.suspend", a, {"REG1", "REG2"}) == "OK");
  CHECK(network.code("membership.reinstate", about<pb::MembershipReinstate>(kDealer), {"REG2"}) == "OK");
  CHECK(status(network, kDealer) == pb::Organisation::ADMITTED);
}

TEST_CASE("COM-207: a regulator does not decide about itself") {
  Network network;
  CHECK(network.code("membership.restrict", about<pb::MembershipRestrict>(kReg1), {"REG1"}) == "COM-207");
}

TEST_CASE("a rotated key is refused afterwards, and its successor acts for the same officer") {
  Network network;
  network.add_member("DLR", kDealer, {"DEALER"});
  CHECK(network.code("membership.rotate_key", rotation("DLR", "DLR-new"), {"DLR"}) == "OK");
  pb::MembershipUndertake renewal;
  *renewal.mutable_undertaking() = undertaking();
  CHECK(network.code("membership.undertake", renewal, {"DLR"}) == "COM-202");
  CHECK(network.code("membership.undertake", renewal, {"DLR-new"}) == "OK");
  CHECK(network.get<pb::Key>(kind::kKey, key_of("DLR-new").public_key().hex()).officer_id() == "DLR");
}

TEST_CASE("a lost key is replaced by two regulators, not by one and not by a stranger") {
  Network network;
  network.add_member("DLR", kDealer, {"DEALER"});
  network.add_member("DLR2", kDealer2, {"DEALER"});
  CHECK(network.code("membership.rotate_key", rotation("DLR", "DLR-new"), {"DLR2"}) == "COM-206");
  CHECK(network.code("membership.rotate_key", rotation("DLR", "DLR-new"), {"REG1"}) == "COM-206");
  CHECK(network.code("membership.rotate_key", rotation("DLR", "DLR-new"), {"REG1", "REG2"}) == "OK");
  CHECK(network.code("membership.rotate_key", rotation("DLR", "DLR-3"), {"REG1", "REG2"}) == "COM-303");
  CHECK(network.code("membership.rotate_key", rotation("nobody", "DLR-3"), {"REG1", "REG2"}) == "COM-301");
}

TEST_CASE("a compromised key is marked by its organisation or a regulator, and signs no more") {
  Network network;
  network.add_member("DLR", kDealer, {"DEALER"});
  network.add_key("DLR-b", kDealer, "other");
  network.add_member("DLR2", kDealer2, {"DEALER"});
  pb::MembershipMarkCompromised a;
  a.set_public_key(std::string(key_of("DLR").public_key().view()));
  a.set_since(network.now().value() - kDay);
  CHECK(network.code("membership.mark_compromised", a, {"DLR2"}) == "COM-204");
  CHECK(network.code("membership.mark_compromised", a, {"DLR-b"}) == "OK");
  CHECK(network.code("membership.exit", about<pb::MembershipExit>(kDealer), {"DLR"}) == "COM-202");
  CHECK(network.code("membership.mark_compromised", a, {"REG1"}) == "COM-303");
}

TEST_CASE("a suspended organisation still unwinds: it may leave, mark keys and sign its undertaking") {
  Network network;
  network.add_member("DLR", kDealer, {"DEALER"});
  auto a = about<pb::MembershipSuspend>(kDealer);
  REQUIRE(network.code("membership.suspend", a, {"REG1", "REG2"}) == "OK");
  pb::MembershipUndertake renewal;
  *renewal.mutable_undertaking() = undertaking();
  CHECK(network.code("membership.undertake", renewal, {"DLR"}) == "OK");
  CHECK(network.code("membership.exit", about<pb::MembershipExit>(kDealer), {"DLR"}) == "OK");
}

TEST_CASE("a suspended regulator has no powers, although its calls are always open") {
  Network network;
  network.add_member("DLR", kDealer, {"DEALER"});
  REQUIRE(network.code("membership.suspend", about<pb::MembershipSuspend>(kReg3), {"REG1", "REG2"}) == "OK");
  CHECK(network.code("membership.restrict", about<pb::MembershipRestrict>(kDealer), {"REG3"}) == "COM-204");
  CHECK(network.code("membership.expel", about<pb::MembershipExpel>(kDealer), {"REG1", "REG3"}) == "COM-206");
}

TEST_CASE("a stranger neither spends a sponsor's quota nor puts its name into a journal") {
  Network network;
  CHECK(network.code("membership.apply", application("91350100M000100Y44"), {"DLR"}) == "COM-205");
  CHECK(network.last().events.empty());
  const auto late = network.make("membership.apply", application(kDealer), {"DLR"}, network.now().value());
  CHECK(network.block({late}).front().code() == "COM-306");
  CHECK(network.last().events.empty());
}

TEST_CASE("COM-202: nobody brings new keys for an organisation that exists") {
  Network network;
  CHECK(network.code("membership.apply", application(kNotary, "forged"), {"forged"}) == "COM-202");
  CHECK(network.code("membership.apply", application(kReg1, "forged"), {"forged", "NOT"}) == "COM-202");
  CHECK(network.last().events.empty());
}
