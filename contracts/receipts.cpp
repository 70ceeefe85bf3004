#include "contracts/receipts.h"

#include <algorithm>

#include "contracts/common.pb.h"
#include "contracts/rules.h"
#include "ledger/core/canonical.h"
#include "ledger/core/ledger.pb.h"

namespace qilian::contracts {
namespace {

/// Length of the character that begins at `at`; 0 where no UTF-8 character does.
std::size_t character_at(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) { return at + i < text.size() ? static_cast<unsigned char>(text[at + i]) : 0U; };
  const unsigned first = byte(0);
  if (first < 0x80) return 1;
  const std::size_t length = first >= 0xC2 && first < 0xE0 ? 2 : first >= 0xE0 && first < 0xF0 ? 3 : 4;
  if (first < 0xC2 || first > 0xF4) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0U) != 0x80) return 0;
  }
  const bool overlong = (first == 0xE0 && byte(1) < 0xA0) || (first == 0xF0 && byte(1) < 0x90);
  const bool beyond = (first == 0xED && byte(1) >= 0xA0) || (first == 0xF4 && byte(1) >= 0x90);
  return overlong || beyond ? 0 : length;
}

/// Traces quote what was asked for, cut where it may: a character cut in two would make the receipt unreadable.
std::string readable(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = character_at(text, at);
    out += length == 0 ? std::string_view("?") : text.substr(at, length);
    at += std::max<std::size_t>(length, 1);
  }
  return out;
}

std::string bounded(std::string_view raw) {
  std::string text = readable(raw);
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
