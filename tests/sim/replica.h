// One simulated replica: the core in the caller's loop of core.h, with a disk that loses what was not synced, and a toy
// executor.
#pragma once

#include "consensus/core.h"
#include "tests/sim/actor.h"
#include "tests/sim/world.h"

namespace qilian::sim {

struct Block {
  consensus::BlockSummary summary;  ///< its change without anybody's own place
  ledger::HeaderHash parent;
};

class Replica {
 public:
  /// Honest where `kind` is null. `cache` bounds the signatures that its verifier remembers.
  Replica(World& world, std::uint32_t self, const ActorKind* kind, const ledger::GenesisHash& genesis,
          const ledger::ValidatorSet& set, std::uint32_t window, std::int64_t skew_ms, std::size_t cache);

  std::uint32_t self() const { return self_; }
  bool up() const { return core_.has_value(); }
  bool honest() const { return actor_ == nullptr; }
  const consensus::Core& core() const { return *core_; }
  consensus::CoreStatus status() const { return core_->status(); }
  const consensus::Verifier& verifier() const { return *verifier_; }

  void start();
  /// Power off: everything unsynced is gone, at times one record of it survives.
  void crash();
  void tick();
  void receive(std::uint32_t from, const consensus::Message& message);
  void admit(const consensus::EnvelopeInfo& info);
  bool executed(const ledger::TransactionId& id) const { return executed_.contains(id); }

  // What peers may ask for.
  const std::map<ledger::Height, Block>& chain() const { return chain_; }
  const consensus::EnvelopeInfo* envelope(const ledger::EnvelopeDigest& digest) const;
  Actor* actor() const { return actor_.get(); }

  // What an actor works with.
  World& world() const { return world_; }
  const ledger::GenesisHash& genesis() const { return genesis_; }
  std::uint32_t window() const { return window_; }
  bool leads() const;
  /// Sealed and signed again as this replica, whatever was changed in it.
  consensus::Message sign(consensus::Message message) const;
  /// Counts one misdeed.
  void lied() const { ++world_.counters().lies[kind_->name]; }
  /// Leaves at once, past the actor's own on_send.
  void say(std::uint32_t to, consensus::Message message) const;
  void say_all(const consensus::Message& message) const;

 private:
  struct Pending {
    std::vector<ledger::Bytes> records;
    std::vector<Block> blocks;
    std::vector<consensus::CheckpointCertificate> certificates;
    std::vector<consensus::Verified<consensus::Message>> votes;
  };

  void step(const consensus::Input& input);
  void drain();
  void handle(consensus::Ready ready);
  void sync();
  void synced();
  void run_executor();
  void execute(const consensus::ExecuteBatch& batch);
  void append_block(Block block);
  std::optional<consensus::BlockSummary::Change> decided_in(const Block& block) const;
  consensus::BlockSummary summary_of(const Block& block) const;
  void hand_over();
  void add_signer();
  void send_handover(const consensus::Handover& handover);
  /// Its peers' numbers, as the core in its present epoch knows them.
  ledger::ReplicaId id_of(std::uint32_t node) const;
  std::uint32_t node_behind(ledger::ReplicaId id) const;
  const ledger::ValidatorSet& set_at(ledger::Epoch epoch) const { return sets_.at(epoch); }
  void fetch_blocks(const consensus::BlockFetch& fetch);
  void fetch_envelopes(const consensus::EnvelopeFetch& fetch);
  void maybe_compact();
  void send_own(const consensus::Verified<consensus::Message>& own);
  void transmit(std::optional<std::uint32_t> to, consensus::Message message);
  void schedule_tick(std::int64_t time);

  World& world_;
  std::uint32_t self_;
  const ActorKind* kind_;
  std::unique_ptr<Actor> actor_;
  ledger::GenesisHash genesis_;
  ledger::ValidatorSet set_;
  std::uint32_t window_;
  std::int64_t skew_ms_;
  std::size_t cache_;
  std::uint32_t incarnation_ = 0;

  // Durable.
  std::vector<ledger::Bytes> disk_log_;
  std::map<ledger::Height, Block> disk_chain_;
  std::map<ledger::Height, consensus::CheckpointCertificate> disk_certificates_;

  // Volatile.
  std::optional<consensus::Core> core_;
  std::optional<consensus::Verifier> verifier_;
  std::map<ledger::Epoch, consensus::Signer> signers_;
  std::map<ledger::Epoch, ledger::ValidatorSet> sets_;  ///< decided in this chain
  std::map<ledger::Epoch, ledger::Height> boundaries_;  ///< the last block of each epoch that has one
  Pending unsynced_;
  Pending syncing_;
  bool sync_running_ = false;
  bool draining_ = false;
  std::map<ledger::EnvelopeDigest, consensus::EnvelopeInfo> envelopes_;
  std::map<ledger::Height, Block> chain_;
  std::map<ledger::TransactionId, ledger::Height> executed_;
  std::vector<consensus::ExecuteBatch> to_execute_;
  bool executor_running_ = false;
  std::int64_t ticked_ms_ = -1;    ///< the core's time
  std::int64_t next_tick_ms_ = 0;  ///< the earliest one planned
  std::int64_t next_misdeed_ms_ = 0;
  std::uint64_t turns_ = 0;
};

}  // namespace qilian::sim
