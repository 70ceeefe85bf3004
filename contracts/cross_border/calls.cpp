#include "contracts/cross_border/steps.h"

namespace qilian::contracts {

CallList cross_border_calls() {
  CallList calls;
  cross_border::add_recipient_calls(calls);
  cross_border::add_assess_calls(calls);
  cross_border::add_decision_calls(calls);
  cross_border::add_shipping_calls(calls);
  return calls;
}

namespace cross_border {

std::optional<pb::Export> find(const Context& context, std::string_view id) {
  return context.get<pb::Export>(kind::kExport, id);
}

pb::Export::Status status_at(const pb::Export& item, TimeMs time) {
  const bool decided = item.status() == pb::Export::DECIDED || item.status() == pb::Export::ACTIVE;
  return decided && time.value() >= item.valid_to() ? pb::Export::EXPIRED : item.status();
}

Outcome require_status(const Context& context, const std::string& id,
                       std::initializer_list<pb::Export::Status> allowed) {
  const std::optional<pb::Export> found = find(context, id);
  QILIAN_REQUIRE(found, "COM-301", "no export " + id);
  const pb::Export::Status status = status_at(*found, context.time());
  for (const pb::Export::Status each : allowed) {
    if (status == each) return pass();
  }
  QILIAN_REQUIRE(status != pb::Export::EXPIRED, "XBR-403",
                 "the decision on " + id + " was valid until " + std::to_string(found->valid_to()));
  return deny("COM-303", "export " + id + " is " + pb::Export::Status_Name(status));
}

}  // namespace cross_border
}  // namespace qilian::contracts
