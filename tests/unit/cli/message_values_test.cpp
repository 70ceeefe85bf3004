#include "cli/message_values.h"

#include <doctest/doctest.h>

#include "contracts/evidence.pb.h"
#include "contracts/membership.pb.h"
#include "contracts/revenue.pb.h"
#include "ledger/core/hash.h"

namespace qilian::cli {
namespace {

namespace pb = contracts::pb;

class TestNames final : public Names {
 public:
  Result<TomlValue> lookup(std::string_view path) const override {
    if (path == "MET") return TomlValue::of_text("12621000DEM000110Y");
    if (path == "count") return TomlValue::of_integer(7);
    if (path.starts_with("wrap ")) return TomlValue::of_text("<" + std::string(path.substr(5)) + ">");
    return fail("test.name", std::string(path));
  }
  Result<ledger::Bytes> public_key(std::string_view) const override { return ledger::Bytes(32, 'k'); }
  Result<std::int64_t> time(std::string_view) const override { return 1234; }
};

TomlValue table(std::string_view text) {
  auto parsed = parse_toml(text, "t");
  REQUIRE(parsed.has_value());
  return *std::move(parsed);
}

const TestNames kNames;

}  // namespace

TEST_CASE("names are replaced in texts, alone by any value, and inside one another") {
  CHECK(*substitute_text("a ${MET} b", kNames) == "a 12621000DEM000110Y b");
  CHECK(*substitute_text("${wrap x ${MET}}", kNames) == "<x 12621000DEM000110Y>");
  CHECK(substitute(TomlValue::of_text("${count}"), kNames)->integer == 7);
  CHECK_FALSE(substitute_text("${NOBODY}", kNames).has_value());
  CHECK_FALSE(substitute_text("${MET", kNames).has_value());
}

TEST_CASE("a table fills a message: texts, enums by name, amounts, marks, digests, nested messages and lists") {
  pb::EvidenceOffer offer;
  REQUIRE(
      fill_message(offer,
                   table("id = \"T1\"\nchannel = \"ON_VENUE\"\nprice_fen = \"48000.01yuan\"\nrelated_declared = true\n"
                         "services = [\"a\", \"b\"]\nprice_commitment = \"commit:x\"\n"),
                   kNames)
          .has_value());
  CHECK(offer.id() == "T1");
  CHECK(offer.channel() == pb::Trade::ON_VENUE);
  CHECK(offer.price_fen() == 4800001);
  CHECK(offer.related_declared());
  CHECK(offer.services_size() == 2);
  REQUIRE(offer.price_commitment().size() == 33);
  CHECK(offer.price_commitment()[0] == '\x81');

  pb::RevenueSetPlan plan;
  REQUIRE(fill_message(plan, table("shares = [{ org = \"x\", basis_points = 2000, contribution = \"COLLECTION\" }]"),
                       kNames)
              .has_value());
  CHECK(plan.shares(0).basis_points() == 2000);

  pb::EvidenceList list;
  REQUIRE(fill_message(list, table("to = \"@now+1d\""), kNames).has_value());
  CHECK(list.to() == 1234);
}

TEST_CASE("an unknown field, a wrong enum and a wrong type are errors that name the field") {
  pb::EvidenceOffer offer;
  CHECK(fill_message(offer, table("nonsense = 1"), kNames).error().code == "argument.unknown");
  CHECK(fill_message(offer, table("channel = \"SIDEWAYS\""), kNames).error().message.find("ON_VENUE") !=
        std::string::npos);
  CHECK_FALSE(fill_message(offer, table("price_fen = \"12.345yuan\""), kNames).has_value());
  CHECK_FALSE(fill_message(offer, table("services = \"a\""), kNames).has_value());
  CHECK_FALSE(fill_message(offer, table("price_commitment = \"xyz\""), kNames).has_value());
}

TEST_CASE("a digest is tagged 01, and a commitment opens with its salt") {
  const auto digest = bytes_of_text("sha256:abc", kNames);
  REQUIRE(digest.has_value());
  CHECK(ledger::to_hex(*digest) == "01ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  const auto salt = bytes_of_text("salt:k2", kNames);
  const auto secret = bytes_of_text("secret:k2", kNames);
  const auto commitment = bytes_of_text("commit-secret:k2", kNames);
  REQUIRE((salt && secret && commitment));
  CHECK(*commitment == "\x81" + ledger::sha256({*salt, *secret}).str());
}

TEST_CASE("a record is compared field by field with what is expected of it") {
  pb::Settlement settlement;
  settlement.set_gross_fen(4800001);
  settlement.set_status(pb::Settlement::COMPUTED);
  pb::Amount& amount = *settlement.add_amounts();
  amount.set_org("12621000DEM000110Y");
  amount.set_amount_fen(748800);

  const auto good = compare_message(
      settlement, table("gross_fen = \"48000.01yuan\"\nstatus = \"COMPUTED\"\namounts = [{ amount_fen = 748800 }]"),
      kNames);
  REQUIRE(good.size() == 3);
  for (const FieldCheck& check : good) CHECK(check.passed);

  const auto bad =
      compare_message(settlement, table("gross_fen = 1\nstatus = \"PAID\"\namounts = []\nnonsense = 1"), kNames);
  REQUIRE(bad.size() == 4);
  for (const FieldCheck& check : bad) CHECK_FALSE(check.passed);
}

}  // namespace qilian::cli
