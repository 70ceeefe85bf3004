// Attestations: standing at a height, and how often a notary erred.
#include <array>
#include <map>

#include "contracts/notary/notary.h"
#include "contracts/questions/reading.h"

namespace qilian::contracts::questions {
namespace {

using pb::Attestation;

Result<void> attestation(const Reading& reading, Answer& answer) {
  const std::string id = reading.text("attestation");
  const auto found = notary::attestation(reading.context(), id);
  if (!found) return std::unexpected(missing("attestation", id));
  const bool ended = found->status() == Attestation::REVOKED || found->status() == Attestation::VOID ||
                     found->status() == Attestation::CORRECTED;
  answer.facts = {{"attestation", id},
                  {"type", Attestation::Type_Name(found->type())},
                  {"issuer", found->issuer()},
                  {"result", Attestation::Result_Name(found->result())},
                  {"status", Attestation::Status_Name(notary::status_now(reading.context(), *found))},
                  {"in_force", notary::in_force(reading.context(), *found)},
                  {"not_revoked", !ended},
                  {"from", found->from()},
                  {"to", found->to()}};
  for (const HistoryEntry& entry : reading.history().journal({kind::kAttestation, id})) {
    pb::EventPayload payload;
    QILIAN_CHECK(payload.ParseFromString(entry.payload));
    Attestation after;
    if (entry.record) QILIAN_CHECK(after.ParseFromString(*entry.record));
    answer.add({{"height", static_cast<std::int64_t>(entry.height.value())},
                {"at", entry.time.value()},
                {"call", payload.call()},
                {"status", Attestation::Status_Name(after.status())},
                {"reason", after.end_reason()}});
  }
  return {};
}

/// Errors are what was revoked, voided or corrected: by type, in basis points of what was issued.
Result<void> notary_errors(const Reading& reading, Answer& answer) {
  struct Count {
    std::int64_t issued = 0;
    std::int64_t corrected = 0;
    std::int64_t revoked = 0;
    std::int64_t voided = 0;
    std::int64_t late_reviews = 0;
  };
  const std::string wanted = reading.text("notary");
  std::map<std::pair<std::string, Attestation::Type>, Count> counts;
  reading.each<Attestation>(kind::kAttestation, [&](std::string_view, const Attestation& one) {
    if (!wanted.empty() && one.issuer() != wanted) return;
    Count& count = counts[{one.issuer(), one.type()}];
    ++count.issued;
    count.corrected += one.status() == Attestation::CORRECTED ? 1 : 0;
    count.revoked += one.status() == Attestation::REVOKED ? 1 : 0;
    count.voided += one.status() == Attestation::VOID ? 1 : 0;
    count.late_reviews += one.review().late() ? 1 : 0;
  });
  for (const auto& [key, count] : counts) {
    const std::int64_t errors = count.corrected + count.revoked + count.voided;
    answer.add({{"notary", key.first},
                {"type", Attestation::Type_Name(key.second)},
                {"issued", count.issued},
                {"corrected", count.corrected},
                {"revoked", count.revoked},
                {"void", count.voided},
                {"late_reviews", count.late_reviews},
                {"error_basis_points", errors * 10'000 / count.issued}});
  }
  return {};
}

constexpr std::array kAttestationArgument{Argument{"attestation", true, "its id"}};
constexpr std::array kNotary{Argument{"notary", false, "USCC; left out: each"}};

}  // namespace

std::span<const Entry> attestation_questions() {
  static const std::array<Entry, 2> all{{
      {{6, "attestation", kAttestationArgument, Tier::kPublic, "公证效力",
        "Does an attestation stand, and its whole life"},
       attestation},
      {{25, "notary-errors", kNotary, Tier::kMember, "公证差错率", "A notary's error rate by type"}, notary_errors},
  }};
  return all;
}

}  // namespace qilian::contracts::questions
