#include "contracts/notary/steps.h"

namespace qilian::contracts {

CallList notary_calls() {
  CallList calls;
  notary::add_issue_call(calls);
  notary::add_review_calls(calls);
  notary::add_ending_calls(calls);
  return calls;
}

}  // namespace qilian::contracts
