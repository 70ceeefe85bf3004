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
  void certified(const consensus::CheckpointCertificate& certificate) { oracle_.certified(certificate); }
  void accused(const consensus::Evidence& evidence) { oracle_.accused(evidence.first.sender.value()); }
  void state(std::uint32_t replica, std::uint32_t life, const consensus::CoreStatus& status) {
    oracle_.state(replica, life, status);
  }

 private:
  sim::Oracle oracle_;
};

}  // namespace qilian::stage
