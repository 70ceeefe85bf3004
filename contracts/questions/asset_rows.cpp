#include "contracts/questions/asset_rows.h"

#include <map>

#include "contracts/evidence/evidence.h"
#include "contracts/questions/reading.h"
#include "contracts/questions/reliance.h"
#include "contracts/registry/registry.h"

namespace qilian::contracts::questions {
namespace {

/// A source remembers what it read: a new one now and then keeps the memory small.
constexpr std::size_t kVersionsPerSource = 1'024;

bool open(const pb::Trade& trade) {
  return agreed(trade) && trade.stage() >= pb::Trade::AGREED && trade.stage() < pb::Trade::SETTLED;
}

class Filler {
 public:
  Filler(negative_list::AssetTable& table, const Reading& reading) : table_(table), reading_(reading) {}

  void put(const std::string& version) {
    if (read_++ % kVersionsPerSource == 0) assets_ = registry_assets(reading_.context());
    const auto view = assets_->find(version);
    if (!view) return;
    const auto asset = registry::asset(reading_.context(), view->udi);
    table_.put(*view, asset && registry::live(*asset, reading_.time()));
  }

 private:
  negative_list::AssetTable& table_;
  const Reading& reading_;
  std::unique_ptr<AssetSource> assets_;
  std::size_t read_ = 0;
};

}  // namespace

negative_list::AssetTable asset_rows(const HistoryView& history, ledger::TimeMs time) {
  const Arguments none;
  const Reading reading(history, time, Tier::kMember, none);
  negative_list::AssetTable out;
  Filler filler(out, reading);
  history.each(kind::kAssetVersion, [&](std::string_view version, const std::optional<ledger::Bytes>&) {
    filler.put(std::string(version));
  });
  std::map<std::string, negative_list::AssetTable::Open> business;
  reading.each<pb::Listing>(kind::kListing, [&](std::string_view, const pb::Listing& listing) {
    if (evidence::listing_live(listing, time)) ++business[listing.asset()].listings;
  });
  reading.each<pb::Trade>(kind::kTrade, [&](std::string_view, const pb::Trade& trade) {
    if (open(trade)) ++business[trade.asset()].trades;
  });
  for (const auto& [version, count] : business) out.set_open(version, count);
  return out;
}

}  // namespace qilian::contracts::questions
