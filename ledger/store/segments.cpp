#include "ledger/store/segments.h"

#include <fmt/core.h>

#include <random>

namespace qilian::ledger::store {
namespace fs = std::filesystem;
namespace {

constexpr std::string_view kUnfinished = ".new";

std::unexpected<Error> corrupt(const fs::path& path, std::uint64_t offset, Height height, std::string_view what) {
  return fail("store.corrupt",
              fmt::format("{}, offset {}, height {}: {}. Restore this file from a copy or from another node",
                          path.string(), offset, height.value(), what));
}

}  // namespace

fs::path Segments::path_of(std::uint32_t number) const {
  return options_.directory / "segments" / segment_name(number);
}

Result<std::unique_ptr<Segments>> Segments::open(const Options& options, const GenesisHash& genesis,
                                                 std::optional<Position> confirmed, const FrameVisitor& visitor) {
  const fs::path folder = options.directory / "segments";
  Disk& disk = *options.disk;
  QILIAN_TRY_VOID(disk.create_folder(folder));
  QILIAN_TRY_VOID(disk.sync_folder(options.directory));
  // A segment gets its name once its header is durable; before that it holds nothing.
  QILIAN_TRY(const std::vector<std::string> names, disk.list(folder));
  for (const std::string& name : names)
    if (name.ends_with(kUnfinished)) QILIAN_TRY_VOID(disk.remove(folder / name));
  QILIAN_TRY(const std::uint32_t count, count_segments(disk, folder));

  std::unique_ptr<Segments> out(new Segments(options, genesis));
  for (std::uint32_t number = 0; number < count; ++number) {
    QILIAN_TRY(const ScannedSegment segment,
               scan_segment(folder, number, number + 1 == count,
                            {.disk = disk, .genesis = genesis, .confirmed = confirmed, .writable = true}, visitor));
    QILIAN_TRY_VOID(out->take(segment));
  }
  if (confirmed && (count == 0 || Position{count - 1, out->end_} < *confirmed)) {
    const fs::path path = out->path_of(confirmed->segment);
    return fail(
        "store.corrupt",
        fmt::format(
            "{}: the ledger ends at offset {} of segment {}, but {} bytes of segment {} had been confirmed. Restore "
            "the file from a copy; or delete {} to accept the loss and catch up from other nodes",
            path.string(), out->end_, count == 0 ? 0 : count - 1, confirmed->offset, confirmed->segment,
            (options.directory / "index").string()));
  }
  if (count == 0) {
    QILIAN_TRY_VOID(out->create_segment(0));
  } else {
    // What the scan accepted becomes durable before anything is built on it.
    QILIAN_TRY_VOID(out->files_.back().file->sync());
    out->synced_ = out->end_;
  }
  return out;
}

Result<void> Segments::create_segment(std::uint64_t first_block) {
  const auto number = static_cast<std::uint32_t>(files_.size());
  std::random_device random;
  const SegmentHeader header{.number = number,
                             .salt = static_cast<std::uint64_t>(random()) << 32 | random(),
                             .genesis = genesis_,
                             .first_block = first_block};
  const fs::path path = path_of(number);
  const fs::path unfinished = path.string() + std::string(kUnfinished);
  Disk& disk = *options_.disk;
  {
    QILIAN_TRY(const auto file, disk.create(unfinished));
    QILIAN_TRY_VOID(file->write(0, {header.encode()}));
    QILIAN_TRY_VOID(file->sync());
  }
  QILIAN_TRY_VOID(disk.rename(unfinished, path));
  QILIAN_TRY_VOID(disk.sync_folder(path.parent_path()));
  QILIAN_TRY(auto file, disk.open(path, true));
  const std::lock_guard lock(mutex_);
  files_.push_back({header, std::move(file)});
  end_ = synced_ = SegmentHeader::kSize;
  return {};
}

Result<void> Segments::take(const ScannedSegment& segment) {
  if (segment.end < segment.size) {
    if (options_.log)
      options_.log(fmt::format("{}: cut a torn tail of {} bytes at offset {}, height {}: it had not been confirmed",
                               segment.file->path().string(), segment.size - segment.end, segment.end,
                               segment.next.value()));
    QILIAN_TRY_VOID(segment.file->truncate(segment.end));
    QILIAN_TRY_VOID(segment.file->sync());
  }
  files_.push_back({segment.header, segment.file});
  end_ = segment.end;
  return {};
}

Result<Position> Segments::append(FrameType type, Height height, ByteView payload) {
  if (broken_) return std::unexpected(*broken_);
  if (payload.size() > kMaxFrameBytes) return fail("store.size", "a frame of more than 64 MB");
  if (type == FrameType::kBlock && end_ >= options_.segment_bytes) {
    QILIAN_TRY_VOID(sync());
    if (auto created = create_segment(height.value()); !created) {
      broken_ = created.error();
      return std::unexpected(*broken_);
    }
  }
  const FrameHeader header{.type = type,
                           .length = static_cast<std::uint32_t>(payload.size()),
                           .height = height,
                           .synced = synced_,
                           .payload_crc = crc32c(payload)};
  const Position position{static_cast<std::uint32_t>(files_.size() - 1), end_};
  const Open& open = files_.back();
  if (auto written = open.file->write(end_, {header.encode(open.header.salt, end_), payload}); !written) {
    broken_ = written.error();
    return std::unexpected(*broken_);
  }
  end_ += FrameHeader::kSize + payload.size();
  return position;
}

Result<Segments::Open> Segments::find(Position position) const {
  const std::lock_guard lock(mutex_);
  if (position.segment >= files_.size()) return fail("store.not_found", "no such segment");
  return files_[position.segment];
}

Result<Bytes> Segments::read(Position position) const {
  QILIAN_TRY(const Open open, find(position));
  QILIAN_TRY(const Bytes head, open.file->read(position.offset, FrameHeader::kSize));
  const auto frame = FrameHeader::decode(head, open.header.salt, position.offset);
  if (!frame) return corrupt(open.file->path(), position.offset, Height(0), "the frame's header is damaged");
  QILIAN_TRY(Bytes payload, open.file->read(position.offset + FrameHeader::kSize, frame->length));
  if (payload.size() != frame->length || crc32c(payload) != frame->payload_crc)
    return corrupt(open.file->path(), position.offset, frame->height, "the frame is damaged");
  return payload;
}

Result<Bytes> Segments::read_start(Position position, std::size_t size) const {
  QILIAN_TRY(const Open open, find(position));
  return open.file->read(position.offset + FrameHeader::kSize, size);
}

Result<void> Segments::sync() {
  if (broken_) return std::unexpected(*broken_);
  if (synced_ == end_) return {};
  if (auto synced = files_.back().file->sync(); !synced) {
    broken_ = synced.error();
    return std::unexpected(*broken_);
  }
  synced_ = end_;
  return {};
}

}  // namespace qilian::ledger::store
