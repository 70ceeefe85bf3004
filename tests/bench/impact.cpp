// What would a draft of the negative list stop? Measured over synthetic state: registered versions with lineage,
// attested claims and open business, a published list, and a draft.
//
//   bench_impact [VERSIONS [PUBLISHED [DRAFT]]]        1000000 512 10
#include "contracts/negative_list/impact.h"

#include <fmt/format.h>

#include <charconv>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <ctime>

namespace qilian::bench {
namespace {

using Clock = std::chrono::steady_clock;
using contracts::AssetView;
using contracts::negative_list::AssetTable;
namespace pb = contracts::pb;

/// The same numbers on every machine.
class Dice {
 public:
  std::uint64_t below(std::uint64_t bound) {
    state_ = state_ * 6364136223846793005ULL + 1442695040888963407ULL;
    return (state_ >> 33) % bound;
  }

 private:
  std::uint64_t state_ = 20260715;
};

std::string version_name(std::uint64_t number) {
  return fmt::format("gsd:{:018}:P2026{:07}@1", number % 4'000, number);
}

void add_text(AssetView& view, const char* name, std::string value) {
  view.attributes.push_back({.name = name, .texts = {std::move(value)}, .number = {}});
}

AssetView synthetic(std::uint64_t number, Dice& dice) {
  AssetView view;
  view.version = version_name(number);
  view.udi = view.version.substr(0, view.version.size() - 2);
  add_text(view, "category", number % 3 == 0 ? "PUBLIC" : "ENTERPRISE");
  add_text(view, "grade", dice.below(50) == 0 ? "IMPORTANT" : "ORDINARY");
  add_text(view, "effective_grade", "ORDINARY");
  add_text(view, "kind", "PRODUCT");
  add_text(view, "raw", number % 10 == 0 ? "true" : "false");
  add_text(view, "public_derived", number % 4 == 0 ? "true" : "false");
  add_text(view, "open_level", "CONDITIONAL");
  add_text(view, "pi_class", dice.below(20) == 0 ? "SENSITIVE" : "NONE");
  add_text(view, "source_basis", "OWN_PRODUCTION");
  add_text(view, "industry", fmt::format("M{:04}", dice.below(1'400)));
  add_text(view, "region", fmt::format("62{:04}", dice.below(90)));
  add_text(view, "registrant", fmt::format("{:018}", number % 4'000));
  view.attributes.push_back({.name = "subject_count", .texts = {}, .number = static_cast<std::int64_t>(dice.below(9))});
  std::vector<std::string> items;
  for (std::uint64_t i = 0; i <= dice.below(4); ++i)
    items.push_back(fmt::format("SEC{}.ITEM{}", dice.below(40), dice.below(50)));
  view.attributes.push_back({.name = "items", .texts = std::move(items), .number = {}});
  if (number > 1'000 && dice.below(10) < 7) {
    for (std::uint64_t i = 0; i <= dice.below(3); ++i) view.parents.push_back(version_name(dice.below(number)));
  }
  if (dice.below(10) < 4) {
    const auto km = static_cast<std::int64_t>(dice.below(6));
    view.claims.push_back({"precision_km", "", km, fmt::format("DA-{}", number)});
    view.attributes.push_back({.name = "precision_km", .texts = {}, .number = km, .attested = true});
  }
  return view;
}

pb::NegativeEntry entry(std::uint64_t number, Dice& dice) {
  pb::NegativeEntry out;
  out.set_code(fmt::format("NL-2026-{:04}", number));
  out.set_mode(pb::NegativeEntry::PROHIBIT);
  out.set_reach(pb::NegativeEntry::DESCENDANTS);
  for (const auto operation : {pb::NegativeEntry::LIST, pb::NegativeEntry::TRADE, pb::NegativeEntry::DELIVER}) {
    out.add_operations(operation);
  }
  pb::Matcher* all = out.mutable_matcher();
  all->set_op(pb::Matcher::ALL);
  pb::Matcher* items = all->add_of();
  items->set_op(dice.below(2) == 0 ? pb::Matcher::PREFIX : pb::Matcher::ONE_OF);
  items->set_attribute("items");
  const std::string sector = fmt::format("SEC{}.", dice.below(40));
  items->add_texts(items->op() == pb::Matcher::PREFIX ? sector + "ITEM4"
                                                      : sector + fmt::format("ITEM{}", dice.below(50)));
  pb::Matcher* open = all->add_of();
  open->set_op(pb::Matcher::NOT);
  pb::Matcher* inner = open->add_of();
  inner->set_op(pb::Matcher::ONE_OF);
  inner->set_attribute("open_level");
  inner->add_texts("UNCONDITIONAL");
  pb::UnlessClaim* unless = out.add_unless();
  unless->set_name("precision_km");
  unless->set_comparison(pb::UnlessClaim::AT_LEAST);
  unless->set_number(2);
  return out;
}

/// Of this process: what the machine is busy with besides does not count.
double cpu_seconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

std::uint64_t argument(int argc, char** argv, int index, std::uint64_t absent) {
  if (index >= argc) return absent;
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(argv[index], argv[index] + std::strlen(argv[index]), value);
  if (error != std::errc() || *end != 0) {
    fmt::print(stderr, "bench_impact [VERSIONS [PUBLISHED [DRAFT]]]: whole numbers\n");
    std::exit(2);
  }
  return value;
}

int run(int argc, char** argv) {
  const std::uint64_t versions = argument(argc, argv, 1, 1'000'000);
  const std::uint64_t published = argument(argc, argv, 2, 512);
  const std::uint64_t drafted = argument(argc, argv, 3, 10);
  Dice dice;
  AssetTable table;
  auto start = Clock::now();
  for (std::uint64_t number = 0; number < versions; ++number) {
    table.put(synthetic(number, dice), true);
    if (number % 20 == 0) table.set_open(version_name(number), {.listings = 1, .trades = 2});
  }
  fmt::print("{} versions put in {:.2f} s (once, when a node first asks)\n", table.size(), seconds_since(start));

  pb::NegativeList list;
  for (std::uint64_t number = 0; number < published; ++number) *list.add_entries() = entry(number, dice);
  google::protobuf::RepeatedPtrField<pb::NegativeEntry> draft;
  for (std::uint64_t number = 0; number < drafted; ++number) *draft.Add() = entry(10'000 + number, dice);

  start = Clock::now();
  static_cast<void>(table.order());
  const contracts::negative_list::Standing standing(table, list, ledger::TimeMs(1));
  fmt::print("{} entries in force asked of each in {:.2f} s (once a height)\n", published, seconds_since(start));

  for (const char* which : {"first", "again"}) {
    start = Clock::now();
    const double cpu = cpu_seconds();
    const auto effects = contracts::negative_list::impact(table, draft, standing);
    const double seconds = seconds_since(start);
    const double used = cpu_seconds() - cpu;
    std::int64_t matched = 0;
    std::int64_t added = 0;
    for (const auto& one : effects) {
      matched += one.matched;
      added += one.added;
    }
    fmt::print("impact of {} entries against {} in force, {}: {:.3f} s, {:.3f} s of CPU ({} matches, {} of them new)\n",
               drafted, published, which, seconds, used, matched, added);
  }
  return 0;
}

}  // namespace
}  // namespace qilian::bench

int main(int argc, char** argv) { return qilian::bench::run(argc, argv); }
