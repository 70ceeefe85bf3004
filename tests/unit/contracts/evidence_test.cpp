#include <doctest/doctest.h>

#include "contracts/credit.pb.h"
#include "contracts/evidence/key_release.h"
#include "contracts/evidence/stages.h"
#include "contracts/supervision.pb.h"
#include "tests/unit/contracts/trading_floor.h"

using namespace qilian::contracts;
using namespace qilian::contracts::trading;

namespace {

const std::string kK2(32, 'k');
const std::string kSalt(16, 's');

pb::EvidenceList listing_of(const std::string& id, const std::string& udi, const std::string& seller,
                            pb::Pricing pricing) {
  pb::EvidenceList args;
  args.set_id(id);
  args.set_asset(version(udi));
  args.set_venue("VEN");
  args.set_seller(seller);
  args.set_pricing(pricing);
  return args;
}

pb::RevenueSetPriceCap cap_of(std::int64_t ceiling) {
  pb::RevenueSetPriceCap args;
  args.set_udi(kProduct);
  args.set_purpose("INDUSTRY");
  args.set_ceiling_fen(ceiling);
  args.set_document(digest("price decision"));
  return args;
}

// OPR sells its product of public operation to DLR, at the venue, for industry.
pb::EvidenceOffer public_offer(const std::string& id) {
  pb::EvidenceOffer args;
  args.set_id(id);
  args.set_channel(pb::Trade::ON_VENUE);
  args.set_venue("VEN");
  args.set_seller("OPR");
  args.set_buyer("DLR");
  args.set_asset(version(kProduct));
  args.set_listing("L1");
  args.set_licence("G-" + id);
  args.set_purpose("INDUSTRY");
  args.set_price_fen(4'800'001);
  args.set_pricing(pb::GOVERNMENT_GUIDED);
  return args;
}

// DLR sells its own product to BUY, off venue, at a committed price.
pb::EvidenceOffer market_offer(const std::string& id) {
  pb::EvidenceOffer args;
  args.set_id(id);
  args.set_channel(pb::Trade::OFF_VENUE);
  args.set_seller("DLR");
  args.set_buyer("BUY");
  args.set_asset(version(kFactor));
  args.set_licence("G-" + id);
  args.set_purpose("INDUSTRY");
  args.set_price_commitment(commitment("price"));
  args.set_pricing(pb::AUTONOMOUS);
  return args;
}

pb::EvidenceAgree agreement_on(const std::string& id) {
  pb::EvidenceAgree args;
  args.set_trade(id);
  args.set_contract(commitment("contract"));
  args.set_terms(commitment("terms"));
  return args;
}

template <class Args>
Args of_trade(const std::string& id) {
  Args args;
  args.set_trade(id);
  return args;
}

pb::EvidenceDeliver delivery_of(const std::string& id, const std::string& udi) {
  pb::EvidenceDeliver args;
  args.set_trade(id);
  args.set_root(digest(udi));
  args.set_key_commitment(evidence::key_commitment(kSalt, kK2));
  return args;
}

pb::EvidenceAccept acceptance_of(const std::string& id, const std::string& root) {
  pb::EvidenceAccept args;
  args.set_trade(id);
  args.set_root(root);
  return args;
}

pb::EvidenceReleaseKey release_for(const std::string& id, const std::string& k2) {
  pb::EvidenceReleaseKey args;
  args.set_trade(id);
  args.set_k2(k2);
  args.set_salt(kSalt);
  return args;
}

pb::EvidenceSettle settlement_of(const std::string& id) {
  pb::EvidenceSettle args;
  args.set_trade(id);
  args.set_bank_receipt(commitment("bank receipt"));
  return args;
}

pb::EvidenceCancel cancellation_of(const std::string& id) {
  pb::EvidenceCancel args;
  args.set_trade(id);
  args.set_reason("second thoughts");
  return args;
}

pb::EvidenceRefund refund_of(const std::string& id) {
  pb::EvidenceRefund args;
  args.set_trade(id);
  args.set_bank_receipt(commitment("refund"));
  return args;
}

pb::EvidenceOpenDispute dispute_on(const std::string& id, const std::string& trade, const std::string& claimant) {
  pb::EvidenceOpenDispute args;
  args.set_id(id);
  args.set_trade(trade);
  args.set_claimant(claimant);
  args.set_claim("another root was received");
  args.set_arbitrator("ARB");
  return args;
}

pb::EvidenceRule ruling_of(const std::string& dispute, const std::string& fault) {
  pb::EvidenceRule args;
  args.set_dispute(dispute);
  args.set_fault_party(fault);
  args.set_ruling(digest("award"));
  return args;
}

pb::Trade::Stage stage_of(const TradingFloor& floor, const std::string& id) {
  return floor.get<pb::Trade>(kind::kTrade, id).stage();
}

std::int64_t open_trades(const TradingFloor& floor, const std::string& organisation) {
  std::int64_t open = 0;
  for (const auto& count : floor.get<pb::Obligations>(kind::kObligations, organisation).counts()) open += count.open();
  return open;
}

// Everything attested, the product listed and capped, licences in place.
struct Floor : TradingFloor {
  Floor() {
    attest(kProduct);
    attest(kFactor);
    must("evidence.list", listing_of("L1", kProduct, "OPR", pb::GOVERNMENT_GUIDED), {"OPR", "VEN"});
    must("revenue.set_price_cap", cap_of(5'000'000), {"REG3"});
    license("G-T1", "OPR", "DLR", kProduct, "INDUSTRY", "T1");
    license("G-T2", "DLR", "BUY", kFactor, "INDUSTRY", "T2");
  }
  void agree_public() {
    must("evidence.offer", public_offer("T1"), {"OPR"});
    must("evidence.agree", agreement_on("T1"), {"OPR", "DLR", "VEN"});
  }
  void deliver_public() {
    agree_public();
    must("evidence.clear", of_trade<pb::EvidenceClear>("T1"), {"VEN"});
    must("evidence.deliver", delivery_of("T1", kProduct), {"OPR"});
  }
  void release_public() {
    deliver_public();
    must("evidence.accept", acceptance_of("T1", digest(kProduct)), {"DLR"});
    must("evidence.release_key", release_for("T1", kK2), {"OPR"});
  }
  void settle_public() {
    release_public();
    must("evidence.settle", settlement_of("T1"), {"VEN"});
  }
};

}  // namespace

TEST_CASE("the table of stages: each act has its stages and no other") {
  using evidence::Act;
  using pb::Trade;
  const std::vector<std::pair<Act, std::vector<Trade::Stage>>> table{
      {Act::kAgree, {Trade::OFFERED}},
      {Act::kClear, {Trade::AGREED}},
      {Act::kDeliver, {Trade::CLEARED}},
      {Act::kAccept, {Trade::DELIVERED}},
      {Act::kReleaseKey, {Trade::ACCEPTED}},
      {Act::kSettle, {Trade::KEY_RELEASED}},
      {Act::kRefund, {Trade::RULED}},
      {Act::kCancel, {Trade::OFFERED, Trade::AGREED, Trade::CLEARED}},
      {Act::kOpenDispute,
       {Trade::AGREED, Trade::CLEARED, Trade::DELIVERED, Trade::ACCEPTED, Trade::KEY_RELEASED, Trade::SETTLED}}};
  for (const auto& [act, stages] : table) {
    for (int stage = Trade::OFFERED; stage <= Trade::CANCELLED; ++stage) {
      const auto at = static_cast<Trade::Stage>(stage);
      const bool expected = std::ranges::find(stages, at) != stages.end();
      CHECK_MESSAGE(evidence::allows(at, act) == expected, Trade::Stage_Name(at));
    }
  }
}

TEST_CASE("a public sale walks through every stage; its licence awakes; the dispute window closes it") {
  Floor floor;
  floor.settle_public();
  const auto trade = floor.get<pb::Trade>(kind::kTrade, "T1");
  CHECK(trade.stage() == pb::Trade::SETTLED);
  CHECK(trade.public_operation());
  CHECK(trade.key_share() == kK2);
  CHECK(trade.relied_attestations_size() == 2);
  CHECK(floor.get<pb::Grant>(kind::kGrant, "G-T1").status() == pb::Grant::ACTIVE);
  CHECK(evidence::stage_at(trade, TimeMs(trade.closes_at() - 1)) == pb::Trade::SETTLED);
  CHECK(evidence::stage_at(trade, TimeMs(trade.closes_at())) == pb::Trade::CLOSED);
  CHECK(open_trades(floor, "OPR") == 0);
  CHECK(floor.index(kind::kTradesOfAsset, kProduct) == std::vector<std::string>{"T1"});
  CHECK(floor.index(kind::kTradesOfOrganisation, "DLR") == std::vector<std::string>{"T1"});
  CHECK(floor.index(kind::kReliance, "DA-" + kProduct) == std::vector<std::string>{"L1", "T1"});
  CHECK(floor.get<pb::Asset>(kind::kAsset, kProduct).delivered_at() != 0);
}

TEST_CASE("a market trade off venue is filed by its parties and commits to its price") {
  Floor floor;
  CHECK(floor.run("evidence.offer", market_offer("T2"), {"DLR"}) == "OK");
  CHECK_FALSE(floor.get<pb::Trade>(kind::kTrade, "T2").public_operation());
  CHECK(floor.run("evidence.agree", agreement_on("T2"), {"DLR", "BUY"}) == "OK");
  CHECK(floor.run("evidence.clear", of_trade<pb::EvidenceClear>("T2"), {"DLR"}) == "COM-205");
  CHECK(floor.run("evidence.clear", of_trade<pb::EvidenceClear>("T2"), {"DLR", "BUY"}) == "OK");
  CHECK(floor.run("evidence.deliver", delivery_of("T2", kFactor), {"DLR"}) == "OK");
  CHECK(floor.run("evidence.accept", acceptance_of("T2", digest(kFactor)), {"BUY"}) == "OK");
  CHECK(floor.run("evidence.release_key", release_for("T2", kK2), {"DLR"}) == "OK");
  CHECK(floor.run("evidence.settle", of_trade<pb::EvidenceSettle>("T2"), {"DLR", "BUY"}) == "COM-107");  // no receipt
  CHECK(floor.run("evidence.settle", settlement_of("T2"), {"DLR", "BUY"}) == "OK");
}

TEST_CASE("each step waits for the one before and for its own signer") {
  Floor floor;
  floor.must("evidence.offer", public_offer("T1"), {"OPR"});
  CHECK(floor.run("evidence.offer", public_offer("T1"), {"OPR"}) == "COM-302");
  CHECK(floor.run("evidence.clear", of_trade<pb::EvidenceClear>("T1"), {"VEN"}) == "COM-303");
  CHECK(floor.run("evidence.agree", agreement_on("T1"), {"OPR", "DLR"}) == "COM-205");
  CHECK(floor.run("evidence.agree", agreement_on("T1"), {"OPR", "DLR", "VEN"}) == "OK");
  CHECK(floor.run("evidence.agree", agreement_on("T1"), {"OPR", "DLR", "VEN"}) == "COM-303");
  CHECK(floor.run("evidence.deliver", delivery_of("T1", kProduct), {"OPR"}) == "COM-303");
  CHECK(floor.run("evidence.clear", of_trade<pb::EvidenceClear>("T1"), {"OPR", "DLR"}) == "COM-205");
  CHECK(floor.run("evidence.clear", of_trade<pb::EvidenceClear>("T1"), {"VEN"}) == "OK");
  CHECK(floor.run("evidence.accept", acceptance_of("T1", digest(kProduct)), {"DLR"}) == "COM-303");
  CHECK(floor.run("evidence.deliver", delivery_of("T1", kProduct), {"DLR"}) == "COM-205");
  CHECK(floor.run("evidence.deliver", delivery_of("T1", kProduct), {"OPR"}) == "OK");
  CHECK(floor.run("evidence.release_key", release_for("T1", kK2), {"OPR"}) == "COM-303");
  CHECK(floor.run("evidence.accept", acceptance_of("T1", digest(kProduct)), {"OPR"}) == "COM-205");
  CHECK(floor.run("evidence.accept", acceptance_of("T1", digest(kProduct)), {"DLR"}) == "OK");
  CHECK(floor.run("evidence.settle", settlement_of("T1"), {"VEN"}) == "COM-303");
  CHECK(floor.run("evidence.release_key", release_for("T1", kK2), {"DLR"}) == "COM-205");
  CHECK(floor.run("evidence.release_key", release_for("T1", kK2), {"OPR"}) == "OK");
  CHECK(floor.run("evidence.settle", settlement_of("T1"), {"OPR"}) == "COM-205");
  CHECK(floor.run("evidence.settle", settlement_of("T1"), {"VEN"}) == "OK");
  CHECK(floor.run("evidence.settle", settlement_of("T1"), {"VEN"}) == "COM-303");
  CHECK(floor.run("evidence.settle", settlement_of("none"), {"VEN"}) == "COM-301");
}

TEST_CASE("an offer lapses") {
  Floor floor;
  floor.must("evidence.offer", public_offer("T1"), {"OPR"});
  floor.pass_days(40);
  CHECK(floor.run("evidence.agree", agreement_on("T1"), {"OPR", "DLR", "VEN"}) == "COM-307");
}

TEST_CASE("EVD-401: raw public data never comes to market") {
  Floor floor;
  CHECK(floor.run("evidence.list", listing_of("L2", kRaw, "MET", pb::GOVERNMENT_GUIDED), {"MET", "VEN"}) == "EVD-401");
}

TEST_CASE("EVD-402: who holds no OPERATE right sells nothing") {
  Floor floor;
  CHECK(floor.run("evidence.list", listing_of("L2", kFactor, "OPR", pb::AUTONOMOUS), {"OPR", "VEN"}) == "EVD-402");
  auto right = floor.get<pb::Right>(kind::kRight, kFactor + "/2");
  right.set_to(floor.time());
  floor.put(kind::kRight, kFactor + "/2", right);
  CHECK(floor.run("evidence.list", listing_of("L2", kFactor, "DLR", pb::AUTONOMOUS), {"DLR", "VEN"}) == "EVD-402");
}

TEST_CASE("EVD-403: the licence is from seller to buyer, on this version, for this trade or in effect") {
  Floor floor;
  pb::EvidenceOffer offer = public_offer("T1");
  offer.set_licence("nothing");
  CHECK(floor.run("evidence.offer", offer, {"OPR"}) == "EVD-403");
  offer.set_licence("G-T2");
  CHECK(floor.run("evidence.offer", offer, {"OPR"}) == "EVD-403");
  floor.license("G-other", "OPR", "DLR", kProduct, "INDUSTRY", "T9");
  offer.set_licence("G-other");
  CHECK(floor.run("evidence.offer", offer, {"OPR"}) == "EVD-403");
  auto grant = floor.get<pb::Grant>(kind::kGrant, "G-other");
  grant.set_status(pb::Grant::ACTIVE);
  floor.put(kind::kGrant, "G-other", grant);
  CHECK(floor.run("evidence.offer", offer, {"OPR"}) == "OK");
  grant.set_status(pb::Grant::REVOKED);
  floor.put(kind::kGrant, "G-other", grant);
  CHECK(floor.run("evidence.agree", agreement_on("T1"), {"OPR", "DLR", "VEN"}) == "EVD-403");
}

TEST_CASE("EVD-404: nobody trades with itself, and related parties declare it") {
  Floor floor;
  floor.admit("DLR3", {"BUYER"}, {"DLR"});
  floor.license("G-T3", "DLR", "DLR3", kFactor, "INDUSTRY", "T3");
  pb::EvidenceOffer offer = market_offer("T3");
  offer.set_buyer("DLR3");
  CHECK(floor.run("evidence.offer", offer, {"DLR"}) == "EVD-404");
  offer.set_related_declared(true);
  CHECK(floor.run("evidence.offer", offer, {"DLR"}) == "OK");
  floor.license("G-T4", "DLR", "DLR", kFactor, "INDUSTRY", "T4");
  offer = market_offer("T4");
  offer.set_buyer("DLR");
  offer.set_related_declared(true);
  CHECK(floor.run("evidence.offer", offer, {"DLR"}) == "EVD-404");
}

TEST_CASE("EVD-405: another root than the delivered one is not accepted, and the buyer may dispute") {
  Floor floor;
  floor.deliver_public();
  CHECK(floor.run("evidence.accept", acceptance_of("T1", digest("another")), {"DLR"}) == "EVD-405");
  CHECK(stage_of(floor, "T1") == pb::Trade::DELIVERED);
  CHECK(floor.run("evidence.open_dispute", dispute_on("D1", "T1", "DLR"), {"DLR"}) == "OK");
}

TEST_CASE("EVD-406: only the committed key share is a release") {
  Floor floor;
  floor.deliver_public();
  floor.must("evidence.accept", acceptance_of("T1", digest(kProduct)), {"DLR"});
  CHECK(floor.run("evidence.release_key", release_for("T1", std::string(32, 'x')), {"OPR"}) == "EVD-406");
  pb::EvidenceReleaseKey other_salt = release_for("T1", kK2);
  other_salt.set_salt(std::string(16, 'x'));
  CHECK(floor.run("evidence.release_key", other_salt, {"OPR"}) == "EVD-406");
  CHECK(floor.run("evidence.release_key", release_for("T1", kK2), {"OPR"}) == "OK");
}

TEST_CASE("EVD-407: listing needs an admission, clearing and settlement need authenticity in force") {
  TradingFloor bare;
  CHECK(bare.run("evidence.list", listing_of("L1", kProduct, "OPR", pb::GOVERNMENT_GUIDED), {"OPR", "VEN"}) ==
        "EVD-407");
  Floor floor;
  floor.agree_public();
  pb::NotaryVoid voidance;
  voidance.set_attestation("AU-" + kProduct);
  voidance.set_reason("contrary to fact");
  voidance.set_announcement(digest("announcement"));
  floor.must("notary.void", voidance, {"NOT"});
  CHECK(floor.run("evidence.clear", of_trade<pb::EvidenceClear>("T1"), {"VEN"}) == "EVD-407");
  CHECK(floor.trace().find("VOID") != std::string::npos);
  floor.must("notary.issue", floor.authenticity_of("AU2", kProduct), {"NOT"});
  CHECK(floor.run("evidence.clear", of_trade<pb::EvidenceClear>("T1"), {"VEN"}) == "OK");
  floor.must("evidence.deliver", delivery_of("T1", kProduct), {"OPR"});
  floor.must("evidence.accept", acceptance_of("T1", digest(kProduct)), {"DLR"});
  floor.must("evidence.release_key", release_for("T1", kK2), {"OPR"});
  floor.pass_days(200);  // six months of AUTHENTICITY are over
  CHECK(floor.run("evidence.settle", settlement_of("T1"), {"VEN"}) == "EVD-407");
}

TEST_CASE("EVD-408: an arbitrator of a party's group neither takes nor rules a dispute") {
  Floor floor;
  floor.deliver_public();
  floor.admit("ARB2", {"SERVICE_ARBITRATION"}, {"OPR"});
  pb::EvidenceOpenDispute args = dispute_on("D1", "T1", "DLR");
  args.set_arbitrator("ARB2");
  CHECK(floor.run("evidence.open_dispute", args, {"DLR"}) == "EVD-408");
  floor.must("evidence.open_dispute", dispute_on("D1", "T1", "DLR"), {"DLR"});
  auto controlled = floor.get<pb::ControlledOrganisations>(kind::kController, "DLR");
  auto arbitrator = floor.get<pb::Organisation>(kind::kOrganisation, "ARB");
  arbitrator.add_controllers("DLR");
  controlled.add_organisations("ARB");
  floor.put(kind::kOrganisation, "ARB", arbitrator);
  floor.put(kind::kController, "DLR", controlled);
  CHECK(floor.run("evidence.rule", ruling_of("D1", "OPR"), {"ARB"}) == "EVD-408");
}

TEST_CASE("EVD-409: a disputed trade is not settled") {
  Floor floor;
  floor.release_public();
  floor.must("evidence.open_dispute", dispute_on("D1", "T1", "DLR"), {"DLR"});
  CHECK(floor.run("evidence.settle", settlement_of("T1"), {"VEN"}) == "EVD-409");
}

TEST_CASE("EVD-410: the pricing mode fits the kind of sale, and the price its form") {
  Floor floor;
  CHECK(floor.run("evidence.list", listing_of("L2", kProduct, "OPR", pb::AUTONOMOUS), {"OPR", "VEN"}) == "EVD-410");
  CHECK(floor.run("evidence.list", listing_of("L2", kFactor, "DLR", pb::GOVERNMENT_GUIDED), {"DLR", "VEN"}) ==
        "EVD-410");
  pb::EvidenceOffer offer = market_offer("T2");
  offer.set_price_fen(100);
  CHECK(floor.run("evidence.offer", offer, {"DLR"}) == "EVD-410");
  offer = market_offer("T2");
  offer.clear_price_commitment();
  CHECK(floor.run("evidence.offer", offer, {"DLR"}) == "EVD-410");
  offer = public_offer("T1");
  offer.set_price_commitment(commitment("price"));
  CHECK(floor.run("evidence.offer", offer, {"OPR"}) == "EVD-410");
  offer = public_offer("T1");
  offer.set_pricing(pb::FREE);  // and yet priced, for a priced purpose
  CHECK(floor.run("evidence.offer", offer, {"OPR"}) == "EVD-410");
}

TEST_CASE("EVD-410: a price by valuation needs the version's valuation, and one that still holds") {
  Floor floor;
  pb::EvidenceOffer offer = market_offer("T2");
  offer.set_pricing(pb::VALUATION_BASED);
  CHECK(floor.run("evidence.offer", offer, {"DLR"}) == "EVD-410");
  pb::Valuation valuation;
  valuation.set_id("V1");
  valuation.set_subject(version(kProduct));
  floor.put(kind::kValuation, "V1", valuation);
  offer.set_valuation("V1");
  CHECK(floor.run("evidence.offer", offer, {"DLR"}) == "EVD-410");
  valuation.set_subject(version(kFactor));
  valuation.set_to(floor.time());
  floor.put(kind::kValuation, "V1", valuation);
  CHECK(floor.run("evidence.offer", offer, {"DLR"}) == "EVD-410");
  valuation.set_to(floor.time() + kDay);
  floor.put(kind::kValuation, "V1", valuation);
  CHECK(floor.run("evidence.offer", offer, {"DLR"}) == "OK");
}

TEST_CASE("EVD-411: a venue is licensed, and for the asset's sector") {
  Floor floor;
  pb::EvidenceList args = listing_of("L2", kProduct, "OPR", pb::GOVERNMENT_GUIDED);
  args.set_venue("BUY");
  CHECK(floor.run("evidence.list", args, {"OPR", "BUY"}) == "EVD-411");
  auto venue = floor.get<pb::Organisation>(kind::kOrganisation, "VEN");
  venue.mutable_roles(0)->add_sectors("G5430");
  floor.put(kind::kOrganisation, "VEN", venue);
  args.set_venue("VEN");
  CHECK(floor.run("evidence.list", args, {"OPR", "VEN"}) == "EVD-411");
  CHECK(floor.run("evidence.offer", public_offer("T1"), {"OPR"}) == "EVD-411");
  venue.mutable_roles(0)->add_sectors("M");  // the whole section of GB/T 4754
  floor.put(kind::kOrganisation, "VEN", venue);
  CHECK(floor.run("evidence.list", args, {"OPR", "VEN"}) == "OK");
}

TEST_CASE("EVD-412: what is delivered is the version's root") {
  Floor floor;
  floor.agree_public();
  floor.must("evidence.clear", of_trade<pb::EvidenceClear>("T1"), {"VEN"});
  CHECK(floor.run("evidence.deliver", delivery_of("T1", kFactor), {"OPR"}) == "EVD-412");
  CHECK(stage_of(floor, "T1") == pb::Trade::CLEARED);
}

TEST_CASE("REV-402 and REV-403: a public sale stays under its ceiling, and a free purpose is free") {
  Floor floor;
  pb::EvidenceOffer offer = public_offer("T1");
  offer.set_price_fen(5'000'001);
  CHECK(floor.run("evidence.offer", offer, {"OPR"}) == "REV-402");
  offer.set_price_fen(5'000'000);
  CHECK(floor.run("evidence.offer", offer, {"OPR"}) == "OK");
  floor.license("G-T3", "OPR", "DLR", kProduct, "GOVERNANCE", "T3");
  offer = public_offer("T3");
  offer.set_purpose("GOVERNANCE");
  offer.set_price_fen(1);
  CHECK(floor.run("evidence.offer", offer, {"OPR"}) == "REV-403");
  offer.set_pricing(pb::FREE);
  CHECK(floor.run("evidence.offer", offer, {"OPR"}) == "REV-403");
  offer.set_price_fen(0);
  CHECK(floor.run("evidence.offer", offer, {"OPR"}) == "OK");
}

TEST_CASE("REV-402: a ceiling that is lowered or lapses stops the stages that follow") {
  Floor floor;
  floor.agree_public();
  floor.must("revenue.set_price_cap", cap_of(4'800'000), {"REG3"});
  CHECK(floor.run("evidence.clear", of_trade<pb::EvidenceClear>("T1"), {"VEN"}) == "REV-402");
}

TEST_CASE("AUT-404: a trade's purpose is one of its licence's") {
  Floor floor;
  floor.license("G-T3", "DLR", "BUY", kFactor, "GOVERNANCE", "T3");
  CHECK(floor.run("evidence.offer", market_offer("T3"), {"DLR"}) == "AUT-404");
  pb::EvidenceOffer unknown = market_offer("T2");
  unknown.set_purpose("FUN");
  CHECK(floor.run("evidence.offer", unknown, {"DLR"}) == "COM-104");
}

TEST_CASE("COM-106: contracts and prices stand as commitments, never as bare digests") {
  Floor floor;
  floor.must("evidence.offer", public_offer("T1"), {"OPR"});
  pb::EvidenceAgree args = agreement_on("T1");
  args.set_contract(digest("contract"));
  CHECK(floor.run("evidence.agree", args, {"OPR", "DLR", "VEN"}) == "COM-106");
  pb::EvidenceOffer offer = market_offer("T2");
  offer.set_price_commitment(digest("price"));
  CHECK(floor.run("evidence.offer", offer, {"DLR"}) == "COM-106");
}

TEST_CASE("a listing ends by its seller, its venue or its term, and then carries no offer") {
  Floor floor;
  pb::EvidenceDelist args;
  args.set_listing("L1");
  args.set_reason("a new edition");
  CHECK(floor.run("evidence.delist", args, {"DLR"}) == "COM-205");
  CHECK(floor.run("evidence.delist", args, {"OPR"}) == "OK");
  CHECK(floor.run("evidence.delist", args, {"VEN"}) == "COM-303");
  CHECK(floor.run("evidence.offer", public_offer("T1"), {"OPR"}) == "COM-303");
  floor.must("evidence.list", listing_of("L2", kProduct, "OPR", pb::GOVERNMENT_GUIDED), {"OPR", "VEN"});
  args.set_listing("L2");
  CHECK(floor.run("evidence.delist", args, {"VEN"}) == "OK");
  pb::EvidenceList twice = listing_of("L2", kProduct, "OPR", pb::GOVERNMENT_GUIDED);
  CHECK(floor.run("evidence.list", twice, {"OPR", "VEN"}) == "COM-302");
  pb::EvidenceOffer elsewhere = public_offer("T1");
  elsewhere.set_listing("none");
  CHECK(floor.run("evidence.offer", elsewhere, {"OPR"}) == "COM-301");
}

TEST_CASE("both parties cancel before delivery, and the waiting licence ends") {
  Floor floor;
  floor.agree_public();
  CHECK(open_trades(floor, "OPR") == 1);
  CHECK(floor.run("evidence.cancel", cancellation_of("T1"), {"OPR"}) == "COM-205");
  CHECK(floor.run("evidence.cancel", cancellation_of("T1"), {"OPR", "DLR"}) == "OK");
  CHECK(stage_of(floor, "T1") == pb::Trade::CANCELLED);
  CHECK(floor.get<pb::Grant>(kind::kGrant, "G-T1").status() == pb::Grant::TERMINATED);
  CHECK(open_trades(floor, "OPR") == 0);
  CHECK(open_trades(floor, "DLR") == 0);
  Floor late;
  late.deliver_public();
  CHECK(late.run("evidence.cancel", cancellation_of("T1"), {"OPR", "DLR"}) == "COM-303");
}

TEST_CASE("a ruling against the seller is refunded by the venue, and the licence ends") {
  Floor floor;
  floor.settle_public();
  CHECK(floor.run("evidence.open_dispute", dispute_on("D1", "T1", "BUY"), {"BUY"}) == "COM-204");
  CHECK(floor.run("evidence.open_dispute", dispute_on("D1", "T1", "DLR"), {"DLR"}) == "OK");
  CHECK(floor.run("evidence.open_dispute", dispute_on("D2", "T1", "DLR"), {"DLR"}) == "COM-303");
  CHECK(floor.run("evidence.refund", refund_of("T1"), {"VEN"}) == "COM-303");
  CHECK(floor.run("evidence.rule", ruling_of("D1", "OPR"), {"VEN"}) == "COM-204");
  CHECK(floor.run("evidence.rule", ruling_of("D1", "BUY"), {"ARB"}) == "COM-107");
  CHECK(floor.run("evidence.rule", ruling_of("D1", "OPR"), {"ARB"}) == "OK");
  CHECK(floor.run("evidence.rule", ruling_of("D1", "OPR"), {"ARB"}) == "COM-303");
  CHECK(stage_of(floor, "T1") == pb::Trade::RULED);
  CHECK(open_trades(floor, "OPR") == 1);
  CHECK(open_trades(floor, "DLR") == 0);
  CHECK(floor.run("evidence.refund", refund_of("T1"), {"OPR"}) == "COM-205");
  CHECK(floor.run("evidence.refund", refund_of("T1"), {"VEN"}) == "OK");
  CHECK(stage_of(floor, "T1") == pb::Trade::REFUNDED);
  CHECK(floor.get<pb::Grant>(kind::kGrant, "G-T1").status() == pb::Grant::TERMINATED);
  CHECK(open_trades(floor, "OPR") == 0);
}

TEST_CASE("a ruling for the seller closes the trade") {
  Floor floor;
  floor.deliver_public();
  floor.must("evidence.open_dispute", dispute_on("D1", "T1", "OPR"), {"OPR"});
  CHECK(floor.run("evidence.rule", ruling_of("D1", "DLR"), {"ARB"}) == "OK");
  CHECK(stage_of(floor, "T1") == pb::Trade::CLOSED);
  CHECK(open_trades(floor, "OPR") == 0);
  CHECK(open_trades(floor, "DLR") == 0);
}

TEST_CASE("COM-307: after the dispute window nobody disputes") {
  Floor floor;
  floor.settle_public();
  floor.pass_days(30);
  CHECK(floor.run("evidence.open_dispute", dispute_on("D1", "T1", "DLR"), {"DLR"}) == "COM-307");
}

TEST_CASE("a dispute rests on recorded evidence and an arbitrator's role") {
  Floor floor;
  floor.deliver_public();
  pb::EvidenceOpenDispute args = dispute_on("D1", "T1", "DLR");
  args.add_evidence("E1");
  CHECK(floor.run("evidence.open_dispute", args, {"DLR"}) == "COM-301");
  pb::EvidenceRecord record;
  record.set_id("E1");
  record.set_kind("sample");
  record.set_recorder("DLR");
  record.add_subjects()->set_kind(pb::Subject::TRADE);
  record.mutable_subjects(0)->set_id("T1");
  record.set_digest(digest("sample"));
  record.set_origin_system("receiving host");
  record.set_collector("DLR-1");
  record.set_method("hash of the file as received");
  CHECK(floor.run("evidence.record", record, {"DLR"}) == "COM-101");  // no tool, no evidence
  record.set_tool_version("qilian 0.1");
  record.set_witness_attestation("none");
  CHECK(floor.run("evidence.record", record, {"DLR"}) == "EVD-407");
  record.clear_witness_attestation();
  CHECK(floor.run("evidence.record", record, {"DLR"}) == "OK");
  CHECK(floor.run("evidence.record", record, {"DLR"}) == "COM-302");
  CHECK(floor.get<pb::Evidence>(kind::kEvidence, "E1").recorded_at() == floor.time());
  args.set_arbitrator("AUD");
  CHECK(floor.run("evidence.open_dispute", args, {"DLR"}) == "COM-204");
  args.set_arbitrator("ARB");
  CHECK(floor.run("evidence.open_dispute", args, {"DLR"}) == "OK");
}

TEST_CASE("an engagement is filed by client and provider; judges are not of the client's group") {
  Floor floor;
  pb::EvidenceEngage args;
  args.set_id("EN1");
  args.set_client("OPR");
  args.set_provider("AUD");
  args.set_type("audit");
  args.set_contract(commitment("contract"));
  CHECK(floor.run("evidence.engage", args, {"OPR"}) == "COM-205");
  CHECK(floor.run("evidence.engage", args, {"OPR", "AUD"}) == "OK");
  CHECK(floor.run("evidence.engage", args, {"OPR", "AUD"}) == "COM-302");
  args.set_id("EN2");
  args.set_provider("ARB");
  CHECK(floor.run("evidence.engage", args, {"OPR", "ARB"}) == "COM-204");
  floor.admit("AUD2", {"SERVICE_AUDIT"}, {"OPR"});
  args.set_provider("AUD2");
  CHECK(floor.run("evidence.engage", args, {"OPR", "AUD2"}) == "COM-207");
  args.set_type("gardening");
  CHECK(floor.run("evidence.engage", args, {"OPR", "AUD2"}) == "COM-107");
}

TEST_CASE("custody is taken and released by both, and is an open obligation of the custodian") {
  Floor floor;
  pb::EvidenceTakeCustody args;
  args.set_id("CU1");
  args.set_asset(version(kProduct));
  args.set_owner("OPR");
  args.set_custodian("AUD");
  args.set_digest(digest("copy"));
  CHECK(floor.run("evidence.take_custody", args, {"OPR", "AUD"}) == "COM-204");
  args.set_custodian("CUS");
  CHECK(floor.run("evidence.take_custody", args, {"OPR", "CUS"}) == "OK");
  CHECK(open_trades(floor, "CUS") == 1);
  pb::EvidenceReleaseCustody release;
  release.set_custody("CU1");
  CHECK(floor.run("evidence.release_custody", release, {"CUS"}) == "COM-205");
  CHECK(floor.run("evidence.release_custody", release, {"OPR", "CUS"}) == "OK");
  CHECK(floor.run("evidence.release_custody", release, {"OPR", "CUS"}) == "COM-303");
  CHECK(open_trades(floor, "CUS") == 0);
}
