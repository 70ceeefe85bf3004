#include <doctest/doctest.h>

#include <map>

#include "contracts/negative_list.pb.h"
#include "contracts/negative_list/evaluate.h"
#include "contracts/negative_list/lists.h"
#include "contracts/negative_list/matcher.h"
#include "tests/unit/contracts/network.h"

namespace ledger = qilian::ledger;
using namespace qilian::contracts;
using namespace qilian::contracts::network_test;
using negative_list::Evaluation;
using negative_list::Truth;

namespace {

/// Versions in a map: the lineage of the story, P2 -> P1 -> R1, R2 and P2 -> R3.
class FakeAssets final : public AssetSource {
 public:
  std::optional<AssetView> find(std::string_view version) const override {
    const auto at = assets.find(std::string(version));
    if (at == assets.end()) return std::nullopt;
    return at->second;
  }
  AssetView& add(const std::string& version, std::vector<std::string> items, std::vector<std::string> parents = {}) {
    AssetView& view = assets[version];
    view.version = version;
    view.udi = version.substr(0, version.find('@'));
    view.attributes.push_back({.name = "items", .texts = std::move(items)});
    view.parents = std::move(parents);
    return view;
  }
  std::map<std::string, AssetView> assets;
};

FakeAssets story() {
  FakeAssets out;
  out.add("R1@1", {"MET.OBS.STATION_HOURLY"});
  out.add("R2@1", {"TRA.FLOW"});
  out.add("R3@1", {"DLR.ORCHARD"});
  out.add("P1@1", {"RISK.INDEX"}, {"R1@1", "R2@1"});
  out.add("P2@1", {"FROST.FACTOR"}, {"P1@1", "R3@1"});
  return out;
}

class FakeFacts final : public negative_list::ConditionFacts {
 public:
  bool attested(std::string_view version, std::string_view type) const override {
    return version == attested_version && type == "AUTHENTICITY";
  }
  bool holds_role(std::string_view uscc, std::string_view role) const override {
    return uscc == kBuyer && role == "BUYER";
  }
  std::string attested_version;
};

pb::Matcher items_are(std::string_view item) {
  pb::Matcher out;
  out.set_op(pb::Matcher::ONE_OF);
  out.set_attribute("items");
  out.add_texts(std::string(item));
  return out;
}

pb::NegativeEntry prohibit(std::string_view item = "MET.OBS.STATION_HOURLY") {
  pb::NegativeEntry out;
  out.set_code("NL-2026-0007");
  out.set_domain(pb::NegativeEntry::STATE_SECRET);
  out.set_mode(pb::NegativeEntry::PROHIBIT);
  *out.mutable_matcher() = items_are(item);
  for (auto operation : {pb::NegativeEntry::LIST, pb::NegativeEntry::TRADE, pb::NegativeEntry::DELIVER})
    out.add_operations(operation);
  out.set_reach(pb::NegativeEntry::DESCENDANTS);
  out.set_transition(pb::NegativeEntry::STOP);
  out.set_legal_basis("气象法");
  return out;
}

void unless_precise(pb::NegativeEntry& entry) {
  pb::UnlessClaim* unless = entry.add_unless();
  unless->set_name("precision_km");
  unless->set_comparison(pb::UnlessClaim::AT_LEAST);
  unless->set_number(1);
}

Evaluation ask(const pb::NegativeEntry& entry, const FakeAssets& assets, ListSubject subject,
               ListOperation operation = ListOperation::kTrade, std::int64_t now = kStart) {
  pb::NegativeList list;
  *list.add_entries() = entry;
  FakeFacts facts;
  facts.attested_version = "P1@1";
  return negative_list::evaluate(list, assets, subject, operation, ledger::TimeMs(now), 4096, facts);
}

std::string code(const Evaluation& evaluation) { return evaluation.denial ? evaluation.denial->code : "OK"; }

ListSubject version(std::string name) { return {.version = std::move(name)}; }

}  // namespace

TEST_CASE("an entry that reaches descendants finds a forbidden ancestor at any depth") {
  CHECK(code(ask(prohibit(), story(), version("R1@1"))) == "COM-401");
  CHECK(code(ask(prohibit(), story(), version("P1@1"))) == "COM-401");
  CHECK(code(ask(prohibit(), story(), version("P2@1"))) == "COM-401");
  CHECK(code(ask(prohibit(), story(), version("R3@1"))) == "OK");
  const Evaluation through = ask(prohibit(), story(), version("P2@1"));
  CHECK(through.denial->trace.find("P2@1 through R1@1") != std::string::npos);
  CHECK(through.entries == std::vector<std::string>{"NL-2026-0007"});
}

TEST_CASE("an entry that reaches itself alone leaves descendants be") {
  pb::NegativeEntry entry = prohibit();
  entry.set_reach(pb::NegativeEntry::SELF);
  CHECK(code(ask(entry, story(), version("P1@1"))) == "OK");
  CHECK(code(ask(entry, story(), version("R1@1"))) == "COM-401");
}

TEST_CASE("an operation that the entry does not name is not asked") {
  CHECK(code(ask(prohibit(), story(), version("R1@1"), ListOperation::kDerive)) == "OK");
}

TEST_CASE("an attested claim cuts the path at the version that bears it, and the trace names the attestation") {
  pb::NegativeEntry entry = prohibit();
  unless_precise(entry);
  FakeAssets assets = story();
  assets.assets["P1@1"].claims.push_back({.name = "precision_km", .text = "", .number = 5, .attestation = "A-P1"});
  const Evaluation allowed = ask(entry, assets, version("P2@1"));
  CHECK(code(allowed) == "OK");
  CHECK(allowed.trace.find("NL-2026-0007 lifted at P1@1 by A-P1") != std::string::npos);
  assets.assets["P1@1"].claims[0].number = 0;
  CHECK(code(ask(entry, assets, version("P2@1"))) == "COM-401");
}

TEST_CASE("every path to a forbidden ancestor must be cut") {
  pb::NegativeEntry entry = prohibit();
  unless_precise(entry);
  FakeAssets assets = story();
  assets.assets["P1@1"].claims.push_back({.name = "precision_km", .text = "", .number = 5, .attestation = "A-P1"});
  assets.assets["P2@1"].parents.push_back("R1@1");
  CHECK(code(ask(entry, assets, version("P2@1"))) == "COM-401");
}

TEST_CASE("a claim on the forbidden data itself does not open its other descendants' paths around it") {
  pb::NegativeEntry entry = prohibit();
  unless_precise(entry);
  FakeAssets assets = story();
  assets.add("R1@2", {"MET.OBS.STATION_HOURLY"});
  assets.assets["R1@2"].claims.push_back({.name = "precision_km", .text = "", .number = 5, .attestation = "A-R1"});
  assets.add("P9@1", {"MIX"}, {"R1@2", "R1@1"});
  CHECK(code(ask(entry, assets, version("P9@1"))) == "COM-401");
}

TEST_CASE("an exception that lifts nothing is not mentioned") {
  pb::NegativeEntry entry = prohibit("NOWHERE");
  unless_precise(entry);
  FakeAssets assets = story();
  assets.assets["P1@1"].claims.push_back({.name = "precision_km", .text = "", .number = 5, .attestation = "A-P1"});
  CHECK(ask(entry, assets, version("P2@1")).trace.empty());
}

TEST_CASE("COM-403: an attribute that nobody stated matches, and so does a version that nobody knows") {
  pb::NegativeEntry entry = prohibit();
  entry.mutable_matcher()->set_attribute("pi_class");
  CHECK(code(ask(entry, story(), version("P1@1"))) == "COM-403");
  CHECK(code(ask(prohibit(), story(), version("P7@1"))) == "COM-403");
  FakeAssets broken = story();
  broken.assets.erase("R2@1");
  broken.assets.erase("R1@1");
  CHECK(code(ask(prohibit(), broken, version("P1@1"))) == "COM-403");
}

TEST_CASE("COM-403: a lineage too large to walk fails closed") {
  FakeAssets assets;
  for (int i = 0; i < 30; ++i) assets.add("V" + std::to_string(i) + "@1", {"x"}, {"V" + std::to_string(i + 1) + "@1"});
  assets.add("V30@1", {"x"});
  pb::NegativeList list;
  *list.add_entries() = prohibit();
  const FakeFacts facts;
  const auto evaluated =
      negative_list::evaluate(list, assets, version("V0@1"), ListOperation::kTrade, ledger::TimeMs(kStart), 16, facts);
  CHECK(code(evaluated) == "COM-403");
}

TEST_CASE("three values: not of unknown is unknown, false beats it under and, true under or") {
  AssetView view;
  view.attributes.push_back({.name = "grade", .texts = {"ORDINARY"}});
  pb::Matcher unknown;
  unknown.set_op(pb::Matcher::AT_LEAST);
  unknown.set_attribute("precision_km");
  pb::Matcher yes;
  yes.set_op(pb::Matcher::PREFIX);
  yes.set_attribute("grade");
  yes.add_texts("ORD");
  pb::Matcher no = yes;
  no.set_texts(0, "CORE");
  const auto combine = [](pb::Matcher::Op op, std::initializer_list<pb::Matcher> parts) {
    pb::Matcher out;
    out.set_op(op);
    for (const pb::Matcher& part : parts) *out.add_of() = part;
    return out;
  };
  using negative_list::match;
  CHECK(match(unknown, view) == Truth::kUnknown);
  CHECK(match(combine(pb::Matcher::NOT, {unknown}), view) == Truth::kUnknown);
  CHECK(match(combine(pb::Matcher::NOT, {yes}), view) == Truth::kFalse);
  CHECK(match(combine(pb::Matcher::ALL, {unknown, no}), view) == Truth::kFalse);
  CHECK(match(combine(pb::Matcher::ALL, {unknown, yes}), view) == Truth::kUnknown);
  CHECK(match(combine(pb::Matcher::ANY, {unknown, yes}), view) == Truth::kTrue);
  CHECK(match(combine(pb::Matcher::ANY, {unknown, no}), view) == Truth::kUnknown);
}

TEST_CASE("an attested attribute beats a self-declared one") {
  FakeAssets assets = story();
  assets.assets["P1@1"].attributes.push_back({.name = "pi_class", .texts = {"NONE"}});
  assets.assets["P1@1"].attributes.push_back(
      {.name = "pi_class", .texts = {"SENSITIVE"}, .number = {}, .attested = true});
  pb::NegativeEntry entry = prohibit("SENSITIVE");
  entry.mutable_matcher()->set_attribute("pi_class");
  entry.set_reach(pb::NegativeEntry::SELF);
  CHECK(code(ask(entry, assets, version("P1@1"))) == "COM-401");
}

TEST_CASE("COM-402: a restriction names the condition that is not met") {
  pb::NegativeEntry entry = prohibit("RISK.INDEX");
  entry.set_mode(pb::NegativeEntry::RESTRICT);
  entry.mutable_conditions()->add_attestations("AUTHENTICITY");
  entry.mutable_conditions()->add_purposes("GOVERNANCE");
  entry.mutable_conditions()->add_buyer_roles("BUYER");
  entry.mutable_conditions()->add_environments("IN_DOMAIN");
  ListSubject subject = version("P1@1");
  subject.purposes = {"GOVERNANCE"};
  subject.buyer = std::string(kBuyer);
  subject.environment = "IN_DOMAIN";
  CHECK(code(ask(entry, story(), subject)) == "OK");
  ListSubject wrong = subject;
  wrong.purposes = {"INDUSTRY"};
  CHECK(ask(entry, story(), wrong).denial->trace.find("purpose INDUSTRY") != std::string::npos);
  wrong = subject;
  wrong.buyer = std::string(kDealer);
  CHECK(code(ask(entry, story(), wrong)) == "COM-402");
  wrong = subject;
  wrong.environment = "OPEN";
  CHECK(code(ask(entry, story(), wrong)) == "COM-402");
  wrong = subject;
  wrong.purposes.clear();
  CHECK(code(ask(entry, story(), wrong)) == "COM-402");
  entry.mutable_conditions()->set_attestations(0, "MODEL_SAFETY");
  CHECK(code(ask(entry, story(), subject)) == "COM-402");
}

TEST_CASE("the strictest entry decides, and all that decided are named") {
  pb::NegativeList list;
  pb::NegativeEntry restricted = prohibit("RISK.INDEX");
  restricted.set_code("NL-1");
  restricted.set_mode(pb::NegativeEntry::RESTRICT);
  restricted.mutable_conditions()->add_environments("IN_DOMAIN");
  *list.add_entries() = restricted;
  *list.add_entries() = prohibit();
  const FakeFacts facts;
  const auto evaluated = negative_list::evaluate(list, story(), version("P1@1"), ListOperation::kTrade,
                                                 ledger::TimeMs(kStart), 4096, facts);
  CHECK(code(evaluated) == "COM-401");
  CHECK(evaluated.entries == std::vector<std::string>{"NL-1", "NL-2026-0007"});
}

TEST_CASE("standstill: from its publication an announced entry stops what opens business, and open trades run on") {
  pb::NegativeEntry entry = prohibit();
  entry.set_standstill(true);
  entry.set_from(kStart + 14 * kDay);
  ListSubject opening = version("P1@1");
  const Evaluation stopped = ask(entry, story(), opening);
  CHECK(code(stopped) == "COM-401");
  CHECK(stopped.denial->trace.find("standstill") != std::string::npos);
  ListSubject stage = opening;
  stage.opens_business = false;
  CHECK(code(ask(entry, story(), stage)) == "OK");
  CHECK(code(ask(entry, story(), opening, ListOperation::kDeliver)) == "OK");
  CHECK(code(ask(entry, story(), stage, ListOperation::kTrade, kStart + 14 * kDay)) == "COM-401");
  entry.set_standstill(false);
  CHECK(code(ask(entry, story(), opening)) == "OK");
}

TEST_CASE("grandfathered trades run on to their date, reviewed ones wait") {
  pb::NegativeEntry entry = prohibit();
  entry.set_published_at(kStart);
  entry.set_transition(pb::NegativeEntry::GRANDFATHER);
  entry.set_transition_until(kStart + 10 * kDay);
  ListSubject old = version("P1@1");
  old.opened_at = ledger::TimeMs(kStart - kDay);
  CHECK(code(ask(entry, story(), old, ListOperation::kDeliver, kStart + 9 * kDay)) == "OK");
  CHECK(code(ask(entry, story(), old, ListOperation::kDeliver, kStart + 10 * kDay)) == "COM-401");
  old.opened_at = ledger::TimeMs(kStart + 1);
  CHECK(code(ask(entry, story(), old, ListOperation::kDeliver, kStart + 9 * kDay)) == "COM-401");
  entry.set_transition(pb::NegativeEntry::REVIEW);
  old.opened_at = ledger::TimeMs(kStart - kDay);
  CHECK(code(ask(entry, story(), old, ListOperation::kDeliver)) == "COM-402");
}

TEST_CASE("a draft is asked by what it declares and by its parents") {
  ListSubject draft{.version = "P8@1",
                    .draft = AssetView{.version = "P8@1",
                                       .udi = "P8",
                                       .attributes = {{.name = "items", .texts = {"NEW"}}},
                                       .parents = {"P1@1"},
                                       .claims = {}}};
  CHECK(code(ask(prohibit(), story(), draft)) == "COM-401");
  draft.draft->parents = {"R3@1"};
  CHECK(code(ask(prohibit(), story(), draft)) == "OK");
}

// ---- the life of lists ----

namespace {

pb::NegativeListAnnounce announcement(std::uint64_t number, std::int64_t effective_at,
                                      pb::NegativeEntry entry = prohibit()) {
  pb::NegativeListAnnounce a;
  a.set_version(number);
  a.set_effective_at(effective_at);
  a.set_document(digest("gazette"));
  *a.add_entries() = std::move(entry);
  return a;
}

pb::NegativeListEmergency emergency(std::uint64_t number) {
  pb::NegativeListEmergency a;
  a.set_version(number);
  a.set_document(digest("gazette"));
  *a.add_entries() = prohibit();
  return a;
}

pb::NegativeListRatify ratification(std::uint64_t number, std::string_view entry = "NL-2026-0007") {
  pb::NegativeListRatify a;
  a.set_version(number);
  a.add_codes(std::string(entry));
  return a;
}

pb::NegativeListRepeal repeal(std::uint64_t number, std::int64_t effective_at) {
  pb::NegativeListRepeal a;
  a.set_version(number);
  a.set_effective_at(effective_at);
  a.set_document(digest("gazette"));
  a.add_codes("NL-2026-0007");
  return a;
}

const Signers kTwo{"REG1", "REG2"};

/// What the last published list says about R1 in the network's state, at a time.
std::string asked_at(const Network& network, std::int64_t now) {
  const auto list = negative_list::published(network.state());
  if (!list) return "no list";
  return code(negative_list::evaluate(*list, story(), version("R1@1"), ListOperation::kTrade, ledger::TimeMs(now), 4096,
                                      FakeFacts()));
}

}  // namespace

TEST_CASE("an announced version takes effect at its time by itself") {
  Network network;
  const std::int64_t effective = network.now().value() + 14 * kDay;
  CHECK(network.code("negative_list.announce", announcement(1, effective), kTwo) == "OK");
  CHECK(asked_at(network, effective - 1) == "OK");
  CHECK(asked_at(network, effective) == "COM-401");
  CHECK(negative_list::version_in_force(network.state(), ledger::TimeMs(effective - 1)) == 0);
  CHECK(negative_list::version_in_force(network.state(), ledger::TimeMs(effective)) == 1);
}

TEST_CASE("NEG-401: no entry takes effect before its notice") {
  Network network;
  CHECK(network.code("negative_list.announce", announcement(1, network.now().value() + 9 * kDay), kTwo) == "NEG-401");
  CHECK(network.code("negative_list.repeal", repeal(1, 1), kTwo) == "COM-301");
}

TEST_CASE("NEG-402: a matcher has a bounded number of nodes") {
  Network network;
  network.set_parameter("negative_list.max_matcher_nodes", "2");
  pb::NegativeEntry entry = prohibit();
  pb::Matcher any;
  any.set_op(pb::Matcher::ANY);
  *any.add_of() = items_are("A");
  *any.add_of() = items_are("B");
  *entry.mutable_matcher() = any;
  CHECK(network.code("negative_list.announce", announcement(1, kStart + 20 * kDay, entry), kTwo) == "NEG-402");
}

TEST_CASE("NEG-403: versions follow one another without a gap") {
  Network network;
  CHECK(network.code("negative_list.announce", announcement(2, kStart + 20 * kDay), kTwo) == "NEG-403");
  CHECK(network.code("negative_list.announce", announcement(1, kStart + 20 * kDay), kTwo) == "OK");
  CHECK(network.code("negative_list.announce", announcement(1, kStart + 20 * kDay), kTwo) == "NEG-403");
}

TEST_CASE("NEG-405: a rule speaks of known attributes, with their operators") {
  Network network;
  pb::NegativeEntry entry = prohibit();
  entry.mutable_matcher()->set_attribute("colour");
  CHECK(network.code("negative_list.announce", announcement(1, kStart + 20 * kDay, entry), kTwo) == "NEG-405");
  entry.mutable_matcher()->set_attribute("precision_km");
  CHECK(network.code("negative_list.announce", announcement(1, kStart + 20 * kDay, entry), kTwo) == "NEG-405");
}

TEST_CASE("an emergency entry is in force at once and lapses unless ratified") {
  Network network;
  REQUIRE(network.code("negative_list.emergency", emergency(1), kTwo) == "OK");
  const std::int64_t now = network.now().value();
  CHECK(asked_at(network, now) == "COM-401");
  CHECK(asked_at(network, now + 32 * kDay) == "OK");
  REQUIRE(network.code("negative_list.ratify", ratification(2), kTwo) == "OK");
  CHECK(asked_at(network, now + 32 * kDay) == "COM-401");
}

TEST_CASE("NEG-406: what lapsed or is no emergency entry is not ratified") {
  Network network;
  REQUIRE(network.code("negative_list.emergency", emergency(1), kTwo) == "OK");
  CHECK(network.code("negative_list.ratify", ratification(2, "NL-9"), kTwo) == "NEG-406");
  network.advance(32 * kDay);
  CHECK(network.code("negative_list.ratify", ratification(2), kTwo) == "NEG-406");
}

TEST_CASE("an emergency version does not bring forward what was announced, nor a repeal what it ends") {
  Network network;
  const std::int64_t effective = network.now().value() + 14 * kDay;
  REQUIRE(network.code("negative_list.announce", announcement(1, effective), kTwo) == "OK");
  pb::NegativeListEmergency other = emergency(2);
  other.mutable_entries(0)->set_code("NL-EMERGENCY");
  *other.mutable_entries(0)->mutable_matcher() = items_are("TRA.FLOW");
  REQUIRE(network.code("negative_list.emergency", other, kTwo) == "OK");
  CHECK(asked_at(network, network.now().value()) == "OK");
  CHECK(asked_at(network, effective) == "COM-401");
  REQUIRE(network.code("negative_list.repeal", repeal(3, effective + 5 * kDay), kTwo) == "OK");
  CHECK(asked_at(network, effective + 5 * kDay - 1) == "COM-401");
  CHECK(asked_at(network, effective + 5 * kDay) == "OK");
}

TEST_CASE("an amended entry stands until its replacement takes effect") {
  Network network;
  const std::int64_t first = network.now().value() + 14 * kDay;
  REQUIRE(network.code("negative_list.announce", announcement(1, first), kTwo) == "OK");
  const std::int64_t second = first + 30 * kDay;
  REQUIRE(network.code("negative_list.announce", announcement(2, second, prohibit("SOMETHING.ELSE")), kTwo) == "OK");
  CHECK(asked_at(network, first) == "COM-401");
  CHECK(asked_at(network, second - 1) == "COM-401");
  CHECK(asked_at(network, second) == "OK");
  CHECK(network.get<pb::EntryLife>(kind::kEntry, "NL-2026-0007").status() == pb::EntryLife::AMENDED);
}

TEST_CASE("COM-206: one regulator announces nothing") {
  Network network;
  CHECK(network.code("negative_list.announce", announcement(1, kStart + 20 * kDay), {"REG1"}) == "COM-206");
}

TEST_CASE("COM-101: a malformed matcher is refused before it is ordered") {
  Network network;
  pb::NegativeEntry entry = prohibit();
  entry.mutable_matcher()->clear_texts();
  CHECK(network.static_code("negative_list.announce", announcement(1, kStart, entry), kTwo) == "COM-101");
  entry = prohibit();
  entry.mutable_matcher()->set_op(pb::Matcher::NOT);
  CHECK(network.static_code("negative_list.announce", announcement(1, kStart, entry), kTwo) == "COM-101");
  entry = prohibit();
  entry.set_mode(pb::NegativeEntry::RESTRICT);
  CHECK(network.static_code("negative_list.announce", announcement(1, kStart, entry), kTwo) == "COM-101");
}
