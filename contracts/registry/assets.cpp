#include <algorithm>

#include "contracts/registry/registry.h"
#include "ledger/core/udi.h"

namespace qilian::contracts::registry {

std::optional<VersionRef> parse_version(std::string_view text) {
  ledger::Result<ledger::Udi> udi = ledger::Udi::parse(text);
  if (!udi || !udi->version() || udi->item()) return std::nullopt;
  if (*udi->version() == 0 || *udi->version() > UINT32_MAX) return std::nullopt;
  return VersionRef{udi->base(), static_cast<std::uint32_t>(*udi->version())};
}

std::string version_id(std::string_view udi, std::uint32_t seq) { return std::string(udi) + "@" + std::to_string(seq); }

std::optional<pb::Asset> asset(const Context& context, std::string_view udi) {
  return context.get<pb::Asset>(kind::kAsset, udi);
}

std::optional<pb::AssetVersion> version(const Context& context, std::string_view version_id) {
  return context.get<pb::AssetVersion>(kind::kAssetVersion, version_id);
}

std::optional<pb::Derivation> derivation(const Context& context, std::string_view version_id) {
  return context.get<pb::Derivation>(kind::kDerivation, version_id);
}

pb::Asset::Status status_at(const pb::Asset& asset, TimeMs time) {
  const bool amending = asset.status() == pb::Asset::AMENDING;
  const bool registered = asset.status() == pb::Asset::REGISTERED || amending;
  if (registered && time.value() >= asset.valid_to()) return pb::Asset::EXPIRED;
  return amending && time.value() >= asset.amendment_to() ? pb::Asset::REGISTERED : asset.status();
}

bool live(const pb::Asset& asset, TimeMs time) {
  const pb::Asset::Status status = status_at(asset, time);
  return status == pb::Asset::REGISTERED || status == pb::Asset::AMENDING;
}

std::string_view status_name(pb::Asset::Status status) { return pb::Asset::Status_Name(status); }

Outcome require_live(const Context& context, std::string_view udi) {
  const std::optional<pb::Asset> found = asset(context, udi);
  QILIAN_REQUIRE(found, "COM-301", "asset " + std::string(udi) + " is not in the registry");
  QILIAN_REQUIRE(live(*found, context.time()), "COM-303",
                 "asset " + std::string(udi) + " is " + std::string(status_name(status_at(*found, context.time()))) +
                     ", not REGISTERED");
  return pass();
}

Outcome require_version(const Context& context, std::string_view version_id) {
  const std::optional<VersionRef> ref = parse_version(version_id);
  QILIAN_REQUIRE(ref, "COM-301", "\"" + std::string(version_id) + "\" does not name a version: write <udi>@<number>");
  const std::optional<pb::Asset> found = asset(context, ref->udi);
  QILIAN_REQUIRE(found && ref->seq <= found->head() &&
                     std::ranges::find(found->lapsed_versions(), ref->seq) == found->lapsed_versions().end(),
                 "COM-301", "version " + std::string(version_id) + " is not registered");
  return pass();
}

bool barred_from_market(const pb::Asset& asset) {
  return asset.raw() && asset.category() == pb::Asset::PUBLIC && asset.open_level() != pb::Asset::UNCONDITIONAL;
}

void mark_delivered(Context& context, std::string_view udi) {
  std::optional<pb::Asset> found = asset(context, udi);
  if (!found || found->delivered_at() != 0) return;
  found->set_delivered_at(context.time().value());
  context.put(kind::kAsset, udi, *found);
}

void mark_market_contact(Context& context, std::string_view udi, Kind referred, std::string_view referred_id) {
  context.append(kind::kMarketContactOfAsset, udi, referred, referred_id);
}

}  // namespace qilian::contracts::registry
