#include "contracts/supervision/steps.h"

namespace qilian::contracts {

CallList supervision_calls() {
  CallList calls;
  supervision::add_assessment_calls(calls);
  supervision::add_valuation_calls(calls);
  supervision::add_certificate_calls(calls);
  return calls;
}

}  // namespace qilian::contracts
