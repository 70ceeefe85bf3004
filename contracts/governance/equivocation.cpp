// Evidence: two contradicting signatures of one validator, reported by the node of another one, judged by the set of
// that epoch.
#include "contracts/governance/governance.h"
#include "contracts/text_guard.h"
#include "contracts/validators.h"
#include "contracts/validators.pb.h"
#include "ledger/core/block_certificate.h"
#include "ledger/core/hash.h"

namespace qilian::contracts::governance {
namespace {

// Message types as they are signed (consensus/messages.h).
constexpr std::uint32_t kPrePrepare = 1;
constexpr std::uint32_t kCheckpoint = 4;
constexpr std::uint32_t kViewChange = 5;
constexpr std::uint32_t kNewView = 6;

std::string_view type_name(std::uint32_t type) {
  static constexpr std::string_view kNames[] = {"PRE-PREPARE", "PREPARE",     "COMMIT",
                                                "CHECKPOINT",  "VIEW-CHANGE", "NEW-VIEW"};
  return kNames[type - kPrePrepare];
}

Outcome check_statement(const pb::Statement& statement) {
  QILIAN_REQUIRE(statement.digest().size() == ledger::Digest::kSize, "COM-101", "a digest has 32 bytes");
  QILIAN_REQUIRE(ledger::Signature::from(statement.signature()).has_value(), "COM-101", "a signature has 64 bytes");
  return pass();
}

/// What an honest validator never signs twice, in whatever views and restarts: per slot and view for the phases, per
/// height for CHECKPOINT (which signs no view), per view for VIEW-CHANGE and NEW-VIEW.
Outcome check_contradiction(const pb::GovernanceReportEquivocation& a) {
  QILIAN_REQUIRE(a.first().digest() != a.second().digest(), "COM-101", "both statements have one digest");
  const bool per_view = a.type() == kViewChange || a.type() == kNewView;
  QILIAN_REQUIRE(per_view || a.first().sequence() == a.second().sequence(), "COM-101",
                 "the statements are about two sequence numbers");
  QILIAN_REQUIRE(a.first().view() == a.second().view(), "COM-101", "the statements are of two views");
  QILIAN_REQUIRE(a.type() != kCheckpoint || a.first().view() == 0, "COM-101", "a CHECKPOINT has no view");
  return pass();
}

Outcome report_check(const pb::GovernanceReportEquivocation& a) {
  QILIAN_PASS(require_range("type", a.type(), kPrePrepare, kNewView));
  QILIAN_PASS(check_statement(a.first()));
  QILIAN_PASS(check_statement(a.second()));
  return check_contradiction(a);
}

ledger::Bytes payload(const ledger::GenesisHash& genesis, const pb::GovernanceReportEquivocation& a,
                      const pb::Statement& statement) {
  const auto digest = *ledger::Digest::from(statement.digest());
  if (a.type() == kCheckpoint) {
    return ledger::checkpoint_payload(genesis, ledger::Epoch(a.epoch()), ledger::Height(statement.sequence()),
                                      ledger::HeaderHash::of(digest));
  }
  return ledger::FixedWriter()
      .raw(ledger::domain_prefix(ledger::Domain::kConsensusSignature))
      .raw(genesis.view())
      .u64(a.epoch())
      .u8(static_cast<std::uint8_t>(a.type()))
      .u64(statement.view())
      .u64(statement.sequence())
      .raw(digest.view())
      .take();
}

/// The accused, where that epoch has one of that number.
std::optional<ledger::Validator> accused(const pb::GovernanceReportEquivocation& a, const Context& context) {
  const auto epoch = epoch_of(context.state(), *context.frame().genesis, ledger::Epoch(a.epoch()));
  if (!epoch || a.replica() >= epoch->set.size()) return std::nullopt;
  return epoch->set.validators[a.replica()];
}

Outcome report_object(const pb::GovernanceReportEquivocation& a, const Context& context) {
  const auto who = accused(a, context);
  QILIAN_REQUIRE(who.has_value(), "COM-301",
                 "epoch " + std::to_string(a.epoch()) + " has no replica " + std::to_string(a.replica()));
  const std::string id = equivocation_id(ledger::Epoch(a.epoch()), who->organisation, a.type());
  QILIAN_REQUIRE(!context.exists(kind::kEquivocation, id), "COM-302", "equivocation " + id + " is recorded");
  for (const pb::Statement* statement : {&a.first(), &a.second()}) {
    const bool signed_by_accused =
        ledger::verify_signature(who->consensus_key, payload(context.frame().genesis->hash, a, *statement),
                                 *ledger::Signature::from(statement->signature()));
    QILIAN_REQUIRE(signed_by_accused, "COM-201", who->organisation + " has not signed this");
  }
  return pass();
}

Outcome report_apply(const pb::GovernanceReportEquivocation& a, Context& context) {
  const auto who = *accused(a, context);
  pb::Equivocation record;
  record.set_organisation(who.organisation);
  record.set_consensus_key(std::string(who.consensus_key.view()));
  record.set_epoch(a.epoch());
  record.set_type(a.type());
  *record.mutable_first() = a.first();
  *record.mutable_second() = a.second();
  const Signer& lead = context.caller().lead;
  record.mutable_reporter()->set_organisation(lead.organisation);
  record.mutable_reporter()->set_officer(lead.officer);
  record.mutable_reporter()->set_public_key(std::string(lead.key.view()));
  record.mutable_reporter()->set_signed_at(context.time().value());
  const std::string id = equivocation_id(ledger::Epoch(a.epoch()), who.organisation, a.type());
  context.put(kind::kEquivocation, id, record, EventKind::kCreated);
  context.set_object(id);
  context.add_trace(who.organisation + " signed two " + std::string(type_name(a.type())) + " messages in epoch " +
                    std::to_string(a.epoch()));
  return pass();
}

}  // namespace

std::string equivocation_id(ledger::Epoch epoch, std::string_view organisation, std::uint32_t type) {
  return std::to_string(epoch.value()) + "/" + std::string(organisation) + "/" + std::to_string(type);
}

void add_equivocation_call(CallList& calls) {
  calls.push_back(make_call<pb::GovernanceReportEquivocation>(
      {.name = "governance.report_equivocation",
       .policy = SignaturePolicy::kConsensusKey,
       .credit = CreditClass::kOpen,
       .stopped_by_hold = false,
       .label_zh = "举报双签",
       .label_en = "Report two contradicting signatures of one validator; nodes do so by themselves"},
      {.check = report_check, .object = report_object, .apply = report_apply}));
}

}  // namespace qilian::contracts::governance
