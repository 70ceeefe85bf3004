#include "contracts/compute/steps.h"

namespace qilian::contracts {

CallList compute_calls() {
  CallList calls;
  compute::add_environment_calls(calls);
  compute::add_plan_calls(calls);
  compute::add_run_calls(calls);
  return calls;
}

}  // namespace qilian::contracts
