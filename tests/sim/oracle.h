// The judge: sees what every replica sends, syncs and executes, and knows nothing of how the core decides. Written
// apart from the code that it judges.
#pragma once

#include <set>
#include <string>

#include "consensus/core.h"
#include "tests/sim/epochs.h"

namespace qilian::sim {

class Oracle {
 public:
  Oracle(std::size_t n, std::set<std::uint32_t> byzantine, std::uint32_t window)
      : n_(n), window_(window), byzantine_(std::move(byzantine)), sets_{set_of(first_seats(n), ledger::Epoch(0))} {}

  /// The first violation; empty while everything holds.
  const std::string& violation() const { return violation_; }

  /// An honest replica's signed message left it (its own or a relayed one of its own).
  void sent(std::uint32_t replica, const consensus::SignedHeader& header);
  /// Records of an honest replica's own signatures became durable.
  void durable(std::uint32_t replica, const consensus::SignedHeader& header);
  /// A replica executed or installed a block.
  void executed(std::uint32_t replica, ledger::Height height, const ledger::HeaderHash& header,
                const std::vector<ledger::TransactionId>& ids);
  /// A certificate was assembled or accepted somewhere honest.
  void certified(const consensus::CheckpointCertificate& certificate);
  /// The block at this height decided who validates next.
  void decided(ledger::Height height, const ledger::ValidatorSet& next);
  void accused(std::uint32_t replica);
  /// After every step of an honest replica ...
  void watermarks(std::uint32_t replica, std::uint32_t incarnation, const consensus::Horizon& horizon);
  /// ... and, as counting takes longer, after every few.
  void state(std::uint32_t replica, std::uint32_t incarnation, const consensus::CoreStatus& status);

 private:
  using VoteKey = std::tuple<std::uint32_t, consensus::MessageType, std::uint64_t, std::uint64_t, std::uint64_t>;
  static VoteKey key_of(std::uint32_t replica, const consensus::SignedHeader& header);
  static Seats first_seats(std::size_t n) {
    Seats out;
    for (std::uint32_t i = 0; i < n; ++i) out.push_back(i);
    return out;
  }
  /// Which epoch a height belongs to, as far as is decided.
  std::uint64_t epoch_at(ledger::Height height) const;
  void fail(std::string what) {
    if (violation_.empty()) violation_ = std::move(what);
  }

  std::size_t n_;
  std::uint32_t window_;
  std::set<std::uint32_t> byzantine_;
  std::string violation_;
  std::map<VoteKey, ledger::Digest> votes_;
  std::set<std::pair<VoteKey, ledger::Digest>> durable_;
  std::vector<ledger::ValidatorSet> sets_;  ///< by epoch
  std::vector<ledger::Height> boundaries_;  ///< the last block of each epoch that ends
  std::map<ledger::Height, ledger::HeaderHash> chain_;
  std::map<ledger::TransactionId, ledger::Height> executed_;
  struct Watermarks {
    std::uint32_t incarnation = 0;
    std::uint64_t stable = 0, executed = 0, view = 0, epoch = 0;
  };
  std::map<std::uint32_t, Watermarks> marks_;
};

}  // namespace qilian::sim
