#include "ledger/store/segments.h"

#include <fmt/core.h>

#include <random>

namespace qilian::ledger::store {
namespace fs = std::filesystem;
namespace {

std::unexpected<Error> corrupt(const fs::path& path, std::uint64_t offset, Height height, std::string_view what) {
  return fail("store.corrupt",
              fmt::format("{}, offset {}, height {}: {}. Restore this file from a copy or from another node",
                          path.string(), offset, height.value(), what));
}

std::string segment_name(std::uint32_t number) { return fmt::format("seg-{:08}.qls", number); }

/// Names in the folder that are segments: how many there are, when they are 0..n-1 without a gap.
Result<std::uint32_t> count_segments(const fs::path& folder) {
  std::error_code error;
  std::uint32_t files = 0;
  std::vector<fs::path> unfinished;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    if (entry.path().extension() == ".qls") ++files;
    if (entry.path().extension() == ".new") unfinished.push_back(entry.path());
  }
  if (error) return fail("store.io", "cannot list " + folder.string() + ": " + error.message());
  // A segment gets its name once its header is durable; before that it holds nothing.
  for (const fs::path& path : unfinished) fs::remove(path, error);
  for (std::uint32_t i = 0; i < files; ++i) {
    if (!fs::exists(folder / segment_name(i), error))
      return corrupt(folder / segment_name(i), 0, Height(0), "the file is missing, later ones are there");
  }
  return files;
}

}  // namespace

fs::path Segments::path_of(std::uint32_t number) const {
  return options_.directory / "segments" / segment_name(number);
}

Result<std::unique_ptr<Segments>> Segments::open(const Options& options, const GenesisHash& genesis,
                                                 std::optional<Position> confirmed, const Visitor& visitor) {
  const fs::path folder = options.directory / "segments";
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) return fail("store.io", "cannot create " + folder.string() + ": " + error.message());
  QILIAN_TRY_VOID(sync_directory(options.directory));
  QILIAN_TRY(const std::uint32_t count, count_segments(folder));

  std::unique_ptr<Segments> out(new Segments(options, genesis));
  out->floor_ = confirmed;
  for (std::uint32_t number = 0; number < count; ++number)
    QILIAN_TRY_VOID(out->scan(number, number + 1 == count, visitor));
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
  const fs::path unfinished = path.string() + ".new";
  {
    std::error_code error;
    fs::remove(unfinished, error);
    QILIAN_TRY(const auto file, File::create(unfinished));
    QILIAN_TRY_VOID(file->write(0, {header.encode()}));
    QILIAN_TRY_VOID(file->sync());
    fs::rename(unfinished, path, error);
    if (error) return fail("store.io", "cannot rename " + unfinished.string() + ": " + error.message());
  }
  QILIAN_TRY_VOID(sync_directory(path.parent_path()));
  QILIAN_TRY(auto file, File::open(path));
  const std::lock_guard lock(mutex_);
  files_.push_back({header, std::move(file)});
  end_ = synced_ = SegmentHeader::kSize;
  return {};
}

Result<void> Segments::scan(std::uint32_t number, bool last, const Visitor& visitor) {
  const fs::path path = path_of(number);
  QILIAN_TRY(const auto file, File::open(path));
  QILIAN_TRY(const std::uint64_t size, file->size());
  QILIAN_TRY(const Bytes first, file->read(0, SegmentHeader::kSize));
  const auto header = SegmentHeader::decode(first);
  if (!header || header->number != number) return corrupt(path, 0, Height(0), "the segment's header is damaged");
  if (header->genesis != genesis_)
    return fail("store.genesis", path.string() + " belongs to another network (genesis " + header->genesis.hex() + ")");
  const Open open{*header, file};

  std::uint64_t offset = SegmentHeader::kSize;
  Height height(header->first_block);
  while (offset < size) {
    QILIAN_TRY(const Bytes head, file->read(offset, FrameHeader::kSize));
    const auto frame = FrameHeader::decode(head, header->salt, offset);
    bool whole = frame && offset + FrameHeader::kSize + frame->length <= size;
    Bytes payload;
    if (whole) {
      QILIAN_TRY(payload, file->read(offset + FrameHeader::kSize, frame->length));
      whole = payload.size() == frame->length && crc32c(payload) == frame->payload_crc;
    }
    if (!whole) {
      if (!last) return corrupt(path, offset, frame ? frame->height : height, "the frame is damaged");
      QILIAN_TRY_VOID(judge_tail(open, offset, size, frame ? frame->height : height));
      break;
    }
    if (auto seen = visitor(frame->type, frame->height, {number, offset}, payload); !seen)
      return corrupt(path, offset, frame->height, seen.error().message);
    height = frame->type == FrameType::kBlock ? frame->height.next() : height;
    offset += FrameHeader::kSize + frame->length;
  }
  files_.push_back(open);
  end_ = offset;
  return {};
}

Result<void> Segments::judge_tail(const Open& open, std::uint64_t offset, std::uint64_t size, Height expected) {
  if (floor_ && Position{open.header.number, offset} < *floor_)
    return corrupt(open.file->path(), offset, expected, "the frame is damaged, and it had been confirmed");
  // Frames above the damage that were written after a sync past it prove that it once was whole.
  QILIAN_TRY(const Bytes rest, open.file->read(offset, size - offset));
  for (std::size_t at = rest.find(FrameHeader::kMagic); at != Bytes::npos;
       at = rest.find(FrameHeader::kMagic, at + 1)) {
    const auto frame =
        FrameHeader::decode(ByteView(rest).substr(at, FrameHeader::kSize), open.header.salt, offset + at);
    if (frame && frame->synced > offset)
      return corrupt(open.file->path(), offset, expected, "the frame is damaged, and whole ones follow it");
  }
  if (options_.log)
    options_.log(fmt::format("{}: cut a torn tail of {} bytes at offset {}, height {}: it had not been confirmed",
                             open.file->path().string(), size - offset, offset, expected.value()));
  QILIAN_TRY_VOID(open.file->truncate(offset));
  return open.file->sync();
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
