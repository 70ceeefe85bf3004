// What the registry's calls share among themselves; nobody else includes it.
#pragma once

#include <string>
#include <string_view>

#include "contracts/contract.h"
#include "contracts/registry/registry.h"

namespace qilian::contracts::registry {

// One function for each file of calls; calls.cpp joins them.
void add_submission_calls(CallList& calls);
void add_review_calls(CallList& calls);
void add_objection_calls(CallList& calls);
void add_amendment_calls(CallList& calls);
void add_lifecycle_calls(CallList& calls);
void add_transfer_calls(CallList& calls);
void add_derivation_calls(CallList& calls);
void add_catalogue_calls(CallList& calls);
void add_census_calls(CallList& calls);
void add_pledge_calls(CallList& calls);

// ---- rights -------------------------------------------------------------------------------------------------------

std::string right_id(std::string_view udi, std::uint32_t number);
/// REG-407.
Outcome check_new_right(const pb::Asset& asset, pb::Right::Type type);
/// REG-404: against every right in force of the same type, except the one that the candidate replaces or derives from.
Outcome check_exclusive(const Context& context, const pb::Asset& asset, const pb::Right& candidate,
                        std::string_view replaced);
/// Gives it the asset's next number and writes it; the caller writes the asset.
std::string add_right(Context& context, pb::Asset& asset, pb::Right right);

// ---- submission ---------------------------------------------------------------------------------------------------

/// Static shape of what a registrant says.
Outcome check_description(const pb::AssetDescription& description);
Outcome check_content(const pb::VersionContent& content);
Outcome check_rights(const google::protobuf::RepeatedPtrField<pb::RightClaim>& rights);

/// REG-101 and COM-302: a well-formed UDI of the registrant and of the right kind, never used before.
Outcome check_new_udi(const Context& context, std::string_view udi, pb::Asset::Kind kind);
/// COM-104 for a code that a published table lacks; an empty one passes.
Outcome check_codes(const Context& context, std::string_view industry, std::string_view region,
                    std::string_view scenario);
/// COM-104, COM-107: codes and lists against the governed tables and parameters.
Outcome check_description_codes(const Context& context, const pb::AssetDescription& description);
Outcome check_items_count(const Context& context, const pb::VersionContent& content);
/// REG-102.
Outcome check_items(const pb::VersionContent& content);
/// REG-103.
Outcome check_source(const pb::AssetDescription& description);
/// REG-403: the root must be nobody's, or this asset's, or of an asset that was refused or revoked.
Outcome check_root(const Context& context, std::string_view udi, const pb::VersionContent& content);
/// REG-405 (no HOLD among the claims) and REG-407.
Outcome check_claims(const pb::Asset& draft, const google::protobuf::RepeatedPtrField<pb::RightClaim>& rights);

/// The asset as described, SUBMITTED, unwritten.
pb::Asset draft_asset(std::string_view udi, const pb::AssetDescription& description, const pb::VersionContent& content,
                      std::string_view registrant);
pb::AssetVersion draft_version(const Context& context, std::string_view udi, std::uint32_t seq,
                               const pb::VersionContent& content, std::string_view change_type);
/// Writes the version and keeps its root from others.
void write_version(Context& context, const pb::AssetVersion& version, std::string_view registrant);
/// Writes a new asset with its first version and the claimed rights.
void write_submission(Context& context, pb::Asset asset, const pb::AssetVersion& version,
                      const google::protobuf::RepeatedPtrField<pb::RightClaim>& rights);

// ---- catalogue ----------------------------------------------------------------------------------------------------

Outcome check_entry(const pb::RegistryAddCatalogueEntry& args);
/// `census`: root of the batch that brings it, or empty.
void write_entry(Context& context, const pb::RegistryAddCatalogueEntry& args, std::string_view census);

// ---- amendments ---------------------------------------------------------------------------------------------------

/// Numbers are never used twice, not even those of versions that lapsed.
std::uint32_t next_version(const pb::Asset& asset);
/// AMENDING with that pending version until "registry.amendment_window" is over; the caller writes the asset.
void open_amendment(Context& context, pb::Asset& asset, std::uint32_t seq);

// ---- pledges ------------------------------------------------------------------------------------------------------

/// REG-409 while the pledge of that id stands: neither released nor past its `until`. An empty id passes.
Outcome require_unpledged(const Context& context, std::string_view pledge);

// ---- who signs ----------------------------------------------------------------------------------------------------

/// Registrant and registrar of an asset that exists; nothing where it does not (the object stage says so).
SignerRule registrant_and_registrar(const Context& context, std::string_view udi);

// ---- what the negative list sees ----------------------------------------------------------------------------------

AssetView view_of(const Context& context, const pb::Asset& asset, const pb::AssetVersion& version,
                  std::vector<std::string> parents);

}  // namespace qilian::contracts::registry
