// A good ledger, and copies of it in which something was changed and every checksum made right again.
#pragma once

#include <functional>
#include <vector>

#include "ledger/core/block.h"
#include "ledger/store/frame.h"
#include "unit/store/network.h"

namespace qilian::testing {

/// `blocks` scripted blocks, each certified by all validators. With a `boundary`, that block ends epoch 0; the set of
/// epoch 1 has the same keys.
struct GoodLedger {
  explicit GoodLedger(std::uint64_t blocks = 8, std::size_t validators = 4,
                      std::optional<ledger::Height> boundary = std::nullopt);
  Network network;
  Folder folder{Folder::kInMemory};
};

struct FrameContents {
  ledger::store::FrameType type = ledger::store::FrameType::kBlock;
  ledger::Height height;
  ledger::Bytes payload;
};
using Frames = std::vector<FrameContents>;

Frames frames_of(const GoodLedger& good);
/// One segment of these frames, with right checksums; nothing else stays in the folder.
void write_frames(const GoodLedger& good, const Folder& to, const Frames& frames);

using FrameChange = std::function<void(ledger::store::FrameType, ledger::Height, ledger::Bytes&)>;

/// Writes the ledger again, with fresh checksums, each frame through `change`; a frame that it empties is left out.
void forge(const GoodLedger& good, const Folder& to, const FrameChange& change);

/// Changes one block; its header gets the transactions root that fits, and all validators sign it where `signed_again`.
void forge_block(const GoodLedger& good, const Folder& to, ledger::Height height,
                 const std::function<void(ledger::Block&, ledger::Header&)>& change, bool signed_again = false);

}  // namespace qilian::testing
