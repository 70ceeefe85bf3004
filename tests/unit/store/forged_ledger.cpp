#include "unit/store/forged_ledger.h"

#include "ledger/store/segment_scan.h"

namespace qilian::testing {

using namespace ledger;
using store::FrameType;
using store::Position;

GoodLedger::GoodLedger(std::uint64_t blocks, std::size_t validators, std::optional<Height> boundary)
    : network(validators) {
  const auto executor = *node::Executor::open(options_in(folder.path()), network.genesis());
  while (executor->height().value() < blocks) {
    const Height height = executor->height().next();
    node::Batch batch = scripted_batch(network, height);
    if (boundary && height.value() + 2 == boundary->value()) {
      ValidatorSet next = network.genesis().validators;
      next.epoch = Epoch(1);
      const Bytes decision = FixedWriter{}.u64(boundary->value() + 1).raw(next.encode()).take();
      batch.transactions.push_back(network.transaction("put.epoch", to_hex(decision)));
    }
    if (boundary && height > *boundary) batch.epoch = Epoch(1);
    const auto done = executor->execute(batch);
    QILIAN_CHECK(done.has_value());
    QILIAN_CHECK(executor->append_certificate(network.certify(done->header)).has_value());
  }
  QILIAN_CHECK(executor->sync().has_value());
}

Frames frames_of(const GoodLedger& good) {
  Frames out;
  const auto scanned =
      store::scan_ledger(good.folder.path(), good.network.genesis().hash,
                         [&](FrameType type, Height height, Position, ByteView payload) -> Result<void> {
                           out.push_back({type, height, Bytes(payload)});
                           return {};
                         });
  QILIAN_CHECK(scanned.has_value());
  return out;
}

void write_frames(const GoodLedger& good, const Folder& to, const Frames& frames) {
  const store::SegmentHeader header{
      .number = 0, .salt = 0x5a17, .genesis = good.network.genesis().hash, .first_block = 0};
  Bytes bytes = header.encode();
  for (const FrameContents& frame : frames) {
    const store::FrameHeader head{.type = frame.type,
                                  .length = static_cast<std::uint32_t>(frame.payload.size()),
                                  .height = frame.height,
                                  .synced = store::SegmentHeader::kSize,
                                  .payload_crc = store::crc32c(frame.payload)};
    bytes += head.encode(header.salt, bytes.size());
    bytes += frame.payload;
  }
  std::filesystem::remove_all(to.path() / "segments");
  std::filesystem::remove_all(to.path() / "index");
  std::filesystem::create_directories(to.path() / "segments");
  overwrite(to.path() / "segments" / store::segment_name(0), bytes);
}

void forge(const GoodLedger& good, const Folder& to, const FrameChange& change) {
  Frames frames = frames_of(good);
  for (FrameContents& frame : frames) change(frame.type, frame.height, frame.payload);
  std::erase_if(frames, [](const FrameContents& frame) { return frame.payload.empty(); });
  write_frames(good, to, frames);
}

void forge_block(const GoodLedger& good, const Folder& to, Height height,
                 const std::function<void(Block&, Header&)>& change, bool signed_again) {
  Header forged;
  forge(good, to, [&](FrameType type, Height at, Bytes& payload) {
    if (at != height) return;
    if (type == FrameType::kCertificate && signed_again) payload = good.network.certify(forged).encode();
    if (type != FrameType::kBlock) return;
    Block block = *Block::decode(payload);
    forged = *Header::decode(block.header);
    change(block, forged);
    forged.transaction_count = static_cast<std::uint32_t>(block.envelopes.size());
    if (const auto root = transactions_root(block)) forged.transactions_root = *root;
    block.header = forged.encode();
    payload = block.encode();
  });
}

}  // namespace qilian::testing
