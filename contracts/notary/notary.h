// Attestations as other contracts rely on them. Pure reads, except `rely`, which notes who relied on what.
// `find_attestation` and `attestations_in_force` (contracts/asset_view.h) are implemented here too.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "contracts/context.h"
#include "contracts/notary.pb.h"

namespace qilian::contracts::notary {

std::optional<pb::Attestation> attestation(const Context& context, std::string_view id);

/// As stored, but EXPIRED where its life is over, and UNDER_REVIEW where a key that signed it was compromised by then
/// and no other officer has upheld it since.
pb::Attestation::Status status_now(const Context& context, const pb::Attestation& attestation);

/// May anybody rely on it now? ACTIVE or under a review that somebody asked for, inside [from, to), its result not
/// FAIL, and not signed with a compromised key. A review by itself never suspends (README, "Decisions").
bool in_force(const Context& context, const pb::Attestation& attestation);

/// The newest attestation of that type about the subject (USCC, UDI@seq, incident id, job id, trade id) that is in
/// force now.
std::optional<pb::Attestation> latest_in_force(const Context& context, std::string_view subject,
                                               pb::Attestation::Type type);

/// "none was issued", "att-7 is VOID": what a denial for want of `type` says.
std::string why_none(const Context& context, std::string_view subject, pb::Attestation::Type type);

/// The call relied on the attestation for `object`: an entry in the attestation's reliance index and in the receipt's
/// trace. What relied on a void one is found there (question 7).
void rely(Context& context, const pb::Attestation& attestation, Kind object, std::string_view object_id);

}  // namespace qilian::contracts::notary
