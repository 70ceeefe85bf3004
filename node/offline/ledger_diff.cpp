#include "node/offline/ledger_diff.h"

#include "ledger/core/hash.h"
#include "ledger/store/chain.h"
#include "ledger/store/segment_scan.h"

namespace qilian::node {

using namespace ledger;
using store::FrameType;
using store::Position;
namespace fs = std::filesystem;

namespace {

/// One ledger's side of a comparison: the digest of each block frame.
Result<std::vector<Digest>> frame_digests(const fs::path& directory, const GenesisHash& genesis) {
  std::vector<Digest> out;
  QILIAN_TRY([[maybe_unused]] const std::uint64_t tail,
             store::scan_ledger(directory, genesis,
                                [&](FrameType type, Height height, Position, ByteView payload) -> Result<void> {
                                  if (type != FrameType::kBlock) return {};
                                  if (height != Height(out.size()))
                                    return fail("store.corrupt", "a block is missing or stands twice");
                                  out.push_back(sha256({payload}));
                                  return {};
                                }));
  if (out.empty()) return fail("diff.empty", directory.string() + " holds no block");
  return out;
}

Result<Block> block_of(const fs::path& directory, const GenesisHash& genesis, Height wanted) {
  Bytes frame;
  QILIAN_TRY([[maybe_unused]] const std::uint64_t tail,
             store::scan_ledger(directory, genesis,
                                [&](FrameType type, Height height, Position, ByteView payload) -> Result<void> {
                                  if (type == FrameType::kBlock && height == wanted) frame = payload;
                                  return {};
                                }));
  return Block::decode(frame);
}

Result<std::vector<Transaction>> transactions_of(const Block& block) {
  std::vector<Transaction> out;
  for (const Bytes& envelope : block.envelopes) {
    QILIAN_TRY(Transaction transaction, Transaction::decode(envelope));
    out.push_back(std::move(transaction));
  }
  return out;
}

/// The common beginning, executed up to the height at which two blocks are compared.
class Beginning {
 public:
  explicit Beginning(const Genesis& genesis) : chain_(genesis.hash), replay_(genesis) {}

  Result<void> execute(const fs::path& directory, const GenesisHash& genesis, Height end) {
    QILIAN_TRY(
        [[maybe_unused]] const std::uint64_t tail,
        store::scan_ledger(directory, genesis, [&](FrameType type, Height height, Position position, ByteView payload) {
          return height < end ? frame(type, position, payload) : Result<void>();
        }));
    return {};
  }

  /// What the block's transactions give here; nothing where they cannot be executed.
  std::optional<MadeBlock> follow(const Block& block) const {
    Replay replay = replay_;
    const auto header = Header::decode(block.header);
    const auto transactions = transactions_of(block);
    if (!header || !transactions || header->height.value() != chain_.blocks()) return std::nullopt;
    auto made = replay.make(*header, *transactions, chain_.history_root(header->height));
    if (!made) return std::nullopt;
    return *std::move(made);
  }

 private:
  Result<void> frame(FrameType type, Position position, ByteView payload) {
    if (type == FrameType::kValidators) {
      QILIAN_TRY(const ValidatorSet set, ValidatorSet::decode(payload));
      if (const auto handed = replay_.hand_over(set); !handed) return fail("diff.differs", handed.error().text());
    }
    if (type != FrameType::kBlock) return {};
    QILIAN_TRY(const Block block, Block::decode(payload));
    QILIAN_TRY(const Header header, Header::decode(block.header));
    QILIAN_TRY_VOID(chain_.check_block(header));
    QILIAN_TRY(const auto transactions, transactions_of(block));
    const auto made = replay_.make(header, transactions, chain_.history_root(header.height));
    if (!made) return fail("diff.differs", made.error().text());
    if (made->header != header)
      return fail("diff.differs",
                  "both ledgers hold a block here that does not follow from its transactions: audit them");
    QILIAN_TRY_VOID(chain_.add_block(header, position));
    replay_.accept(*made);
    return {};
  }

  store::Chain chain_;
  Replay replay_;
};

/// What differs in the bytes.
Result<Difference> compare(const Block& left, const Block& right, Height height) {
  Difference out{.height = height, .transaction = {}, .key = {}, .what = {}};
  const std::size_t common = std::min(left.envelopes.size(), right.envelopes.size());
  for (std::uint32_t i = 0; i < common; ++i) {
    if (left.envelopes[i] == right.envelopes[i] && left.receipts[i] == right.receipts[i]) continue;
    out.transaction = i;
    out.what = left.envelopes[i] == right.envelopes[i] ? "the receipts differ" : "another transaction stands here";
    return out;
  }
  if (left.envelopes.size() != right.envelopes.size()) {
    out.transaction = static_cast<std::uint32_t>(common);
    out.what = "one block ends here, the other one goes on";
    return out;
  }
  QILIAN_TRY(const Header ours, Header::decode(left.header));
  QILIAN_TRY(const Header theirs, Header::decode(right.header));
  out.what = header_difference(ours, theirs);
  return out;
}

/// The first key in which two changes of one state differ.
std::optional<Key> first_key(const StateChange& left, const StateChange& right) {
  auto a = left.updates.begin();
  auto b = right.updates.begin();
  for (; a != left.updates.end() && b != right.updates.end(); ++a, ++b) {
    if (a->key != b->key) return std::min(a->key, b->key);
    if (map_value(a->key, a->state) != map_value(b->key, b->state)) return a->key;
  }
  if (a != left.updates.end()) return a->key;
  if (b != right.updates.end()) return b->key;
  return std::nullopt;
}

/// The first key that a transaction touches.
std::optional<Key> touched_by(const StateChange& change, std::uint32_t transaction) {
  for (const JournalAddition& addition : change.additions)
    if (addition.leaf.transaction_index == transaction) return addition.key;
  return std::nullopt;
}

void name_key(const std::optional<MadeBlock>& left, const std::optional<MadeBlock>& right, Difference& out) {
  if (left && right) out.key = first_key(left->change, right->change);
  if (!out.key && out.transaction && (left || right))
    out.key = touched_by((left ? left : right)->change, *out.transaction);
}

}  // namespace

Result<DiffReport> diff(const fs::path& left, const fs::path& right, const Genesis& genesis) {
  QILIAN_TRY(const std::vector<Digest> ours, frame_digests(left, genesis.hash));
  QILIAN_TRY(const std::vector<Digest> theirs, frame_digests(right, genesis.hash));
  DiffReport out{ours.size(), theirs.size(), std::nullopt};
  for (std::size_t h = 0; h < std::min(ours.size(), theirs.size()); ++h) {
    if (ours[h] == theirs[h]) continue;
    const Height height(h);
    QILIAN_TRY(const Block a, block_of(left, genesis.hash, height));
    QILIAN_TRY(const Block b, block_of(right, genesis.hash, height));
    QILIAN_TRY(out.first, compare(a, b, height));
    Beginning beginning(genesis);
    QILIAN_TRY_VOID(beginning.execute(left, genesis.hash, height));
    const auto made_left = beginning.follow(a);
    const auto made_right = beginning.follow(b);
    out.first->left_follows = made_left && made_left->block == a;
    out.first->right_follows = made_right && made_right->block == b;
    name_key(made_left, made_right, *out.first);
    break;
  }
  return out;
}

}  // namespace qilian::node
