#include "contracts/receipts.h"

#include "contracts/common.pb.h"
#include "contracts/rules.h"
#include "ledger/core/canonical.h"
#include "ledger/core/ledger.pb.h"

namespace qilian::contracts {
namespace {

std::string bounded(std::string text) {
  if (text.size() <= kMaxTraceBytes) return text;
  std::size_t end = kMaxTraceBytes;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  text.resize(end);
  return text;
}

bool is_signature_failure(std::string_view code) { return code.starts_with("COM-2"); }

}  // namespace

ledger::Bytes encode_receipt(const ledger::StateView& state, const BlockFrame& frame, const Decision& decision,
                             const ledger::TransactionId& id) {
  ledger::pb::Receipt receipt;
  receipt.set_transaction_id(id.str());
  receipt.set_code(decision.denial ? decision.denial->code : "OK");
  if (!decision.quota_exhausted) {
    receipt.set_trace(bounded(decision.denial ? decision.denial->trace : decision.trace));
    if (!decision.denial) receipt.set_object(decision.object);
    if (!decision.nested.empty()) QILIAN_CHECK(receipt.mutable_nested()->ParseFromString(decision.nested));
  }
  const RuleVersions versions = rule_versions(state, *frame.parameters, frame.time);
  receipt.mutable_rules()->set_negative_list(versions.negative_list);
  receipt.mutable_rules()->set_credit_rules(versions.credit_rules);
  receipt.mutable_rules()->set_parameters(versions.parameters);
  return ledger::encode(receipt);
}

void journal_denial(WriteSet& block, const Decision& decision, std::string_view call, const ledger::TransactionId& id) {
  if (!decision.denial || decision.quota_exhausted || decision.accountable.empty()) return;
  if (is_signature_failure(decision.denial->code)) return;
  pb::DeniedAttempt attempt;
  attempt.set_transaction_id(id.str());
  attempt.set_call(std::string(call));
  attempt.set_code(decision.denial->code);
  attempt.set_organisation(decision.accountable);
  for (const std::string& subject : decision.subjects) attempt.add_subjects(subject);
  const ledger::Bytes payload = ledger::encode(attempt);
  const auto write = [&](Kind index, const std::string& index_id) {
    block.write({.key = {index, index_id},
                 .kind = static_cast<std::uint16_t>(EventKind::kDenied),
                 .payload = payload,
                 .record = std::nullopt});
  };
  write(kind::kDeniedByOrganisation, decision.accountable);
  for (const std::string& entry : decision.entries) write(kind::kDeniedByEntry, entry);
}

}  // namespace qilian::contracts
