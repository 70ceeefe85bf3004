// What a grant says, read off its record.
#include <algorithm>

#include "contracts/authorization/authorization.h"

namespace qilian::contracts::authorization {

std::optional<pb::Grant> grant(const Context& context, std::string_view id) {
  return context.get<pb::Grant>(kind::kGrant, id);
}

pb::Grant::Status status_at(const pb::Grant& grant, TimeMs time) {
  if (grant.status() != pb::Grant::ACTIVE && grant.status() != pb::Grant::SUSPENDED) return grant.status();
  if (time.value() >= grant.to()) return pb::Grant::EXPIRED;
  const bool spent = (grant.max_uses() > 0 && grant.used() >= grant.max_uses()) ||
                     (grant.max_records() > 0 && grant.records() >= grant.max_records());
  return spent && grant.status() == pb::Grant::ACTIVE ? pb::Grant::EXHAUSTED : grant.status();
}

std::string_view status_name(pb::Grant::Status status) { return pb::Grant::Status_Name(status); }

bool covers(const pb::Grant& grant, std::string_view udi, std::uint32_t seq) {
  return std::ranges::any_of(grant.targets(), [&](const pb::GrantTarget& target) {
    return target.udi() == udi && seq >= target.from_version() &&
           (target.to_version() == 0 || seq <= target.to_version());
  });
}

bool has_right(const pb::Grant& grant, pb::Right::Type type) {
  return std::ranges::find(grant.rights(), type) != grant.rights().end();
}

bool has_purpose(const pb::Grant& grant, std::string_view purpose) {
  return std::ranges::find(grant.purposes(), purpose) != grant.purposes().end();
}

bool has_action(const pb::Grant& grant, pb::Grant::Action action) {
  return std::ranges::find(grant.actions(), action) != grant.actions().end();
}

}  // namespace qilian::contracts::authorization
