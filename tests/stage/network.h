// Replicas on a network that loses only what it is told to lose: every hop takes one millisecond, every replica ticks
// every ten, and equal times are served in the order in which they were asked for. A value: a copy goes on by itself.
#pragma once

#include "tests/stage/replica.h"

namespace qilian::stage {

class Network : public Host {
 public:
  static constexpr std::int64_t kHopMs = 1;
  static constexpr std::int64_t kTickMs = 10;
  static constexpr std::int64_t kStartMs = 1'000;

  /// One place for each validator, then one more for each of `twins`, which speaks for the same validator as that one.
  Network(const Settings& settings, std::vector<std::uint32_t> twins = {});
  Network(const Network&) = default;

  std::int64_t now() const { return now_; }
  std::size_t places() const { return replicas_.size(); }
  Replica& at(std::uint32_t place) { return replicas_[place]; }
  const Replica& at(std::uint32_t place) const { return replicas_[place]; }

  /// Starts the replica at this place, for the first time or after power_off; it is ticked from now on.
  ledger::Result<void> start(std::uint32_t place);
  void start_all();
  /// Serves what is due up to and including `now() + ms`.
  void run(std::int64_t ms);
  /// Serves the next thing of all that is due up to `until`; false when there is none, and the time is `until` then.
  bool step(std::int64_t until);
  /// On its way to `place` now, from the validator `from`, whoever that is.
  void post(ledger::ReplicaId from, std::uint32_t place, const consensus::Verified<consensus::Message>& message);

  // Links. What was on its way stays on its way.
  /// Only places of one group reach each other.
  void split(const std::vector<std::uint32_t>& group_of_place) { group_ = group_of_place; }
  bool reaches(std::uint32_t from, std::uint32_t to) const { return group_[from] == group_[to]; }
  /// Loses what is on its way.
  void lose_all();

  void send(Replica& from, std::optional<ledger::ReplicaId> to,
            const consensus::Verified<consensus::Message>& message) override;
  void fetch_blocks(Replica& replica, const consensus::BlockFetch& fetch) override;
  void fetch_envelopes(Replica& replica, const consensus::EnvelopeFetch& fetch) override;

 protected:
  /// Whether a message survives its way; asked when it is sent.
  virtual bool passes(std::uint32_t from, std::uint32_t to, const consensus::Message& /*message*/) {
    return reaches(from, to);
  }
  virtual void delivered(Replica& /*to*/, ledger::ReplicaId /*from*/, const consensus::Message& /*message*/,
                         const ledger::Result<void>& /*outcome*/) {}

 private:
  struct Delivery {
    ledger::ReplicaId from;
    std::uint32_t to;
    consensus::Verified<consensus::Message> message;
  };
  struct TickDue {
    std::uint32_t place;
    std::uint32_t life;
  };
  struct BlocksDue {
    std::uint32_t place, source;
    consensus::BlockFetch fetch;
  };
  struct EnvelopesDue {
    std::uint32_t place, source;
    consensus::EnvelopeFetch fetch;
  };
  using Event = std::variant<Delivery, TickDue, BlocksDue, EnvelopesDue>;

  void later(std::int64_t ms, Event event) { events_.emplace(std::pair(now_ + ms, next_event_++), std::move(event)); }
  std::vector<std::uint32_t> places_of(ledger::ReplicaId validator) const;
  void serve(const Event& event);

  std::vector<Replica> replicas_;
  std::vector<std::uint32_t> group_;
  std::int64_t now_ = kStartMs;
  std::uint64_t next_event_ = 0;
  std::map<std::pair<std::int64_t, std::uint64_t>, Event> events_;
};

}  // namespace qilian::stage
