// The rows of the index: what LevelDB holds under which key. All numbers big-endian, so that rows sort by them.
//
// clang-format off
//   't' id[0..12)                        -> u64 height, u32 index             a transaction
//   'o' u16 kind, id                     -> frontier, u64 record at, record   an object or index as of the last block
//   'j' u16 kind, u16 length, id, u64 n  -> leaf, u64 record at, payload, record   entry n of its journal; the entry that
//                                           wrote the record in force after it (all ones: there is none)
//   'n' u16 kind, u16 length, id, u8 level, u64 i -> root of the entries [i * 2^level, (i + 1) * 2^level); every fourth level
//   'w' u64 height                       -> (key hash, value before, after)*  what the block did to the map; recent heights only
//   'm' name                             -> "format", "executed", "confirmed"
// clang-format on
#pragma once

#include "ledger/store/types.h"

namespace qilian::ledger::store {

/// A key's map value before and after a block; `before` is zero where the key is new.
struct MapWrite {
  Digest key_hash;
  Digest before;
  Digest after;
};

namespace rows {

Bytes transaction_key(const TransactionId& id);
Bytes transaction_value(Height height, std::uint32_t index);
Result<std::pair<Height, std::uint32_t>> read_transaction(ByteView value);

Bytes object_key(const Key& key);
/// All objects of a kind whose ids begin with `prefix`.
Bytes object_prefix(Kind kind, std::string_view prefix);
Result<Key> read_object_key(ByteView row);
Bytes object_value(const Frontier& frontier, const std::optional<Bytes>& record,
                   std::optional<std::uint64_t> record_at);
Result<StoredObject> read_object(const Key& key, ByteView value);

/// Of all entries of a key, in front of the entry's number.
Bytes entry_prefix(const Key& key);
Bytes entry_key(const Key& key, std::uint64_t number);
Bytes entry_value(const JournalLeaf& leaf, ByteView payload, const std::optional<Bytes>& record,
                  std::optional<std::uint64_t> record_at);
Result<StoredEntry> read_entry(ByteView value);

/// Is a full subtree of this level kept in a row of its own?
constexpr bool keeps_level(unsigned level) { return level > 0 && level % 4 == 0; }
Bytes node_key(const Key& key, unsigned level, std::uint64_t index);

Bytes writes_key(Height height);
Bytes writes_value(const std::vector<MapWrite>& writes);
Result<std::vector<MapWrite>> read_writes(ByteView value);

inline constexpr char kTransaction = 't';
inline constexpr char kObject = 'o';
inline constexpr char kEntry = 'j';
inline constexpr char kNode = 'n';
/// The rows that follow from the blocks alone.
inline constexpr std::string_view kProved = "tojn";
inline constexpr std::string_view kFormat = "mformat";
inline constexpr std::string_view kExecuted = "mexecuted";    ///< u64 height, header hash
inline constexpr std::string_view kConfirmed = "mconfirmed";  ///< u32 segment, u64 offset
inline constexpr std::string_view kFormatVersion = "qilian index 2 ";

}  // namespace rows
}  // namespace qilian::ledger::store
