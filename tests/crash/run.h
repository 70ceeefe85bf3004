// One scripted life of four replicas: three blocks, a slot that prepares and does not commit, a primary that is cut
// off, a view change that proposes that slot again, a second one with slots in flight, returns, logs that are
// compacted. Any effect of any replica can be made its last one. A value: copied in front of every step, so that each
// crash point costs only what follows it.
#pragma once

#include "tests/stage/judge.h"
#include "tests/stage/network.h"

namespace qilian::crash {

/// The settings of every run; both as in stage::Settings.
const stage::Settings& settings(std::uint64_t ledger_lag, bool lying_disk = false);

class Run final : public stage::Network {
 public:
  /// Replicas of `may_stop` may end as observers without that being a violation.
  Run(const stage::Settings& settings, std::set<std::uint32_t> may_stop = {});

  /// Where the power may fail: in front of one effect.
  struct Point {
    std::uint32_t place = 0;
    std::size_t unsynced = 0;  ///< records that may have reached the disk, from none to all of them
    std::string_view kind;
  };
  /// What the last advance() did, in order.
  const std::vector<Point>& points() const { return points_; }

  /// The next command of the script or the next event. False when the script is over and everything has settled.
  bool advance();
  /// In front of the effect `index` of the next advance() its replica loses power, `survivors` unsynced records reach
  /// the disk; with `everybody` all four lose it.
  void arm(std::size_t index, std::size_t survivors, bool everybody = false);
  /// On to the end. Empty when everything held and every transaction executed everywhere in time; else what went wrong.
  std::string finish();

  void power_off(std::uint32_t place, std::size_t survivors);
  void restart_in(std::uint32_t place, std::int64_t ms) { restarts_[place] = now() + ms; }
  const std::string& violation() const { return judge_.violation(); }
  std::uint64_t last_view() const { return last_view_; }
  /// The most slots that a NEW-VIEW proposed again.
  std::size_t proposed_again() const { return proposed_again_; }
  /// From the end of the script, or the last restart if that came later, until all was executed.
  std::int64_t recovery_ms() const { return finished_ms_ - std::max(last_restart_ms_, kStartMs + kScriptMs); }

  bool before(stage::Replica& replica, const stage::Effect& effect) override;
  void after(stage::Replica& replica, const stage::Effect& effect) override;
  void send(stage::Replica& from, std::optional<ledger::ReplicaId> to,
            const consensus::Verified<consensus::Message>& message) override;
  void accuse(stage::Replica& replica, const consensus::Evidence& evidence) override;
  void appended(stage::Replica& replica, const stage::Block& block) override;
  void settled(stage::Replica& replica) override;

 private:
  static constexpr std::int64_t kScriptMs = 800;
  static constexpr std::int64_t kLivenessMs = 20'000;
  void command(std::size_t number);
  void submit(std::uint64_t first, std::uint64_t last);
  bool finished() const;

  stage::Judge judge_;
  std::set<std::uint32_t> may_stop_;
  std::size_t next_command_ = 0;
  std::map<std::uint32_t, std::int64_t> restarts_;
  std::int64_t next_submission_ms_ = 0;
  std::int64_t last_restart_ms_ = 0;
  std::int64_t finished_ms_ = 0;
  std::vector<Point> points_;
  struct Armed {
    std::size_t index, survivors;
    bool everybody;
  };
  std::optional<Armed> armed_;
  std::vector<std::vector<std::optional<consensus::SignedHeader>>> unsynced_;  ///< of each place, record by record
  std::uint64_t last_view_ = 0;
  std::size_t proposed_again_ = 0;
};

/// "SyncLog", "SendVote", ...
std::string_view kind_of(const stage::Effect& effect);

}  // namespace qilian::crash
