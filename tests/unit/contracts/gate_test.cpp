#include "contracts/gate.h"

#include <doctest/doctest.h>

#include "contracts/common.pb.h"
#include "contracts/governance.pb.h"
#include "contracts/incident.pb.h"
#include "contracts/membership.pb.h"
#include "contracts/negative_list.pb.h"
#include "contracts/registry.pb.h"
#include "tests/unit/contracts/credit_records.h"
#include "tests/unit/contracts/network.h"

namespace ledger = qilian::ledger;
using namespace qilian::contracts;
using namespace qilian::contracts::network_test;

namespace {

constexpr std::string_view kUdi = "gsd:91620100DEM000516U:R2026000001J";

/// A registration of the dealer's own data that the registry accepts: new business, stopped by holds, asked of the
/// list.
pb::RegistrySubmit submission(std::string_view root = "R3") {
  pb::RegistrySubmit a;
  a.set_udi(std::string(kUdi));
  pb::AssetDescription& said = *a.mutable_description();
  said.set_title("果园观测");
  said.set_kind(pb::Asset::RESOURCE);
  said.set_category(pb::Asset::ENTERPRISE);
  said.set_grade(pb::Asset::ORDINARY);
  said.set_open_level(pb::Asset::CLOSED);
  said.set_source_basis(static_cast<pb::Asset::SourceBasis>(2));
  said.set_source_evidence(digest("collected by ourselves"));
  said.set_pi_class(pb::Asset::NONE);
  a.mutable_content()->set_content_root(digest(root));
  a.mutable_content()->add_items("ORCHARD.OBS");
  pb::RightClaim* hold = a.add_rights();
  hold->set_type(pb::Right::HOLD);
  hold->set_basis("自产");
  return a;
}

Network with_dealer() {
  Network network;
  network.add_member("DLR", kDealer, {"DEALER", "HOLDER"});
  return network;
}

pb::MembershipAddRole role_of_venue() {
  pb::MembershipAddRole a;
  a.set_uscc(std::string(kVenue));
  a.set_role("DEALER");
  return a;
}

pb::MembershipUndertake renewal() {
  pb::MembershipUndertake a;
  for (int stage = 1; stage <= 6; ++stage)
    a.mutable_undertaking()->add_stages(static_cast<pb::Undertaking::Stage>(stage));
  a.mutable_undertaking()->set_text(digest("text"));
  return a;
}

void put_hold(Network& network, const std::string& scope, std::int64_t until) {
  pb::HoldSet holds;
  holds.set_scope(scope);
  pb::Hold* hold = holds.add_holds();
  hold->set_id("H1");
  hold->set_until(until);
  network.put(kind::kHoldsOn, scope, holds);
}

void put_list(Network& network, std::string_view item) {
  pb::NegativeList list;
  list.set_version(3);
  list.set_effective_at(1);
  pb::NegativeEntry* entry = list.add_entries();
  entry->set_code("NL-2026-0007");
  entry->set_mode(pb::NegativeEntry::PROHIBIT);
  entry->set_reach(pb::NegativeEntry::DESCENDANTS);
  entry->add_operations(pb::NegativeEntry::REGISTER);
  entry->mutable_matcher()->set_op(pb::Matcher::ONE_OF);
  entry->mutable_matcher()->set_attribute("items");
  entry->mutable_matcher()->add_texts(std::string(item));
  network.put(kind::kList, "3", list);
  pb::ListRegister versions;
  pb::ListRegister::Version* version = versions.add_versions();
  version->set_version(3);
  version->set_effective_at(1);
  network.put(kind::kListRegister, "current", versions);
}

}  // namespace

TEST_CASE("a call that breaks no rule has an OK receipt that names its object and the versions applied") {
  Network network = with_dealer();
  const auto receipt = network.run("registry.submit", submission(), {"DLR"});
  CHECK_MESSAGE(receipt.code() == "OK", receipt.trace());
  CHECK(receipt.object() == kUdi);
  CHECK(receipt.rules().parameters() == 1);
  CHECK(receipt.rules().credit_rules() == 1);
  CHECK(receipt.rules().negative_list() == 0);
}

TEST_CASE("COM-101: a call that does not exist is refused before anything else") {
  Network network;
  CHECK(network.static_code("registry.nothing", pb::MembershipExit(), {"REG1"}) == "COM-101");
  CHECK(network.code("registry.nothing", pb::MembershipExit(), {"REG1"}) == "COM-101");
}

TEST_CASE("COM-102: a field that the message does not have is refused") {
  Network network;
  pb::RegistrySubmit wrong = submission();
  // GovernanceWithdraw has one field: what the submission has beyond it is unknown to it.
  CHECK(network.static_code("governance.withdraw", wrong, {"REG1"}) == "COM-102");
}

TEST_CASE("COM-105: personal data in clear is refused in any text of any call") {
  Network network = with_dealer();
  auto a = submission();
  a.mutable_description()->set_title("持有人 11010519491231002X");
  CHECK(network.static_code("registry.submit", a, {"DLR"}) == "COM-105");
}

TEST_CASE("COM-306: an expired transaction is a receipt, and its signer's") {
  Network network = with_dealer();
  const auto late = network.make("registry.submit", submission(), {"DLR"}, network.now().value());
  CHECK(network.block({late}).front().code() == "COM-306");
  CHECK(network.entries(kind::kDeniedByOrganisation, kDealer) == 1);
}

TEST_CASE("COM-202: a key that nobody registered is refused and enters no journal") {
  Network network = with_dealer();
  const auto receipt = network.run("registry.submit", submission(), {"stranger"});
  CHECK(receipt.code() == "COM-202");
  CHECK(network.last().events.empty());
}

TEST_CASE("COM-202: a key signs only what it is made for") {
  Network network = with_dealer();
  auto key = network.get<pb::Key>(kind::kKey, key_of("DLR").public_key().hex());
  key.add_scope("evidence");
  network.put(kind::kKey, key_of("DLR").public_key().hex(), key);
  CHECK(network.code("registry.submit", submission(), {"DLR"}) == "COM-202");
  key.add_scope("registry.submit");
  network.put(kind::kKey, key_of("DLR").public_key().hex(), key);
  CHECK(network.code("registry.submit", submission(), {"DLR"}) == "OK");
}

TEST_CASE("COM-203: a suspended organisation opens nothing, nor does a restricted one") {
  Network network = with_dealer();
  pb::MembershipRestrict restriction;
  restriction.set_uscc(std::string(kDealer));
  restriction.set_reason("late report");
  REQUIRE(network.code("membership.restrict", restriction, {"REG1"}) == "OK");
  CHECK(network.code("registry.submit", submission(), {"DLR"}) == "COM-203");
  pb::MembershipSuspend suspension;
  suspension.set_uscc(std::string(kDealer));
  suspension.set_reason("leak");
  suspension.set_until(network.now().value() + kDay);
  REQUIRE(network.code("membership.suspend", suspension, {"REG1"}) == "OK");
  CHECK(network.code("registry.submit", submission(), {"DLR"}) == "COM-203");
  CHECK(network.entries(kind::kDeniedByOrganisation, kDealer) == 0);
}

TEST_CASE("COM-406: without an undertaking in force nothing but unwinding passes") {
  Network network = with_dealer();
  network.set_time(kStart + 1001 * kDay);
  CHECK(network.code("registry.submit", submission(), {"DLR"}) == "COM-406");
  CHECK(network.entries(kind::kDeniedByOrganisation, kDealer) == 1);
  CHECK(network.code("membership.undertake", renewal(), {"DLR"}) == "OK");
  CHECK(network.code("registry.submit", submission(), {"DLR"}) == "OK");
}

TEST_CASE("COM-204: a call asks for its role, and a 2xx failure enters no journal") {
  Network network = with_dealer();
  network.add_member("BUY", kBuyer, {"BUYER"});
  CHECK(network.code("registry.submit", submission(), {"BUY"}) == "COM-204");
  CHECK(network.code("membership.add_role", role_of_venue(), {"DLR"}) == "COM-204");
  CHECK(network.entries(kind::kDeniedByOrganisation, kBuyer) == 0);
  CHECK(network.entries(kind::kDeniedByOrganisation, kDealer) == 0);
}

TEST_CASE("a denied attempt of 4xx enters the journal of the organisation, with nothing else written") {
  Network network;
  CHECK(network.code("membership.add_role", role_of_venue(), {"REG1"}) == "MEM-401");
  CHECK(network.entries(kind::kDeniedByOrganisation, kReg1) == 1);
  const auto& journalled = network.last().events.front();
  CHECK(journalled.key == ledger::Key{kind::kDeniedByOrganisation, std::string(kReg1)});
  CHECK_FALSE(journalled.record);
  pb::DeniedAttempt attempt;
  REQUIRE(attempt.ParseFromString(journalled.payload));
  CHECK(attempt.code() == "MEM-401");
  CHECK(attempt.call() == "membership.add_role");
}

TEST_CASE("COM-405: a hold on the organisation or on the asset stops the call until it lapses by itself") {
  for (const std::string& scope : {"organisation:" + std::string(kDealer), "asset:" + std::string(kUdi)}) {
    CAPTURE(scope);
    Network network = with_dealer();
    put_hold(network, scope, network.now().value() + 5000);
    CHECK(network.code("registry.submit", submission(), {"DLR"}) == "COM-405");
    network.advance(5000);
    CHECK(network.code("registry.submit", submission(), {"DLR"}) == "OK");
  }
}

TEST_CASE("COM-404: a SERIOUS sanction stops new business of the whole controller group, and not what unwinds") {
  Network network = with_dealer();
  network.add_member("SHL", kShell, {"HOLDER"}, {std::string(kDealer)});
  put_negative(network, kShell, pb::Severity::SERIOUS);
  const auto receipt = network.run("registry.submit", submission(), {"DLR"});
  CHECK(receipt.code() == "COM-404");
  CHECK(receipt.trace().find("D1") != std::string::npos);
  CHECK(network.code("membership.undertake", renewal(), {"DLR"}) == "OK");
}

TEST_CASE("COM-404: grade D stops new business") {
  Network network = with_dealer();
  for (int i = 0; i < 2; ++i) put_negative(network, kDealer, pb::Severity::MODERATE);
  CHECK(network.code("registry.submit", submission(), {"DLR"}) == "COM-404");
}

TEST_CASE("COM-401: what the negative list prohibits enters the journal of the entry too") {
  Network network = with_dealer();
  put_list(network, "ORCHARD.OBS");
  const auto receipt = network.run("registry.submit", submission(), {"DLR"});
  CHECK(receipt.code() == "COM-401");
  CHECK(receipt.trace().find("NL-2026-0007") != std::string::npos);
  CHECK(receipt.rules().negative_list() == 3);
  CHECK(network.entries(kind::kDeniedByEntry, "NL-2026-0007") == 1);
  CHECK(network.entries(kind::kDeniedByOrganisation, kDealer) == 1);
  CHECK_FALSE(network.has(kind::kAsset, kUdi));
}

TEST_CASE("the gate's order: an earlier stage's code wins over a later one's") {
  Network network = with_dealer();
  put_hold(network, "organisation:" + std::string(kDealer), network.now().value() + kDay);
  put_negative(network, kDealer, pb::Severity::SERIOUS);
  put_list(network, "ORCHARD.OBS");
  // Hold before credit before list.
  CHECK(network.code("registry.submit", submission(), {"DLR"}) == "COM-405");
  put_hold(network, "organisation:" + std::string(kDealer), 1);
  CHECK(network.code("registry.submit", submission(), {"DLR"}) == "COM-404");
  network.put(kind::kCreditProfile, kDealer, pb::CreditProfile());
  CHECK(network.code("registry.submit", submission(), {"DLR"}) == "COM-401");
}

TEST_CASE(
    "COM-407: an empty bucket is a constant-size receipt without trace or journal, and fills again by block time") {
  Network network = with_dealer();
  network.set_parameter("quota.transaction_burst", "2");
  network.set_parameter("quota.transactions_per_minute", "60");
  auto a = submission();
  CHECK(network.code("registry.submit", a, {"DLR"}) == "OK");
  CHECK(network.code("registry.submit", a, {"DLR"}) == "COM-302");
  // A second passed between the blocks, and with it one token; two transactions in one block are one too many.
  const auto receipts =
      network.block({network.make("registry.submit", a, {"DLR"}), network.make("registry.submit", a, {"DLR"}),
                     network.make("registry.submit", a, {"DLR"})});
  CHECK(receipts[0].code() == "COM-302");
  CHECK(receipts[1].code() == "COM-302");
  CHECK(receipts[2].code() == "COM-407");
  CHECK(receipts[2].trace().empty());
  CHECK(network.entries(kind::kDeniedByOrganisation, kDealer) == 3);
  const auto more = network.make("registry.submit", a, {"DLR"});
  const auto admitted =
      admit(network.state(), {.height = network.height(), .time = ledger::TimeMs(network.now().value() - 900)}, more);
  REQUIRE(admitted);
  CHECK(admitted->code == "COM-407");
  network.advance(60'000);
  CHECK(network.code("registry.submit", a, {"DLR"}) == "COM-302");
}

TEST_CASE("denials have a bucket of their own: once empty, even a good call waits") {
  Network network = with_dealer();
  network.set_parameter("quota.denial_burst", "1");
  network.set_parameter("quota.denials_per_minute", "1");
  network.add_member("DLR2", kDealer2, {"HOLDER"});
  auto wrong = submission();
  wrong.set_udi("gsd:nothing");
  CHECK(network.code("registry.submit", wrong, {"DLR"}) == "REG-101");
  CHECK(network.code("registry.submit", submission(), {"DLR"}) == "COM-407");
  network.advance(60'000);
  CHECK(network.code("registry.submit", submission(), {"DLR"}) == "OK");
}

TEST_CASE("an always-open call passes an empty bucket, but its further denials leave no trace") {
  Network network;
  network.set_parameter("quota.denial_burst", "1");
  network.set_parameter("quota.denials_per_minute", "1");
  CHECK(network.run("membership.add_role", role_of_venue(), {"REG1"}).trace().size() > 0);
  const auto second = network.run("membership.add_role", role_of_venue(), {"REG1"});
  CHECK(second.code() == "MEM-401");
  CHECK(second.trace().empty());
  CHECK(network.entries(kind::kDeniedByOrganisation, kReg1) == 1);
}

TEST_CASE("writes of a denied call are dropped, and the next call of the block does not see them") {
  Network network = with_dealer();
  put_list(network, "ORCHARD.OBS");
  auto other = submission();
  other.mutable_content()->set_items(0, "ORCHARD.OTHER");
  const auto receipts =
      network.block({network.make("registry.submit", submission(), {"DLR"}),
                     network.make("registry.submit", other, {"DLR"}), network.make("registry.submit", other, {"DLR"})});
  CHECK(receipts[0].code() == "COM-401");
  CHECK(receipts[1].code() == "OK");
  CHECK(receipts[2].code() == "COM-302");
}

TEST_CASE("a key deactivated between admission and execution gives a receipt") {
  Network network = with_dealer();
  const auto transaction = network.make("registry.submit", submission(), {"DLR"});
  CHECK_FALSE(admit(network.state(), {.height = network.height(), .time = network.now()}, transaction));
  pb::MembershipMarkCompromised mark;
  mark.set_public_key(std::string(key_of("DLR").public_key().view()));
  mark.set_since(network.now().value());
  const auto receipts = network.block({network.make("membership.mark_compromised", mark, {"REG1"}), transaction});
  CHECK(receipts[0].code() == "OK");
  CHECK(receipts[1].code() == "COM-202");
  CHECK(network.last().receipts.size() == 2);
}

TEST_CASE("two signature sets for one body give one receipt") {
  Network network = with_dealer();
  const auto first = network.make("registry.submit", submission(), {"DLR"});
  // Whoever holds the key can sign again with another nonce; the contracts see the same body and the same id.
  std::vector<ledger::Signature> others = first.signatures();
  others.front().bytes[40] = static_cast<char>(others.front().bytes[40] ^ 1);
  const auto second = ledger::Transaction::decode(ledger::assemble_envelope(first.body(), others));
  REQUIRE(second);
  CHECK(second->id() == first.id());
  CHECK(second->envelope_digest() != first.envelope_digest());
  const std::vector<const ledger::Transaction*> one{&first};
  const std::vector<const ledger::Transaction*> two{&*second};
  const BlockContext block{.height = network.height(), .time = network.now()};
  const BlockEffects a = execute(network.state(), block, one);
  const BlockEffects b = execute(network.state(), block, two);
  CHECK(a.receipts == b.receipts);
  CHECK(a.rules_hash == b.rules_hash);
}

TEST_CASE("execution is deterministic: receipts, events and rules hash are the same twice") {
  Network network = with_dealer();
  put_list(network, "ORCHARD.OTHER");
  std::vector<ledger::Transaction> transactions;
  transactions.push_back(network.make("registry.submit", submission(), {"DLR"}));
  transactions.push_back(network.make("membership.add_role", role_of_venue(), {"REG1"}));
  transactions.push_back(network.make("membership.undertake", renewal(), {"VEN"}));
  std::vector<const ledger::Transaction*> pointers;
  for (const auto& transaction : transactions) pointers.push_back(&transaction);
  const BlockContext block{.height = network.height(), .time = network.now()};
  const BlockEffects a = execute(network.state(), block, pointers);
  const BlockEffects b = execute(network.state(), block, pointers);
  CHECK(a.receipts == b.receipts);
  CHECK(a.rules_hash == b.rules_hash);
  REQUIRE(a.events.size() == b.events.size());
  for (std::size_t i = 0; i < a.events.size(); ++i) {
    CHECK(a.events[i].key == b.events[i].key);
    CHECK(a.events[i].payload == b.events[i].payload);
    CHECK(a.events[i].record == b.events[i].record);
  }
}

TEST_CASE("events stand in the order of transactions and are numbered within each") {
  Network network = with_dealer();
  network.block({network.make("registry.submit", submission(), {"DLR"}),
                 network.make("membership.add_role", role_of_venue(), {"REG1"})});
  std::pair<std::uint32_t, std::uint32_t> previous{0, 0};
  bool first = true;
  for (const ledger::Event& event : network.last().events) {
    const std::pair here{event.transaction_index, event.event_index};
    if (!first) CHECK(previous < here);
    previous = here;
    first = false;
  }
  CHECK(previous.first == 1);
}

TEST_CASE("an empty block writes nothing and keeps the rules hash") {
  Network network;
  const ledger::Digest before = rules_hash(network.state(), network.now());
  network.block({});
  CHECK(network.last().events.empty());
  CHECK(network.last().rules_hash == before);
}

TEST_CASE("a receipt's trace has 512 bytes at most, and is cut between characters") {
  Network network;
  pb::MembershipAddRole a;
  a.set_uscc(std::string(kVenue));
  a.set_role("SERVICE_AUDIT");
  for (int i = 0; i < 3; ++i) a.add_sectors(std::string(300, 'x'));
  const auto receipt = network.run("membership.add_role", a, {"REG1"});
  CHECK(receipt.code() == "COM-104");
  CHECK(receipt.trace().size() <= 512);
}

TEST_CASE("every call has a distinct name, labels and arguments, ascending") {
  std::string_view previous;
  for (const CallSpec& spec : calls()) {
    CAPTURE(std::string(spec.name));
    CHECK(previous < spec.name);
    CHECK(spec.arguments != nullptr);
    CHECK_FALSE(spec.label_zh.empty());
    CHECK_FALSE(spec.label_en.empty());
    CHECK(find_call(spec.name) == &find_contract_call(spec.name)->spec());
    previous = spec.name;
  }
  CHECK(find_call("no.such") == nullptr);
}

TEST_CASE("limits come from the parameters in force") {
  Network network;
  network.set_parameter("block.max_transactions", "77");
  CHECK(limits(network.state()).max_transactions_per_block == 77);
  CHECK(limits(MapState()).max_transactions_per_block == 1000);
}

TEST_CASE("COM-208: one person in two offices is one person") {
  Network network = with_dealer();
  for (std::string_view uscc : {kReg1, kReg2}) {
    auto organisation = network.get<pb::Organisation>(kind::kOrganisation, uscc);
    organisation.mutable_officers(0)->set_person_tag(std::string(32, 'p'));
    network.put(kind::kOrganisation, uscc, organisation);
  }
  pb::MembershipExpel expulsion;
  expulsion.set_uscc(std::string(kDealer));
  expulsion.set_reason("forgery");
  CHECK(network.code("membership.expel", expulsion, {"REG1", "REG2"}) == "COM-208");
  CHECK(network.code("membership.expel", expulsion, {"REG1", "REG3"}) == "OK");
}
