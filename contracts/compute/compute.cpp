#include "contracts/compute/compute.h"

#include <algorithm>

#include "contracts/registry/registry.h"
#include "contracts/supervision/supervision.h"

namespace qilian::contracts::compute {

std::optional<pb::Environment> environment(const Context& context, std::string_view id) {
  return context.get<pb::Environment>(kind::kEnvironment, id);
}

std::optional<pb::Job> job(const Context& context, std::string_view id) { return context.get<pb::Job>(kind::kJob, id); }

Outcome require_serves(const Context& context, std::string_view id, pb::Grant::Environment demanded) {
  const std::optional<pb::Environment> found = environment(context, id);
  QILIAN_REQUIRE(found, "AUT-413", "environment \"" + std::string(id) + "\" is not registered");
  QILIAN_REQUIRE(supervision::in_force(context, found->assessment(), pb::Assessment::ENVIRONMENT, id), "AUT-413",
                 "assessment " + found->assessment() + " of environment " + found->id() + " is not in force");
  QILIAN_REQUIRE(demanded != pb::Grant::PRIVACY || found->kind() == pb::Environment::PRIVACY_COMPUTING, "AUT-413",
                 "the grant asks for privacy computing; " + found->id() + " offers none");
  return pass();
}

Outcome require_attested(const Context& context, std::string_view id) {
  const std::optional<pb::Job> found = job(context, id);
  QILIAN_REQUIRE(found, "COM-301", "there is no job " + std::string(id));
  QILIAN_REQUIRE(found->status() == pb::Job::ATTESTED, "COM-303",
                 "job " + found->id() + " is " + pb::Job::Status_Name(found->status()) + ", not ATTESTED");
  return pass();
}

Outcome require_made(const Context& context, std::string_view id, std::string_view performer, std::string_view output,
                     const google::protobuf::RepeatedPtrField<pb::ParentRef>& parents) {
  const std::optional<pb::Job> found = job(context, id);
  QILIAN_CHECK(found.has_value());
  QILIAN_REQUIRE(std::ranges::find(found->participants(), performer) != found->participants().end(), "COM-303",
                 std::string(performer) + " took no part in job " + found->id());
  QILIAN_REQUIRE(found->output() == output, "COM-303", "job " + found->id() + " put out something else");
  for (const pb::ParentRef& parent : parents) {
    const bool declared = std::ranges::any_of(found->inputs(), [&](const pb::JobInput& input) {
      return input.udi() == parent.udi() && input.version() == parent.version();
    });
    QILIAN_REQUIRE(
        declared, "CMP-404",
        registry::version_id(parent.udi(), parent.version()) + " is no declared input of job " + found->id());
  }
  // The other way round too: an input left out of the parents would cut the lineage.
  for (const pb::JobInput& input : found->inputs()) {
    const bool named = std::ranges::any_of(parents, [&](const pb::ParentRef& parent) {
      return input.udi() == parent.udi() && input.version() == parent.version();
    });
    QILIAN_REQUIRE(named, "CMP-404",
                   "job " + found->id() + " read " + registry::version_id(input.udi(), input.version()) +
                       ", which is not among the parents");
  }
  return pass();
}

}  // namespace qilian::contracts::compute
