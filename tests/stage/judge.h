// The simulator's oracle as the stage asks it.
#pragma once

#include "tests/sim/oracle.h"

namespace qilian::stage {

class Judge {
 public:
  /// Replicas of `excused` may be accused and may stop.
  Judge(std::size_t n, std::set<std::uint32_t> excused, std::uint32_t window)
      : oracle_(n, std::move(excused), window) {}

  const std::string& violation() const { return oracle_.violation(); }
  void durable(std::uint32_t replica, const consensus::SignedHeader& header) { oracle_.durable(replica, header); }
  void sent(std::uint32_t replica, const consensus::SignedHeader& header) { oracle_.sent(replica, header); }
  void executed(std::uint32_t replica, const consensus::BlockSummary& block) {
    oracle_.executed(replica, block.height, block.header, block.executed);
  }
  void certified(const consensus::CheckpointCertificate& certificate) { certified_by(oracle_, certificate); }
  void accused(const consensus::Evidence& evidence) { accused_by(oracle_, evidence); }
  void state(std::uint32_t replica, std::uint32_t life, const consensus::CoreStatus& status) {
    oracle_.state(replica, life, status);
  }

 private:
  static void certified_by(auto& oracle, const consensus::CheckpointCertificate& certificate) {
    if constexpr (requires { oracle.certified(certificate); }) {
      oracle.certified(certificate);
    } else {
      oracle.certified(certificate.height, certificate.header);
    }
  }
  static void accused_by(auto& oracle, const consensus::Evidence& evidence) {
    if constexpr (requires { oracle.accused(evidence); }) {
      oracle.accused(evidence);
    } else {
      oracle.accused(evidence.first.sender.value());
    }
  }

  sim::Oracle oracle_;
};

}  // namespace qilian::stage
