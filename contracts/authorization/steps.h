// What the calls of authorization share among themselves; nobody else includes it.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "contracts/authorization/authorization.h"
#include "contracts/contract.h"

namespace qilian::contracts::authorization {

// One function for each file of calls; calls.cpp joins them.
void add_grant_calls(CallList& calls);
void add_subgrant_calls(CallList& calls);
void add_use_calls(CallList& calls);
void add_standing_calls(CallList& calls);
void add_consent_calls(CallList& calls);

// ---- shape (shared by grant and subgrant) -------------------------------------------------------------------------

/// Static shape of the terms of a grant, whichever message carries them.
struct Terms {
  const google::protobuf::RepeatedPtrField<pb::GrantTarget>& targets;
  const google::protobuf::RepeatedField<int>& rights;
  const google::protobuf::RepeatedPtrField<std::string>& purposes;
  const google::protobuf::RepeatedField<int>& actions;
  pb::Grant::Environment environment;
  const google::protobuf::RepeatedPtrField<std::string>& region;
  std::int64_t max_uses;
  std::int64_t max_records;
  std::int64_t from;
  std::int64_t to;
};
/// Both messages name them alike.
template <class Args>
Terms terms_of(const Args& args) {
  return {args.targets(), args.rights(),   args.purposes(),    args.actions(), args.environment(),
          args.region(),  args.max_uses(), args.max_records(), args.from(),    args.to()};
}
/// A grant of these terms to the grantee, from now on where no beginning is named; whose it is and what it stands on,
/// the caller adds.
template <class Args>
pb::Grant with_terms(const Args& args, TimeMs now) {
  pb::Grant grant;
  grant.set_id(args.id());
  grant.set_grantee(args.grantee());
  *grant.mutable_targets() = args.targets();
  *grant.mutable_rights() = args.rights();
  *grant.mutable_purposes() = args.purposes();
  *grant.mutable_actions() = args.actions();
  grant.set_environment(args.environment());
  *grant.mutable_region() = args.region();
  grant.set_max_uses(args.max_uses());
  grant.set_max_records(args.max_records());
  grant.set_from(args.from() == 0 ? now.value() : args.from());
  grant.set_to(args.to());
  grant.set_sub_depth(args.sub_depth());
  return grant;
}
Outcome check_terms(const Terms& terms);
/// COM-107 for too many targets, COM-301 and COM-303 for one that is not registered.
Outcome check_targets(const Context& context, const google::protobuf::RepeatedPtrField<pb::GrantTarget>& targets);

/// Version of the asset's head, as the negative list and the consent rules look at a target.
std::string head_of(const Context& context, const pb::GrantTarget& target);
/// One subject of the negative list for each target.
std::vector<ListSubject> list_subjects(const Context& context, const pb::Grant& draft);
/// Writes the grant and its index entries.
void write_new(Context& context, const pb::Grant& grant);

// ---- rules of one grant, each of them used by in_effect as well ---------------------------------------------------

/// AUT-401: the grantor (PUBLIC_OPERATION: a source agency that signed) still holds what it gives, on every target.
Outcome check_right(const Context& context, const pb::Grant& grant);
/// COM-104 for a purpose outside the governed table; AUT-404 where the table does not allow a target's category or
/// grade for it.
Outcome check_purposes(const Context& context, const pb::Grant& grant);
/// AUT-405.
Outcome check_term(const Context& context, const pb::Grant& grant);
/// AUT-406.
Outcome check_raw(const Context& context, const pb::Grant& grant);
/// AUT-407 and AUT-408, for targets with personal information.
Outcome check_consent(const Context& context, const pb::Grant& grant);
/// AUT-414, for targets whose effective grade is IMPORTANT.
Outcome check_assessment(const Context& context, const pb::Grant& grant);

/// Organisations whose HOLD stands behind the targets of a PUBLIC_OPERATION grant, and the units that provide shared
/// data: each signs.
std::vector<std::string> source_agencies(const Context& context,
                                         const google::protobuf::RepeatedPtrField<pb::GrantTarget>& targets);

}  // namespace qilian::contracts::authorization
