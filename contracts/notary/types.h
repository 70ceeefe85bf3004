// What each of the five types of attestation demands: subjects, claims, officers, reports, life (README.md has the
// table). Pure.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "contracts/notary.pb.h"
#include "contracts/outcome.h"

namespace qilian::contracts::notary {

struct TypeRule {
  pb::Attestation::Type type;
  std::span<const pb::Subject::Kind> subjects;  ///< kinds that it may be about
  std::span<const std::string_view>
      claims;             ///< mandatory ones, ascending; "precision*" accepts precision_<unit> as well
  bool two_officers;      ///< always; IMPORTANT data asks for two in any type
  bool expert_report;     ///< a tester's report is mandatory
  std::string_view life;  ///< period parameter; empty: it does not lapse
};

/// REQUIRES: a type other than UNSPECIFIED.
const TypeRule& rule_of(pb::Attestation::Type type);

bool may_be_about(const TypeRule& rule, pb::Subject::Kind kind);

/// Null where the claim is missing.
const pb::Claim* find_claim(const google::protobuf::RepeatedPtrField<pb::Claim>& claims, std::string_view name);

/// NOT-406 where a mandatory claim is missing or empty; the trace names the first one.
Outcome require_claims(const TypeRule& rule, const google::protobuf::RepeatedPtrField<pb::Claim>& claims);

/// "a, b ,c" → {"a","b","c"}, ascending, each once; "none" → {}.
std::vector<std::string> split_claim(std::string_view text);

}  // namespace qilian::contracts::notary
