// Reads ledger files from the first byte to the last and says what they hold. Writes nothing: the node opens with it,
// audits live on it.
#pragma once

#include <functional>
#include <optional>

#include "ledger/store/file.h"
#include "ledger/store/frame.h"

namespace qilian::ledger::store {

/// Where a frame begins.
struct Position {
  std::uint32_t segment = 0;
  std::uint64_t offset = 0;
  auto operator<=>(const Position&) const = default;
};

/// A frame whose checksums are right. An error refuses the ledger; the scan completes it with file and offset.
using FrameVisitor = std::function<Result<void>(FrameType type, Height height, Position position, ByteView payload)>;

/// One segment that was scanned.
struct ScannedSegment {
  SegmentHeader header;
  std::shared_ptr<File> file;
  std::uint64_t end = 0;   ///< behind the last whole frame
  std::uint64_t size = 0;  ///< of the file; more than `end` where it has a torn tail
  Height next;             ///< the block that would follow
};

struct ScanOptions {
  Disk& disk;
  GenesisHash genesis;
  std::optional<Position> confirmed;  ///< an end that a sync reached once, where it is known: below it no tail is torn
  bool writable = false;              ///< opens the files for appending
};

std::string segment_name(std::uint32_t number);

/// How many segments the folder holds. Error "store.corrupt" where one is missing between others.
Result<std::uint32_t> count_segments(const Disk& disk, const std::filesystem::path& folder);

/// Scans segment `number` of the folder; `last` says that it may have a torn tail. Errors: "store.corrupt" (file,
/// offset, height), "store.genesis", "store.io".
Result<ScannedSegment> scan_segment(const std::filesystem::path& folder, std::uint32_t number, bool last,
                                    const ScanOptions& options, const FrameVisitor& visitor);

/// Scans a whole ledger that no process need have open. Returns the bytes of the torn tail that the next start would
/// cut. A node that is appending meanwhile looks like one with a torn tail.
Result<std::uint64_t> scan_ledger(const std::filesystem::path& directory, const GenesisHash& genesis,
                                  const FrameVisitor& visitor);

}  // namespace qilian::ledger::store
