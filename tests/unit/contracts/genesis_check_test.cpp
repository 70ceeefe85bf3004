#include <doctest/doctest.h>

#include "contracts/credit.pb.h"
#include "contracts/governance.pb.h"
#include "contracts/membership.pb.h"
#include "ledger/core/canonical.h"
#include "tests/unit/contracts/network.h"

namespace ledger = qilian::ledger;
using namespace qilian::contracts;
using namespace qilian::contracts::network_test;

namespace {

ledger::Genesis genesis_of(const Network& network) {
  ledger::Genesis genesis;
  genesis.chain = "test";
  genesis.time = ledger::TimeMs(kStart);
  for (std::string_view uscc : {kReg1, kReg2, kVenue, kNotary}) {
    genesis.validators.validators.push_back(
        {std::string(uscc), key_of(std::string("consensus ") + std::string(uscc)).public_key()});
  }
  genesis.records = network.state().records;
  return genesis;
}

std::string error_of(const ledger::Genesis& genesis) {
  const auto checked = check_genesis(genesis);
  return checked ? "" : checked.error().message;
}

}  // namespace

TEST_CASE("a sound genesis passes") { CHECK(error_of(genesis_of(Network())) == ""); }

TEST_CASE("a genesis names the record that is wrong and why") {
  const auto broken = [](auto change) {
    Network network;
    change(network);
    return error_of(genesis_of(network));
  };
  CHECK(broken([](Network& n) { n.set_parameter("no.such", "1"); }).find("there is no parameter no.such") !=
        std::string::npos);
  CHECK(broken([](Network& n) { n.set_parameter("registry.publicity", "soon"); }).find("is a period") !=
        std::string::npos);
  CHECK(broken([](Network& n) { n.add_member("X", "91350100M000100Y44", {}); }).find("91350100M000100Y44") !=
        std::string::npos);
  CHECK(broken([](Network& n) { n.add_member("X", kDealer, {"DEALER", "VENUE"}); }).find("MEM-401") !=
        std::string::npos);
  CHECK(broken([](Network& n) { n.add_member("X", kDealer, {"KING"}); }).find("no role KING") != std::string::npos);
  CHECK(broken([](Network& n) {
          n.put(kind::kValidatorOrganisations, "current", pb::ValidatorOrganisations());
        }).find("differs from the validator set") != std::string::npos);
  CHECK(broken([](Network& n) { n.put(kind::kCreditRules, "current", pb::CreditRules()); }).find("credit-rules") !=
        std::string::npos);
  CHECK(broken([](Network& n) {
          n.put(kind::kDeniedByEntry, "x", pb::CreditRules());
        }).find("an index has no record") != std::string::npos);
  CHECK(broken([](Network& n) {
          auto table = n.get<pb::CodeTable>(kind::kTable, "region");
          table.mutable_codes()->SwapElements(0, 1);
          n.put(kind::kTable, "region", table);
        }).find("table \"region\"") != std::string::npos);
  CHECK(broken([](Network& n) {
          auto key = n.get<pb::Key>(kind::kKey, key_of("REG1").public_key().hex());
          key.set_officer_id("nobody");
          n.put(kind::kKey, key_of("REG1").public_key().hex(), key);
        }).find("MEM-102") != std::string::npos);
}

TEST_CASE("a genesis with unknown bytes in a record is refused") {
  ledger::Genesis genesis = genesis_of(Network());
  genesis.records[{kind::kCreditRules, "current"}] += "\xf8\x07\x01";
  CHECK(error_of(genesis).find("credit-rules") != std::string::npos);
  genesis = genesis_of(Network());
  genesis.records[{9999, "x"}] = "";
  CHECK(error_of(genesis).find("no contract keeps") != std::string::npos);
}

TEST_CASE("a genesis with one regulator decides nothing and is refused") {
  ledger::Genesis genesis = genesis_of(Network());
  for (std::string_view uscc : {kReg2, kReg3}) {
    pb::Organisation organisation;
    REQUIRE(organisation.ParseFromString(genesis.records[{kind::kOrganisation, std::string(uscc)}]));
    organisation.clear_roles();
    genesis.records[{kind::kOrganisation, std::string(uscc)}] = ledger::encode(organisation);
  }
  CHECK(error_of(genesis).find("two regulators") != std::string::npos);
}
