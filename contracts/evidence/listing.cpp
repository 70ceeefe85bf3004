
#include <algorithm>

#include "contracts/evidence/declare.h"
#include "contracts/evidence/evidence.h"
#include "contracts/evidence/market.h"
#include "contracts/notary/notary.h"
#include "contracts/registry/registry.h"
#include "contracts/signer_rules.h"
#include "contracts/text_guard.h"

namespace qilian::contracts::evidence {

using pb::Listing;

std::optional<Listing> listing(const Context& context, std::string_view id) {
  return context.get<Listing>(kind::kListing, id);
}

bool listing_live(const Listing& listing, TimeMs time) {
  return listing.status() == Listing::LISTED && time.value() >= listing.from() && time.value() < listing.to();
}

namespace {

Outcome check_list(const pb::EvidenceList& args) {
  QILIAN_PASS(require_text("id", args.id(), 64));
  QILIAN_PASS(require_text("asset", args.asset(), 64));
  QILIAN_PASS(require_text("venue", args.venue(), 64));
  QILIAN_PASS(require_text("seller", args.seller(), 64));
  QILIAN_PASS(require_choice("pricing", args.pricing()));
  QILIAN_REQUIRE(args.valuation().size() <= 64, "COM-107", "valuation is an id of at most 64 bytes");
  return require_range("to", args.to(), 0, INT64_MAX);
}

SignerRule list_signers(const pb::EvidenceList& args, const Context&) {
  return signed_by_each({args.seller(), args.venue()});
}

Outcome list_object(const pb::EvidenceList& args, const Context& context) {
  QILIAN_REQUIRE(!context.exists(kind::kListing, args.id()), "COM-302", "listing " + args.id() + " exists");
  QILIAN_PASS(registry::require_version(context, args.asset()));
  QILIAN_PASS(registry::require_live(context, registry::parse_version(args.asset())->udi));
  QILIAN_REQUIRE(args.to() == 0 || args.to() > context.time().value(), "COM-107",
                 "the listing would end before it begins");
  return pass();
}

std::vector<ListSubject> list_subjects(const pb::EvidenceList& args, const Context&) {
  ListSubject subject;
  subject.version = args.asset();
  return {subject};
}

Outcome list_invariants(const pb::EvidenceList& args, const Context& context) {
  const bool public_operation = !public_operation_grants(context, args.asset()).empty();
  QILIAN_PASS(require_marketable(context, args.asset()));
  QILIAN_PASS(require_operate(context, args.asset(), args.seller()));
  QILIAN_PASS(require_attestation(context, args.asset(), pb::Attestation::DATA_ADMISSION));
  QILIAN_PASS(require_pricing(context, args.asset(), public_operation, args.pricing(), args.valuation()));
  return require_venue(context, args.asset(), args.venue());
}

Outcome apply_list(const pb::EvidenceList& args, Context& context) {
  const auto admission = notary::latest_in_force(context, args.asset(), pb::Attestation::DATA_ADMISSION);
  const TimeMs latest = context.deadline("evidence.listing_term");
  Listing record;
  record.set_id(args.id());
  record.set_asset(args.asset());
  record.set_venue(args.venue());
  record.set_seller(args.seller());
  record.set_pricing(args.pricing());
  record.set_valuation(args.valuation());
  record.set_from(context.time().value());
  record.set_to(args.to() == 0 ? latest.value() : std::min(args.to(), latest.value()));
  record.set_status(Listing::LISTED);
  record.add_relied_attestations(admission->id());
  record.set_negative_list_version(negative_list_version(context));
  context.put(kind::kListing, args.id(), record, EventKind::kCreated);
  notary::rely(context, *admission, kind::kListing, args.id());
  registry::mark_market_contact(context, registry::parse_version(args.asset())->udi, kind::kListing, args.id());
  context.set_object(args.id());
  return pass();
}

Outcome check_delist(const pb::EvidenceDelist& args) {
  QILIAN_PASS(require_text("listing", args.listing(), 64));
  return require_text("reason", args.reason(), 512);
}

SignerRule delist_signers(const pb::EvidenceDelist& args, const Context& context) {
  const auto found = listing(context, args.listing());
  if (!found) return {};
  if (context.caller().signed_by(found->venue())) return signed_by_each({found->venue()});
  return signed_by_each({found->seller()});
}

Outcome delist_object(const pb::EvidenceDelist& args, const Context& context) {
  const auto found = listing(context, args.listing());
  QILIAN_REQUIRE(found.has_value(), "COM-301", "no listing " + args.listing());
  QILIAN_REQUIRE(listing_live(*found, context.time()), "COM-303", found->id() + " is no longer listed");
  return pass();
}

Outcome apply_delist(const pb::EvidenceDelist& args, Context& context) {
  Listing record = *listing(context, args.listing());
  record.set_status(Listing::DELISTED);
  record.set_to(context.time().value());
  context.put(kind::kListing, record.id(), record, EventKind::kEnded);
  context.set_object(record.id());
  return pass();
}

}  // namespace

void add_listing_calls(CallList& calls) {
  calls.push_back(make_call<pb::EvidenceList>(call("evidence.list", kBoth, {"HOLDER", "DEALER", "OPERATOR", "VENUE"},
                                                   {kNewBusiness, true, ListOperation::kList}, "挂牌",
                                                   "List an asset version for sale at a venue: seller and venue sign."),
                                              {.check = check_list,
                                               .signers = list_signers,
                                               .object = list_object,
                                               .subjects = list_subjects,
                                               .invariants = list_invariants,
                                               .apply = apply_list},
                                              true));
  calls.push_back(make_call<pb::EvidenceDelist>(
      call("evidence.delist", kByContract, {}, {kContinuing, false}, "摘牌",
           "Take a listing down: the seller or the venue."),
      {.check = check_delist, .signers = delist_signers, .object = delist_object, .apply = apply_delist}));
}

}  // namespace qilian::contracts::evidence
