// Evidence with its collection metadata: what a court asks for beside the digest.
#include "contracts/evidence/declare.h"
#include "contracts/notary/notary.h"
#include "contracts/notary/subjects.h"
#include "contracts/signer_rules.h"
#include "contracts/text_guard.h"

namespace qilian::contracts::evidence {
namespace {

constexpr std::size_t kMaxSubjects = 64;
constexpr std::size_t kMaxToken = 8 * 1024;

Outcome check_record(const pb::EvidenceRecord& args) {
  QILIAN_PASS(require_text("id", args.id(), 64));
  QILIAN_PASS(require_text("kind", args.kind(), 64));
  QILIAN_PASS(require_text("recorder", args.recorder(), 64));
  QILIAN_PASS(require_count("subjects", static_cast<std::size_t>(args.subjects_size()), 1, kMaxSubjects));
  for (const pb::Subject& subject : args.subjects()) {
    QILIAN_PASS(require_choice("subjects.kind", subject.kind()));
    QILIAN_PASS(require_text("subjects.id", subject.id(), 128));
  }
  QILIAN_PASS(require_digest_or_commitment("digest", args.digest()));
  // How it was collected is what makes it evidence.
  QILIAN_PASS(require_text("origin_system", args.origin_system(), 128));
  QILIAN_PASS(require_text("collector", args.collector(), 64));
  QILIAN_PASS(require_text("method", args.method(), 256));
  QILIAN_PASS(require_text("tool_version", args.tool_version(), 128));
  QILIAN_PASS(require_range("collected_claim", args.collected_claim(), 0, INT64_MAX));
  QILIAN_REQUIRE(args.witness_attestation().size() <= 64, "COM-107",
                 "witness_attestation is an id of at most 64 bytes");
  QILIAN_REQUIRE(args.timestamp_token().size() <= kMaxToken, "COM-107", "timestamp_token is at most 8 KB");
  return pass();
}

SignerRule record_signers(const pb::EvidenceRecord& args, const Context&) { return signed_by_each({args.recorder()}); }

Outcome record_object(const pb::EvidenceRecord& args, const Context& context) {
  QILIAN_REQUIRE(!context.exists(kind::kEvidence, args.id()), "COM-302", "evidence " + args.id() + " exists");
  for (const pb::Subject& subject : args.subjects()) {
    if (const Outcome missing = notary::require_subject(context, subject)) return deny("COM-301", missing->trace);
  }
  return pass();
}

Outcome record_references(const pb::EvidenceRecord& args, const Context& context) {
  if (args.witness_attestation().empty()) return pass();
  const auto witness = notary::attestation(context, args.witness_attestation());
  QILIAN_REQUIRE(witness && notary::in_force(context, *witness), "EVD-407",
                 "witness attestation " + args.witness_attestation() + " is not in force");
  return pass();
}

Outcome apply_record(const pb::EvidenceRecord& args, Context& context) {
  pb::Evidence record;
  record.set_id(args.id());
  record.set_kind(args.kind());
  record.set_recorder(args.recorder());
  *record.mutable_subjects() = args.subjects();
  record.set_digest(args.digest());
  record.set_origin_system(args.origin_system());
  record.set_collector(args.collector());
  record.set_method(args.method());
  record.set_tool_version(args.tool_version());
  record.set_collected_claim(args.collected_claim());
  record.set_witness_attestation(args.witness_attestation());
  record.set_timestamp_token(args.timestamp_token());
  record.set_recorded_at(context.time().value());
  context.put(kind::kEvidence, args.id(), record, EventKind::kCreated);
  if (const auto witness = notary::attestation(context, args.witness_attestation())) {
    notary::rely(context, *witness, kind::kEvidence, args.id());
  }
  context.set_object(args.id());
  return pass();
}

}  // namespace

void add_record_calls(CallList& calls) {
  calls.push_back(make_call<pb::EvidenceRecord>(
      call("evidence.record", kSelf, {}, {kContinuing, false}, "存证", "Record evidence with how it was collected."),
      {.check = check_record,
       .signers = record_signers,
       .object = record_object,
       .references = record_references,
       .apply = apply_record}));
}

}  // namespace qilian::contracts::evidence
