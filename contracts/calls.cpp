#include "contracts/calls.h"

#include <algorithm>

#include "contracts/contract.h"

namespace qilian::contracts {
namespace {

struct Table {
  CallList calls;               ///< ascending by name
  std::vector<CallSpec> specs;  ///< the same order
};

Table assemble() {
  Table table;
  const auto add = [&table](CallList calls) {
    for (std::unique_ptr<Call>& call : calls) table.calls.push_back(std::move(call));
  };
  add(governance_calls());
  add(membership_calls());
  add(registry_calls());
  add(authorization_calls());
  add(compute_calls());
  add(evidence_calls());
  add(notary_calls());
  add(negative_list_calls());
  add(credit_calls());
  add(revenue_calls());
  add(cross_border_calls());
  add(incident_calls());
  add(supervision_calls());
  std::ranges::sort(table.calls, {}, [](const std::unique_ptr<Call>& call) { return call->spec().name; });
  for (const std::unique_ptr<Call>& call : table.calls) {
    // Two calls of one name would make the meaning of a body depend on the order of this table.
    QILIAN_CHECK(table.specs.empty() || table.specs.back().name < call->spec().name);
    table.specs.push_back(call->spec());
  }
  return table;
}

const Table& table() {
  static const Table kTable = assemble();
  return kTable;
}

}  // namespace

std::span<const CallSpec> calls() { return table().specs; }

const CallSpec* find_call(std::string_view name) {
  const Call* call = find_contract_call(name);
  return call == nullptr ? nullptr : &call->spec();
}

const Call* find_contract_call(std::string_view name) {
  const CallList& all = table().calls;
  const auto at =
      std::ranges::lower_bound(all, name, {}, [](const std::unique_ptr<Call>& call) { return call->spec().name; });
  return at != all.end() && (*at)->spec().name == name ? at->get() : nullptr;
}

}  // namespace qilian::contracts
