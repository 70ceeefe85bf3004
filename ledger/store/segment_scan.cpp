#include "ledger/store/segment_scan.h"

#include <fmt/core.h>

#include <algorithm>

namespace qilian::ledger::store {
namespace fs = std::filesystem;
namespace {

constexpr std::string_view kSegmentSuffix = ".qls";

std::unexpected<Error> corrupt(const fs::path& path, std::uint64_t offset, Height height, std::string_view what) {
  return fail("store.corrupt",
              fmt::format("{}, offset {}, height {}: {}. Restore this file from a copy or from another node",
                          path.string(), offset, height.value(), what));
}

/// Is what begins at `offset` of the last segment a torn tail? Error where it is damage.
Result<void> judge_tail(const ScannedSegment& segment, std::uint64_t offset, Height expected,
                        const ScanOptions& options) {
  const fs::path& path = segment.file->path();
  if (options.confirmed && Position{segment.header.number, offset} < *options.confirmed)
    return corrupt(path, offset, expected, "the frame is damaged, and it had been confirmed");
  // Frames above the damage that were written after a sync past it prove that it once was whole.
  QILIAN_TRY(const Bytes rest, segment.file->read(offset, segment.size - offset));
  const ByteView view = rest;
  for (std::size_t at = view.find(FrameHeader::kMagic); at != ByteView::npos;
       at = view.find(FrameHeader::kMagic, at + 1)) {
    const auto frame = FrameHeader::decode(view.substr(at, FrameHeader::kSize), segment.header.salt, offset + at);
    if (frame && frame->synced > offset)
      return corrupt(path, offset, expected, "the frame is damaged, and whole ones follow it");
  }
  return {};
}

}  // namespace

std::string segment_name(std::uint32_t number) { return fmt::format("seg-{:08}.qls", number); }

Result<std::uint32_t> count_segments(const Disk& disk, const fs::path& folder) {
  QILIAN_TRY(const std::vector<std::string> names, disk.list(folder));
  std::uint32_t files = 0;
  for (const std::string& name : names)
    if (name.ends_with(kSegmentSuffix)) ++files;
  for (std::uint32_t i = 0; i < files; ++i) {
    if (std::ranges::find(names, segment_name(i)) == names.end())
      return corrupt(folder / segment_name(i), 0, Height(0), "the file is missing, later ones are there");
  }
  return files;
}

Result<ScannedSegment> scan_segment(const fs::path& folder, std::uint32_t number, bool last, const ScanOptions& options,
                                    const FrameVisitor& visitor) {
  const fs::path path = folder / segment_name(number);
  QILIAN_TRY(const auto file, options.disk.open(path, options.writable));
  QILIAN_TRY(const std::uint64_t size, file->size());
  QILIAN_TRY(const Bytes first, file->read(0, SegmentHeader::kSize));
  const auto header = SegmentHeader::decode(first);
  if (!header || header->number != number) return corrupt(path, 0, Height(0), "the segment's header is damaged");
  if (header->genesis != options.genesis)
    return fail("store.genesis", path.string() + " belongs to another network (genesis " + header->genesis.hex() + ")");

  ScannedSegment out{*header, file, SegmentHeader::kSize, size, Height(header->first_block)};
  bool has_block = false;  // a crash may leave certificates in front of it
  while (out.end < size) {
    QILIAN_TRY(const Bytes head, file->read(out.end, FrameHeader::kSize));
    const auto frame = FrameHeader::decode(head, header->salt, out.end);
    bool whole = frame && out.end + FrameHeader::kSize + frame->length <= size;
    Bytes payload;
    if (whole) {
      QILIAN_TRY(payload, file->read(out.end + FrameHeader::kSize, frame->length));
      whole = payload.size() == frame->length && crc32c(payload) == frame->payload_crc;
    }
    if (!whole) {
      const Height expected = frame ? frame->height : out.next;
      if (!last) return corrupt(path, out.end, expected, "the frame is damaged");
      QILIAN_TRY_VOID(judge_tail(out, out.end, expected, options));
      break;
    }
    const bool first_block = frame->type == FrameType::kBlock && !has_block;
    if (first_block && frame->height != out.next)
      return corrupt(path, 0, out.next, "the segment's header names another first block");
    has_block = has_block || first_block;
    if (auto seen = visitor(frame->type, frame->height, {number, out.end}, payload); !seen)
      return fail(seen.error().code, fmt::format("{}, offset {}, height {}: {}", path.string(), out.end,
                                                 frame->height.value(), seen.error().message));
    if (frame->type == FrameType::kBlock) out.next = frame->height.next();
    out.end += FrameHeader::kSize + frame->length;
  }
  return out;
}

Result<std::uint64_t> scan_ledger(const fs::path& directory, const GenesisHash& genesis, const FrameVisitor& visitor) {
  const fs::path folder = directory / "segments";
  const auto disk = posix_disk();
  QILIAN_TRY(const std::uint32_t count, count_segments(*disk, folder));
  std::uint64_t tail = 0;
  for (std::uint32_t number = 0; number < count; ++number) {
    QILIAN_TRY(const ScannedSegment segment,
               scan_segment(folder, number, number + 1 == count,
                            {.disk = *disk, .genesis = genesis, .confirmed = {}, .writable = false}, visitor));
    tail = segment.size - segment.end;
  }
  return tail;
}

}  // namespace qilian::ledger::store
