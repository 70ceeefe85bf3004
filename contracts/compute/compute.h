// Jobs and environments as other contracts read them. Pure reads.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "contracts/authorization.pb.h"
#include "contracts/compute.pb.h"
#include "contracts/context.h"
#include "contracts/registry.pb.h"

namespace qilian::contracts::compute {

std::optional<pb::Environment> environment(const Context& context, std::string_view id);
std::optional<pb::Job> job(const Context& context, std::string_view id);

/// AUT-413 where the environment does not exist, its assessment is not (or no longer) in order, or it does not serve
/// what the grant asks.
Outcome require_serves(const Context& context, std::string_view environment, pb::Grant::Environment demanded);

/// COM-301 or COM-303 unless the job exists and is ATTESTED.
Outcome require_attested(const Context& context, std::string_view job);
/// That the job made it: COM-303 where the performer took no part or the output is another, CMP-404 for a parent that
/// is no input. REQUIRES: the job is attested.
Outcome require_made(const Context& context, std::string_view job, std::string_view performer, std::string_view output,
                     const google::protobuf::RepeatedPtrField<pb::ParentRef>& parents);

}  // namespace qilian::contracts::compute
