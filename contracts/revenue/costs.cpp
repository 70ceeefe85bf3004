// What the operator spent, and what an independent auditor accepts of it.
#include "contracts/members.h"
#include "contracts/registry/registry.h"
#include "contracts/revenue/steps.h"
#include "contracts/signer_rules.h"
#include "contracts/text_guard.h"

namespace qilian::contracts::revenue {
namespace {

using pb::Cost;

constexpr std::size_t kMaxItems = 256;
// 256 items of it stay inside 64 bits.
constexpr std::int64_t kMaxItemFen = 10'000'000'000'000'000;

Outcome check_file_cost(const pb::RevenueFileCost& args) {
  QILIAN_PASS(require_text("id", args.id(), 64));
  QILIAN_PASS(require_text("operator", args.operator_(), 64));
  QILIAN_PASS(require_text("udi", args.udi(), 64));
  QILIAN_PASS(require_count("items", static_cast<std::size_t>(args.items_size()), 1, kMaxItems));
  for (const pb::CostItem& item : args.items()) {
    QILIAN_PASS(require_text("items.name", item.name(), 128));
    QILIAN_PASS(require_range("items.amount_fen", item.amount_fen(), 1, kMaxItemFen));
  }
  return require_commitment("evidence", args.evidence());
}

SignerRule file_cost_signers(const pb::RevenueFileCost& args, const Context&) {
  return signed_by_each({args.operator_()});
}

Outcome file_cost_object(const pb::RevenueFileCost& args, const Context& context) {
  QILIAN_REQUIRE(!context.exists(kind::kCost, args.id()), "COM-302", "cost " + args.id() + " exists");
  return registry::require_live(context, args.udi());
}

Outcome apply_file_cost(const pb::RevenueFileCost& args, Context& context) {
  Cost cost;
  cost.set_id(args.id());
  cost.set_operator_(args.operator_());
  cost.set_udi(args.udi());
  *cost.mutable_items() = args.items();
  std::int64_t total = 0;
  for (const pb::CostItem& item : args.items()) total += item.amount_fen();
  cost.set_total_fen(total);
  cost.set_status(Cost::FILED);
  cost.set_evidence(args.evidence());
  context.put(kind::kCost, args.id(), cost, EventKind::kCreated);
  context.set_object(args.id());
  return pass();
}

Outcome check_audit_cost(const pb::RevenueAuditCost& args) {
  QILIAN_PASS(require_text("cost", args.cost(), 64));
  QILIAN_PASS(require_text("auditor", args.auditor(), 64));
  QILIAN_PASS(require_range("audited_fen", args.audited_fen(), 0, INT64_MAX));
  return require_digest("audit_report", args.audit_report());
}

SignerRule audit_cost_signers(const pb::RevenueAuditCost& args, const Context& context) {
  const auto cost = context.get<Cost>(kind::kCost, args.cost());
  if (cost && related(context, args.auditor(), cost->operator_())) {
    return signers_denied("COM-207", "the auditor is related to the operator " + cost->operator_());
  }
  return signed_by_each({args.auditor()});
}

Outcome audit_cost_object(const pb::RevenueAuditCost& args, const Context& context) {
  const auto cost = context.get<Cost>(kind::kCost, args.cost());
  QILIAN_REQUIRE(cost.has_value(), "COM-301", "no cost " + args.cost());
  QILIAN_REQUIRE(cost->status() == Cost::FILED, "COM-303", cost->id() + " is " + Cost::Status_Name(cost->status()));
  return pass();
}

Outcome audit_cost_invariants(const pb::RevenueAuditCost& args, const Context& context) {
  const auto cost = context.get<Cost>(kind::kCost, args.cost());
  QILIAN_REQUIRE(
      args.audited_fen() <= cost->total_fen(), "REV-406",
      "audited " + std::to_string(args.audited_fen()) + " fen of " + std::to_string(cost->total_fen()) + " filed");
  return pass();
}

Outcome apply_audit_cost(const pb::RevenueAuditCost& args, Context& context) {
  Cost cost = *context.get<Cost>(kind::kCost, args.cost());
  cost.set_status(Cost::AUDITED);
  cost.set_auditor(args.auditor());
  cost.set_audited_fen(args.audited_fen());
  cost.set_audit_report(args.audit_report());
  context.put(kind::kCost, cost.id(), cost);
  context.set_object(cost.id());
  return pass();
}

}  // namespace

void add_cost_calls(CallList& calls) {
  calls.push_back(make_call<pb::RevenueFileCost>(
      call("revenue.file_cost", kSelf, {"OPERATOR"}, kContinuing, "申报成本", "File what a product cost its operator."),
      {.check = check_file_cost, .signers = file_cost_signers, .object = file_cost_object, .apply = apply_file_cost}));
  calls.push_back(
      make_call<pb::RevenueAuditCost>(call("revenue.audit_cost", kSelf, {"SERVICE_AUDIT"}, kContinuing, "审计成本",
                                           "State what an independent audit accepts of a filed cost."),
                                      {.check = check_audit_cost,
                                       .signers = audit_cost_signers,
                                       .object = audit_cost_object,
                                       .invariants = audit_cost_invariants,
                                       .apply = apply_audit_cost}));
}

}  // namespace qilian::contracts::revenue
