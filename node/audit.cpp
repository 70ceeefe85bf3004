#include "node/audit.h"

#include <fmt/core.h>

#include <map>

#include "ledger/core/block_certificate.h"
#include "ledger/core/hash.h"
#include "ledger/store/chain.h"
#include "ledger/store/segment_scan.h"
#include "node/block_maker.h"
#include "node/executed_ids.h"

namespace qilian::node {

using namespace ledger;
using store::FrameType;
using store::Position;

namespace {

/// Current records, rebuilt block by block.
class ReplayedState final : public StateView, public KeyStates {
 public:
  std::optional<Bytes> record(const Key& key) const override {
    const auto found = objects_.find(key);
    return found == objects_.end() ? std::nullopt : found->second.record;
  }
  std::optional<KeyState> find(const Key& key) const override {
    const auto found = objects_.find(key);
    if (found == objects_.end()) return std::nullopt;
    return found->second.state;
  }
  const MerkleMap& map() const { return map_; }
  void apply(const StateChange& change) {
    for (const KeyUpdate& update : change.updates) {
      Object& object = objects_[update.key];
      object.state = update.state;
      if (update.record) object.record = update.record;
    }
    map_ = change.map;
  }

 private:
  struct Object {
    KeyState state;
    std::optional<Bytes> record;
  };
  std::map<Key, Object> objects_;
  MerkleMap map_;
};

std::unexpected<Error> differs(Height height, std::optional<std::size_t> transaction, std::string_view what) {
  const std::string where = transaction ? fmt::format("block {}, transaction {}", height.value(), *transaction)
                                        : fmt::format("block {}", height.value());
  return fail("audit.differs", fmt::format("{}: {}", where, what));
}

class Auditor {
 public:
  explicit Auditor(const Genesis& genesis) : genesis_(genesis), chain_(genesis.hash) {}

  Result<void> frame(FrameType type, Height height, Position position, ByteView payload) {
    if (type == FrameType::kBlock) return block(height, position, payload);
    if (type == FrameType::kCertificate) return certificate(position, payload);
    return differs(height, std::nullopt, "a change of validators, which this build does not execute");
  }

  AuditReport report() const {
    AuditReport out = report_;
    out.blocks = chain_.blocks();
    out.certified = chain_.certified();
    out.last = last_;
    return out;
  }

 private:
  Result<void> block(Height height, Position position, ByteView payload) {
    QILIAN_TRY(const Block stored, Block::decode(payload));
    QILIAN_TRY(const Header header, Header::decode(stored.header));
    if (header.height != height) return differs(height, std::nullopt, "the frame names another height than the header");
    if (const auto fits = chain_.check_block(header); !fits) return differs(height, std::nullopt, fits.error().message);
    QILIAN_TRY(const std::vector<Transaction> transactions, decode(stored, header));
    QILIAN_TRY(const MadeBlock made, replay(header, transactions));
    for (std::size_t i = 0; i < made.block.receipts.size(); ++i)
      if (made.block.receipts[i] != stored.receipts[i]) return differs(height, i, "the replay gives another receipt");
    if (made.block.header != stored.header)
      return differs(height, std::nullopt, header_difference(made.header, header));
    QILIAN_TRY_VOID(chain_.add_block(header, position));
    state_.apply(made.change);
    ids_.remember(header.time, made.ids);
    last_ = header;
    last_hash_ = made.hash;
    report_.transactions += made.ids.size();
    return {};
  }

  Result<std::vector<Transaction>> decode(const Block& stored, const Header& header) {
    ids_.forget_before(TimeMs(std::max(header.time, last_.time).value() - genesis_.short_expiry_ms));
    std::vector<Transaction> out;
    IdSet seen;
    for (std::size_t i = 0; i < stored.envelopes.size(); ++i) {
      auto transaction = Transaction::decode(stored.envelopes[i]);
      if (!transaction) return differs(header.height, i, transaction.error().message);
      if (const auto valid = verify_signatures(*transaction, genesis_.hash); !valid)
        return differs(header.height, i, valid.error().message);
      const TransactionId& id = transaction->id();
      const bool repeated = !seen.insert(id).second || ids_.contains(id) ||
                            state_.map().get(map_key(long_transaction_id_key(id))).has_value();
      if (repeated) return differs(header.height, i, "it was executed before");
      out.push_back(*std::move(transaction));
    }
    return out;
  }

  Result<MadeBlock> replay(const Header& header, const std::vector<Transaction>& transactions) const {
    if (header.height == Height(0)) {
      if (!transactions.empty()) return differs(header.height, 0, "block 0 has no transactions");
      return make_genesis_block(genesis_);
    }
    if (header.logic_version != kLogicVersion)
      return differs(header.height, std::nullopt, "its rules are of a version that this build does not know");
    std::vector<const Transaction*> pointers;
    for (const Transaction& transaction : transactions) pointers.push_back(&transaction);
    return make_block({.genesis = genesis_,
                       .validators = genesis_.validators,
                       .parent = last_,
                       .parent_hash = last_hash_,
                       .history_root = chain_.history_root(header.height),
                       .map = state_.map(),
                       .state = state_,
                       .keys = state_},
                      header.time, header.proposer, pointers);
  }

  Result<void> certificate(Position position, ByteView payload) {
    QILIAN_TRY(const BlockCertificate decoded, BlockCertificate::decode(payload));
    QILIAN_TRY(const Header header, verify_block_certificate(decoded, genesis_.hash, genesis_.validators));
    if (const auto ours = chain_.check_certificate(header); !ours)
      return differs(header.height, std::nullopt, ours.error().message);
    ++report_.certificates;
    return chain_.add_certificate(header, position);
  }

  const Genesis& genesis_;
  store::Chain chain_;
  ReplayedState state_;
  ExecutedIds ids_;
  Header last_;
  HeaderHash last_hash_;
  AuditReport report_;
};

/// One ledger's side of a comparison: the digest of each block frame.
Result<std::vector<Digest>> frame_digests(const std::filesystem::path& directory, const GenesisHash& genesis) {
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
  return out;
}

Result<Block> block_of(const std::filesystem::path& directory, const GenesisHash& genesis, Height wanted) {
  Bytes frame;
  QILIAN_TRY([[maybe_unused]] const std::uint64_t tail,
             store::scan_ledger(directory, genesis,
                                [&](FrameType type, Height height, Position, ByteView payload) -> Result<void> {
                                  if (type == FrameType::kBlock && height == wanted) frame = payload;
                                  return {};
                                }));
  return Block::decode(frame);
}

Result<Difference> explain(const Block& left, const Block& right, Height height) {
  const std::size_t common = std::min(left.envelopes.size(), right.envelopes.size());
  for (std::uint32_t i = 0; i < common; ++i) {
    if (left.envelopes[i] != right.envelopes[i]) return Difference{height, i, "another transaction stands here"};
    if (left.receipts[i] != right.receipts[i]) return Difference{height, i, "the receipts differ"};
  }
  if (left.envelopes.size() != right.envelopes.size())
    return Difference{height, static_cast<std::uint32_t>(common), "one block ends here, the other one goes on"};
  QILIAN_TRY(const Header ours, Header::decode(left.header));
  QILIAN_TRY(const Header theirs, Header::decode(right.header));
  return Difference{height, std::nullopt, std::string(header_difference(ours, theirs))};
}

}  // namespace

Result<AuditReport> audit(const std::filesystem::path& directory, const Genesis& genesis) {
  Auditor auditor(genesis);
  QILIAN_TRY(const std::uint64_t tail,
             store::scan_ledger(directory, genesis.hash,
                                [&](FrameType type, Height height, Position position, ByteView payload) {
                                  return auditor.frame(type, height, position, payload);
                                }));
  AuditReport out = auditor.report();
  if (out.blocks == 0) return fail("audit.empty", directory.string() + " holds no block");
  out.torn_tail_bytes = tail;
  return out;
}

Result<DiffReport> diff(const std::filesystem::path& left, const std::filesystem::path& right, const Genesis& genesis) {
  QILIAN_TRY(const std::vector<Digest> ours, frame_digests(left, genesis.hash));
  QILIAN_TRY(const std::vector<Digest> theirs, frame_digests(right, genesis.hash));
  DiffReport out{ours.size(), theirs.size(), std::nullopt};
  for (std::size_t h = 0; h < std::min(ours.size(), theirs.size()); ++h) {
    if (ours[h] == theirs[h]) continue;
    QILIAN_TRY(const Block a, block_of(left, genesis.hash, Height(h)));
    QILIAN_TRY(const Block b, block_of(right, genesis.hash, Height(h)));
    QILIAN_TRY(out.first, explain(a, b, Height(h)));
    break;
  }
  return out;
}

}  // namespace qilian::node
