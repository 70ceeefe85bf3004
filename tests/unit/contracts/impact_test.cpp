// The negative list over many versions at once: the table must say of each what the gate's evaluation says.
#include "contracts/negative_list/impact.h"

#include <doctest/doctest.h>

#include <cstdlib>
#include <random>

#include "contracts/negative_list/touch.h"

namespace ledger = qilian::ledger;
using namespace qilian::contracts;
using negative_list::AssetTable;
using negative_list::EntryChange;
using negative_list::Truth;
using Drafts = google::protobuf::RepeatedPtrField<pb::NegativeEntry>;

namespace {

class MapAssets final : public AssetSource {
 public:
  std::optional<AssetView> find(std::string_view version) const override {
    const auto at = views.find(version);
    return at == views.end() ? std::nullopt : std::optional(at->second);
  }
  std::map<std::string, AssetView, std::less<>> views;
};

AssetView version(const std::string& name, std::vector<std::string> items, std::vector<std::string> parents = {}) {
  AssetView view;
  view.version = name;
  view.udi = name.substr(0, name.find('@'));
  if (!items.empty()) view.attributes.push_back({.name = "items", .texts = std::move(items), .number = {}});
  view.parents = std::move(parents);
  return view;
}

pb::NegativeEntry entry_on(const std::string& code, const std::string& item) {
  pb::NegativeEntry out;
  out.set_code(code);
  out.set_mode(pb::NegativeEntry::PROHIBIT);
  out.set_reach(pb::NegativeEntry::DESCENDANTS);
  out.set_transition(pb::NegativeEntry::STOP);
  out.add_operations(pb::NegativeEntry::TRADE);
  out.mutable_matcher()->set_op(pb::Matcher::ONE_OF);
  out.mutable_matcher()->set_attribute("items");
  out.mutable_matcher()->add_texts(item);
  return out;
}

void lift(pb::NegativeEntry& entry, std::int64_t at_least) {
  pb::UnlessClaim* unless = entry.add_unless();
  unless->set_name("precision_km");
  unless->set_comparison(pb::UnlessClaim::AT_LEAST);
  unless->set_number(at_least);
}

/// Random matchers over a few attributes, nested up to a depth.
pb::Matcher random_matcher(std::mt19937_64& random, int depth) {
  pb::Matcher out;
  const std::uint64_t kind = random() % (depth > 0 ? 7 : 4);
  if (kind < 2) {
    out.set_op(kind == 0 ? pb::Matcher::ONE_OF : pb::Matcher::PREFIX);
    static const char* const kNames[] = {"items", "category", "purpose", "udi"};
    out.set_attribute(kNames[random() % 4]);
    out.add_texts(kind == 0 ? "a" + std::to_string(random() % 4) : std::string("a"));
  } else if (kind < 4) {
    out.set_op(kind == 2 ? pb::Matcher::AT_LEAST : pb::Matcher::AT_MOST);
    out.set_attribute("precision_km");
    out.set_number(static_cast<std::int64_t>(random() % 4));
  } else if (kind == 4) {
    out.set_op(pb::Matcher::NOT);
    *out.add_of() = random_matcher(random, depth - 1);
  } else {
    out.set_op(kind == 5 ? pb::Matcher::ALL : pb::Matcher::ANY);
    for (int i = 0; i < 2; ++i) *out.add_of() = random_matcher(random, depth - 1);
  }
  return out;
}

AssetView random_version(std::mt19937_64& random, std::size_t number) {
  AssetView view = version("a" + std::to_string(number) + "@1", {});
  for (const char* name : {"items", "category"}) {
    if (random() % 3 != 0) {
      view.attributes.push_back({.name = name, .texts = {"a" + std::to_string(random() % 4)}, .number = {}});
    }
  }
  if (random() % 2 == 0) {
    view.attributes.push_back({.name = "precision_km", .texts = {}, .number = static_cast<std::int64_t>(random() % 4)});
  }
  if (random() % 3 == 0) {
    const auto km = static_cast<std::int64_t>(random() % 4);
    view.attributes.push_back({.name = "precision_km", .texts = {}, .number = km, .attested = true});
    view.claims.push_back({"precision_km", "", km, "att"});
  }
  for (std::size_t i = 0; number > 0 && i < random() % 3; ++i) {
    view.parents.push_back("a" + std::to_string(random() % number) + "@1");
  }
  return view;
}

}  // namespace

TEST_CASE("the table says of every version what the gate's evaluation says, random lineages and matchers") {
  const char* given = std::getenv("QILIAN_SEED");
  const std::uint64_t seed = given ? std::strtoull(given, nullptr, 10) : 20260715;
  INFO("QILIAN_SEED=" << seed);
  std::mt19937_64 random(seed);
  for (int round = 0; round < 40; ++round) {
    MapAssets assets;
    AssetTable table;
    std::vector<AssetView> all;
    for (std::size_t number = 0; number < 60; ++number) all.push_back(random_version(random, number));
    for (const AssetView& view : all) assets.views[view.version] = view;
    // Children first in every other round: the order of putting is nobody's business.
    if (round % 2 == 1) std::ranges::reverse(all);
    for (const AssetView& view : all) table.put(view, true);
    for (int one = 0; one < 10; ++one) {
      pb::NegativeEntry entry = entry_on("NL-X", "a0");
      *entry.mutable_matcher() = random_matcher(random, 3);
      if (random() % 2 == 0) lift(entry, static_cast<std::int64_t>(random() % 4));
      if (random() % 3 == 0) entry.set_reach(pb::NegativeEntry::SELF);
      const negative_list::Truths truths = table.reach(entry);
      for (std::size_t at = 0; at < truths.size(); ++at) {
        ListSubject subject;
        subject.version = table.version(table.order().rows[at]);
        const negative_list::Touch found = negative_list::touch(entry, assets, subject, 4'096);
        const Truth expected = !found.touched ? Truth::kFalse : found.unknown ? Truth::kUnknown : Truth::kTrue;
        INFO("round " << round << ", entry " << one << ", version " << subject.version);
        REQUIRE(truths[at] == expected);
      }
    }
  }
}

TEST_CASE("impact counts what a draft stops, what is new in that, and what is open on it") {
  AssetTable table;
  table.put(version("R1@1", {"MET"}), true);
  table.put(version("R2@1", {"TRA"}), true);
  table.put(version("P1@1", {"RISK"}, {"R1@1"}), true);
  table.put(version("P2@1", {"FROST"}, {"P1@1"}), false);
  table.put(version("X@1", {}), true);
  table.set_open("P1@1", {.listings = 1, .trades = 2});
  Drafts draft;
  *draft.Add() = entry_on("NL-1", "MET");

  SUBCASE("nothing in force") {
    const auto found = negative_list::impact(table, draft, {}).front();
    CHECK(found.matched == 2);
    CHECK(found.uncertain == 1);
    CHECK(found.added == 3);
    CHECK(found.listings == 1);
    CHECK(found.trades == 2);
    CHECK(found.examples == std::vector<std::string>{"R1@1", "X@1", "P1@1"});
  }
  SUBCASE("an entry in force stops some of it already") {
    pb::NegativeList list;
    *list.add_entries() = entry_on("NL-0", "RISK");
    const auto found =
        negative_list::impact(table, draft, negative_list::Standing(table, list, ledger::TimeMs(1))).front();
    CHECK(found.matched == 2);
    CHECK(found.added == 1);
    CHECK(found.examples == std::vector<std::string>{"R1@1"});
  }
  SUBCASE("what has ended, what is only announced and what the draft replaces stop nothing") {
    pb::NegativeList list;
    *list.add_entries() = entry_on("NL-1", "MET");
    *list.add_entries() = entry_on("NL-2", "MET");
    list.mutable_entries(1)->set_to(1);
    *list.add_entries() = entry_on("NL-3", "MET");
    list.mutable_entries(2)->set_from(2);
    CHECK(negative_list::impact(table, draft, negative_list::Standing(table, list, ledger::TimeMs(1))).front().added ==
          3);
  }
  SUBCASE("a version that is put again is judged by what was said last") {
    table.put(version("R1@1", {"OTHER"}), true);
    CHECK(negative_list::impact(table, draft, {}).front().matched == 0);
  }
}

TEST_CASE("the difference of two versions names what was added, removed and changed, and which fields") {
  pb::NegativeList before;
  pb::NegativeList after;
  *before.add_entries() = entry_on("NL-1", "MET");
  *before.add_entries() = entry_on("NL-2", "TRA");
  *before.add_entries() = entry_on("NL-3", "RISK");
  *after.add_entries() = entry_on("NL-1", "MET");
  *after.add_entries() = entry_on("NL-3", "RISK");
  after.mutable_entries(1)->set_standstill(true);
  after.mutable_entries(1)->add_operations(pb::NegativeEntry::EXPORT);
  *after.add_entries() = entry_on("NL-2", "TRA");
  after.mutable_entries(2)->set_to(5);
  *after.add_entries() = entry_on("NL-4", "NEW");
  const auto found = negative_list::differences(before, after);
  REQUIRE(found.size() == 3);
  CHECK(found[0].code == "NL-2");
  CHECK(found[0].kind == EntryChange::Kind::kRemoved);
  CHECK(found[1].code == "NL-3");
  CHECK(found[1].kind == EntryChange::Kind::kChanged);
  CHECK(found[1].fields == std::vector<std::string>{"operations", "standstill"});
  CHECK(found[2].code == "NL-4");
  CHECK(found[2].kind == EntryChange::Kind::kAdded);
}
