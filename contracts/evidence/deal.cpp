// Offer, agreement, clearing.

#include <algorithm>
#include <array>

#include "contracts/evidence/declare.h"
#include "contracts/evidence/steps.h"
#include "contracts/members.h"
#include "contracts/registry/registry.h"
#include "contracts/text_guard.h"

namespace qilian::contracts::evidence {
namespace {

using pb::EvidenceOffer;
using pb::Trade;

constexpr std::size_t kMaxServices = 16;
constexpr std::array<std::string_view, 5> kBuyerRoles{"BUYER", "DEALER", "HOLDER", "OPERATOR", "AGENT"};

// The trade as the offer describes it, before anything is written.
Trade described(const EvidenceOffer& args, const Context& context) {
  Trade out;
  out.set_id(args.id());
  out.set_channel(args.channel());
  out.set_venue(args.venue());
  out.set_seller(args.seller());
  out.set_buyer(args.buyer());
  *out.mutable_services() = args.services();
  out.set_asset(args.asset());
  out.set_listing(args.listing());
  out.set_licence(args.licence());
  out.set_purpose(args.purpose());
  out.set_price_fen(args.price_fen());
  out.set_price_commitment(args.price_commitment());
  out.set_pricing(args.pricing());
  out.set_valuation(args.valuation());
  out.set_related_declared(args.related_declared());
  for (std::string& grant : public_operation_grants(context, args.asset())) {
    out.add_public_operation_grants(std::move(grant));
  }
  out.set_public_operation(out.public_operation_grants_size() > 0);
  return out;
}

Outcome require_listing(const EvidenceOffer& args, const Context& context) {
  const auto found = listing(context, args.listing());
  QILIAN_REQUIRE(found.has_value(), "COM-301", "no listing " + args.listing());
  QILIAN_REQUIRE(listing_live(*found, context.time()), "COM-303", found->id() + " is no longer listed");
  const bool matches =
      found->asset() == args.asset() && found->venue() == args.venue() && found->seller() == args.seller();
  QILIAN_REQUIRE(matches, "COM-303",
                 found->id() + " lists " + found->asset() + " of " + found->seller() + " at " + found->venue());
  return pass();
}

Outcome check_offer(const EvidenceOffer& args) {
  QILIAN_PASS(require_text("id", args.id(), 64));
  QILIAN_PASS(require_choice("channel", args.channel()));
  if (args.channel() == Trade::ON_VENUE) {
    QILIAN_PASS(require_text("venue", args.venue(), 64));
    QILIAN_PASS(require_text("listing", args.listing(), 64));
  } else {
    QILIAN_REQUIRE(args.venue().empty() && args.listing().empty(), "COM-107",
                   "an OFF_VENUE trade has no venue and no listing");
  }
  QILIAN_PASS(require_text("seller", args.seller(), 64));
  QILIAN_PASS(require_text("buyer", args.buyer(), 64));
  QILIAN_PASS(require_count("services", static_cast<std::size_t>(args.services_size()), 0, kMaxServices));
  for (const std::string& service : args.services()) QILIAN_PASS(require_text("services", service, 64));
  QILIAN_PASS(require_text("asset", args.asset(), 64));
  QILIAN_PASS(require_text("licence", args.licence(), 128));
  QILIAN_PASS(require_text("purpose", args.purpose(), 64));
  QILIAN_PASS(require_range("price_fen", args.price_fen(), 0, 100'000'000'000'000));
  if (!args.price_commitment().empty()) QILIAN_PASS(require_commitment("price_commitment", args.price_commitment()));
  QILIAN_REQUIRE(args.valuation().size() <= 64, "COM-107", "valuation is an id of at most 64 bytes");
  return require_choice("pricing", args.pricing());
}

SignerRule offer_signers(const EvidenceOffer& args, const Context& context) {
  const bool may_buy =
      std::ranges::any_of(kBuyerRoles, [&](std::string_view role) { return has_role(context, args.buyer(), role); });
  if (organisation_exists(context, args.buyer()) && !may_buy) {
    return signers_denied("COM-204", args.buyer() + " holds no role that buys data");
  }
  return signed_by_each({args.seller()});
}

Outcome offer_object(const EvidenceOffer& args, const Context& context) {
  QILIAN_REQUIRE(!context.exists(kind::kTrade, args.id()), "COM-302", "trade " + args.id() + " exists");
  QILIAN_REQUIRE(organisation_exists(context, args.buyer()), "COM-301", "no organisation " + args.buyer());
  QILIAN_PASS(registry::require_version(context, args.asset()));
  QILIAN_PASS(registry::require_live(context, registry::parse_version(args.asset())->udi));
  QILIAN_PASS(require_code(context, "purpose", args.purpose()));
  for (const std::string& service : args.services()) {
    QILIAN_REQUIRE(context.exists(kind::kEngagement, service), "COM-301", "no engagement " + service);
  }
  return args.channel() == Trade::ON_VENUE ? require_listing(args, context) : pass();
}

Outcome offer_references(const EvidenceOffer& args, const Context& context) {
  return require_licence(context, described(args, context));
}

std::vector<ListSubject> offer_subjects(const EvidenceOffer& args, const Context&) {
  ListSubject subject;
  subject.version = args.asset();
  subject.purposes = {args.purpose()};
  subject.buyer = args.buyer();
  return {subject};
}

Outcome offer_invariants(const EvidenceOffer& args, const Context& context) {
  const Trade trade = described(args, context);
  // The listing relied on an admission; it must not have fallen since.
  return require_sale(context, trade, Attested::kAdmission);
}

Outcome apply_offer(const EvidenceOffer& args, Context& context) {
  Trade record = described(args, context);
  record.set_negative_list_version(negative_list_version(context));
  record.set_stage(Trade::OFFERED);
  record.set_offered_at(context.time().value());
  record.set_agree_by(context.deadline("evidence.offer_term").value());
  rely_on(context, record, pb::Attestation::DATA_ADMISSION);
  context.put(kind::kTrade, args.id(), record, EventKind::kCreated);
  const std::string udi = registry::parse_version(args.asset())->udi;
  context.append(kind::kTradesOfAsset, udi, kind::kTrade, args.id());
  context.append(kind::kTradesOfOrganisation, args.seller(), kind::kTrade, args.id());
  if (args.buyer() != args.seller()) context.append(kind::kTradesOfOrganisation, args.buyer(), kind::kTrade, args.id());
  registry::mark_market_contact(context, udi, kind::kTrade, args.id());
  context.set_object(args.id());
  return pass();
}

Outcome check_agree(const pb::EvidenceAgree& args) {
  QILIAN_PASS(require_text("trade", args.trade(), 64));
  QILIAN_PASS(require_commitment("contract", args.contract()));
  return require_commitment("terms", args.terms());
}

SignerRule agree_signers(const pb::EvidenceAgree& args, const Context& context) {
  const auto found = trade(context, args.trade());
  if (!found) return {};
  std::vector<std::string> all{found->seller(), found->buyer()};
  if (found->channel() == Trade::ON_VENUE) all.push_back(found->venue());
  return signed_by_each(std::move(all));
}

Outcome agree_object(const pb::EvidenceAgree& args, const Context& context) {
  QILIAN_PASS(require_stage(context, args.trade(), Act::kAgree));
  const std::int64_t until = trade(context, args.trade())->agree_by();
  QILIAN_REQUIRE(context.time().value() < until, "COM-307", "the offer " + args.trade() + " has lapsed: offer again");
  return pass();
}

Outcome agree_invariants(const pb::EvidenceAgree& args, const Context& context) {
  const Trade found = *trade(context, args.trade());
  return require_sale(context, found, Attested::kAdmission);
}

Outcome apply_agree(const pb::EvidenceAgree& args, Context& context) {
  Trade record = *trade(context, args.trade());
  record.set_contract(args.contract());
  record.set_terms(args.terms());
  open_obligation(context, record.seller(), "trade");
  open_obligation(context, record.buyer(), "trade");
  move_to(context, std::move(record), Trade::AGREED);
  return pass();
}

Outcome check_clear(const pb::EvidenceClear& args) { return require_text("trade", args.trade(), 64); }

Outcome clear_object(const pb::EvidenceClear& args, const Context& context) {
  return require_stage(context, args.trade(), Act::kClear);
}

Outcome clear_invariants(const pb::EvidenceClear& args, const Context& context) {
  return require_sale(context, *trade(context, args.trade()), Attested::kAuthenticity);
}

Outcome apply_clear(const pb::EvidenceClear& args, Context& context) {
  Trade record = *trade(context, args.trade());
  rely_on(context, record, pb::Attestation::AUTHENTICITY);
  move_to(context, std::move(record), Trade::CLEARED);
  return pass();
}

}  // namespace

void add_deal_calls(CallList& calls) {
  calls.push_back(make_call<pb::EvidenceOffer>(
      call("evidence.offer", kSelf, {"HOLDER", "DEALER", "OPERATOR"}, {kNewBusiness, true, ListOperation::kTrade},
           "发起交易", "Offer a trade to one buyer, on or off venue."),
      {.check = check_offer,
       .signers = offer_signers,
       .object = offer_object,
       .references = offer_references,
       .subjects = offer_subjects,
       .invariants = offer_invariants,
       .apply = apply_offer},
      true));
  calls.push_back(make_call<pb::EvidenceAgree>(
      call("evidence.agree", kEach, {}, {kNewBusiness, true, ListOperation::kTrade}, "签约",
           "Agree on contract and terms: seller, buyer and, on venue, the venue sign."),
      {.check = check_agree,
       .signers = agree_signers,
       .hold_scopes = trade_scopes,
       .object = agree_object,
       .references = licence_holds,
       .subjects = opening_subjects,
       .invariants = agree_invariants,
       .apply = apply_agree}));
  calls.push_back(make_call<pb::EvidenceClear>(
      call("evidence.clear", kByContract, {}, {kContinuing, true, ListOperation::kTrade}, "清算放行",
           "Clear an agreed trade: every gate runs again, and authenticity must be attested."),
      {.check = check_clear,
       .signers = clearing_party_signs,
       .hold_scopes = trade_scopes,
       .object = clear_object,
       .references = licence_holds,
       .subjects = running_subjects,
       .invariants = clear_invariants,
       .apply = apply_clear}));
}

}  // namespace qilian::contracts::evidence
