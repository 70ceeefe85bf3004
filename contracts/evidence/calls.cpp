// The calls of evidence, as the gate, the command line and the documentation see them.
#include "contracts/evidence/deal.h"
#include "contracts/evidence/delivery.h"
#include "contracts/evidence/listing.h"
#include "contracts/evidence/services.h"
#include "contracts/evidence/steps.h"
#include "contracts/evidence/unwind.h"

namespace qilian::contracts {
namespace {

struct Gates {
  CreditClass credit = CreditClass::kContinuing;
  bool stopped_by_hold = true;
  ListOperation operation = ListOperation::kNone;
};

CallSpec call(std::string_view name, SignaturePolicy policy, std::vector<std::string_view> roles, Gates gates,
              std::string_view label_zh, std::string_view label_en) {
  return {.name = name,
          .arguments = nullptr,
          .policy = policy,
          .roles = std::move(roles),
          .credit = gates.credit,
          .stopped_by_hold = gates.stopped_by_hold,
          .operation = gates.operation,
          .label_zh = label_zh,
          .label_en = label_en};
}

using enum SignaturePolicy;
using enum CreditClass;
constexpr Gates kUnwinding{kOpen, false, ListOperation::kNone};

void add_listing_calls(CallList& calls) {
  using namespace evidence;
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

void add_deal_calls(CallList& calls) {
  using namespace evidence;
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

void add_delivery_calls(CallList& calls) {
  using namespace evidence;
  calls.push_back(make_call<pb::EvidenceDeliver>(
      call("evidence.deliver", kSelf, {}, {kContinuing, true, ListOperation::kDeliver}, "交付",
           "Deliver the ciphertext: its root, and a commitment to the second half of its key."),
      {.check = check_deliver,
       .signers = seller_signs,
       .hold_scopes = trade_scopes,
       .object = deliver_object,
       .references = licence_holds,
       .subjects = running_subjects,
       .invariants = deliver_invariants,
       .apply = apply_deliver}));
  calls.push_back(make_call<pb::EvidenceAccept>(
      call("evidence.accept", kSelf, {}, {}, "验收", "Accept what was received, by its root: the buyer."),
      {.check = check_accept,
       .signers = buyer_signs,
       .hold_scopes = trade_scopes,
       .object = accept_object,
       .invariants = accept_invariants,
       .apply = apply_accept}));
  calls.push_back(
      make_call<pb::EvidenceReleaseKey>(call("evidence.release_key", kSelf, {}, {}, "释放密钥",
                                             "Show the second half of the key: every replica checks the commitment."),
                                        {.check = check_release_key,
                                         .signers = seller_signs,
                                         .hold_scopes = trade_scopes,
                                         .object = release_key_object,
                                         .invariants = release_key_invariants,
                                         .apply = apply_release_key}));
  calls.push_back(make_call<pb::EvidenceSettle>(
      call("evidence.settle", kByContract, {}, {kContinuing, true, ListOperation::kTrade}, "结算",
           "Settle a trade with the bank's receipt: every gate runs again, its licence turns active."),
      {.check = check_settle,
       .signers = clearing_party_signs,
       .hold_scopes = trade_scopes,
       .object = settle_object,
       .references = licence_holds,
       .subjects = running_subjects,
       .invariants = settle_invariants,
       .apply = apply_settle}));
}

void add_unwinding_calls(CallList& calls) {
  using namespace evidence;
  calls.push_back(make_call<pb::EvidenceCancel>(
      call("evidence.cancel", kBoth, {}, kUnwinding, "取消交易",
           "Cancel a trade before delivery: seller and buyer sign."),
      {.check = check_cancel, .signers = both_sign, .object = cancel_object, .apply = apply_cancel}));
  calls.push_back(make_call<pb::EvidenceRefund>(
      call("evidence.refund", kByContract, {}, kUnwinding, "退款",
           "Record the refund after a ruling against the seller."),
      {.check = check_refund, .signers = refund_signers, .object = refund_object, .apply = apply_refund}));
  calls.push_back(
      make_call<pb::EvidenceOpenDispute>(call("evidence.open_dispute", kSelf, {}, kUnwinding, "提起争议",
                                              "Open a dispute about a trade before an arbitrator: seller or buyer."),
                                         {.check = check_open_dispute,
                                          .signers = open_dispute_signers,
                                          .object = open_dispute_object,
                                          .invariants = open_dispute_invariants,
                                          .apply = apply_open_dispute}));
  calls.push_back(make_call<pb::EvidenceRule>(
      call("evidence.rule", kSelf, {"SERVICE_ARBITRATION"}, kUnwinding, "裁决", "Rule a dispute: the arbitrator."),
      {.check = check_rule,
       .signers = rule_signers,
       .object = rule_object,
       .invariants = rule_invariants,
       .apply = apply_rule}));
}

void add_service_calls(CallList& calls) {
  using namespace evidence;
  calls.push_back(make_call<pb::EvidenceRecord>(
      call("evidence.record", kSelf, {}, {kContinuing, false}, "存证", "Record evidence with how it was collected."),
      {.check = check_record,
       .signers = record_signers,
       .object = record_object,
       .references = record_references,
       .apply = apply_record}));
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

}  // namespace

CallList evidence_calls() {
  CallList calls;
  add_listing_calls(calls);
  add_deal_calls(calls);
  add_delivery_calls(calls);
  add_unwinding_calls(calls);
  add_service_calls(calls);
  return calls;
}

}  // namespace qilian::contracts
