// The two ways in which most calls say who must sign.
#pragma once

#include "contracts/contract.h"

namespace qilian::contracts {

/// Each of these organisations.
inline SignerRule signed_by_each(std::vector<std::string> organisations) {
  SignerRule rule;
  rule.organisations = std::move(organisations);
  return rule;
}

/// At least `count` distinct organisations that hold `role`.
inline SignerRule signed_by_role(std::string role, std::size_t count) {
  SignerRule rule;
  rule.role = std::move(role);
  rule.role_count = count;
  return rule;
}

/// Refused at the stage of signatures.
inline SignerRule signers_denied(std::string code, std::string trace) {
  SignerRule rule;
  rule.denial = deny(std::move(code), std::move(trace));
  return rule;
}

}  // namespace qilian::contracts
