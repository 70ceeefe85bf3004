// The authenticated state: keys, journals, and the leaf that the map holds for each. See `ledger/README.md`, "State".
//
// Every object (an asset, a grant, an organisation) and every index (denied attempts of an organisation, ...) has one
// key and one journal. An object's journal lists its events, and each event says what the record was afterwards; an
// index' journal lists references.
#pragma once

#include <optional>
#include <vector>

#include "ledger/core/types.h"

namespace qilian::ledger {

/// What an id names. Numbers are given out by the contracts (contracts/kinds.h), are part of the map key and are never
/// reused.
using Kind = std::uint16_t;

/// Kind 0 belongs to the ledger: ids of executed transactions whose expiry lies beyond the short window.
inline constexpr Kind kLongTransactionIds = 0;

struct Key {
  Kind kind = 0;
  std::string id;
  auto operator<=>(const Key&) const = default;
};

/// H(tag ‖ kind as u16 ‖ id): derived by the verifier, never shipped.
Digest map_key(const Key& key);

/// What a contract wrote: one event in the journal of `key`. Events of a block stand in the order (transaction_index,
/// event_index).
struct Event {
  Key key;
  std::uint16_t kind = 0;       ///< what happened (contracts/kinds.h)
  Bytes payload;                ///< canonical; an object's event: {call, transaction id}; an index': the reference
  std::optional<Bytes> record;  ///< the object's record from now on; nothing: it stays (an index has none)
  std::uint32_t transaction_index = 0;
  std::uint32_t event_index = 0;
};

/// One leaf of a journal: a fixed layout of 8+8+4+4+2+32+32 = 90 bytes.
struct JournalLeaf {
  static constexpr std::size_t kSize = 90;
  Height height;
  TimeMs time;
  std::uint32_t transaction_index = 0;
  std::uint32_t event_index = 0;
  std::uint16_t kind = 0;
  Digest payload_hash;  ///< hash(kEventPayload, payload)
  Digest record_hash;   ///< hash(kRecord, record after); zero where there is none
  bool operator==(const JournalLeaf&) const = default;
  Bytes encode() const;
  static Result<JournalLeaf> decode(ByteView bytes);
};

/// What the map binds to a key: a fixed layout of 2+8+32+32 bytes; the map's value hash is hash(kMapValue, encode()).
struct MapValue {
  static constexpr std::size_t kSize = 74;
  Kind kind = 0;
  std::uint64_t count = 0;  ///< entries in the journal
  Digest journal_root;
  Digest record_hash;  ///< zero where there is no record
  bool operator==(const MapValue&) const = default;
  Bytes encode() const;
  static Result<MapValue> decode(ByteView bytes);
  Digest hash() const;
};

/// What rules may read: current records, nothing else. Implementations: the store, a block in progress, a test's map.
class StateView {
 public:
  virtual ~StateView() = default;
  virtual std::optional<Bytes> record(const Key& key) const = 0;
};

}  // namespace qilian::ledger
