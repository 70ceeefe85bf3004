// Executes the blocks of a ledger again, one after another, over a state that is rebuilt from the genesis. What the
// offline tools stand on. Keeps current records, journals' edges and the map in memory; one thread.
#pragma once

#include <map>
#include <span>

#include "node/block_maker.h"
#include "node/executed_ids.h"

namespace qilian::node {

/// What an examination found wrong, and where.
struct Finding {
  std::string code = "audit.differs";
  ledger::Height height;
  std::optional<std::uint32_t> transaction;  ///< where one transaction is to blame
  std::string what;
  std::string place{};  ///< file and offset of the frame, where known

  /// "block 5, transaction 2: the replay gives another receipt"
  std::string text() const;
};

template <class T>
using Judged = std::expected<T, Finding>;

/// Current records with the edges of their journals.
class ReplayedState final : public ledger::StateView, public ledger::KeyStates {
 public:
  struct Object {
    ledger::KeyState state;
    std::optional<ledger::Bytes> record;
  };

  std::optional<ledger::Bytes> record(const ledger::Key& key) const override;
  std::optional<ledger::KeyState> find(const ledger::Key& key) const override;
  const ledger::MerkleMap& map() const { return map_; }
  void apply(const ledger::StateChange& change);

  const std::map<ledger::Key, Object>& objects() const { return objects_; }
  /// Takes what a checkpoint kept; the map is made anew from it.
  void restore(std::map<ledger::Key, Object> objects);

 private:
  std::map<ledger::Key, Object> objects_;
  ledger::MerkleMap map_;
};

class Replay {
 public:
  /// `genesis` outlives it.
  explicit Replay(const ledger::Genesis& genesis) : genesis_(genesis), validators_(genesis.validators) {}

  /// The block that these transactions give at the time and by the proposer of `header`, behind the last accepted one.
  /// A transaction that was executed before, or that stands there twice, is a finding.
  Judged<MadeBlock> make(const ledger::Header& header, std::span<const ledger::Transaction> transactions,
                         const ledger::Digest& history_root);
  /// Goes on from this block. REQUIRES: it was the last one made.
  void accept(const MadeBlock& made);
  /// The set that follows the last accepted block, a boundary. Error where the header does not name it.
  Judged<void> hand_over(const ledger::ValidatorSet& next);

  const ReplayedState& state() const { return state_; }
  const ledger::Header& last() const { return last_; }
  /// The set of the last accepted block.
  const ledger::ValidatorSet& validators() const { return validators_; }

  /// Stands where a checkpoint was written: behind `last`, with this state; `recent` are the ids of its short window.
  void restore(const ledger::Header& last, ledger::ValidatorSet validators,
               std::map<ledger::Key, ReplayedState::Object> objects, ExecutedIds recent);

 private:
  const ledger::Genesis& genesis_;
  ReplayedState state_;
  ExecutedIds ids_;
  ledger::Header last_;
  ledger::HeaderHash last_hash_;
  ledger::ValidatorSet validators_;
  std::optional<ledger::ValidatorSet> next_validators_;
};

}  // namespace qilian::node
