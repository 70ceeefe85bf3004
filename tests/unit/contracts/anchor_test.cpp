#include <doctest/doctest.h>

#include "contracts/anchor.pb.h"
#include "contracts/governance/anchors.h"
#include "tests/unit/contracts/market_world.h"
#include "tests/unit/ledger/story.h"

using namespace qilian;
using namespace qilian::contracts;
using contracts::test::MarketWorld;
using ledger::Height;
using ledger::test::make_story;
using ledger::test::TestChain;

namespace {

pb::GovernanceAnchor first(const TestChain& chain) {
  pb::GovernanceAnchor out;
  out.set_genesis_hash(std::string(chain.genesis().hash.view()));
  out.set_name("another province");
  out.set_validators(chain.genesis().validators.encode());
  return out;
}

pb::GovernanceAnchor head(const TestChain& chain, std::uint64_t height) {
  pb::GovernanceAnchor out;
  out.set_genesis_hash(std::string(chain.genesis().hash.view()));
  out.set_certificate(chain.certify(Height(height)).encode());
  return out;
}

std::string anchor(MarketWorld& world, const pb::GovernanceAnchor& args) {
  return world.call("governance.anchor", args, {"REG1", "REG2"}).code;
}

}  // namespace

TEST_CASE("two regulators anchor a chain once; its heads prove themselves, and facts are checked against them") {
  const TestChain chain = make_story(false);
  const std::string id = chain.genesis().hash.hex();
  MarketWorld world;
  REQUIRE(anchor(world, first(chain)) == "OK");
  CHECK(anchor(world, first(chain)) == "COM-302");
  const auto fact = chain.state_fact({ledger::Claim::kCurrent, ledger::test::kAsset, {}, {}});
  REQUIRE(fact);
  CHECK(governance::verify_foreign_fact(world.context(), id, *fact).error().code == "anchor.unknown");
  REQUIRE(anchor(world, head(chain, 9)) == "OK");
  CHECK(governance::verify_foreign_fact(world.context(), id, *fact).error().code == "anchor.unknown");
  REQUIRE(anchor(world, head(chain, 14)) == "OK");
  const auto verified = governance::verify_foreign_fact(world.context(), id, *fact);
  REQUIRE(verified);
  CHECK(std::get<ledger::VerifiedState>(verified->fact).entries[0].record == "asset, third");
  const auto then = chain.state_fact({ledger::Claim::kCurrent, ledger::test::kAsset, {}, {}}, Height(9), Height(9));
  CHECK(governance::verify_foreign_fact(world.context(), id, *then).has_value());
  ledger::Bytes forged = *fact;
  forged[forged.size() / 2] = static_cast<char>(forged[forged.size() / 2] ^ 1);
  CHECK_FALSE(governance::verify_foreign_fact(world.context(), id, forged).has_value());
  CHECK(governance::verify_foreign_fact(world.context(), std::string(64, '0'), *fact).error().code == "anchor.unknown");
}

TEST_CASE("COM-204 and COM-206: an anchor takes two regulators") {
  const TestChain chain = make_story(false);
  MarketWorld world;
  CHECK(world.call("governance.anchor", first(chain), {"REG1"}).code == "COM-206");
  CHECK(world.call("governance.anchor", first(chain), {"VEN", "REG1", "REG2"}).code == "COM-204");
}

TEST_CASE("COM-304 and COM-301: heads go forward, on a chain that is anchored") {
  const TestChain chain = make_story(false);
  MarketWorld world;
  CHECK(anchor(world, head(chain, 9)) == "COM-301");
  REQUIRE(anchor(world, first(chain)) == "OK");
  REQUIRE(anchor(world, head(chain, 9)) == "OK");
  CHECK(anchor(world, head(chain, 9)) == "COM-304");
  CHECK(anchor(world, head(chain, 8)) == "COM-304");
}

TEST_CASE("COM-201: a head without a quorum, or of another chain, is not anchored") {
  const TestChain chain = make_story(false);
  const TestChain other = make_story(false, 7);
  MarketWorld world;
  REQUIRE(anchor(world, first(chain)) == "OK");
  pb::GovernanceAnchor lonely = head(chain, 9);
  lonely.set_certificate(chain.certify(Height(9), 2).encode());
  CHECK(anchor(world, lonely) == "COM-201");
  pb::GovernanceAnchor foreign = head(other, 9);
  foreign.set_genesis_hash(first(chain).genesis_hash());
  CHECK(anchor(world, foreign) == "COM-201");
  CHECK(world.get<pb::Anchor>(kind::kAnchor, chain.genesis().hash.hex()).heads_size() == 0);
}

TEST_CASE("an anchor follows the validators across epochs by the headers that announce them") {
  const TestChain chain = make_story(true);
  MarketWorld world;
  REQUIRE(anchor(world, first(chain)) == "OK");
  CHECK(anchor(world, head(chain, 12)) == "COM-201");
  pb::GovernanceAnchor boundary = head(chain, 7);
  CHECK(anchor(world, boundary) == "COM-101");
  boundary.set_validators(chain.validators(ledger::Epoch(0)).encode());
  CHECK(anchor(world, boundary) == "COM-101");
  boundary.set_validators(chain.validators(ledger::Epoch(1)).encode());
  REQUIRE(anchor(world, boundary) == "OK");
  pb::GovernanceAnchor between = head(chain, 8);
  between.set_validators(chain.validators(ledger::Epoch(1)).encode());
  CHECK(anchor(world, between) == "COM-101");
  between.clear_validators();
  REQUIRE(anchor(world, between) == "OK");
  boundary = head(chain, 10);
  boundary.set_validators(chain.validators(ledger::Epoch(2)).encode());
  REQUIRE(anchor(world, boundary) == "OK");
  REQUIRE(anchor(world, head(chain, 14)) == "OK");
  const auto fact = chain.state_fact({ledger::Claim::kCurrent, ledger::test::kAsset, {}, {}});
  CHECK(governance::verify_foreign_fact(world.context(), chain.genesis().hash.hex(), *fact).has_value());
}

TEST_CASE("COM-101 and COM-107: an anchor is well formed before anybody reads state for it") {
  const TestChain chain = make_story(false);
  MarketWorld world;
  pb::GovernanceAnchor args = first(chain);
  args.set_genesis_hash("short");
  CHECK(anchor(world, args) == "COM-101");
  args = first(chain);
  args.clear_validators();
  CHECK(anchor(world, args) == "COM-101");
  args = first(chain);
  args.set_certificate("both");
  CHECK(anchor(world, args) == "COM-101");
  args = head(chain, 9);
  args.set_certificate("no certificate");
  CHECK(anchor(world, args) == "COM-101");
  args.set_certificate(std::string(70'000, 'x'));
  CHECK(anchor(world, args) == "COM-107");
}
