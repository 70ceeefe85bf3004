// Disputes: opened by a party inside the window, ruled by an arbitrator who is related to neither.
#include <algorithm>

#include "contracts/evidence/declare.h"
#include "contracts/evidence/steps.h"
#include "contracts/members.h"
#include "contracts/text_guard.h"

namespace qilian::contracts::evidence {
std::optional<pb::Dispute> dispute(const Context& context, std::string_view id) {
  return context.get<pb::Dispute>(kind::kDispute, id);
}

namespace {

using pb::Dispute;
using pb::Trade;

constexpr std::size_t kMaxEvidence = 64;

Outcome require_arbitrator(const Context& context, const Trade& trade, std::string_view arbitrator) {
  for (const std::string& party : {trade.seller(), trade.buyer()}) {
    QILIAN_REQUIRE(!related(context, arbitrator, party), "EVD-408",
                   std::string(arbitrator) + " is of the same controller group as " + party);
  }
  return pass();
}

Outcome check_open_dispute(const pb::EvidenceOpenDispute& args) {
  QILIAN_PASS(require_text("id", args.id(), 64));
  QILIAN_PASS(require_text("trade", args.trade(), 64));
  QILIAN_PASS(require_text("claimant", args.claimant(), 64));
  QILIAN_PASS(require_text("claim", args.claim(), 512));
  QILIAN_PASS(require_count("evidence", static_cast<std::size_t>(args.evidence_size()), 0, kMaxEvidence));
  for (const std::string& id : args.evidence()) QILIAN_PASS(require_text("evidence", id, 64));
  return require_text("arbitrator", args.arbitrator(), 64);
}

SignerRule open_dispute_signers(const pb::EvidenceOpenDispute& args, const Context& context) {
  const auto found = trade(context, args.trade());
  if (found && args.claimant() != found->seller() && args.claimant() != found->buyer()) {
    return signers_denied("COM-204", args.claimant() + " is not a party of " + found->id());
  }
  return signed_by_each({args.claimant()});
}

Outcome open_dispute_object(const pb::EvidenceOpenDispute& args, const Context& context) {
  QILIAN_REQUIRE(!context.exists(kind::kDispute, args.id()), "COM-302", "dispute " + args.id() + " exists");
  const auto found = trade(context, args.trade());
  QILIAN_REQUIRE(found.has_value(), "COM-301", "no trade " + args.trade());
  const bool closed = found->stage() == Trade::SETTLED && context.time().value() >= found->closes_at();
  QILIAN_REQUIRE(!closed, "COM-307", "the dispute window of " + found->id() + " is closed");
  QILIAN_PASS(require_stage(context, args.trade(), Act::kOpenDispute));
  for (const std::string& id : args.evidence()) {
    QILIAN_REQUIRE(context.exists(kind::kEvidence, id), "COM-301", "no evidence " + id);
  }
  QILIAN_REQUIRE(has_role(context, args.arbitrator(), "SERVICE_ARBITRATION"), "COM-204",
                 args.arbitrator() + " does not hold SERVICE_ARBITRATION");
  QILIAN_REQUIRE(organisation_active(context, args.arbitrator()), "COM-203",
                 args.arbitrator() + " is not active: nobody would rule");
  return pass();
}

Outcome open_dispute_invariants(const pb::EvidenceOpenDispute& args, const Context& context) {
  return require_arbitrator(context, *trade(context, args.trade()), args.arbitrator());
}

Outcome apply_open_dispute(const pb::EvidenceOpenDispute& args, Context& context) {
  Trade record = *trade(context, args.trade());
  Dispute opened;
  opened.set_id(args.id());
  opened.set_trade(args.trade());
  opened.set_claimant(args.claimant());
  opened.set_claim(args.claim());
  *opened.mutable_evidence() = args.evidence();
  opened.set_arbitrator(args.arbitrator());
  opened.set_status(Dispute::OPEN);
  opened.set_stage_before(record.stage());
  opened.set_opened_at(context.time().value());
  context.put(kind::kDispute, args.id(), opened, EventKind::kCreated);
  open_obligation(context, record.seller(), "dispute");
  open_obligation(context, record.buyer(), "dispute");
  record.set_dispute(args.id());
  move_to(context, std::move(record), Trade::DISPUTED);
  context.set_object(args.id());
  return pass();
}

Outcome check_rule(const pb::EvidenceRule& args) {
  QILIAN_PASS(require_text("dispute", args.dispute(), 64));
  QILIAN_REQUIRE(args.fault_party().size() <= 64, "COM-107", "fault_party is a USCC or empty");
  return require_digest("ruling", args.ruling());
}

SignerRule rule_signers(const pb::EvidenceRule& args, const Context& context) {
  const auto found = dispute(context, args.dispute());
  return found ? signed_by_each({found->arbitrator()}) : SignerRule{};
}

Outcome rule_object(const pb::EvidenceRule& args, const Context& context) {
  const auto found = dispute(context, args.dispute());
  QILIAN_REQUIRE(found.has_value(), "COM-301", "no dispute " + args.dispute());
  QILIAN_REQUIRE(found->status() == Dispute::OPEN, "COM-303", found->id() + " is ruled");
  const auto about = trade(context, found->trade());
  const bool names_a_party =
      args.fault_party().empty() || args.fault_party() == about->seller() || args.fault_party() == about->buyer();
  QILIAN_REQUIRE(names_a_party, "COM-107", args.fault_party() + " is not a party of " + about->id());
  return pass();
}

Outcome rule_invariants(const pb::EvidenceRule& args, const Context& context) {
  const Dispute found = *dispute(context, args.dispute());
  return require_arbitrator(context, *trade(context, found.trade()), found.arbitrator());
}

Outcome apply_rule(const pb::EvidenceRule& args, Context& context) {
  Dispute ruled = *dispute(context, args.dispute());
  Trade record = *trade(context, ruled.trade());
  ruled.set_status(Dispute::RULED);
  ruled.set_ruling(args.ruling());
  ruled.set_fault_party(args.fault_party());
  ruled.set_ruled_at(context.time().value());
  context.put(kind::kDispute, ruled.id(), ruled, EventKind::kEnded);
  close_obligation(context, record.seller(), "dispute");
  close_obligation(context, record.buyer(), "dispute");
  // Settlement had closed the obligation to trade; otherwise it is still open on both sides.
  const bool was_settled = ruled.stage_before() == Trade::SETTLED;
  if (!was_settled) close_obligation(context, record.buyer(), "trade");
  const bool seller_at_fault = args.fault_party() == record.seller();
  if (seller_at_fault && was_settled) open_obligation(context, record.seller(), "trade");
  if (!seller_at_fault && !was_settled) close_obligation(context, record.seller(), "trade");
  move_to(context, std::move(record), seller_at_fault ? Trade::RULED : Trade::CLOSED);
  context.set_object(ruled.id());
  return pass();
}

}  // namespace

void add_dispute_calls(CallList& calls) {
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

}  // namespace qilian::contracts::evidence
