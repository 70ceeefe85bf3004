// What goes into the store and what comes out of it: plain values, without files or LevelDB.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "ledger/core/header.h"
#include "ledger/core/merkle_list.h"
#include "ledger/core/merkle_map.h"
#include "ledger/core/state.h"

namespace qilian::ledger::store {

struct Options {
  /// Holds `segments/` (the ledger) and `index/` (derived; may be deleted while the store is closed).
  std::filesystem::path directory;
  /// A segment is closed when it has grown past this.
  std::uint64_t segment_bytes = 256ull << 20;
  /// For how many heights below the last executed one the map stays provable.
  std::size_t recent_versions = 256;
  /// Told in one line each what a person should know: a torn tail that was cut, an index that is rebuilt.
  std::function<void(std::string_view)> log;
};

/// A transaction as the ledger holds it.
struct StoredTransaction {
  Height height;
  std::uint32_t index = 0;
  Bytes envelope;
  Bytes receipt;  ///< canonical bytes of ledger.proto Receipt
};

/// An object or an index as of a snapshot.
struct StoredObject {
  Key key;
  Frontier frontier;            ///< of its journal; `frontier.size()` entries
  std::optional<Bytes> record;  ///< nothing for an index
};

/// One entry of a journal.
struct StoredEntry {
  JournalLeaf leaf;
  Bytes payload;
  std::optional<Bytes> record;  ///< the record that this event wrote; nothing where it wrote none
};

/// What one block did to one key: absolute values, so that writing it twice changes nothing.
struct KeyChange {
  Key key;
  Digest key_hash;
  Digest value_hash;                 ///< MapValue::hash() after the block
  Frontier frontier;                 ///< after the block
  std::optional<Bytes> record;       ///< current record after the block
  std::uint64_t first_entry = 0;     ///< journal index of entries[0]
  std::vector<StoredEntry> entries;  ///< appended by this block, at least one
};

/// What one block did to the state.
struct StateChange {
  std::vector<KeyChange> keys;
  MerkleMap map;  ///< after the block
};

/// A question for a fact certificate; the claims are those of certificate.proto, StateFact.
enum class Claim { kCurrent = 1, kAtHeight = 2, kHistory = 3, kRange = 4, kAbsent = 5, kAbsentAtHeight = 6 };

struct FactRequest {
  Key key;
  Claim claim = Claim::kCurrent;
  Height from;  ///< kAtHeight, kAbsentAtHeight, kRange
  Height to;    ///< kRange
};

}  // namespace qilian::ledger::store
