// The envelopes that the core knows: which are pending, in which order they are proposed, which are overdue, which may
// be forgotten. The driver holds the bytes of exactly these digests.
#pragma once

#include <set>
#include <utility>

#include "consensus/types.h"

namespace qilian::consensus {

class Pool {
 public:
  struct Entry {
    EnvelopeInfo info;
    bool pending = false;              ///< a client waits for it
    bool in_flight = false;            ///< named by a proposal of the current view
    bool prioritised = false;          ///< forwarded by a backup
    std::uint64_t order = 0;           ///< of arrival
    std::int64_t since_ms = 0;         ///< steady time of admission
    std::uint32_t pins = 0;            ///< proposals above L that name it
    std::optional<View> forwarded_in;  ///< the view in which it was forwarded last ...
    std::int64_t forwarded_ms = 0;     ///< ... when ...
    std::uint64_t executed_then = 0;   ///< ... how many pending ones had executed by then ...
    std::uint64_t pending_then = 0;    ///< ... and how many waited
  };

  /// A client's envelope becomes pending, unless its id is known as executed or the pool is full. True when it is held.
  bool admit(const EnvelopeInfo& info, std::int64_t now_ms, std::size_t max_pending, bool prioritised = false);
  /// Held because a proposal names it; not pending by itself.
  void hold(const EnvelopeInfo& info);

  const Entry* find(const EnvelopeDigest& digest) const;
  bool holds(const EnvelopeDigest& digest) const { return find(digest) != nullptr; }

  /// A proposal above L names it / no longer does. Counted for digests that are not held yet, too.
  void pin(const EnvelopeDigest& digest);
  void unpin(const EnvelopeDigest& digest);
  std::vector<EnvelopeDigest> pinned() const;

  void set_in_flight(const EnvelopeDigest& digest, bool in_flight);
  void clear_in_flight();
  void prioritise(const EnvelopeDigest& digest);

  /// Block `height` settled this id: every envelope of it stops pending. Returns how many pending ones it settled.
  std::size_t executed(const TransactionId& id, Height height, std::int64_t now_ms);
  /// Pending ones that can no longer succeed at `time` leave, silently.
  void expire(TimeMs time);

  /// Up to the limits, oldest first, prioritised ones before all; distinct ids; none in flight.
  std::vector<EnvelopeDigest> select(const Limits& limits, TimeMs time) const;
  /// Pending and not in flight.
  std::size_t available() const { return queue_.size(); }
  /// Steady time since which the oldest available one waits.
  std::optional<std::int64_t> waiting_since() const;

  /// Marks what waited for half the timeout in this view as forwarded, oldest first, at most `limit`.
  std::vector<EnvelopeDigest> take_to_forward(View view, std::int64_t entered_ms, std::int64_t now_ms,
                                              std::int64_t timeout_ms, std::size_t limit);
  /// Rule 9: forwarded in this view, the timeout passed since, and nothing pending or far too much else executed
  /// meanwhile.
  bool overdue(View view, std::int64_t now_ms, std::int64_t timeout_ms, std::uint32_t window) const;

  /// Digests that nobody needs any more, since the last call.
  std::vector<EnvelopeDigest> take_forgotten();

  std::size_t pending() const { return pending_.size(); }
  std::size_t size() const { return entries_.size(); }
  /// Everything that decides, for the fingerprint.
  Bytes encode() const;

 private:
  using QueueKey = std::pair<std::uint64_t, EnvelopeDigest>;  ///< order, with the top bit clear for prioritised ones
  static QueueKey key_of(const Entry& entry);
  Entry& insert(const EnvelopeInfo& info);
  void settle(Entry& entry);
  void enqueue(const Entry& entry);
  void forget_if_unneeded(const EnvelopeDigest& digest);

  std::map<EnvelopeDigest, Entry> entries_;
  std::map<TransactionId, std::set<EnvelopeDigest>> by_id_;
  std::set<QueueKey> queue_;                                    ///< pending, not in flight
  std::set<std::pair<std::uint64_t, EnvelopeDigest>> pending_;  ///< by arrival
  std::set<std::pair<TimeMs, EnvelopeDigest>> expiring_;        ///< pending, by expiry
  std::map<EnvelopeDigest, std::uint32_t> pins_;                ///< of digests not held yet
  std::vector<EnvelopeDigest> forgotten_;
  std::uint64_t next_order_ = 0;
  std::uint64_t executed_pending_ = 0;
  std::int64_t executed_ms_ = 0;  ///< when the last pending one executed
};

}  // namespace qilian::consensus
