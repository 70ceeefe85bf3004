// One replica in the caller's loop of core.h, with nothing hidden: every write, every sending and every execution is an
// effect of its own, done in the order that core.h prescribes, and the stage may cut the power in front of each.
// A value: a copy is a second replica with the same past. No threads, no chance, no time of its own.
#pragma once

#include <deque>
#include <functional>

#include "consensus/core.h"

namespace qilian::stage {

/// The same for every replica of a stage.
struct Settings {
  ledger::GenesisHash genesis;
  ledger::ValidatorSet validators;
  std::uint32_t window = 8;
  consensus::Limits limits;
  std::int64_t base_timeout_ms = 400;
  std::int64_t max_timeout_ms = 3200;
  std::int64_t status_interval_ms = 200;
  std::int64_t catch_up_delay_ms = 50;
  std::int64_t batch_delay_ms = 5;
  std::uint64_t ledger_lag = 0;   ///< the ledger is synced only when this many blocks wait, as the node does under load
  std::size_t compact_above = 0;  ///< a log of more records begins anew when L moves; 0: never
  bool lying_disk = false;        ///< an fsync of the log returns, and nothing is durable
  bool keep_disk = true;          ///< false: nothing is encoded or kept for a restart
  bool verify = true;             ///< false: messages enter unverified; for casts in which nobody forges
};
/// Four (or n) validators with the simulator's keys.
Settings settings_for(std::size_t n);

struct Block {
  consensus::BlockSummary summary;
  ledger::HeaderHash parent;
  bool operator==(const Block& other) const { return summary.header == other.summary.header && parent == other.parent; }
};

/// What survives a loss of power. Records in the bytes that the log file would hold.
struct Disk {
  std::vector<ledger::Bytes> log;
  std::vector<std::size_t> groups;  ///< how many records the log held after each fsync
  std::map<ledger::Height, Block> chain;
  std::map<ledger::Height, consensus::CheckpointCertificate> certificates;
};

// What a replica is about to do.
struct AppendRecord {
  ledger::Bytes record;
  std::optional<consensus::SignedHeader> vote;  ///< the own signature in it
};
struct AppendBlock {
  Block block;
};
struct AppendCertificate {
  consensus::CheckpointCertificate certificate;
};
/// Blocks and certificates become durable; unless `at_once`, only when ledger_lag of them wait.
struct SyncLedger {
  bool at_once = false;
};
struct SyncLog {};     ///< records become durable
struct CompactLog {};  ///< the least log that recovers the state replaces the log
struct SendVote {
  ledger::ReplicaId to;
  consensus::Verified<consensus::Message> message;
};
struct SendNow {
  consensus::Outgoing outgoing;
};
struct Execute {
  consensus::ExecuteBatch batch;
};
struct Feed {
  consensus::Input input;
};
using Effect = std::variant<AppendRecord, AppendBlock, AppendCertificate, SyncLedger, SyncLog, CompactLog, SendVote,
                            SendNow, Execute, Feed>;

class Replica;

/// Where replicas stand: carries what they send and sees what they do.
class Host {
 public:
  virtual ~Host() = default;
  /// False: the power fails before this effect.
  virtual bool before(Replica& /*replica*/, const Effect& /*effect*/) { return true; }
  /// After an effect was done.
  virtual void after(Replica& /*replica*/, const Effect& /*effect*/) {}
  virtual void send(Replica& from, std::optional<ledger::ReplicaId> to,
                    const consensus::Verified<consensus::Message>& message) = 0;
  virtual void fetch_blocks(Replica& replica, const consensus::BlockFetch& fetch) = 0;
  virtual void fetch_envelopes(Replica& replica, const consensus::EnvelopeFetch& fetch) = 0;
  virtual void accuse(Replica& /*replica*/, const consensus::Evidence& /*evidence*/) {}
  /// A block was appended, executed here or fetched.
  virtual void appended(Replica& /*replica*/, const Block& /*block*/) {}
  /// After every input and all that it caused.
  virtual void settled(Replica& /*replica*/) {}
};

class Replica {
 public:
  /// `place` is the node, `self` the validator that it speaks for; twins share `self`.
  Replica(const Settings& settings, std::uint32_t place, ledger::ReplicaId self);

  std::uint32_t place() const { return place_; }
  ledger::ReplicaId self() const { return self_; }
  bool up() const { return core_.has_value(); }
  /// How often it was started.
  std::uint32_t life() const { return life_; }
  /// REQUIRES: up().
  const consensus::Core& core() const { return *core_; }
  const Disk& disk() const { return disk_; }
  Disk& disk() { return disk_; }
  const std::map<ledger::Height, Block>& chain() const { return chain_; }
  const consensus::EnvelopeInfo* envelope(const ledger::EnvelopeDigest& digest) const;
  /// Records written and not synced, which power_off may let survive.
  std::size_t unsynced_records() const { return unsynced_.size(); }

  /// Recovers from the disk. Error: what Core::recover says.
  ledger::Result<void> start(Host& host, std::int64_t now_ms);
  /// Everything volatile is gone; the first `survivors` unsynced records reached the disk all the same.
  void power_off(std::size_t survivors = 0);

  void tick(Host& host, std::int64_t now_ms);
  void admit(Host& host, const std::vector<consensus::EnvelopeInfo>& infos);
  void hold(Host& host, const std::vector<consensus::EnvelopeInfo>& infos);
  /// Errors: what the Verifier says; nothing happened then.
  ledger::Result<void> receive(Host& host, ledger::ReplicaId from,
                               const consensus::Verified<consensus::Message>& message);
  /// Blocks that follow the head, the last of them certified. False when they do not fit or do not hash to it.
  bool install(Host& host, const std::vector<Block>& blocks, const consensus::CheckpointCertificate& certificate);
  void input(Host& host, const consensus::Input& input);

 private:
  consensus::Verified<consensus::Message> sign(const consensus::Message& message) const;
  void plan(Host& host, consensus::Ready ready);
  void plan_compaction();
  void perform(Host& host);
  void run(Host& host, const Effect& effect);
  void execute(const consensus::ExecuteBatch& batch);

  const Settings* settings_;  ///< outlives every replica
  std::uint32_t place_;
  ledger::ReplicaId self_;
  std::uint32_t life_ = 0;
  Disk disk_;

  // Volatile.
  std::optional<consensus::Core> core_;
  std::optional<consensus::Verifier> verifier_;
  std::deque<Effect> planned_;
  bool performing_ = false;
  std::vector<ledger::Bytes> unsynced_;
  std::vector<Block> unsynced_blocks_;
  bool wants_compaction_ = false;
  std::vector<consensus::CheckpointCertificate> unsynced_certificates_;
  std::map<ledger::Height, Block> chain_;
  std::map<ledger::TransactionId, ledger::Height> executed_;
  std::map<ledger::EnvelopeDigest, consensus::EnvelopeInfo> envelopes_;
};

/// The toy header: a hash over everything that must be equal everywhere.
ledger::HeaderHash header_of(const ledger::HeaderHash& parent, const consensus::BlockSummary& block);

/// Signs with the simulator's key of `who`, unlogged: for actors that lie.
consensus::Verified<consensus::Message> forge(const ledger::GenesisHash& genesis, ledger::ReplicaId who,
                                              consensus::Message message);

/// A client's transaction, told by a number.
consensus::EnvelopeInfo transaction(std::uint64_t number);

}  // namespace qilian::stage
