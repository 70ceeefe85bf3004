// Pieces of the contract `membership`, one file a concern: joining (join.cpp), roles (role_calls.cpp), keys (keys.cpp),
// standing (discipline.cpp). The table of its calls is membership.cpp.
#pragma once

#include "contracts/contract.h"
#include "contracts/membership.pb.h"

namespace qilian::contracts::membership {

/// The organisation, or COM-301 in `denial`.
std::optional<pb::Organisation> find(const Context& context, std::string_view uscc);
Outcome require_organisation(const Context& context, std::string_view uscc);
/// Names of the roles that it holds.
std::vector<std::string> roles_of(const pb::Organisation& organisation);
/// MEM-401, MEM-403 against its own roles, then MEM-402 against its controller group's. Codes in ascending order.
Outcome check_role(const Context& context, const pb::Organisation& organisation, std::string_view role);
/// MEM-407 when the validators that stay active without `uscc` would be fewer than a quorum.
Outcome check_validator_quorum(const Context& context, std::string_view uscc);
/// Writes the links controller -> organisation for one organisation that joins.
void link_controllers(Context& context, const pb::Organisation& organisation);
/// The undertaking that begins now, from what was signed.
pb::Undertaking make_undertaking(Context& context, const std::string& uscc, const pb::NewUndertaking& text);
/// COM-101 unless all six stages and the digest are there.
Outcome check_undertaking(const pb::NewUndertaking& undertaking);

void add_join_calls(CallList& calls);
void add_role_calls(CallList& calls);
void add_key_calls(CallList& calls);
void add_discipline_calls(CallList& calls);

}  // namespace qilian::contracts::membership
