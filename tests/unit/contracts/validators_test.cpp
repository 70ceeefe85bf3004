#include "contracts/validators.h"

#include <doctest/doctest.h>

#include "contracts/membership.pb.h"
#include "contracts/validators.pb.h"
#include "ledger/core/canonical.h"
#include "ledger/core/hash.h"
#include "tests/unit/contracts/network.h"

namespace ledger = qilian::ledger;
using namespace qilian::contracts;
using namespace qilian::contracts::network_test;

namespace {

const Signers kThree = {"REG1", "REG2", "NOT"};

struct Seat {
  std::string name;
  std::string_view uscc;
};

const std::vector<Seat> kFour = {{"REG1", kReg1}, {"REG2", kReg2}, {"NOT", kNotary}, {"VEN", kVenue}};

void sign_possession(const Network& network, pb::NextValidator& next, std::string_view key) {
  const ledger::Validator validator{next.organisation(), *ledger::PublicKey::from(next.consensus_key())};
  const auto payload =
      possession_payload(network.genesis().hash, validator, *ledger::PublicKey::from(next.node_key()), next.address());
  next.set_possession(std::string(key_of(key).sign(payload).view()));
}

std::string fresh_key(const Seat& seat, std::uint64_t epoch) { return seat.name + "-" + std::to_string(epoch); }

pb::GovernanceChangeValidators change(const Network& network, std::uint64_t epoch,
                                      const std::vector<Seat>& seats = kFour) {
  pb::GovernanceChangeValidators a;
  a.set_epoch(epoch);
  for (const Seat& seat : seats) {
    pb::NextValidator* next = a.add_validators();
    next->set_organisation(std::string(seat.uscc));
    next->set_consensus_key(std::string(key_of(fresh_key(seat, epoch)).public_key().view()));
    next->set_node_key(std::string(key_of(seat.name + "-node").public_key().view()));
    next->set_address("127.0.0.1:7001");
    sign_possession(network, *next, fresh_key(seat, epoch));
  }
  return a;
}

std::string decide(Network& network, const pb::GovernanceChangeValidators& a, const Signers& signers = kThree) {
  return network.code("governance.change_validators", a, signers);
}

void make_validator(Network& network, std::string_view name, std::string_view uscc) {
  network.add_member(name, uscc, {"DEALER", "VALIDATOR"});
}

}  // namespace

TEST_CASE("two thirds of the validators decide the next set, which begins after the boundary h + window") {
  Network network;
  make_validator(network, "DLR", kDealer);
  std::vector<Seat> five = kFour;
  five.push_back({"DLR", kDealer});
  const ledger::Height h = network.height();
  REQUIRE(decide(network, change(network, 1, five)) == "OK");
  const auto next = next_epoch(network.state(), h);
  REQUIRE(next.has_value());
  CHECK(next->begun_by().value() == h.value() + 8);
  CHECK(next->set.epoch == ledger::Epoch(1));
  CHECK(next->set.size() == 5);
  CHECK(next->contacts[4].node_key == key_of("DLR-node").public_key());
  CHECK(next->contacts[4].address == "127.0.0.1:7001");
  // Up to the boundary the old set decides.
  CHECK(epoch_of_block(network.state(), network.genesis(), next->begun_by()).set == network.genesis().validators);
  CHECK(epoch_of_block(network.state(), network.genesis(), next->first).set == next->set);
  CHECK_FALSE(next_epoch(network.state(), next->first).has_value());
  CHECK(epoch_of(network.state(), network.genesis(), ledger::Epoch(0))->set == network.genesis().validators);
}

TEST_CASE("COM-206: fewer than two thirds of the validators in force, whatever others sign") {
  Network network;
  CHECK(decide(network, change(network, 1), {"REG1", "REG2"}) == "COM-206");
  CHECK(decide(network, change(network, 1), {"REG1", "REG2", "REG3"}) == "COM-206");
  make_validator(network, "DLR", kDealer);
  REQUIRE(decide(network, change(network, 1, {{"REG1", kReg1}, {"REG2", kReg2}, {"DLR", kDealer}})) == "OK");
  network.skip_to(20);
  // NOT and VEN are out: their signatures count no more.
  CHECK(decide(network, change(network, 2), {"REG1", "NOT", "VEN"}) == "COM-206");
  CHECK(decide(network, change(network, 2), {"REG1", "DLR"}) == "OK");
}

TEST_CASE("COM-303, COM-304: one change is pending at a time, and epochs follow one another") {
  Network network;
  CHECK(decide(network, change(network, 2)) == "COM-304");
  REQUIRE(decide(network, change(network, 1)) == "OK");
  CHECK(decide(network, change(network, 2)) == "COM-303");
  network.skip_to(20);
  CHECK(decide(network, change(network, 2)) == "OK");
}

TEST_CASE("COM-201, COM-302: a next validator brings a fresh key and proves that it holds it") {
  Network network;
  auto stolen = change(network, 1);
  sign_possession(network, *stolen.mutable_validators(2), "REG1");
  CHECK(decide(network, stolen) == "COM-201");
  auto moved = change(network, 1);
  moved.mutable_validators(2)->set_address("127.0.0.1:9");
  CHECK(decide(network, moved) == "COM-201");

  auto of_genesis = change(network, 1);
  of_genesis.mutable_validators(0)->set_consensus_key(std::string(key_of("REG1-consensus").public_key().view()));
  sign_possession(network, *of_genesis.mutable_validators(0), "REG1-consensus");
  CHECK(decide(network, of_genesis) == "COM-302");
  REQUIRE(decide(network, change(network, 1)) == "OK");
  network.skip_to(20);
  auto again = change(network, 2);
  again.mutable_validators(0)->set_consensus_key(std::string(key_of("REG1-1").public_key().view()));
  sign_possession(network, *again.mutable_validators(0), "REG1-1");
  CHECK(decide(network, again) == "COM-302");
}

TEST_CASE("COM-203, COM-204, COM-301: a next validator is an active organisation with the role") {
  Network network;
  network.add_member("DLR", kDealer, {"DEALER"});
  CHECK(decide(network, change(network, 1, {{"REG1", kReg1}, {"DLR", kDealer}})) == "COM-204");
  CHECK(decide(network, change(network, 1, {{"REG1", kReg1}, {"BUY", kBuyer}})) == "COM-301");
  auto organisation = network.get<pb::Organisation>(kind::kOrganisation, kVenue);
  organisation.set_status(pb::Organisation::EXITED);
  network.put(kind::kOrganisation, kVenue, organisation);
  CHECK(decide(network, change(network, 1)) == "COM-203");
}

TEST_CASE("COM-101, COM-107: sets that name nobody, somebody twice, or no keys") {
  Network network;
  const auto static_code = [&](const pb::GovernanceChangeValidators& a) {
    return network.static_code("governance.change_validators", a, kThree);
  };
  pb::GovernanceChangeValidators nobody;
  nobody.set_epoch(1);
  CHECK(static_code(nobody) == "COM-107");
  CHECK(static_code(change(network, 1, {{"REG1", kReg1}, {"REG2", kReg1}})) == "COM-101");
  CHECK(static_code(change(network, 1, {{"REG1", kReg1}, {"REG1", kReg2}})) == "COM-101");
  auto short_key = change(network, 1);
  short_key.mutable_validators(0)->set_node_key("short");
  CHECK(static_code(short_key) == "COM-101");
  auto one_key = change(network, 1);
  one_key.mutable_validators(0)->set_node_key(one_key.validators(0).consensus_key());
  CHECK(static_code(one_key) == "COM-101");
  auto no_proof = change(network, 1);
  no_proof.mutable_validators(1)->clear_possession();
  CHECK(static_code(no_proof) == "COM-101");
  auto nowhere = change(network, 1);
  nowhere.mutable_validators(1)->clear_address();
  CHECK(static_code(nowhere) == "COM-101");
  CHECK(static_code(change(network, 1)) == "OK");
}

TEST_CASE("MEM-407: neither the set in force nor the one that is decided loses its quorum") {
  Network network;
  REQUIRE(decide(network, change(network, 1, {{"REG1", kReg1}, {"NOT", kNotary}})) == "OK");
  pb::MembershipExpel expel;
  expel.set_uscc(std::string(kNotary));
  expel.set_reason("forged evidence");
  // Three of four would stay in force, but both of the next set are its quorum.
  CHECK(network.code("membership.expel", expel, {"REG1", "REG3"}) == "MEM-407");
}

TEST_CASE("raise_logic_version: the next version, past the window, by two thirds") {
  Network network;
  pb::GovernanceRaiseLogicVersion a;
  a.set_version(2);
  a.set_from_height(network.height().value() + 100);
  const auto code = [&](const Signers& signers) { return network.code("governance.raise_logic_version", a, signers); };
  CHECK(code({"REG1", "REG2"}) == "COM-206");
  a.set_version(3);
  CHECK(code(kThree) == "COM-304");
  a.set_version(1);
  CHECK(network.static_code("governance.raise_logic_version", a, kThree) == "COM-107");
  a.set_version(2);
  a.set_from_height(network.height().value() + 8);
  CHECK(code(kThree) == "COM-308");
  a.set_from_height(network.height().value() + 9);
  CHECK(code(kThree) == "OK");
  CHECK(logic_version_of_block(network.state(), network.genesis(), ledger::Height(a.from_height() - 1)) == 1);
  CHECK(logic_version_of_block(network.state(), network.genesis(), ledger::Height(a.from_height())) == 2);
  CHECK(code(kThree) == "COM-303");
}

namespace {

ledger::Signature vote(std::string_view key, std::uint64_t epoch, std::uint8_t type, std::uint64_t view,
                       std::uint64_t sequence, const ledger::Digest& digest) {
  ledger::FixedWriter payload;
  payload.raw(ledger::domain_prefix(ledger::Domain::kConsensusSignature)).raw(chain().view()).u64(epoch).u8(type);
  if (type != 4) payload.u64(view);
  payload.u64(sequence).raw(digest.view());
  return key_of(key).sign(payload.take());
}

pb::GovernanceReportEquivocation report(std::string_view accused_key, std::uint32_t replica, std::uint8_t type = 2,
                                        std::uint64_t epoch = 0) {
  const auto statement = [&](std::string_view what) {
    const auto digest = ledger::sha256({what});
    return SignedStatement{ledger::View(type == 4 ? 0 : 3), ledger::Height(7), digest,
                           vote(accused_key, epoch, type, 3, 7, digest)};
  };
  pb::GovernanceReportEquivocation a;
  REQUIRE(a.ParseFromString(equivocation_report(ledger::Epoch(epoch), ledger::ReplicaId(replica), type,
                                                statement("one"), statement("other"))));
  return a;
}

std::string accuse(Network& network, const pb::GovernanceReportEquivocation& a, const Signers& signers) {
  return network.code("governance.report_equivocation", a, signers);
}

}  // namespace

TEST_CASE("a validator's consensus key reports two contradicting signatures: one fact, which names the signer") {
  Network network;
  CHECK_FALSE(equivocation_known(network.state(), network.genesis(), ledger::Epoch(0), ledger::ReplicaId(1), 2));
  REQUIRE(accuse(network, report("REG2-consensus", 1), {"NOT-consensus"}) == "OK");
  const auto fact = network.get<pb::Equivocation>(kind::kEquivocation, "0/" + std::string(kReg2) + "/2");
  CHECK(fact.organisation() == kReg2);
  CHECK(fact.reporter().organisation() == kNotary);
  CHECK(equivocation_known(network.state(), network.genesis(), ledger::Epoch(0), ledger::ReplicaId(1), 2));
  CHECK(accuse(network, report("REG2-consensus", 1), {"VEN-consensus"}) == "COM-302");
  CHECK(accuse(network, report("REG2-consensus", 1, 3), {"VEN-consensus"}) == "OK");
  CHECK(accuse(network, report("REG2-consensus", 1, 4), {"VEN-consensus"}) == "OK");
}

TEST_CASE("COM-202: only a consensus key of the epoch in force reports") {
  Network network;
  CHECK(accuse(network, report("REG2-consensus", 1), {"NOT"}) == "COM-202");
  CHECK(accuse(network, report("REG2-consensus", 1), {"DLR-consensus"}) == "COM-202");
  REQUIRE(decide(network, change(network, 1)) == "OK");
  CHECK(accuse(network, report("REG2-consensus", 1), {"NOT-1"}) == "COM-202");
  network.skip_to(20);
  CHECK(accuse(network, report("REG2-consensus", 1), {"NOT-consensus"}) == "COM-202");
  // The accused is judged by the set of the epoch in which it signed.
  CHECK(accuse(network, report("REG2-1", 1), {"NOT-1"}) == "COM-201");
  CHECK(accuse(network, report("REG2-consensus", 1), {"NOT-1"}) == "OK");
  CHECK(accuse(network, report("REG2-1", 1, 2, 1), {"NOT-1"}) == "OK");
}

TEST_CASE("COM-101, COM-201, COM-301: what is no contradiction, not signed, or of nobody") {
  Network network;
  CHECK(accuse(network, report("REG1-consensus", 1), {"NOT-consensus"}) == "COM-201");
  CHECK(accuse(network, report("REG1-consensus", 4), {"NOT-consensus"}) == "COM-301");
  CHECK(accuse(network, report("REG1-consensus", 1, 2, 1), {"NOT-consensus"}) == "COM-301");
  const auto static_code = [&](const pb::GovernanceReportEquivocation& a) {
    return network.static_code("governance.report_equivocation", a, {"NOT-consensus"});
  };
  auto same = report("REG2-consensus", 1);
  *same.mutable_second() = same.first();
  CHECK(static_code(same) == "COM-101");
  auto other_slot = report("REG2-consensus", 1);
  other_slot.mutable_second()->set_sequence(8);
  CHECK(static_code(other_slot) == "COM-101");
  auto other_view = report("REG2-consensus", 1);
  other_view.mutable_second()->set_view(4);
  CHECK(static_code(other_view) == "COM-101");
  auto no_type = report("REG2-consensus", 1);
  no_type.set_type(7);
  CHECK(static_code(no_type) == "COM-107");
  auto unsigned_one = report("REG2-consensus", 1);
  unsigned_one.mutable_first()->clear_signature();
  CHECK(static_code(unsigned_one) == "COM-101");
}
