// What a sale must satisfy: the rules that listing and every stage of a trade run, again and again, ascending by code.
#pragma once

#include <string>
#include <string_view>

#include "contracts/context.h"
#include "contracts/evidence.pb.h"

namespace qilian::contracts::evidence {

/// EVD-401: raw public data that is not unconditionally open never comes to market.
Outcome require_marketable(const Context& context, std::string_view version);
/// EVD-402: the seller holds OPERATE on the asset, in force now.
Outcome require_operate(const Context& context, std::string_view version, std::string_view seller);
/// EVD-404: nobody trades with itself; related parties say so.
Outcome require_arms_length(const Context& context, const pb::Trade& trade);
/// EVD-407: an attestation of that type about the version is in force.
Outcome require_attestation(const Context& context, std::string_view version, pb::Attestation::Type type);
/// EVD-410: sales under public operation are FREE or GOVERNMENT_GUIDED in clear fen; market trades are FREE, AUTONOMOUS
/// or VALUATION_BASED with a committed price, the last with a valuation of the version that still holds.
Outcome require_pricing(const Context& context, std::string_view version, bool public_operation, pb::Pricing pricing,
                        std::string_view valuation);
/// EVD-411: the venue holds the role VENUE for the asset's industry.
Outcome require_venue(const Context& context, std::string_view version, std::string_view venue);

/// EVD-403: the licence seller -> buyer covers the version and either waits for this trade or is in effect.
Outcome require_licence(const Context& context, const pb::Trade& trade);

/// The sale's own invariants in order: EVD-401, 402, 404, then the attestation where `attested` asks for one (EVD-407),
/// 410, 411; then the called contracts: REV-402, REV-403 (public operation), AUT-404 (purpose of the licence).
enum class Attested { kNone, kAdmission, kAuthenticity };
Outcome require_sale(const Context& context, const pb::Trade& trade, Attested attested);

/// Grants of public operation behind the version, down to the first licence: what makes its sale one under public
/// operation, whoever of operator and sub-operator sells.
std::vector<std::string> public_operation_grants(const Context& context, std::string_view version);

/// The version of the negative list in force now; 0 where there is none.
std::uint64_t negative_list_version(const Context& context);

}  // namespace qilian::contracts::evidence
