// Cancellation and refund.

#include "contracts/authorization/authorization.h"
#include "contracts/evidence/declare.h"
#include "contracts/evidence/steps.h"
#include "contracts/members.h"
#include "contracts/text_guard.h"

namespace qilian::contracts::evidence {
namespace {

using pb::Trade;

// The licence of a trade that came to nothing ends with it. A licence that was not made for this trade stays.
Outcome end_licence(Context& context, const Trade& trade) {
  const auto licence = authorization::grant(context, trade.licence());
  if (!licence || licence->trade() != trade.id()) return pass();
  const pb::Grant::Status status = licence->status();
  if (status == pb::Grant::REVOKED || status == pb::Grant::TERMINATED) return pass();
  return authorization::terminate(context, licence->id(), trade.id());
}

Outcome check_cancel(const pb::EvidenceCancel& args) {
  QILIAN_PASS(require_text("trade", args.trade(), 64));
  return require_text("reason", args.reason(), 512);
}

Outcome cancel_object(const pb::EvidenceCancel& args, const Context& context) {
  return require_stage(context, args.trade(), Act::kCancel);
}

Outcome apply_cancel(const pb::EvidenceCancel& args, Context& context) {
  Trade record = *trade(context, args.trade());
  QILIAN_PASS(end_licence(context, record));
  if (record.stage() != Trade::OFFERED) {
    close_obligation(context, record.seller(), "trade");
    close_obligation(context, record.buyer(), "trade");
  }
  move_to(context, std::move(record), Trade::CANCELLED);
  return pass();
}

Outcome check_refund(const pb::EvidenceRefund& args) {
  QILIAN_PASS(require_text("trade", args.trade(), 64));
  return require_commitment("bank_receipt", args.bank_receipt());
}

SignerRule refund_signers(const pb::EvidenceRefund& args, const Context& context) {
  const auto found = trade(context, args.trade());
  if (!found) return {};
  return signed_by_each({found->channel() == Trade::ON_VENUE ? found->venue() : found->seller()});
}

Outcome refund_object(const pb::EvidenceRefund& args, const Context& context) {
  return require_stage(context, args.trade(), Act::kRefund);
}

Outcome apply_refund(const pb::EvidenceRefund& args, Context& context) {
  Trade record = *trade(context, args.trade());
  QILIAN_PASS(end_licence(context, record));
  record.set_refund_receipt(args.bank_receipt());
  close_obligation(context, record.seller(), "trade");
  move_to(context, std::move(record), Trade::REFUNDED);
  return pass();
}

}  // namespace

void add_unwinding_calls(CallList& calls) {
  calls.push_back(make_call<pb::EvidenceCancel>(
      call("evidence.cancel", kBoth, {}, kUnwinding, "取消交易",
           "Cancel a trade before delivery: seller and buyer sign."),
      {.check = check_cancel, .signers = both_sign, .object = cancel_object, .apply = apply_cancel}));
  calls.push_back(make_call<pb::EvidenceRefund>(
      call("evidence.refund", kByContract, {}, kUnwinding, "退款",
           "Record the refund after a ruling against the seller."),
      {.check = check_refund, .signers = refund_signers, .object = refund_object, .apply = apply_refund}));
}

}  // namespace qilian::contracts::evidence
