// The rules of one grant, in the order of their codes.
#include <algorithm>
#include <set>

#include "contracts/authorization/steps.h"
#include "contracts/members.h"
#include "contracts/registry/registry.h"
#include "contracts/supervision/supervision.h"

namespace qilian::contracts::authorization {
namespace {

bool any_holds(const Context& context, std::string_view udi,
               const google::protobuf::RepeatedPtrField<std::string>& agencies) {
  return std::ranges::any_of(
      agencies, [&](const std::string& agency) { return registry::has_right(context, udi, pb::Right::HOLD, agency); });
}

/// HOLD carries everything; OPERATE carries what is sold on; PROCESS carries itself.
bool holds_enough(const Context& context, const pb::Grant& grant, std::string_view udi) {
  if (registry::has_right(context, udi, pb::Right::HOLD, grant.grantor())) return true;
  const bool operates = registry::has_right(context, udi, pb::Right::OPERATE, grant.grantor());
  if (grant.type() == pb::Grant::LICENSE && operates) return true;
  return std::ranges::all_of(grant.rights(), [&](int right) {
    return registry::has_right(context, udi, static_cast<pb::Right::Type>(right), grant.grantor());
  });
}

/// "PUBLIC,ENTERPRISE" holds "PUBLIC". An attribute that the table leaves out allows everything.
bool allowed(const std::optional<std::string>& list, std::string_view word) {
  if (!list) return true;
  std::string_view rest = *list;
  while (!rest.empty()) {
    const std::size_t comma = rest.find(',');
    if (rest.substr(0, comma) == word) return true;
    if (comma == std::string_view::npos) break;
    rest.remove_prefix(comma + 1);
  }
  return false;
}

}  // namespace

std::vector<std::string> source_agencies(const Context& context,
                                         const google::protobuf::RepeatedPtrField<pb::GrantTarget>& targets) {
  std::set<std::string> agencies;
  for (const pb::GrantTarget& target : targets) {
    for (std::string& holder : registry::right_holders(context, target.udi(), pb::Right::HOLD)) {
      agencies.insert(std::move(holder));
    }
    const auto asset = registry::asset(context, target.udi());
    if (asset && asset->source_basis() == pb::Asset::SHARED && !asset->source_unit().empty()) {
      agencies.insert(asset->source_unit());
    }
  }
  return {agencies.begin(), agencies.end()};
}

Outcome check_right(const Context& context, const pb::Grant& grant) {
  for (const pb::GrantTarget& target : grant.targets()) {
    if (grant.type() == pb::Grant::PUBLIC_OPERATION) {
      const auto asset = registry::asset(context, target.udi());
      QILIAN_REQUIRE(asset && asset->category() == pb::Asset::PUBLIC, "AUT-401",
                     target.udi() + " is not public data: there is nothing to operate on the public's behalf");
      QILIAN_REQUIRE(any_holds(context, target.udi(), grant.source_agencies()), "AUT-401",
                     "no source agency that signed holds " + target.udi());
    } else {
      const auto asset = registry::asset(context, target.udi());
      const bool closed = asset && asset->open_level() == pb::Asset::CLOSED;
      QILIAN_REQUIRE(grant.type() != pb::Grant::CONDITIONAL_OPEN || !closed, "AUT-401",
                     target.udi() + " is CLOSED: it is opened to nobody, conditionally or not");
      QILIAN_REQUIRE(holds_enough(context, grant, target.udi()), "AUT-401",
                     grant.grantor() + " does not hold on " + target.udi() + " what grant " + grant.id() + " gives");
    }
  }
  return pass();
}

Outcome check_purposes(const Context& context, const pb::Grant& grant) {
  for (const std::string& purpose : grant.purposes()) QILIAN_PASS(require_code(context, "purpose", purpose));
  for (const std::string& purpose : grant.purposes()) {
    const auto categories = code_attribute(context, "purpose", purpose, "categories");
    const auto grades = code_attribute(context, "purpose", purpose, "grades");
    for (const pb::GrantTarget& target : grant.targets()) {
      const std::string version = head_of(context, target);
      const std::string category = pb::Asset::Category_Name(registry::effective_category(context, version));
      const std::string grade = pb::Asset::Grade_Name(registry::effective_grade(context, version));
      QILIAN_REQUIRE(
          allowed(categories, category) && allowed(grades, grade), "AUT-404",
          "purpose " + purpose + " is not open to " + category + " data of grade " + grade + " (" + version + ")");
    }
  }
  return pass();
}

Outcome check_term(const Context& context, const pb::Grant& grant) {
  QILIAN_REQUIRE(grant.to() > grant.from() && grant.to() > context.time().value(), "AUT-405",
                 "a grant ends after it begins, and in the future");
  if (grant.type() != pb::Grant::PUBLIC_OPERATION) return pass();
  const Period longest = context.parameters().period("authorization.max_operation_term");
  const TimeMs last = deadline(TimeMs(grant.from()), longest, context.calendar());
  QILIAN_REQUIRE(
      grant.to() <= last.value(), "AUT-405",
      "public operation is granted for " + to_text(longest) + " at most: until " + std::to_string(last.value()));
  return pass();
}

Outcome check_raw(const Context& context, const pb::Grant& grant) {
  const bool leaves = has_action(grant, pb::Grant::EXPORT) ||
                      (grant.type() == pb::Grant::PUBLIC_OPERATION && grant.environment() == pb::Grant::OPEN);
  if (!leaves || grant.type() == pb::Grant::SHARE) return pass();
  for (const pb::GrantTarget& target : grant.targets()) {
    const auto asset = registry::asset(context, target.udi());
    QILIAN_REQUIRE(
        !asset || !registry::barred_from_market(*asset), "AUT-406",
        target.udi() + " is raw public data: it is computed on in its domain and never leaves it 原始数据不出域");
  }
  return pass();
}

Outcome check_assessment(const Context& context, const pb::Grant& grant) {
  for (const pb::GrantTarget& target : grant.targets()) {
    const std::string version = head_of(context, target);
    if (registry::effective_grade(context, version) != pb::Asset::IMPORTANT) continue;
    const bool assessed = supervision::in_force(context, grant.assessment(), pb::Assessment::DATA, target.udi()) ||
                          supervision::in_force(context, grant.assessment(), pb::Assessment::DATA, version);
    QILIAN_REQUIRE(assessed, "AUT-414",
                   version + " is IMPORTANT: name a passed DATA assessment of it that is in force");
  }
  return pass();
}

}  // namespace qilian::contracts::authorization
