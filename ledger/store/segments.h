// The ledger files: `seg-%08u.qls`, append-only, each a header and framed, checksummed records (frame.h).
//
// Written by one thread, read by any. What is synced stays; an unsynced tail may be cut at the next open. Damage
// anywhere else is refused with "store.corrupt", which names file, offset and height; nothing is ever skipped.
#pragma once

#include <mutex>
#include <vector>

#include "ledger/store/segment_scan.h"
#include "ledger/store/types.h"

namespace qilian::ledger::store {

class Segments {
 public:
  /// Opens or creates the folder, checks every byte and shows every frame in order. `confirmed`, where known, is an end
  /// that a sync reached once: files that end before it are refused.
  static Result<std::unique_ptr<Segments>> open(const Options& options, const GenesisHash& genesis,
                                                std::optional<Position> confirmed, const FrameVisitor& visitor);

  /// Appends one frame; opens the next segment first where the current one is full (blocks only). Readable at once, not
  /// yet durable.
  Result<Position> append(FrameType type, Height height, ByteView payload);

  /// The payload of a frame, its checksum checked again. Thread-safe.
  Result<Bytes> read(Position position) const;
  /// The first `size` bytes of a payload, unchecked: for callers that know their hash. Thread-safe.
  Result<Bytes> read_start(Position position, std::size_t size) const;

  /// Makes everything appended so far durable.
  Result<void> sync();
  /// Everything below is durable.
  Position confirmed() const { return {static_cast<std::uint32_t>(files_.size() - 1), synced_}; }

 private:
  struct Open {
    SegmentHeader header;
    std::shared_ptr<File> file;
  };
  Segments(const Options& options, const GenesisHash& genesis) : options_(options), genesis_(genesis) {}
  std::filesystem::path path_of(std::uint32_t number) const;
  Result<void> create_segment(std::uint64_t first_block);
  Result<void> take(const ScannedSegment& segment);
  Result<Open> find(Position position) const;

  Options options_;
  GenesisHash genesis_;
  mutable std::mutex mutex_;  ///< guards files_ against growing while it is read
  std::vector<Open> files_;
  std::uint64_t end_ = 0;     ///< of the last segment
  std::uint64_t synced_ = 0;  ///< of the last segment
  std::optional<Error> broken_;
};

}  // namespace qilian::ledger::store
