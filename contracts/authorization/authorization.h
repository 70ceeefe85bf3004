// Grants as other contracts read and use them. "In effect" is computed by walking up, never stored and never swept:
// own state AND every ancestor AND consent AND right AND organisation.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "contracts/authorization.pb.h"
#include "contracts/context.h"

namespace qilian::contracts::authorization {

std::optional<pb::Grant> grant(const Context& context, std::string_view id);

/// The status as of a moment: EXPIRED and EXHAUSTED are derived.
pb::Grant::Status status_at(const pb::Grant& grant, TimeMs time);
std::string_view status_name(pb::Grant::Status status);

/// Nothing where the grant is in effect now. Otherwise why not:
/// COM-301 no such grant · COM-303 own state (pending, suspended, ended, not yet begun) · COM-203 an organisation is
/// not active · AUT-401 the right behind it is gone · AUT-405 its term is over · AUT-407 consent missing or expired ·
/// AUT-408 consent withdrawn · AUT-409 used up · AUT-411 an ancestor is not in effect. Callers with a code of their own
/// (REG-406, EVD-403) keep the trace.
Outcome in_effect(const Context& context, std::string_view id);
/// A licence that waits for exactly this trade, everything but its own state being in order: what EVD-403 accepts
/// beside in_effect.
Outcome pending_for(const Context& context, std::string_view id, std::string_view trade);

/// Does the grant reach this version?
bool covers(const pb::Grant& grant, std::string_view udi, std::uint32_t seq);
bool has_right(const pb::Grant& grant, pb::Right::Type type);
bool has_purpose(const pb::Grant& grant, std::string_view purpose);
bool has_action(const pb::Grant& grant, pb::Grant::Action action);

/// The PUBLIC_OPERATION grants that a version was made under: of its parents, and further up through the maker's own
/// versions only. Empty for everything downstream of a licence.
std::vector<pb::Grant> public_operation_behind(const Context& context, std::string_view version_id);

/// AUT-412 where `actor` or its controller group holds the PUBLIC_OPERATION grant behind the version and the asset has
/// been delivered.
Outcome check_redevelopment(const Context& context, std::string_view actor, std::string_view version_id);

/// One use to be counted.
struct Use {
  std::string job;
  std::string purpose;
  std::int64_t uses = 1;
  std::int64_t records = 0;
};
/// AUT-409 where the use does not fit into what is left, here and in every ancestor.
Outcome fits(const Context& context, const pb::Grant& grant, const Use& use);
/// Counts a use on the grant and on every ancestor, and files it. REQUIRES: it fits.
void charge(Context& context, std::string_view grant, const Use& use);

/// The trade is settled: its licence is ACTIVE from now on. COM-303 unless it is PENDING for this trade.
Outcome activate(Context& context, std::string_view grant, std::string_view trade);
/// The trade came to nothing or was refunded: its licence is TERMINATED.
Outcome terminate(Context& context, std::string_view grant, std::string_view trade);

}  // namespace qilian::contracts::authorization
