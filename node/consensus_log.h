// The consensus log: what a replica must remember so that it never says two things. One live file of groups; one group,
// one fsync.
//
//   segment file  <16 hex digits of its number>.qlog; the highest number is the log, lower ones are leftovers of a
//   crash segment       "QLCLOG01" ‖ genesis hash ‖ u64 number ‖ u64 base ‖ 8 bytes of SHA-256 of all that, then groups
//   group         "QLG1" ‖ u32 length of its records ‖ 8 bytes of SHA-256(genesis ‖ u64 number ‖ u64 offset ‖ records)
//   ‖ records record        u32 length ‖ bytes (the codec of consensus/log_record.h; opaque here)
//
// A group is begun only after the one before it is on disk, and everything below offset `base` was on disk before the
// segment got its name. So damage below base, or with a whole group behind it, is damage ("log.corrupt": the node must
// not vote); only damage at the very end is a torn tail, which is cut. At open everything is rewritten into a new
// segment and fsynced, the folder too, before anything is returned: what was read may have stood in the page cache
// alone. A running node never creates a log: `initialise` does, once, with the first record. Threads: one at a time.
// After the first "log.io" every further write fails: the node stops.
#pragma once

#include <filesystem>
#include <span>
#include <vector>

#include "ledger/core/types.h"

namespace qilian::node {

class ConsensusLog {
 public:
  struct Opened;

  /// Makes the folder and a first segment with `first_record` in it, all fsynced. Error "log.exists" where a log is
  /// there already.
  static ledger::Result<void> initialise(const std::filesystem::path& folder, const ledger::GenesisHash& genesis,
                                         ledger::ByteView first_record);

  /// A segment that has grown by `segment_bytes` wants truncation. Errors: "log.missing" (no log: the node may only
  /// observe), "log.corrupt" (names file and offset), "log.chain" (of another genesis), "log.io".
  static ledger::Result<Opened> open(const std::filesystem::path& folder, const ledger::GenesisHash& genesis,
                                     std::uint64_t segment_bytes);

  ~ConsensusLog();
  ConsensusLog(ConsensusLog&& other) noexcept;
  ConsensusLog& operator=(ConsensusLog&&) = delete;

  /// Writes one group and fsyncs it. When this returns, the records survive a power failure. Blocking. No records: does
  /// nothing.
  ledger::Result<void> append(std::span<const ledger::Bytes> records);

  /// True once the segment has grown past its size: time for `restart_with`.
  bool wants_restart() const { return offset_ > base_ + segment_bytes_; }

  /// Truncation: a new segment that holds `records` alone replaces what there was. The caller passes everything that
  /// recovery still needs. REQUIRES: what is left out is durable in the ledger.
  ledger::Result<void> restart_with(std::span<const ledger::Bytes> records);

 private:
  ConsensusLog(std::filesystem::path folder, const ledger::GenesisHash& genesis, std::uint64_t segment_bytes);
  ledger::Result<void> create_segment(std::uint64_t number, std::span<const ledger::Bytes> records);
  ledger::Result<void> stop(const std::string& what);

  std::filesystem::path folder_;
  ledger::GenesisHash genesis_;
  std::uint64_t segment_bytes_;
  std::uint64_t number_ = 0;
  std::uint64_t base_ = 0;
  std::uint64_t offset_ = 0;
  int file_ = -1;
  bool failed_ = false;
};

struct ConsensusLog::Opened {
  ConsensusLog log;
  std::vector<ledger::Bytes> records;  ///< in the order in which they were appended
  bool cut_torn_tail = false;
};

}  // namespace qilian::node
