// Plays cases of Twins on the real core.
//
// A round is a view: the next one, above that of the round before, that the round's leader leads. Validators are
// numbered so that leaders come in the order of their first appearance, which keeps the views between two rounds few;
// in those the VIEW-CHANGEs reach everybody and nothing else passes, as if their primaries had died. In the round
// itself only nodes of one group reach each other. Both halves of a twin run the honest core; they differ by what they
// hear, and by the order in which they hear of clients' transactions, so that a twin that leads proposes two things.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "tests/stage/network.h"
#include "tests/twins/cases.h"

namespace qilian::twins {

struct Tally {
  std::uint64_t cases = 0;
  std::uint64_t rounds = 0;  ///< played; cases with equal beginnings share them
  std::uint64_t deliveries = 0;
  std::uint64_t healed = 0;         ///< cases that were played on until everything had executed
  std::uint64_t with_blocks = 0;    ///< cases in which an honest node executed something before healing
  std::uint64_t equivocations = 0;  ///< cases in which an honest node held evidence before healing
  std::uint64_t stragglers = 0;     ///< nodes that did not ask for a round's view in time
  std::string failure;              ///< the first one, with its case
};

class Campaign {
 public:
  Campaign(std::uint32_t n, std::uint32_t twins);
  ~Campaign();

  /// Plays one case; with `heal` the partition ends after it and everything must execute everywhere honest.
  void play(const std::vector<Round>& rounds, bool heal);
  const Tally& tally() const { return tally_; }

 private:
  class Stage;
  std::vector<std::uint32_t> numbering(const std::vector<Round>& rounds) const;
  Stage after(const std::vector<Round>& rounds, std::size_t count, const std::vector<std::uint32_t>& validator_of);
  void play_round(Stage& stage, const std::vector<Round>& rounds, std::size_t index,
                  const std::vector<std::uint32_t>& validator_of);

  std::uint32_t n_, twins_;
  stage::Settings settings_;
  /// The stage after all rounds but the last, by numbering, of the case before.
  struct Shared {
    std::vector<Round> rounds;
    std::unique_ptr<Stage> stage;
  };
  std::map<std::vector<std::uint32_t>, Shared> shared_;
  Tally tally_;
};

/// "A: {0 1 | 2 3 4'} led by 1; ..." for a failure.
std::string describe(const std::vector<Round>& rounds, std::uint32_t n);

}  // namespace qilian::twins
