// The registry as other contracts read it: assets, versions, rights and lineage. Pure reads, except the two marks at
// the end. A version is named "<udi>@<seq>" everywhere; an asset by its UDI alone.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "contracts/asset_view.h"
#include "contracts/context.h"
#include "contracts/registry.pb.h"

namespace qilian::contracts::registry {

/// "<udi>@<seq>" taken apart. Nothing for another text, a bad UDI, seq 0 or an item suffix.
struct VersionRef {
  std::string udi;
  std::uint32_t seq = 0;
};
std::optional<VersionRef> parse_version(std::string_view text);
std::string version_id(std::string_view udi, std::uint32_t seq);

std::optional<pb::Asset> asset(const Context& context, std::string_view udi);
std::optional<pb::AssetVersion> version(const Context& context, std::string_view version_id);
std::optional<pb::Derivation> derivation(const Context& context, std::string_view version_id);

/// The status as of a moment: REGISTERED or AMENDING past `valid_to` reads EXPIRED, AMENDING past `amendment_to` reads
/// REGISTERED. A hold is not an asset's state: the gate asks for it.
pb::Asset::Status status_at(const pb::Asset& asset, TimeMs time);
/// REGISTERED or AMENDING, and not expired: the asset may be granted, listed, traded and derived from.
bool live(const pb::Asset& asset, TimeMs time);
std::string_view status_name(pb::Asset::Status status);
/// COM-301 where there is no such asset, COM-303 where it is not live.
Outcome require_live(const Context& context, std::string_view udi);
/// COM-301 where that version does not exist or is not registered yet.
Outcome require_version(const Context& context, std::string_view version_id);

/// All rights on an asset, oldest first, whatever their state.
std::vector<pb::Right> rights(const Context& context, const pb::Asset& asset);
/// ACTIVE and inside its period.
bool right_in_force(const pb::Right& right, TimeMs time);
bool has_right(const Context& context, std::string_view udi, pb::Right::Type type, std::string_view holder);
/// Holders of a right of that type that is in force now, ascending, each once.
std::vector<std::string> right_holders(const Context& context, std::string_view udi, pb::Right::Type type);

/// Every ancestor version of a version, nearest first, each once. Bounded by "registry.lineage_depth" levels.
std::vector<std::string> ancestors(const Context& context, std::string_view version_id);
/// The strictest grade of the version's asset and of every ancestor 就高从严.
pb::Asset::Grade effective_grade(const Context& context, std::string_view version_id);
/// PERSONAL where the asset or an ancestor is, unless anonymisation is attested on the way; else the asset's own
/// category.
pb::Asset::Category effective_category(const Context& context, std::string_view version_id);

/// 原始公共数据不得直接入市: raw, public and not unconditionally open (EVD-401).
bool barred_from_market(const pb::Asset& asset);

/// A claim of that name in an attestation on the version that is in force now; the newest one.
std::optional<AttestedClaim> attested_claim(const Context& context, std::string_view version_id, std::string_view name);

/// evidence.deliver says so: from now on the operator behind the asset may not develop it further (AUT-412).
void mark_delivered(Context& context, std::string_view udi);
/// A listing, an offer or a grant to the market touched the asset: completes question 11.
void mark_market_contact(Context& context, std::string_view udi, Kind referred, std::string_view referred_id);

}  // namespace qilian::contracts::registry
