#include <doctest/doctest.h>

#include <fstream>
#include <iterator>

#include "contracts/governance.pb.h"
#include "contracts/membership.pb.h"
#include "contracts/parameters.h"
#include "ledger/core/canonical.h"
#include "tests/unit/contracts/network.h"

namespace ledger = qilian::ledger;
using namespace qilian::contracts;
using namespace qilian::contracts::network_test;

namespace {

pb::GovernanceSetParameter setting(std::string_view name, std::string_view value) {
  pb::GovernanceSetParameter a;
  a.set_name(std::string(name));
  a.set_value(std::string(value));
  return a;
}

template <class Args>
pb::GovernancePropose proposal(std::string_view call, const Args& arguments,
                               std::vector<std::string_view> organisations) {
  pb::GovernancePropose a;
  a.set_call(std::string(call));
  a.set_arguments(ledger::encode(arguments));
  for (std::string_view organisation : organisations) a.add_slots()->set_organisation(std::string(organisation));
  return a;
}

template <class Args>
Args about_proposal(const std::string& id) {
  Args a;
  a.set_proposal(id);
  return a;
}

pb::Proposal::Status status(const Network& network, const std::string& id) {
  return network.get<pb::Proposal>(kind::kProposal, id).status();
}

pb::MembershipExpel expulsion(std::string_view uscc) {
  pb::MembershipExpel a;
  a.set_uscc(std::string(uscc));
  a.set_reason("forged evidence");
  return a;
}

}  // namespace

TEST_CASE("two regulators set a parameter, and the next call of the same block runs under it") {
  Network network;
  const auto receipts = network.block(
      {network.make("governance.set_parameter", setting("quota.denial_burst", "7"), {"REG1", "REG2"}),
       network.make("governance.set_parameter", setting("registry.publicity", "3 SECOND"), {"REG2", "REG3"})});
  CHECK(receipts[0].code() == "OK");
  CHECK(receipts[0].rules().parameters() == 2 - 1);
  CHECK(receipts[1].rules().parameters() == 2);
  const auto set = network.get<pb::ParameterSet>(kind::kParameters, "current");
  CHECK(set.version() == 3);
  CHECK(set.parameters_size() == 2);
}

TEST_CASE("COM-104, COM-107, COM-206: parameters that do not exist, do not parse, or lack a second regulator") {
  Network network;
  CHECK(network.code("governance.set_parameter", setting("no.such", "1"), {"REG1", "REG2"}) == "COM-104");
  CHECK(network.code("governance.set_parameter", setting("registry.publicity", "soon"), {"REG1", "REG2"}) == "COM-107");
  CHECK(network.code("governance.set_parameter", setting("block.max_transactions", "0"), {"REG1", "REG2"}) ==
        "COM-107");
  CHECK(network.code("governance.set_parameter", setting("quota.denial_burst", "7"), {"REG1"}) == "COM-206");
  CHECK(network.code("governance.set_parameter", setting("quota.denial_burst", "7"), {"REG1", "VEN"}) == "COM-206");
}

TEST_CASE("changing a rule changes the rules hash") {
  Network network;
  const ledger::Digest before = rules_hash(network.state(), network.now());
  REQUIRE(network.code("governance.set_parameter", setting("quota.denial_burst", "7"), {"REG1", "REG2"}) == "OK");
  CHECK(network.last().rules_hash != before);
  CHECK(network.last().rules_hash == rules_hash(network.state(), network.now()));
}

TEST_CASE("COM-304: a table is replaced by its next version only") {
  Network network;
  pb::GovernanceSetTable a;
  a.mutable_table()->set_name("region");
  a.mutable_table()->set_version(3);
  a.mutable_table()->add_codes()->set_code("620000");
  CHECK(network.code("governance.set_table", a, {"REG1", "REG2"}) == "COM-304");
  a.mutable_table()->set_version(2);
  CHECK(network.code("governance.set_table", a, {"REG1", "REG2"}) == "OK");
  a.mutable_table()->add_codes()->set_code("110000");
  CHECK(network.static_code("governance.set_table", a, {"REG1", "REG2"}) == "COM-101");
}

TEST_CASE("COM-107: a calendar lists working days as holidays and weekend days as worked") {
  Network network;
  pb::GovernancePublishCalendar a;
  a.mutable_calendar()->set_year(2026);
  a.mutable_calendar()->add_holidays(1001);          // a Thursday
  a.mutable_calendar()->add_working_weekends(1010);  // a Saturday
  CHECK(network.code("governance.publish_calendar", a, {"REG1", "REG2"}) == "OK");
  a.mutable_calendar()->add_holidays(1003);  // a Saturday
  CHECK(network.static_code("governance.publish_calendar", a, {"REG1", "REG2"}) == "COM-107");
  a.mutable_calendar()->set_holidays(1, 230);
  CHECK(network.static_code("governance.publish_calendar", a, {"REG1", "REG2"}) == "COM-107");
}

TEST_CASE("COM-307: a calendar of a past year is refused") {
  Network network;
  pb::GovernancePublishCalendar a;
  a.mutable_calendar()->set_year(2025);
  CHECK(network.code("governance.publish_calendar", a, {"REG1", "REG2"}) == "COM-307");
}

TEST_CASE("COM-302: a document's version is published once, and keeps its signers") {
  Network network;
  pb::GovernancePublishDocument a;
  a.set_kind("market-rules");
  a.set_version("1");
  a.set_title("交易规则");
  a.set_digest(digest("rules"));
  CHECK(network.code("governance.publish_document", a, {"REG1", "REG2"}) == "OK");
  CHECK(network.code("governance.publish_document", a, {"REG1", "REG2"}) == "COM-302");
  CHECK(network.get<pb::Document>(kind::kDocument, "market-rules:1").signers_size() == 2);
}

TEST_CASE("a body signed over time passes the gate in the block of its last signature, its receipt nested") {
  Network network;
  network.add_member("DLR", kDealer, {"DEALER"});
  const auto proposed =
      network.run("governance.propose", proposal("membership.expel", expulsion(kDealer), {kReg1, kReg2}), {"REG1"});
  REQUIRE(proposed.code() == "OK");
  CHECK_FALSE(proposed.has_nested());
  const std::string id = proposed.object();
  CHECK(status(network, id) == pb::Proposal::PENDING);
  const auto signed_receipt = network.run("governance.sign", about_proposal<pb::GovernanceSign>(id), {"REG2"});
  CHECK(signed_receipt.code() == "OK");
  CHECK(signed_receipt.nested().code() == "OK");
  CHECK(signed_receipt.nested().object() == kDealer);
  CHECK(signed_receipt.nested().transaction_id() == proposed.transaction_id());
  CHECK(network.get<pb::Organisation>(kind::kOrganisation, kDealer).status() == pb::Organisation::EXPELLED);
  CHECK(status(network, id) == pb::Proposal::DONE);
  CHECK(network.get<pb::Proposal>(kind::kProposal, id).signed__size() == 2);
}

TEST_CASE(
    "a denied body ends its proposal DENIED: the signature is OK, nothing of the body is written, the attempt is "
    "journalled") {
  Network network;
  REQUIRE(network.code("membership.exit",
                       [] {
                         pb::MembershipExit a;
                         a.set_uscc(std::string(kVenue));
                         return a;
                       }(),
                       {"VEN"}) == "OK");
  const auto proposed =
      network.run("governance.propose", proposal("membership.expel", expulsion(kNotary), {kReg1, kReg2}), {"REG1"});
  const auto receipt = network.run("governance.sign", about_proposal<pb::GovernanceSign>(proposed.object()), {"REG2"});
  CHECK(receipt.code() == "OK");
  CHECK(receipt.nested().code() == "MEM-407");
  CHECK(status(network, proposed.object()) == pb::Proposal::DENIED);
  CHECK(network.get<pb::Organisation>(kind::kOrganisation, kNotary).status() == pb::Organisation::ADMITTED);
  CHECK(network.entries(kind::kDeniedByOrganisation, kReg1) == 1);
}

TEST_CASE("COM-205: whoever has no slot neither proposes nor signs") {
  Network network;
  network.add_member("DLR", kDealer, {"DEALER"});
  const auto body = proposal("membership.expel", expulsion(kDealer), {kReg1, kReg2});
  CHECK(network.code("governance.propose", body, {"REG3"}) == "COM-205");
  const auto proposed = network.run("governance.propose", body, {"REG1"});
  CHECK(network.code("governance.sign", about_proposal<pb::GovernanceSign>(proposed.object()), {"REG3"}) == "COM-205");
}

TEST_CASE("COM-208: an officer signs a proposal once") {
  Network network;
  network.add_member("DLR", kDealer, {"DEALER"});
  const auto proposed =
      network.run("governance.propose", proposal("membership.expel", expulsion(kDealer), {kReg1, kReg2}), {"REG1"});
  CHECK(network.code("governance.sign", about_proposal<pb::GovernanceSign>(proposed.object()), {"REG1"}) == "COM-208");
}

TEST_CASE("COM-303, COM-307: a withdrawn or expired proposal takes no signature") {
  Network network;
  network.add_member("DLR", kDealer, {"DEALER"});
  const auto body = proposal("membership.expel", expulsion(kDealer), {kReg1, kReg2});
  const std::string first = network.run("governance.propose", body, {"REG1"}).object();
  CHECK(network.code("governance.withdraw", about_proposal<pb::GovernanceWithdraw>(first), {"REG2"}) == "COM-205");
  CHECK(network.code("governance.withdraw", about_proposal<pb::GovernanceWithdraw>(first), {"REG1"}) == "OK");
  CHECK(network.code("governance.sign", about_proposal<pb::GovernanceSign>(first), {"REG2"}) == "COM-303");
  const std::string second = network.run("governance.propose", body, {"REG1"}).object();
  network.advance(40 * kDay);
  CHECK(network.code("governance.sign", about_proposal<pb::GovernanceSign>(second), {"REG2"}) == "COM-307");
  CHECK(network.code("governance.sign", about_proposal<pb::GovernanceSign>("proposal-x"), {"REG2"}) == "COM-301");
}

TEST_CASE("a signature that was given by a key compromised since does not complete a body") {
  Network network;
  network.add_member("DLR", kDealer, {"DEALER"});
  const auto proposed =
      network.run("governance.propose", proposal("membership.expel", expulsion(kDealer), {kReg1, kReg2}), {"REG1"});
  pb::MembershipMarkCompromised mark;
  mark.set_public_key(std::string(key_of("REG1").public_key().view()));
  mark.set_since(network.now().value() - 1000);
  REQUIRE(network.code("membership.mark_compromised", mark, {"REG3"}) == "OK");
  const auto receipt = network.run("governance.sign", about_proposal<pb::GovernanceSign>(proposed.object()), {"REG2"});
  CHECK(receipt.nested().code() == "COM-202");
  CHECK(status(network, proposed.object()) == pb::Proposal::DENIED);
}

TEST_CASE("COM-101: a proposal holds a well-formed body, and not another proposal") {
  Network network;
  auto a = proposal("membership.expel", expulsion(kDealer), {kReg1, kReg2});
  a.set_arguments("\x0a");
  CHECK(network.static_code("governance.propose", a, {"REG1"}) == "COM-101");
  a = proposal("governance.sign", about_proposal<pb::GovernanceSign>("p"), {kReg1, kReg2});
  CHECK(network.static_code("governance.propose", a, {"REG1"}) == "COM-101");
  a = proposal("membership.expel", pb::MembershipExpel(), {kReg1, kReg2});
  CHECK(network.static_code("governance.propose", a, {"REG1"}) == "COM-101");
}

TEST_CASE("parameters stand in order, and every default is a value of its type") {
  std::string_view previous;
  for (const ParameterSpec& spec : parameter_specs()) {
    CAPTURE(std::string(spec.name));
    CHECK(previous < spec.name);
    CHECK(parse_parameter(spec, spec.default_value));
    CHECK(find_parameter(spec.name) == &spec);
    CHECK_FALSE(spec.meaning.empty());
    previous = spec.name;
  }
  CHECK(find_parameter("zzz") == nullptr);
}

TEST_CASE("the README lists every parameter with its default") {
  std::ifstream file(QILIAN_SOURCE_DIR "/contracts/README.md");
  REQUIRE(file);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  for (const ParameterSpec& spec : parameter_specs()) {
    CAPTURE(std::string(spec.name));
    CHECK(text.find("|`" + std::string(spec.name) + "`|" + std::string(spec.default_value) + "|") != std::string::npos);
  }
}
