// What goes into the store and what comes out of it: plain values, without files or LevelDB.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "ledger/core/fact_builder.h"
#include "ledger/core/merkle_list.h"
#include "ledger/core/state.h"
#include "ledger/store/file.h"

namespace qilian::ledger::store {

struct Options {
  /// Holds `segments/` (the ledger) and `index/` (derived; may be deleted while the store is closed).
  std::filesystem::path directory;
  /// What the segments lie on. The lock and the index are the machine's.
  std::shared_ptr<Disk> disk = posix_disk();
  /// A segment is closed when it has grown past this.
  std::uint64_t segment_bytes = 256ull << 20;
  /// For how many heights below the last executed one the map stays provable.
  std::size_t recent_versions = 256;
  /// Fewer are kept when their blocks together touched more keys than this (about 1 KB of memory each); certified
  /// heights and above stay.
  std::size_t recent_keys = 200'000;
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
  Frontier frontier;                            ///< of its journal; `frontier.size()` entries
  std::optional<Bytes> record;                  ///< nothing for an index
  std::optional<std::uint64_t> record_at = {};  ///< the entry that wrote it
};

/// One entry of a journal.
struct StoredEntry : JournalRecord {
  std::optional<std::uint64_t> record_at;  ///< the entry that wrote the record in force after this one
};

}  // namespace qilian::ledger::store
