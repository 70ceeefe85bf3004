#include "contracts/holds.h"

#include <algorithm>

#include "contracts/incident.pb.h"

namespace qilian::contracts {
namespace {

bool alive(const pb::Hold& hold, TimeMs now) { return now.value() >= hold.from() && now.value() < hold.until(); }

bool covers(const pb::Hold& hold, std::string_view call) {
  if (hold.operations().empty()) return true;
  const std::string_view contract = call.substr(0, call.find('.'));
  return std::ranges::any_of(hold.operations(),
                             [&](const std::string& operation) { return operation == call || operation == contract; });
}

}  // namespace

Outcome check_holds(const Context& context, std::span<const std::string> scopes) {
  for (const std::string& scope : scopes) {
    const auto holds = context.get<pb::HoldSet>(kind::kHoldsOn, scope);
    if (!holds) continue;
    for (const pb::Hold& hold : holds->holds()) {
      QILIAN_REQUIRE(!alive(hold, context.time()) || !covers(hold, context.call()), "COM-405",
                     "hold " + hold.id() + " on " + scope + " until " + std::to_string(hold.until()));
    }
  }
  return pass();
}

bool held(const Context& context, std::string_view scope) {
  const auto holds = context.get<pb::HoldSet>(kind::kHoldsOn, scope);
  return holds &&
         std::ranges::any_of(holds->holds(), [&](const pb::Hold& hold) { return alive(hold, context.time()); });
}

}  // namespace qilian::contracts
