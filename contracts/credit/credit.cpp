#include "contracts/credit/credit.h"

#include <algorithm>

#include "contracts/credit/standing.h"
#include "contracts/members.h"

namespace qilian::contracts {
namespace credit {
namespace {

std::string window_name(std::string_view which, pb::Severity::Value severity) {
  const std::string_view suffix = severity == pb::Severity::SERIOUS    ? "serious"
                                  : severity == pb::Severity::MODERATE ? "moderate"
                                                                       : "minor";
  return "credit.public_" + std::string(which) + "_" + std::string(suffix);
}

pb::CreditProfile::Negative* entry_for(pb::CreditProfile& profile, const std::string& determination) {
  for (pb::CreditProfile::Negative& negative : *profile.mutable_negatives()) {
    if (negative.determination() == determination) return &negative;
  }
  pb::CreditProfile::Negative* added = profile.add_negatives();
  added->set_determination(determination);
  return added;
}

}  // namespace

std::optional<pb::Determination> find(const Context& context, std::string_view id) {
  return context.get<pb::Determination>(kind::kDetermination, id);
}

pb::Determination::Status status_at(const pb::Determination& determination, TimeMs now) {
  const bool by_itself = determination.status() == pb::Determination::NOTIFIED &&
                         determination.severity() != pb::Severity::SERIOUS && now.value() >= determination.object_by();
  return by_itself ? pb::Determination::EFFECTIVE : determination.status();
}

Outcome require_status(const Context& context, const std::string& id,
                       std::initializer_list<pb::Determination::Status> allowed) {
  const auto determination = find(context, id);
  QILIAN_REQUIRE(determination.has_value(), "COM-301", "no determination " + id);
  const pb::Determination::Status status = status_at(*determination, context.time());
  QILIAN_REQUIRE(std::ranges::count(allowed, status) != 0, "COM-303",
                 "determination " + id + " is " + pb::Determination::Status_Name(status));
  return pass();
}

void take_effect(const Context& context, pb::Determination& determination, TimeMs at) {
  const Parameters& parameters = context.parameters();
  const auto window = [&](std::string_view which) {
    return deadline(at, parameters.period(window_name(which, determination.severity())), context.calendar()).value();
  };
  determination.set_effective_at(at.value());
  determination.set_public_from(at.value());
  determination.set_public_min_to(window("min"));
  determination.set_public_max_to(window("max"));
}

void store(Context& context, const pb::Determination& determination, EventKind event) {
  context.put(kind::kDetermination, determination.id(), determination, event);
  pb::CreditProfile profile = load_profile(context, determination.subject());
  pb::CreditProfile::Negative* negative = entry_for(profile, determination.id());
  const bool withdrawn = determination.status() == pb::Determination::WITHDRAWN;
  const bool undecided =
      determination.status() == pb::Determination::NOTIFIED || determination.status() == pb::Determination::OBJECTED;
  negative->set_severity(determination.severity());
  negative->set_effective_at(withdrawn ? 0 : determination.effective_at());
  negative->set_repaired_at(determination.repaired_at());
  negative->set_expires_at(determination.public_max_to());
  negative->set_serious_notice(undecided && determination.severity() == pb::Severity::SERIOUS);
  // A clock against authorities too: a notice that nobody confirms stops admissions no longer than a review would.
  const bool waits = determination.status() == pb::Determination::NOTIFIED;
  const TimeMs confirm_by = deadline(TimeMs(determination.object_by()),
                                     context.parameters().period("credit.review_window"), context.calendar());
  negative->set_notice_lapses_at(waits ? confirm_by.value() : determination.review_by());
  context.put(kind::kCreditProfile, determination.subject(), profile);
  context.set_object(determination.id());
}

void add_signers(const Context& context, pb::Determination& determination) {
  for (const Signer& signer : context.caller().signers) {
    pb::SignerRecord* record = determination.add_decided_by();
    record->set_organisation(signer.organisation);
    record->set_officer(signer.officer);
    record->set_public_key(std::string(signer.key.view()));
    record->set_signed_at(context.time().value());
  }
}

bool independent_of(const Context& context, std::string_view uscc) {
  return std::ranges::none_of(context.caller().organisations(),
                              [&](const std::string& signer) { return related(context, signer, uscc); });
}

pb::Determination make_notice(Context& context, std::string_view subject, std::string_view behaviour,
                              pb::Severity::Value severity, std::string_view basis) {
  pb::Determination out;
  out.set_id(context.derive_id("determination"));
  out.set_subject(std::string(subject));
  out.set_behaviour(std::string(behaviour));
  out.set_severity(severity);
  out.set_basis(std::string(basis));
  out.set_determiner(context.caller().organisation());
  out.set_notice_at(context.time().value());
  out.set_object_by(context.deadline("credit.object_window").value());
  out.set_status(pb::Determination::NOTIFIED);
  // Unless objected to, it takes effect as the window closes; a SERIOUS one waits for its confirmation.
  if (severity != pb::Severity::SERIOUS) take_effect(context, out, TimeMs(out.object_by()));
  return out;
}

}  // namespace credit

CallList credit_calls() {
  CallList calls;
  credit::add_notice_calls(calls);
  credit::add_repair_calls(calls);
  credit::add_positive_calls(calls);
  return calls;
}

}  // namespace qilian::contracts
