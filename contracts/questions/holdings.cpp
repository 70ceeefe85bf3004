// What is held where.
#include <array>
#include <map>
#include <set>

#include "contracts/questions/reading.h"
#include "contracts/registry/registry.h"

namespace qilian::contracts::questions {
namespace {

/// By the effective grade of the head version: a product made from IMPORTANT data counts.
Result<void> important(const Reading& reading, Answer& answer) {
  struct Count {
    std::int64_t assets = 0;
    std::set<std::string> holders;
  };
  const std::string region = reading.text("region");
  const std::string industry = reading.text("industry");
  std::map<std::pair<std::string, std::string>, Count> counts;
  std::int64_t examined = 0;
  reading.each<pb::Asset>(kind::kAsset, [&](std::string_view udi, const pb::Asset& asset) {
    ++examined;
    const bool asked = asset.region().starts_with(region) && asset.industry().starts_with(industry);
    if (!asked || !registry::live(asset, reading.time())) return;
    const auto grade = registry::effective_grade(reading.context(), registry::version_id(udi, asset.head()));
    if (grade != pb::Asset::IMPORTANT) return;
    Count& count = counts[{asset.region(), asset.industry()}];
    ++count.assets;
    for (std::string& holder : registry::right_holders(reading.context(), udi, pb::Right::HOLD)) {
      count.holders.insert(std::move(holder));
    }
  });
  for (const auto& [key, count] : counts) {
    answer.add({{"region", key.first},
                {"industry", key.second},
                {"assets", count.assets},
                {"holders", std::vector<std::string>(count.holders.begin(), count.holders.end())}});
  }
  answer.facts = {{"assets_examined", examined}};
  return {};
}

constexpr std::array kWhere{Argument{"region", false, "GB/T 2260 code, or how it begins"},
                            Argument{"industry", false, "GB/T 4754 code, or how it begins"}};

}  // namespace

std::span<const Entry> holding_questions() {
  static const std::array<Entry, 1> all{{
      {{19, "important", kWhere, Tier::kMember, "重要数据分布", "IMPORTANT data by region and industry"}, important},
  }};
  return all;
}

}  // namespace qilian::contracts::questions
