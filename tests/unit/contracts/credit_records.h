// Credit records for tests that need a sanction and not the way to it.
#pragma once

#include "contracts/credit.pb.h"
#include "tests/unit/contracts/network.h"

namespace qilian::contracts::network_test {

/// A determination in effect for 300 days, or (as_notice) a notice that waits for its decision.
inline void put_negative(Network& network, std::string_view uscc, pb::Severity::Value severity,
                         bool as_notice = false) {
  auto profile = network.get<pb::CreditProfile>(kind::kCreditProfile, uscc);
  pb::CreditProfile::Negative* negative = profile.add_negatives();
  negative->set_determination("D" + std::to_string(profile.negatives_size()));
  negative->set_severity(severity);
  negative->set_effective_at(as_notice ? 0 : network.now().value());
  negative->set_expires_at(network.now().value() + 300 * kDay);
  negative->set_serious_notice(as_notice);
  network.put(kind::kCreditProfile, uscc, profile);
}

}  // namespace qilian::contracts::network_test
