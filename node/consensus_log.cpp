#include "node/consensus_log.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <sstream>
#include <utility>

#include "ledger/core/hash.h"

namespace qilian::node {
namespace {

namespace fs = std::filesystem;
using ledger::Bytes;
using ledger::ByteView;
using ledger::fail;
using ledger::FixedReader;
using ledger::FixedWriter;
using ledger::GenesisHash;
using ledger::Result;

constexpr ByteView kSegmentMagic = "QLCLOG01";
constexpr ByteView kGroupMagic = "QLG1";
constexpr std::size_t kChecksumBytes = 8;
constexpr std::size_t kHeaderBytes = 8 + GenesisHash::kSize + 8 + 8 + kChecksumBytes;
constexpr std::size_t kGroupHeaderBytes = 4 + 4 + kChecksumBytes;
constexpr std::size_t kMaxGroupBytes = 1ull << 30;
// Into how large groups a new segment's records are split: what is rewritten at start may be longer than any group.
constexpr std::size_t kRewrittenGroupBytes = 16ull << 20;

std::string segment_name(std::uint64_t number) { return fmt::format("{:016x}.qlog", number); }

Bytes checksum(std::initializer_list<ByteView> parts) {
  return Bytes(ledger::sha256(parts).view().substr(0, kChecksumBytes));
}

Bytes group_checksum(const GenesisHash& genesis, std::uint64_t number, std::uint64_t offset, ByteView records) {
  return checksum({genesis.view(), FixedWriter().u64(number).u64(offset).take(), records});
}

Bytes encode_header(const GenesisHash& genesis, std::uint64_t number, std::uint64_t base) {
  const Bytes fields = FixedWriter().raw(kSegmentMagic).raw(genesis.view()).u64(number).u64(base).take();
  return fields + checksum({fields});
}

Bytes encode_group(const GenesisHash& genesis, std::uint64_t number, std::uint64_t offset,
                   std::span<const Bytes> records) {
  FixedWriter joined;
  for (const auto& record : records) joined.u32(static_cast<std::uint32_t>(record.size())).raw(record);
  const Bytes payload = joined.take();
  QILIAN_CHECK(payload.size() <= kMaxGroupBytes);
  return FixedWriter()
      .raw(kGroupMagic)
      .u32(static_cast<std::uint32_t>(payload.size()))
      .raw(group_checksum(genesis, number, offset, payload))
      .raw(payload)
      .take();
}

bool write_all(int file, ByteView bytes) {
  while (!bytes.empty()) {
    const auto written = ::write(file, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

bool sync_folder(const fs::path& folder) {
  const int file = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (file < 0) return false;
  const bool synced = ::fsync(file) == 0;
  ::close(file);
  return synced;
}

std::vector<std::pair<std::uint64_t, fs::path>> list_segments(const fs::path& folder) {
  std::vector<std::pair<std::uint64_t, fs::path>> out;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(folder, ignored)) {
    const std::string name = entry.path().filename().string();
    if (name.size() != 21 || !name.ends_with(".qlog")) continue;
    const auto digits = ledger::from_hex(name.substr(0, 16));
    if (digits) out.emplace_back(FixedReader(*digits).u64(), entry.path());
  }
  std::sort(out.begin(), out.end());
  return out;
}

// One segment's bytes, read group by group.
class SegmentReader {
 public:
  SegmentReader(const fs::path& file, const GenesisHash& genesis, std::uint64_t number)
      : file_(file), genesis_(genesis), number_(number) {}

  Result<void> read() {
    std::ifstream in(file_, std::ios::binary);
    std::ostringstream all;
    if (in) all << in.rdbuf();
    bytes_ = std::move(all).str();
    // A read that failed half-way must not pass for the end of the log: the votes behind it would be forgotten.
    std::error_code error;
    const auto size = fs::file_size(file_, error);
    if (!in || error || bytes_.size() != size) return fail("log.io", file_.string() + ": cannot be read to its end");
    QILIAN_TRY_VOID(read_header());
    std::size_t offset = kHeaderBytes;
    while (offset < bytes_.size()) {
      const auto length = group_at(offset);
      if (!length) return damaged_at(offset);
      QILIAN_TRY_VOID(take_records(offset, ByteView(bytes_).substr(offset + kGroupHeaderBytes, *length)));
      offset += kGroupHeaderBytes + *length;
    }
    if (offset < base_) return corrupt(offset, "ends before records that were on disk when it was made");
    return {};
  }

  std::vector<Bytes> take() { return std::move(records_); }
  bool torn() const { return torn_; }

 private:
  Result<void> read_header() {
    FixedReader in(bytes_);
    const auto magic = in.raw(kSegmentMagic.size());
    const auto genesis = in.raw(GenesisHash::kSize);
    const auto number = in.u64();
    base_ = in.u64();
    const auto sum = in.raw(kChecksumBytes);
    if (!in.ok() || magic != kSegmentMagic ||
        sum != checksum({ByteView(bytes_).substr(0, kHeaderBytes - kChecksumBytes)}) || number != number_) {
      return corrupt(0, "the segment's header is damaged");
    }
    if (genesis != genesis_.view()) return fail("log.chain", file_.string() + ": belongs to another genesis");
    return {};
  }

  // Length of the records of a whole, undamaged group at `offset`.
  std::optional<std::size_t> group_at(std::size_t offset) const {
    if (bytes_.size() - offset < kGroupHeaderBytes) return std::nullopt;
    FixedReader in(ByteView(bytes_).substr(offset));
    const auto magic = in.raw(kGroupMagic.size());
    const std::size_t length = in.u32();
    const auto sum = in.raw(kChecksumBytes);
    const auto records = in.raw(length);
    if (!in.ok() || magic != kGroupMagic || sum != group_checksum(genesis_, number_, offset, records))
      return std::nullopt;
    return length;
  }

  // A torn tail, unless it lies where everything had been fsynced: below the base, or in front of a whole group.
  Result<void> damaged_at(std::size_t offset) {
    if (offset < base_) return corrupt(offset, "damaged where it had been fsynced");
    for (auto at = bytes_.find(kGroupMagic, offset + 1); at != Bytes::npos; at = bytes_.find(kGroupMagic, at + 1)) {
      if (group_at(at)) return corrupt(offset, fmt::format("damaged, with a whole group behind it at offset {}", at));
    }
    torn_ = true;
    return {};
  }

  Result<void> take_records(std::size_t offset, ByteView payload) {
    FixedReader in(payload);
    while (in.ok() && !in.finished()) {
      const std::size_t size = in.u32();
      const ByteView record = in.raw(size);
      if (in.ok()) records_.emplace_back(record);
    }
    return in.ok() ? Result<void>() : corrupt(offset, "a group's records do not fit it");
  }

  Result<void> corrupt(std::size_t offset, std::string_view what) const {
    return fail("log.corrupt",
                fmt::format("{}: offset {}: {}; this replica must not vote", file_.string(), offset, what));
  }

  fs::path file_;
  const GenesisHash& genesis_;
  std::uint64_t number_;
  Bytes bytes_;
  std::uint64_t base_ = 0;
  std::vector<Bytes> records_;
  bool torn_ = false;
};

}  // namespace

ConsensusLog::ConsensusLog(fs::path folder, const GenesisHash& genesis, std::uint64_t segment_bytes)
    : folder_(std::move(folder)), genesis_(genesis), segment_bytes_(segment_bytes) {}

ConsensusLog::ConsensusLog(ConsensusLog&& other) noexcept
    : folder_(std::move(other.folder_)),
      genesis_(other.genesis_),
      segment_bytes_(other.segment_bytes_),
      number_(other.number_),
      base_(other.base_),
      offset_(other.offset_),
      file_(std::exchange(other.file_, -1)),
      failed_(other.failed_) {}

ConsensusLog::~ConsensusLog() {
  if (file_ >= 0) ::close(file_);
}

Result<void> ConsensusLog::initialise(const fs::path& folder, const GenesisHash& genesis, ByteView first_record) {
  if (!list_segments(folder).empty()) {
    return fail("log.exists", folder.string() + ": holds a consensus log already; it is never initialised twice");
  }
  std::error_code error;
  fs::create_directories(folder, error);
  if (error || !sync_folder(folder.parent_path())) return fail("log.io", folder.string() + ": cannot be created");
  ConsensusLog log(folder, genesis, 0);
  const Bytes record(first_record);
  return log.create_segment(1, std::span(&record, 1));
}

Result<ConsensusLog::Opened> ConsensusLog::open(const fs::path& folder, const GenesisHash& genesis,
                                                std::uint64_t segment_bytes) {
  const auto segments = list_segments(folder);
  if (segments.empty()) return fail("log.missing", folder.string() + ": holds no consensus log");
  SegmentReader reader(segments.back().second, genesis, segments.back().first);
  QILIAN_TRY_VOID(reader.read());
  Opened out{ConsensusLog(folder, genesis, segment_bytes), reader.take(), reader.torn()};
  out.log.number_ = segments.back().first;
  QILIAN_TRY_VOID(out.log.restart_with(out.records));
  return out;
}

Result<void> ConsensusLog::append(std::span<const Bytes> records) {
  if (failed_) return fail("log.io", "the consensus log failed before");
  if (records.empty()) return {};
  const Bytes group = encode_group(genesis_, number_, offset_, records);
  if (!write_all(file_, group) || ::fdatasync(file_) != 0) return stop("cannot be written");
  offset_ += group.size();
  return {};
}

Result<void> ConsensusLog::restart_with(std::span<const Bytes> records) {
  if (failed_) return fail("log.io", "the consensus log failed before");
  return create_segment(number_ + 1, records);
}

Result<void> ConsensusLog::create_segment(std::uint64_t number, std::span<const Bytes> records) {
  const fs::path file = folder_ / segment_name(number);
  const fs::path unnamed = folder_ / (segment_name(number) + ".tmp");
  Bytes groups;
  for (std::size_t first = 0; first < records.size();) {
    std::size_t count = 0;
    for (std::size_t bytes = 0; first + count < records.size() && (count == 0 || bytes < kRewrittenGroupBytes); ++count)
      bytes += records[first + count].size();
    groups += encode_group(genesis_, number, kHeaderBytes + groups.size(), records.subspan(first, count));
    first += count;
  }
  const std::uint64_t end = kHeaderBytes + groups.size();
  const int out = ::open(unnamed.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (out < 0) return stop("no new segment can be created");
  if (file_ >= 0) ::close(file_);
  file_ = out;
  if (!write_all(file_, encode_header(genesis_, number, end) + groups) || ::fsync(file_) != 0 ||
      ::rename(unnamed.c_str(), file.c_str()) != 0 || !sync_folder(folder_)) {
    return stop("a new segment cannot be written");
  }
  number_ = number;
  base_ = offset_ = end;
  for (const auto& [old_number, old_file] : list_segments(folder_)) {
    if (old_number < number) ::unlink(old_file.c_str());
  }
  return {};
}

Result<void> ConsensusLog::stop(const std::string& what) {
  failed_ = true;
  return fail("log.io", fmt::format("{}: {} ({}); the node stops", folder_.string(), what,
                                    std::generic_category().message(errno)));
}

}  // namespace qilian::node
