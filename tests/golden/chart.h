// Draws what replicas did: rows are milliseconds, columns are replicas.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "consensus/core.h"

namespace qilian::golden {

/// Short names for digests, in the order in which they were met: proposals A, B, ..., headers H1, H2, H2', ...
class Names {
 public:
  std::string of(const ledger::ProposalDigest& digest);
  std::string of(ledger::Height height, const ledger::HeaderHash& header);
  /// "t1" for transaction(1).
  std::string of(const ledger::EnvelopeDigest& digest) const;
  /// Remembers what stands behind a digest, for the legend.
  void explain(const consensus::Proposal& proposal);
  /// Lines about what was named since the last call.
  std::vector<std::string> take_legend() { return std::exchange(legend_, {}); }

  /// A message in the notation of README.md, without its sender.
  std::string text(const consensus::Message& message);

 private:
  std::string slot(ledger::View view, ledger::Height sequence) const;
  std::map<ledger::ProposalDigest, std::string> proposals_;
  std::map<ledger::HeaderHash, std::string> headers_;
  std::map<ledger::Height, int> headers_at_;
  std::vector<std::string> legend_;
};

class Chart {
 public:
  explicit Chart(std::size_t columns) : columns_(columns) {}

  /// Something that replica `place` did.
  void note(std::int64_t ms, std::uint32_t place, std::string what);
  /// A sending: neighbours with equal text become one line. `lost`: it does not arrive.
  void note_sent(std::int64_t ms, std::uint32_t place, const std::string& what, std::uint32_t to, bool lost);
  /// The drawing so far; starts anew. Empty when nothing happened.
  std::string take();

 private:
  struct Entry {
    std::int64_t ms;
    std::uint32_t place;
    std::string what;
    bool is_sending = false;
    std::vector<std::uint32_t> to, lost;
  };
  std::vector<std::string> lines_of(const Entry& entry) const;

  std::size_t columns_;
  std::vector<Entry> entries_;
};

}  // namespace qilian::golden
