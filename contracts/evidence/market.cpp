#include "contracts/evidence/market.h"

#include <algorithm>

#include "contracts/authorization/authorization.h"
#include "contracts/members.h"
#include "contracts/membership.pb.h"
#include "contracts/negative_list.pb.h"
#include "contracts/notary/notary.h"
#include "contracts/registry/registry.h"
#include "contracts/revenue/revenue.h"
#include "contracts/supervision/supervision.h"

namespace qilian::contracts::evidence {
namespace {

using pb::Attestation;
using pb::Pricing;
using pb::Trade;

std::optional<pb::Asset> asset_of(const Context& context, std::string_view version) {
  const auto ref = registry::parse_version(version);
  return ref ? registry::asset(context, ref->udi) : std::nullopt;
}

Outcome require_valuation(const Context& context, std::string_view version, std::string_view id) {
  QILIAN_REQUIRE(!id.empty(), "EVD-410", "VALUATION_BASED needs a valuation record");
  QILIAN_REQUIRE(supervision::valuation_in_force(context, id, version), "EVD-410",
                 std::string(id) + " is no valuation of " + std::string(version) + " that still holds");
  return pass();
}

// The price as it must stand: in clear under public operation, committed elsewhere, nothing at all where the sale is
// free.
Outcome require_price_form(const Context& context, const Trade& trade) {
  if (trade.pricing() == Pricing::FREE) {
    QILIAN_REQUIRE(trade.price_commitment().empty(), "EVD-410", "a FREE sale has no committed price");
    // A price on a purpose that the purpose table gives away is what REV-403 is about.
    const bool judged_by_revenue = trade.public_operation() && revenue::free_purpose(context, trade.purpose());
    QILIAN_REQUIRE(trade.price_fen() == 0 || judged_by_revenue, "EVD-410", "a FREE sale has the price 0");
    return pass();
  }
  if (trade.public_operation()) {
    QILIAN_REQUIRE(trade.price_commitment().empty(), "EVD-410",
                   "a sale under public operation states its price in clear fen");
    return pass();
  }
  QILIAN_REQUIRE(trade.price_fen() == 0 && !trade.price_commitment().empty(), "EVD-410",
                 "a market trade commits to its price (price_commitment), never in clear");
  return pass();
}

}  // namespace

Outcome require_marketable(const Context& context, std::string_view version) {
  const auto asset = asset_of(context, version);
  QILIAN_REQUIRE(
      asset && !registry::barred_from_market(*asset), "EVD-401",
      std::string(version) + " is raw public data: only products made from it under authorized operation may be sold");
  return pass();
}

Outcome require_operate(const Context& context, std::string_view version, std::string_view seller) {
  const auto asset = asset_of(context, version);
  QILIAN_REQUIRE(asset && registry::has_right(context, asset->udi(), pb::Right::OPERATE, seller), "EVD-402",
                 std::string(seller) + " holds no OPERATE right on " + std::string(version));
  return pass();
}

Outcome require_arms_length(const Context& context, const Trade& trade) {
  QILIAN_REQUIRE(trade.seller() != trade.buyer(), "EVD-404", trade.seller() + " cannot trade with itself");
  QILIAN_REQUIRE(trade.related_declared() || !related(context, trade.seller(), trade.buyer()), "EVD-404",
                 "seller and buyer are of one controller group: declare it (related_declared)");
  return pass();
}

Outcome require_attestation(const Context& context, std::string_view version, Attestation::Type type) {
  QILIAN_REQUIRE(notary::latest_in_force(context, version, type).has_value(), "EVD-407",
                 notary::why_none(context, version, type));
  return pass();
}

Outcome require_pricing(const Context& context, std::string_view version, bool public_operation, Pricing pricing,
                        std::string_view valuation) {
  const bool guided = pricing == Pricing::GOVERNMENT_GUIDED;
  QILIAN_REQUIRE(pricing == Pricing::FREE || guided == public_operation, "EVD-410",
                 pb::Pricing_Name(pricing) +
                     (public_operation ? " is not for products of public operation: GOVERNMENT_GUIDED or FREE"
                                       : " is for products of public operation only"));
  return pricing == Pricing::VALUATION_BASED ? require_valuation(context, version, valuation) : pass();
}

Outcome require_venue(const Context& context, std::string_view version, std::string_view venue) {
  const auto organisation = context.get<pb::Organisation>(kind::kOrganisation, venue);
  QILIAN_REQUIRE(organisation.has_value(), "EVD-411", "no venue " + std::string(venue));
  const auto role =
      std::ranges::find_if(organisation->roles(), [](const pb::RoleGrant& r) { return r.role() == "VENUE"; });
  QILIAN_REQUIRE(role != organisation->roles().end(), "EVD-411", std::string(venue) + " is not a licensed venue");
  const auto asset = asset_of(context, version);
  const bool in_sector =
      role->sectors().empty() || std::ranges::any_of(role->sectors(), [&](const std::string& sector) {
        return asset && asset->industry().starts_with(sector);
      });
  QILIAN_REQUIRE(in_sector, "EVD-411",
                 std::string(venue) + " is not licensed for industry " + (asset ? asset->industry() : ""));
  return pass();
}

Outcome require_licence(const Context& context, const Trade& trade) {
  const auto grant = authorization::grant(context, trade.licence());
  QILIAN_REQUIRE(grant.has_value(), "EVD-403", "no licence " + trade.licence());
  QILIAN_REQUIRE(grant->grantor() == trade.seller() && grant->grantee() == trade.buyer(), "EVD-403",
                 grant->id() + " is not from " + trade.seller() + " to " + trade.buyer());
  const auto ref = registry::parse_version(trade.asset());
  QILIAN_REQUIRE(ref && authorization::covers(*grant, ref->udi, ref->seq), "EVD-403",
                 grant->id() + " does not cover " + trade.asset());
  if (!authorization::pending_for(context, trade.licence(), trade.id())) return pass();
  if (const Outcome why = authorization::in_effect(context, trade.licence())) {
    return deny("EVD-403", "neither pending for " + trade.id() + " nor in effect: " + why->trace);
  }
  return pass();
}

Outcome require_sale(const Context& context, const Trade& trade, Attested attested) {
  QILIAN_PASS(require_marketable(context, trade.asset()));
  QILIAN_PASS(require_operate(context, trade.asset(), trade.seller()));
  QILIAN_PASS(require_arms_length(context, trade));
  if (attested == Attested::kAdmission)
    QILIAN_PASS(require_attestation(context, trade.asset(), Attestation::DATA_ADMISSION));
  if (attested == Attested::kAuthenticity)
    QILIAN_PASS(require_attestation(context, trade.asset(), Attestation::AUTHENTICITY));
  QILIAN_PASS(require_pricing(context, trade.asset(), trade.public_operation(), trade.pricing(), trade.valuation()));
  QILIAN_PASS(require_price_form(context, trade));
  if (trade.channel() == Trade::ON_VENUE) QILIAN_PASS(require_venue(context, trade.asset(), trade.venue()));
  if (trade.public_operation()) {
    const auto ref = registry::parse_version(trade.asset());
    QILIAN_PASS(revenue::check_price(context, ref->udi, trade.purpose(), trade.price_fen()));
  }
  const auto grant = authorization::grant(context, trade.licence());
  QILIAN_REQUIRE(grant && authorization::has_purpose(*grant, trade.purpose()), "AUT-404",
                 "licence " + trade.licence() + " is not for purpose " + trade.purpose());
  return pass();
}

std::vector<std::string> public_operation_grants(const Context& context, std::string_view version) {
  std::vector<std::string> out;
  for (const pb::Grant& grant : authorization::public_operation_behind(context, version)) out.push_back(grant.id());
  std::ranges::sort(out);
  out.erase(std::ranges::unique(out).begin(), out.end());
  return out;
}

std::uint64_t negative_list_version(const Context& context) {
  std::uint64_t version = 0;
  const auto list = context.get<pb::ListRegister>(kind::kListRegister, "current");
  if (!list) return version;
  for (const auto& candidate : list->versions()) {
    if (context.time().value() >= candidate.effective_at()) version = candidate.version();
  }
  return version;
}

}  // namespace qilian::contracts::evidence
