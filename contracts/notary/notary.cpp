#include "contracts/notary/notary.h"

#include <algorithm>

#include "contracts/asset_view.h"
#include "contracts/membership.pb.h"
#include "contracts/registry/registry.h"
#include "ledger/core/uscc.h"

namespace qilian::contracts::notary {

using pb::Attestation;

namespace {

// Trades, jobs and incidents take any id, even a version's or an organisation's: what is said about one is not said
// about the other.
bool speaks_of(const Attestation& attestation, std::string_view subject) {
  const bool reserved = registry::parse_version(subject) || ledger::Uscc::parse(subject);
  return std::ranges::any_of(attestation.subjects(), [&](const pb::Subject& about) {
    const bool free_id =
        about.kind() == pb::Subject::TRADE || about.kind() == pb::Subject::JOB || about.kind() == pb::Subject::INCIDENT;
    return about.id() == subject && !(reserved && free_id);
  });
}

// Attestations of one subject, oldest first.
std::vector<Attestation> all_about(const Context& context, std::string_view subject) {
  std::vector<Attestation> out;
  const auto list = context.get<pb::AttestationsOf>(kind::kAttestationsOf, subject);
  if (!list) return out;
  for (const std::string& id : list->ids()) {
    auto found = attestation(context, id);
    QILIAN_CHECK(found.has_value());
    if (speaks_of(*found, subject)) out.push_back(std::move(*found));
  }
  return out;
}

bool expired(const Attestation& attestation, TimeMs time) {
  return attestation.to() != 0 && time.value() >= attestation.to();
}

// An officer other than the signers looked at it after the key had fallen, and upheld it.
bool upheld_since(const Attestation& attestation, std::int64_t compromised_since) {
  return attestation.review().outcome() == pb::NotaryDecideReview::UPHOLD &&
         attestation.review().decided_at() >= compromised_since;
}

std::optional<TimeMs> compromised_since(const Context& context, std::string_view key) {
  const auto record = context.get<pb::Key>(kind::kKey, key);
  if (!record || record->status() != pb::Key::COMPROMISED) return std::nullopt;
  return TimeMs(record->compromised_since());
}

bool under_a_fallen_key(const Context& context, const Attestation& attestation) {
  return std::ranges::any_of(attestation.keys(), [&](const std::string& key) {
    const std::optional<TimeMs> since = compromised_since(context, key);
    return since && since->value() <= attestation.issued_at() && !upheld_since(attestation, since->value());
  });
}

AttestationView view_of(const Context& context, const Attestation& attestation) {
  AttestationView view;
  view.id = attestation.id();
  view.type = Attestation::Type_Name(attestation.type());
  view.issuer = attestation.issuer();
  for (const pb::Subject& subject : attestation.subjects()) view.subjects.push_back(subject.id());
  view.result = Attestation::Result_Name(attestation.result());
  view.status = Attestation::Status_Name(attestation.status());
  view.in_force = in_force(context, attestation);
  for (const pb::Claim& claim : attestation.claims()) {
    view.claims.push_back({claim.name(), claim.text(), claim.number(), attestation.id()});
  }
  return view;
}

}  // namespace

std::optional<Attestation> attestation(const Context& context, std::string_view id) {
  return context.get<Attestation>(kind::kAttestation, id);
}

Attestation::Status status_now(const Context& context, const Attestation& attestation) {
  const bool running = attestation.status() == Attestation::ACTIVE || attestation.status() == Attestation::UNDER_REVIEW;
  if (!running) return attestation.status();
  if (expired(attestation, context.time())) return Attestation::EXPIRED;
  if (under_a_fallen_key(context, attestation)) return Attestation::UNDER_REVIEW;
  return attestation.status();
}

bool in_force(const Context& context, const Attestation& attestation) {
  const Attestation::Status status = status_now(context, attestation);
  if (status != Attestation::ACTIVE && status != Attestation::UNDER_REVIEW) return false;
  if (attestation.result() == Attestation::FAIL) return false;
  return context.time().value() >= attestation.from() && !under_a_fallen_key(context, attestation);
}

std::optional<Attestation> latest_in_force(const Context& context, std::string_view subject, Attestation::Type type) {
  std::vector<Attestation> all = all_about(context, subject);
  const auto found = std::find_if(all.rbegin(), all.rend(), [&](const Attestation& candidate) {
    return candidate.type() == type && in_force(context, candidate);
  });
  if (found == all.rend()) return std::nullopt;
  return std::move(*found);
}

std::string why_none(const Context& context, std::string_view subject, Attestation::Type type) {
  std::string out = "no " + Attestation::Type_Name(type) + " of " + std::string(subject) + " is in force";
  const std::vector<Attestation> all = all_about(context, subject);
  const auto last =
      std::find_if(all.rbegin(), all.rend(), [&](const Attestation& candidate) { return candidate.type() == type; });
  if (last == all.rend()) return out + ": none was issued";
  if (last->result() == Attestation::FAIL) return out + ": " + last->id() + " says FAIL";
  return out + ": " + last->id() + " is " + Attestation::Status_Name(status_now(context, *last));
}

void rely(Context& context, const Attestation& attestation, Kind object, std::string_view object_id) {
  context.append(kind::kReliance, attestation.id(), object, object_id);
  context.add_trace("relied on " + attestation.id());
}

}  // namespace qilian::contracts::notary

namespace qilian::contracts {

std::optional<AttestationView> find_attestation(const Context& context, std::string_view id) {
  const auto found = notary::attestation(context, id);
  if (!found) return std::nullopt;
  return notary::view_of(context, *found);
}

std::vector<AttestationView> attestations_in_force(const Context& context, std::string_view subject) {
  std::vector<AttestationView> out;
  for (const pb::Attestation& candidate : notary::all_about(context, subject)) {
    if (notary::in_force(context, candidate)) out.push_back(notary::view_of(context, candidate));
  }
  return out;
}

}  // namespace qilian::contracts
