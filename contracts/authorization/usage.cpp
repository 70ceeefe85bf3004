// Counting uses: on the grant and on everything above it, so that sub-grants cannot outgrow their root.
#include "contracts/authorization/authorization.h"

namespace qilian::contracts::authorization {
namespace {

/// The grant and its ancestors, lowest first.
std::vector<pb::Grant> chain(const Context& context, const pb::Grant& from) {
  const std::int64_t limit = context.parameters().integer("authorization.max_chain");
  std::vector<pb::Grant> out{from};
  while (!out.back().parent_grant().empty() && static_cast<std::int64_t>(out.size()) <= limit) {
    std::optional<pb::Grant> above = grant(context, out.back().parent_grant());
    if (!above) break;
    out.push_back(*std::move(above));
  }
  return out;
}

/// 0 is without limit, as far as a counter reaches.
bool within(std::int64_t used, std::int64_t more, std::int64_t limit) {
  return more <= (limit == 0 ? INT64_MAX : limit) - used;
}

}  // namespace

Outcome fits(const Context& context, const pb::Grant& grant, const Use& use) {
  for (const pb::Grant& each : chain(context, grant)) {
    QILIAN_REQUIRE(within(each.used(), use.uses, each.max_uses()), "AUT-409",
                   "grant " + each.id() + " allows " + std::to_string(each.max_uses()) + " uses, " +
                       std::to_string(each.used()) + " are used");
    QILIAN_REQUIRE(within(each.records(), use.records, each.max_records()), "AUT-409",
                   "grant " + each.id() + " allows " + std::to_string(each.max_records()) + " records, " +
                       std::to_string(each.records()) + " are used");
  }
  return pass();
}

void charge(Context& context, std::string_view id, const Use& use) {
  const std::optional<pb::Grant> named = grant(context, id);
  QILIAN_CHECK(named.has_value());
  for (pb::Grant& each : chain(context, *named)) {
    each.set_used(each.used() + use.uses);
    each.set_records(each.records() + use.records);
    if (each.id() == id) {
      each.set_usages(each.usages() + 1);
      pb::Usage usage;
      usage.set_grant(each.id());
      usage.set_seq(each.usages());
      usage.set_job(use.job);
      usage.set_uses(use.uses);
      usage.set_records(use.records);
      usage.set_purpose(use.purpose);
      usage.set_at(context.time().value());
      context.put(kind::kUsage, each.id() + "/" + std::to_string(usage.seq()), usage, EventKind::kCreated);
    }
    context.put(kind::kGrant, each.id(), each);
  }
}

}  // namespace qilian::contracts::authorization
