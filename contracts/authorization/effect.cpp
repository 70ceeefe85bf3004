// In effect, by walking up: nothing cascades as writes, so nothing can be forgotten.
#include "contracts/authorization/steps.h"
#include "contracts/members.h"
#include "contracts/registry/registry.h"

namespace qilian::contracts::authorization {
namespace {

Outcome check_own_state(const Context& context, const pb::Grant& grant) {
  const pb::Grant::Status status = status_at(grant, context.time());
  const std::string named = "grant " + grant.id() + " is " + std::string(status_name(status));
  if (status == pb::Grant::EXPIRED) return deny("AUT-405", named + " since " + std::to_string(grant.to()));
  if (status == pb::Grant::EXHAUSTED) return deny("AUT-409", named);
  QILIAN_REQUIRE(status == pb::Grant::ACTIVE, "COM-303", named);
  QILIAN_REQUIRE(context.time().value() >= grant.from(), "COM-303",
                 "grant " + grant.id() + " begins at " + std::to_string(grant.from()));
  return pass();
}

/// All but its own state: organisations, the right behind it, consent.
Outcome check_support(const Context& context, const pb::Grant& grant) {
  for (const std::string& party : {grant.grantor(), grant.grantee()}) {
    QILIAN_REQUIRE(organisation_active(context, party), "COM-203",
                   "grant " + grant.id() + ": organisation " + party + " is not active");
  }
  for (const pb::GrantTarget& target : grant.targets()) {
    const auto asset = registry::asset(context, target.udi());
    QILIAN_REQUIRE(asset && registry::live(*asset, context.time()), "AUT-401",
                   "grant " + grant.id() + ": asset " + target.udi() + " is no longer registered");
  }
  if (grant.type() != pb::Grant::SUBGRANT) QILIAN_PASS(check_right(context, grant));
  return check_consent(context, grant);
}

Outcome check_ancestors(const Context& context, const pb::Grant& grant) {
  const std::int64_t limit = context.parameters().integer("authorization.max_chain");
  std::string path = grant.id();
  std::string next = grant.parent_grant();
  for (std::int64_t level = 0; !next.empty(); ++level) {
    path += " <- " + next;
    QILIAN_REQUIRE(level < limit, "AUT-411", path + ": the chain is longer than " + std::to_string(limit));
    const std::optional<pb::Grant> above = authorization::grant(context, next);
    QILIAN_REQUIRE(above, "AUT-411", path + ": not found");
    Outcome broken = check_own_state(context, *above);
    // What an ancestor has used up limits new uses (fits), not what was given out before.
    if (broken && broken->code == "AUT-409") broken.reset();
    if (!broken) broken = check_support(context, *above);
    QILIAN_REQUIRE(!broken, "AUT-411", path + ": " + broken->code + " " + broken->trace);
    next = above->parent_grant();
  }
  return pass();
}

}  // namespace

Outcome in_effect(const Context& context, std::string_view id) {
  const std::optional<pb::Grant> found = grant(context, id);
  QILIAN_REQUIRE(found, "COM-301", "there is no grant " + std::string(id));
  QILIAN_PASS(check_own_state(context, *found));
  QILIAN_PASS(check_support(context, *found));
  return check_ancestors(context, *found);
}

Outcome pending_for(const Context& context, std::string_view id, std::string_view trade) {
  const std::optional<pb::Grant> found = grant(context, id);
  QILIAN_REQUIRE(found, "COM-301", "there is no grant " + std::string(id));
  QILIAN_REQUIRE(found->status() == pb::Grant::PENDING && found->trade() == trade, "COM-303",
                 "grant " + found->id() + " does not wait for trade " + std::string(trade));
  QILIAN_REQUIRE(context.time().value() < found->to(), "AUT-405", "the term of grant " + found->id() + " is over");
  QILIAN_PASS(check_support(context, *found));
  return check_ancestors(context, *found);
}

Outcome activate(Context& context, std::string_view id, std::string_view trade) {
  std::optional<pb::Grant> found = grant(context, id);
  QILIAN_REQUIRE(found, "COM-301", "there is no grant " + std::string(id));
  QILIAN_REQUIRE(found->status() == pb::Grant::PENDING && found->trade() == trade, "COM-303",
                 "grant " + found->id() + " does not wait for trade " + std::string(trade));
  found->set_status(pb::Grant::ACTIVE);
  context.put(kind::kGrant, id, *found);
  return pass();
}

Outcome terminate(Context& context, std::string_view id, std::string_view trade) {
  std::optional<pb::Grant> found = grant(context, id);
  QILIAN_REQUIRE(found, "COM-301", "there is no grant " + std::string(id));
  const bool open = found->status() == pb::Grant::PENDING || found->status() == pb::Grant::ACTIVE ||
                    found->status() == pb::Grant::SUSPENDED;
  QILIAN_REQUIRE(open && found->trade() == trade, "COM-303",
                 "grant " + found->id() + " was not made for trade " + std::string(trade) + ", or has ended");
  found->set_status(pb::Grant::TERMINATED);
  context.put(kind::kGrant, id, *found, EventKind::kEnded);
  return pass();
}

}  // namespace qilian::contracts::authorization
