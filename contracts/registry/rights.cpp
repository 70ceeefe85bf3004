#include <set>

#include "contracts/registry/registry.h"
#include "contracts/registry/steps.h"

namespace qilian::contracts::registry {

std::string right_id(std::string_view udi, std::uint32_t number) {
  return std::string(udi) + "/" + std::to_string(number);
}

std::vector<pb::Right> rights(const Context& context, const pb::Asset& asset) {
  std::vector<pb::Right> out;
  for (std::uint32_t number = 1; number <= asset.rights(); ++number) {
    std::optional<pb::Right> right = context.get<pb::Right>(kind::kRight, right_id(asset.udi(), number));
    QILIAN_CHECK(right.has_value());
    out.push_back(*std::move(right));
  }
  return out;
}

bool right_in_force(const pb::Right& right, TimeMs time) {
  return right.status() == pb::Right::ACTIVE && right.from() <= time.value() &&
         (right.to() == 0 || time.value() < right.to());
}

bool has_right(const Context& context, std::string_view udi, pb::Right::Type type, std::string_view holder) {
  const std::optional<pb::Asset> found = asset(context, udi);
  if (!found) return false;
  for (const pb::Right& right : rights(context, *found)) {
    if (right.type() == type && right.holder() == holder && right_in_force(right, context.time())) return true;
  }
  return false;
}

std::vector<std::string> right_holders(const Context& context, std::string_view udi, pb::Right::Type type) {
  const std::optional<pb::Asset> found = asset(context, udi);
  if (!found) return {};
  std::set<std::string> holders;
  for (const pb::Right& right : rights(context, *found)) {
    if (right.type() == type && right_in_force(right, context.time())) holders.insert(right.holder());
  }
  return {holders.begin(), holders.end()};
}

Outcome check_new_right(const pb::Asset& asset, pb::Right::Type type) {
  const bool tradable =
      asset.kind() == pb::Asset::PRODUCT || asset.kind() == pb::Asset::SERVICE || asset.kind() == pb::Asset::MODEL;
  QILIAN_REQUIRE(type != pb::Right::OPERATE || (tradable && !asset.raw()), "REG-407",
                 "a right to OPERATE stands only on a PRODUCT, SERVICE or MODEL that is not raw");
  return pass();
}

Outcome check_exclusive(const Context& context, const pb::Asset& asset, const pb::Right& candidate,
                        std::string_view replaced) {
  for (const pb::Right& other : rights(context, asset)) {
    // Rights that begin later exclude one another as well: what counts is that their periods meet.
    const bool over = other.to() != 0 && context.time().value() >= other.to();
    const bool meet =
        (other.to() == 0 || candidate.from() < other.to()) && (candidate.to() == 0 || other.from() < candidate.to());
    const bool concerns = other.id() != replaced && other.id() != candidate.parent_right() &&
                          other.type() == candidate.type() && other.status() == pb::Right::ACTIVE && !over && meet;
    if (!concerns) continue;
    QILIAN_REQUIRE(!other.exclusive() || other.holder() == candidate.holder(), "REG-404",
                   "right " + other.id() + " of " + other.holder() + " is exclusive");
    QILIAN_REQUIRE(!candidate.exclusive() || other.holder() == candidate.holder(), "REG-404",
                   "an exclusive right is asked for while " + other.holder() + " holds " + other.id());
  }
  return pass();
}

std::string add_right(Context& context, pb::Asset& asset, pb::Right right) {
  asset.set_rights(asset.rights() + 1);
  right.set_id(right_id(asset.udi(), asset.rights()));
  right.set_udi(asset.udi());
  context.put(kind::kRight, right.id(), right, EventKind::kCreated);
  context.append(kind::kAssetsOfOrganisation, right.holder(), kind::kRight, right.id());
  return right.id();
}

}  // namespace qilian::contracts::registry
