// Engagements of the eleven services, and custody.

#include <algorithm>
#include <array>

#include "contracts/evidence/declare.h"
#include "contracts/members.h"
#include "contracts/registry/registry.h"
#include "contracts/signer_rules.h"
#include "contracts/text_guard.h"

namespace qilian::contracts::evidence {
namespace {

using pb::Custody;

// The policy's eleven services, and the role that offers each.
struct Service {
  std::string_view type;
  std::string_view role;
};
constexpr std::array<Service, 11> kServices{{{"integration", "SERVICE_INTEGRATION"},
                                             {"brokerage", "SERVICE_BROKERAGE"},
                                             {"certification", "SERVICE_CERTIFICATION"},
                                             {"audit", "SERVICE_AUDIT"},
                                             {"notary", "NOTARY"},
                                             {"insurance", "SERVICE_INSURANCE"},
                                             {"custody", "SERVICE_CUSTODY"},
                                             {"valuation", "SERVICE_VALUATION"},
                                             {"arbitration", "SERVICE_ARBITRATION"},
                                             {"training", "SERVICE_TRAINING"},
                                             {"finance", "SERVICE_FINANCE"}}};

const Service* find_service(std::string_view type) {
  const auto found = std::ranges::find(kServices, type, &Service::type);
  return found == kServices.end() ? nullptr : &*found;
}

// Those who judge must not belong to those whom they judge.
bool judges(std::string_view type) {
  return type == "audit" || type == "notary" || type == "arbitration" || type == "certification";
}

Outcome check_engage(const pb::EvidenceEngage& args) {
  QILIAN_PASS(require_text("id", args.id(), 64));
  QILIAN_PASS(require_text("client", args.client(), 64));
  QILIAN_PASS(require_text("provider", args.provider(), 64));
  QILIAN_REQUIRE(find_service(args.type()) != nullptr, "COM-107", args.type() + " is none of the eleven services");
  return require_commitment("contract", args.contract());
}

SignerRule engage_signers(const pb::EvidenceEngage& args, const Context& context) {
  if (!has_role(context, args.provider(), find_service(args.type())->role)) {
    return signers_denied("COM-204",
                          args.provider() + " does not hold " + std::string(find_service(args.type())->role));
  }
  const bool conflict =
      args.client() == args.provider() || (judges(args.type()) && related(context, args.client(), args.provider()));
  if (conflict) return signers_denied("COM-207", args.provider() + " is related to its client");
  return signed_by_each({args.client(), args.provider()});
}

Outcome engage_object(const pb::EvidenceEngage& args, const Context& context) {
  QILIAN_REQUIRE(!context.exists(kind::kEngagement, args.id()), "COM-302", "engagement " + args.id() + " exists");
  return pass();
}

Outcome apply_engage(const pb::EvidenceEngage& args, Context& context) {
  pb::Engagement record;
  record.set_id(args.id());
  record.set_client(args.client());
  record.set_provider(args.provider());
  record.set_type(args.type());
  record.set_contract(args.contract());
  record.set_from(context.time().value());
  context.put(kind::kEngagement, args.id(), record, EventKind::kCreated);
  context.set_object(args.id());
  return pass();
}

Outcome check_take_custody(const pb::EvidenceTakeCustody& args) {
  QILIAN_PASS(require_text("id", args.id(), 64));
  QILIAN_PASS(require_text("asset", args.asset(), 64));
  QILIAN_PASS(require_text("owner", args.owner(), 64));
  QILIAN_PASS(require_text("custodian", args.custodian(), 64));
  return require_digest("digest", args.digest());
}

SignerRule take_custody_signers(const pb::EvidenceTakeCustody& args, const Context& context) {
  if (!has_role(context, args.custodian(), "SERVICE_CUSTODY")) {
    return signers_denied("COM-204", args.custodian() + " does not hold SERVICE_CUSTODY");
  }
  return signed_by_each({args.owner(), args.custodian()});
}

Outcome take_custody_object(const pb::EvidenceTakeCustody& args, const Context& context) {
  QILIAN_REQUIRE(!context.exists(kind::kCustody, args.id()), "COM-302", "custody " + args.id() + " exists");
  return registry::require_version(context, args.asset());
}

Outcome apply_take_custody(const pb::EvidenceTakeCustody& args, Context& context) {
  Custody record;
  record.set_id(args.id());
  record.set_asset(args.asset());
  record.set_owner(args.owner());
  record.set_custodian(args.custodian());
  record.set_digest(args.digest());
  record.set_status(Custody::HELD);
  record.set_from(context.time().value());
  context.put(kind::kCustody, args.id(), record, EventKind::kCreated);
  open_obligation(context, args.custodian(), "custody");
  context.set_object(args.id());
  return pass();
}

Outcome check_release_custody(const pb::EvidenceReleaseCustody& args) {
  return require_text("custody", args.custody(), 64);
}

SignerRule release_custody_signers(const pb::EvidenceReleaseCustody& args, const Context& context) {
  const auto found = context.get<Custody>(kind::kCustody, args.custody());
  return found ? signed_by_each({found->owner(), found->custodian()}) : SignerRule{};
}

Outcome release_custody_object(const pb::EvidenceReleaseCustody& args, const Context& context) {
  const auto found = context.get<Custody>(kind::kCustody, args.custody());
  QILIAN_REQUIRE(found.has_value(), "COM-301", "no custody " + args.custody());
  QILIAN_REQUIRE(found->status() == Custody::HELD, "COM-303", found->id() + " is released");
  return pass();
}

Outcome apply_release_custody(const pb::EvidenceReleaseCustody& args, Context& context) {
  Custody record = *context.get<Custody>(kind::kCustody, args.custody());
  record.set_status(Custody::RELEASED);
  record.set_to(context.time().value());
  context.put(kind::kCustody, record.id(), record, EventKind::kEnded);
  close_obligation(context, record.custodian(), "custody");
  context.set_object(record.id());
  return pass();
}

}  // namespace

void add_service_calls(CallList& calls) {
  calls.push_back(make_call<pb::EvidenceEngage>(
      call("evidence.engage", kBoth, {}, {kNewBusiness, true}, "委托服务",
           "Engage one of the eleven services: client and provider sign."),
      {.check = check_engage, .signers = engage_signers, .object = engage_object, .apply = apply_engage}));
  calls.push_back(
      make_call<pb::EvidenceTakeCustody>(call("evidence.take_custody", kBoth, {}, {kNewBusiness, true}, "托管",
                                              "Take an asset version into custody: owner and custodian sign."),
                                         {.check = check_take_custody,
                                          .signers = take_custody_signers,
                                          .object = take_custody_object,
                                          .apply = apply_take_custody}));
  calls.push_back(
      make_call<pb::EvidenceReleaseCustody>(call("evidence.release_custody", kBoth, {}, {kContinuing, false},
                                                 "解除托管", "End a custody: owner and custodian sign."),
                                            {.check = check_release_custody,
                                             .signers = release_custody_signers,
                                             .object = release_custody_object,
                                             .apply = apply_release_custody}));
}

}  // namespace qilian::contracts::evidence
