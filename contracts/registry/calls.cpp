#include "contracts/registry/steps.h"

namespace qilian::contracts {

CallList registry_calls() {
  CallList calls;
  registry::add_submission_calls(calls);
  registry::add_review_calls(calls);
  registry::add_objection_calls(calls);
  registry::add_amendment_calls(calls);
  registry::add_lifecycle_calls(calls);
  registry::add_transfer_calls(calls);
  registry::add_derivation_calls(calls);
  registry::add_catalogue_calls(calls);
  registry::add_census_calls(calls);
  registry::add_pledge_calls(calls);
  return calls;
}

}  // namespace qilian::contracts
