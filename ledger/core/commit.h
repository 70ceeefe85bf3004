// From a block's events to the next state: pure, used by the node, by replay and by the tests alike.
#pragma once

#include <span>
#include <utility>
#include <vector>

#include "ledger/core/merkle_list.h"
#include "ledger/core/merkle_map.h"
#include "ledger/core/state.h"

namespace qilian::ledger {

/// All that a key's next journal entry depends on.
struct KeyState {
  Frontier journal;
  Digest record_hash;  ///< zero where there is no record
  bool operator==(const KeyState&) const = default;
};

/// Where commit_events looks up the keys that a block touches, as they were before the block.
class KeyStates {
 public:
  virtual ~KeyStates() = default;
  /// Nothing where the key does not exist yet.
  virtual std::optional<KeyState> find(const Key& key) const = 0;
};

/// One entry that a block appended to a journal.
struct JournalAddition {
  Key key;
  std::uint64_t index = 0;  ///< position in that journal
  JournalLeaf leaf;
  Bytes payload;
  std::optional<Bytes> record;  ///< as the event had it: nothing where the record stayed
};

/// One key after the block.
struct KeyUpdate {
  Key key;
  KeyState state;
  MapValue value;
  std::optional<Bytes> record;  ///< the last record that this block wrote; nothing where it stayed
};

/// What a block changed.
struct StateChange {
  std::vector<JournalAddition> additions;             ///< in the order of the events
  std::vector<KeyUpdate> updates;                     ///< ascending by key, one for each key touched
  std::vector<std::pair<Digest, Digest>> map_writes;  ///< key hash -> value hash, in the order of `updates`
  MerkleMap map;                                      ///< after the block; its root is the header's state_root
};

/// Appends every event to its key's journal and binds the new journals in the map. REQUIRES: events in strictly
/// ascending (transaction_index, event_index).
StateChange commit_events(const MerkleMap& before, const KeyStates& states, Height height, TimeMs time,
                          std::span<const Event> events);

/// The map value of a key.
MapValue map_value(const Key& key, const KeyState& state);

/// The key under which an id that blocks alone do not remember long enough is kept: kind 0, the id in hex.
Key long_transaction_id_key(const TransactionId& id);

/// The event that records such an id: event kind 0, payload = expiry as 8 bytes big-endian, no record.
/// Nothing where the expiry lies within `short_expiry_ms` of block time.
std::optional<Event> long_transaction_id_event(const TransactionId& id, TimeMs expires, TimeMs block_time,
                                               std::int64_t short_expiry_ms, std::uint32_t transaction_index,
                                               std::uint32_t event_index);

}  // namespace qilian::ledger
