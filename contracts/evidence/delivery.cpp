// Delivery, acceptance, key release, settlement.

#include <algorithm>

#include "contracts/authorization/authorization.h"
#include "contracts/credit_view.h"
#include "contracts/evidence/declare.h"
#include "contracts/evidence/key_release.h"
#include "contracts/evidence/steps.h"
#include "contracts/members.h"
#include "contracts/registry/registry.h"
#include "contracts/text_guard.h"

namespace qilian::contracts::evidence {
namespace {

using pb::Trade;

// A sanctioned seller may finish what is open, but only under escrow and on authenticity in force.
Outcome require_escrow_if_sanctioned(const Context& context, const Trade& trade) {
  if (active_sanction(context, trade.seller()) < Severity::kModerate) return pass();
  const bool escrow = std::ranges::any_of(trade.services(), [&](const std::string& id) {
    const auto engagement = context.get<pb::Engagement>(kind::kEngagement, id);
    const bool theirs = engagement && (engagement->client() == trade.seller() || engagement->client() == trade.buyer());
    return theirs && (engagement->type() == "custody" || engagement->type() == "finance");
  });
  QILIAN_REQUIRE(escrow, "COM-404",
                 trade.seller() + " is sanctioned: an open delivery needs an escrow engagement (custody or finance)");
  return require_attestation(context, trade.asset(), pb::Attestation::AUTHENTICITY);
}

Outcome check_deliver(const pb::EvidenceDeliver& args) {
  QILIAN_PASS(require_text("trade", args.trade(), 64));
  QILIAN_PASS(require_digest("root", args.root()));
  QILIAN_PASS(require_commitment("key_commitment", args.key_commitment()));
  QILIAN_REQUIRE(args.key_commitment().front() == static_cast<char>(0x81), "COM-107",
                 "key_commitment is a SHA-256 commitment (tag 0x81): every replica recomputes it");
  return pass();
}

Outcome deliver_object(const pb::EvidenceDeliver& args, const Context& context) {
  return require_stage(context, args.trade(), Act::kDeliver);
}

Outcome deliver_invariants(const pb::EvidenceDeliver& args, const Context& context) {
  const Trade found = *trade(context, args.trade());
  QILIAN_PASS(require_escrow_if_sanctioned(context, found));
  QILIAN_PASS(require_sale(context, found, Attested::kNone));
  const auto version = registry::version(context, found.asset());
  QILIAN_REQUIRE(version && version->content_root() == args.root(), "EVD-412",
                 "the delivered root is not the content root of " + found.asset());
  return pass();
}

Outcome apply_deliver(const pb::EvidenceDeliver& args, Context& context) {
  Trade record = *trade(context, args.trade());
  record.set_delivered_root(args.root());
  record.set_key_commitment(args.key_commitment());
  registry::mark_delivered(context, registry::parse_version(record.asset())->udi);
  move_to(context, std::move(record), Trade::DELIVERED);
  return pass();
}

Outcome check_accept(const pb::EvidenceAccept& args) {
  QILIAN_PASS(require_text("trade", args.trade(), 64));
  return require_digest("root", args.root());
}

Outcome accept_object(const pb::EvidenceAccept& args, const Context& context) {
  return require_stage(context, args.trade(), Act::kAccept);
}

Outcome accept_invariants(const pb::EvidenceAccept& args, const Context& context) {
  QILIAN_REQUIRE(trade(context, args.trade())->delivered_root() == args.root(), "EVD-405",
                 "the received root is not the delivered one: keep what came and open a dispute");
  return pass();
}

Outcome apply_accept(const pb::EvidenceAccept& args, Context& context) {
  Trade record = *trade(context, args.trade());
  record.set_received_root(args.root());
  move_to(context, std::move(record), Trade::ACCEPTED);
  return pass();
}

Outcome check_release_key(const pb::EvidenceReleaseKey& args) {
  QILIAN_PASS(require_text("trade", args.trade(), 64));
  QILIAN_REQUIRE(args.k2().size() == kKeyShareBytes, "COM-101", "k2 has 32 bytes");
  QILIAN_REQUIRE(args.salt().size() >= kMinSaltBytes && args.salt().size() <= kMaxSaltBytes, "COM-101",
                 "salt has 16 to 32 bytes");
  return pass();
}

Outcome release_key_object(const pb::EvidenceReleaseKey& args, const Context& context) {
  return require_stage(context, args.trade(), Act::kReleaseKey);
}

Outcome release_key_invariants(const pb::EvidenceReleaseKey& args, const Context& context) {
  QILIAN_REQUIRE(trade(context, args.trade())->key_commitment() == key_commitment(args.salt(), args.k2()), "EVD-406",
                 "salt and k2 do not open the commitment made at delivery");
  return pass();
}

Outcome apply_release_key(const pb::EvidenceReleaseKey& args, Context& context) {
  Trade record = *trade(context, args.trade());
  record.set_key_share(args.k2());
  move_to(context, std::move(record), Trade::KEY_RELEASED);
  return pass();
}

Outcome check_settle(const pb::EvidenceSettle& args) {
  QILIAN_PASS(require_text("trade", args.trade(), 64));
  return args.bank_receipt().empty() ? pass() : require_commitment("bank_receipt", args.bank_receipt());
}

Outcome settle_object(const pb::EvidenceSettle& args, const Context& context) {
  QILIAN_PASS(require_stage(context, args.trade(), Act::kSettle));
  const Trade found = *trade(context, args.trade());
  const bool paid = found.price_fen() > 0 || !found.price_commitment().empty();
  QILIAN_REQUIRE(!paid || !args.bank_receipt().empty(), "COM-107", "a paid trade settles with a bank receipt");
  return pass();
}

Outcome settle_invariants(const pb::EvidenceSettle& args, const Context& context) {
  return require_sale(context, *trade(context, args.trade()), Attested::kAuthenticity);
}

Outcome apply_settle(const pb::EvidenceSettle& args, Context& context) {
  Trade record = *trade(context, args.trade());
  record.set_bank_receipt(args.bank_receipt());
  record.set_settled_at(context.time().value());
  record.set_closes_at(context.deadline("evidence.dispute_window").value());
  rely_on(context, record, pb::Attestation::AUTHENTICITY);
  const auto licence = authorization::grant(context, record.licence());
  if (licence && licence->status() == pb::Grant::PENDING) {
    QILIAN_PASS(authorization::activate(context, record.licence(), record.id()));
  }
  close_obligation(context, record.seller(), "trade");
  close_obligation(context, record.buyer(), "trade");
  record_fulfilled_trade(context, record.seller(), record.buyer(), record.id());
  move_to(context, std::move(record), Trade::SETTLED);
  return pass();
}

}  // namespace

void add_delivery_calls(CallList& calls) {
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

}  // namespace qilian::contracts::evidence
