// Pieces of the contract `credit`: notices and their review (notices.cpp), repair (repair.cpp), positive events
// (positives.cpp).
#pragma once

#include "contracts/contract.h"
#include "contracts/credit.pb.h"

namespace qilian::contracts::credit {

std::optional<pb::Determination> find(const Context& context, std::string_view id);
/// Stored status, with time: NOTIFIED that is not SERIOUS reads EFFECTIVE from object_by on.
pb::Determination::Status status_at(const pb::Determination& determination, TimeMs now);
/// COM-301, or COM-303 when the status at block time is none of those allowed.
Outcome require_status(const Context& context, const std::string& id,
                       std::initializer_list<pb::Determination::Status> allowed);
/// Sets effective_at and the publicity window that follows from it. `at` is when it takes effect.
void take_effect(const Context& context, pb::Determination& determination, TimeMs at);
/// Writes the determination and its copy in the subject's profile.
void store(Context& context, const pb::Determination& determination, EventKind event = EventKind::kChanged);
void add_signers(const Context& context, pb::Determination& determination);
/// COM-207-like independence: true when none of the signers' organisations is related to `uscc`.
bool independent_of(const Context& context, std::string_view uscc);

/// A notice as credit.notify or a negative assessment opens it.
pb::Determination make_notice(Context& context, std::string_view subject, std::string_view behaviour,
                              pb::Severity::Value severity, std::string_view basis);

void add_notice_calls(CallList& calls);
void add_repair_calls(CallList& calls);
void add_positive_calls(CallList& calls);

}  // namespace qilian::contracts::credit
