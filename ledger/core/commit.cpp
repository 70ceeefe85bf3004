#include "ledger/core/commit.h"

#include <map>

#include "ledger/core/hash.h"

namespace qilian::ledger {

MapValue map_value(const Key& key, const KeyState& state) {
  return {key.kind, state.journal.size(), state.journal.root(), state.record_hash};
}

StateChange commit_events(const MerkleMap& before, const KeyStates& states, Height height, TimeMs time,
                          std::span<const Event> events) {
  StateChange out;
  struct Touched {
    KeyState state;
    std::optional<Bytes> record;
  };
  std::map<Key, Touched> touched;
  const Event* previous = nullptr;
  for (const Event& event : events) {
    QILIAN_CHECK(previous == nullptr || std::pair(previous->transaction_index, previous->event_index) <
                                            std::pair(event.transaction_index, event.event_index));
    previous = &event;
    auto [at, first_time] = touched.try_emplace(event.key);
    if (first_time) at->second.state = states.find(event.key).value_or(KeyState{});
    KeyState& state = at->second.state;
    if (event.record) {
      state.record_hash = hash(Domain::kRecord, {*event.record});
      at->second.record = event.record;
    }
    const JournalLeaf leaf{height,
                           time,
                           event.transaction_index,
                           event.event_index,
                           event.kind,
                           hash(Domain::kEventPayload, {event.payload}),
                           state.record_hash};
    out.additions.push_back({event.key, state.journal.size(), leaf, event.payload, event.record});
    state.journal.append(list_leaf_hash(leaf.encode()));
  }
  for (auto& [key, change] : touched) {
    const MapValue value = map_value(key, change.state);
    out.map_writes.emplace_back(map_key(key), value.hash());
    out.updates.push_back({key, std::move(change.state), value, std::move(change.record)});
  }
  out.map = before.update(out.map_writes);
  return out;
}

Key long_transaction_id_key(const TransactionId& id) { return {kLongTransactionIds, id.hex()}; }

std::optional<Event> long_transaction_id_event(const TransactionId& id, TimeMs expires, TimeMs block_time,
                                               std::int64_t short_expiry_ms, std::uint32_t transaction_index,
                                               std::uint32_t event_index) {
  // Written so that no sum can overflow: expiry may be any 64-bit number, block time is never negative.
  if (expires <= block_time || expires.value() - block_time.value() <= short_expiry_ms) return std::nullopt;
  Event event;
  event.key = long_transaction_id_key(id);
  event.payload = FixedWriter().i64(expires.value()).take();
  event.transaction_index = transaction_index;
  event.event_index = event_index;
  return event;
}

}  // namespace qilian::ledger
