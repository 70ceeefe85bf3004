#include "contracts/authorization/steps.h"

namespace qilian::contracts {

CallList authorization_calls() {
  CallList calls;
  authorization::add_grant_calls(calls);
  authorization::add_subgrant_calls(calls);
  authorization::add_use_calls(calls);
  authorization::add_standing_calls(calls);
  authorization::add_consent_calls(calls);
  return calls;
}

}  // namespace qilian::contracts
