#include "node/executor.h"

#include <fmt/core.h>

#include <algorithm>

#include "ledger/core/block_certificate.h"

namespace qilian::node {

using namespace ledger;

namespace {

std::unexpected<Error> diverged(Height height, std::string_view what) {
  return fail("executor.diverged",
              fmt::format("block {}: {}. This node stops rather than fork: compare its ledger with another node's",
                          height.value(), what));
}

Executed outcome_of(const MadeBlock& made, std::vector<TransactionId> dropped) {
  Executed out{.header = made.header,
               .header_bytes = made.block.header,
               .header_hash = made.hash,
               .outcomes = {},
               .dropped = std::move(dropped)};
  for (std::uint32_t i = 0; i < made.ids.size(); ++i) out.outcomes.push_back({made.ids[i], i, made.block.receipts[i]});
  return out;
}

/// A block from a peer, of which only the header's hash is known: its bytes must be the ones that the header names.
/// Returns the parent's hash.
Result<HeaderHash> check_foreign(ByteView frame, const HeaderHash& expected, Block& out) {
  auto block = Block::decode(frame);
  if (!block) return fail("executor.bad_block", block.error().message);
  QILIAN_TRY(const Header header, Header::decode(block->header));
  if (header.hash() != expected) return fail("executor.bad_block", "the certificate is of another block");
  const auto root = transactions_root(*block);
  if (!root || *root != header.transactions_root)
    return fail("executor.bad_block", "the envelopes and receipts are not those that the header names");
  out = *std::move(block);
  return header.parent;
}

}  // namespace

Executor::Executor(const Genesis& genesis, std::unique_ptr<store::Store> store)
    : genesis_(genesis), epoch_{genesis.validators, Height(0), {}}, store_(std::move(store)) {}

Executor::~Executor() = default;

Result<std::unique_ptr<Executor>> Executor::open(const store::Options& options, const Genesis& genesis) {
  if (genesis.logic_version != kLogicVersion)
    return fail("executor.logic_version",
                fmt::format("the genesis asks for logic version {}; this binary knows {}: install a newer one",
                            genesis.logic_version, kLogicVersion));
  QILIAN_TRY(auto store, store::Store::open(options, genesis));
  std::unique_ptr<Executor> out(new Executor(genesis, std::move(store)));
  if (out->store_->blocks() == 0) QILIAN_TRY_VOID(out->write_genesis());
  QILIAN_TRY_VOID(out->recover());
  return out;
}

Result<void> Executor::write_genesis() {
  const MadeBlock made = make_genesis_block(genesis_);
  QILIAN_TRY_VOID(store_->append(made.block, made.ids, made.change));
  return store_->sync();
}

Result<void> Executor::recover() {
  if (!store_->executed()) {
    const MadeBlock made = make_genesis_block(genesis_);
    QILIAN_TRY(const HeaderHash stored, store_->header_hash(Height(0)));
    if (stored != made.hash)
      return diverged(Height(0), "the ledger begins with another header 0 than this genesis gives");
    QILIAN_TRY_VOID(store_->reapply(made.block, made.ids, made.change));
  }
  QILIAN_TRY(header_, store_->header(*store_->executed()));
  header_hash_ = header_.hash();
  QILIAN_TRY_VOID(enter_epoch());
  QILIAN_TRY_VOID(reload_recent());
  while (header_.height.value() + 1 < store_->blocks()) QILIAN_TRY_VOID(replay(header_.height.next()));
  return {};
}

Result<void> Executor::reload_recent() {
  std::vector<std::pair<TimeMs, std::vector<TransactionId>>> newest_first;
  for (std::uint64_t height = header_.height.value(); height > 0; --height) {
    QILIAN_TRY(const Bytes frame, store_->block_frame(Height(height)));
    QILIAN_TRY(const Block block, Block::decode(frame));
    QILIAN_TRY(const Header of_block, Header::decode(block.header));
    if (of_block.time.value() < header_.time.value() - genesis_.short_expiry_ms) break;
    std::vector<TransactionId> ids;
    for (const Bytes& envelope : block.envelopes) {
      QILIAN_TRY(const Transaction transaction, Transaction::decode(envelope));
      ids.push_back(transaction.id());
    }
    newest_first.emplace_back(of_block.time, std::move(ids));
  }
  for (auto block = newest_first.rbegin(); block != newest_first.rend(); ++block)
    recent_.remember(block->first, std::move(block->second));
  return {};
}

Result<void> Executor::replay(Height height) {
  QILIAN_TRY(const Bytes frame, store_->block_frame(height));
  QILIAN_TRY(const Block block, Block::decode(frame));
  QILIAN_TRY(const MadeBlock made, make_again(block));
  QILIAN_TRY_VOID(store_->reapply(made.block, made.ids, made.change));
  return advance(made);
}

bool Executor::executed_before(const TransactionId& id, const MerkleMap& map) const {
  return recent_.contains(id) || map.get(map_key(long_transaction_id_key(id))).has_value();
}

bool Executor::executed(const Transaction& transaction) const {
  const auto map = store_->map(height());
  return map && executed_before(transaction.id(), *map);
}

Executor::Transactions Executor::without_repeated(const Transactions& in, TimeMs time,
                                                  std::vector<TransactionId>& dropped) {
  recent_.forget_before(TimeMs(time.value() - genesis_.short_expiry_ms));
  const auto map = store_->map(height());
  QILIAN_CHECK(map.has_value());
  Transactions out;
  IdSet seen;
  for (const auto& transaction : in) {
    const TransactionId& id = transaction->id();
    if (executed_before(id, *map) || !seen.insert(id).second) {
      dropped.push_back(id);
    } else {
      out.push_back(transaction);
    }
  }
  return out;
}

Result<MadeBlock> Executor::make(TimeMs time, ReplicaId proposer, const Transactions& transactions) const {
  QILIAN_TRY(const MerkleMap map, store_->map(height()));
  const auto state = store_->latest();
  const std::uint32_t version = contracts::logic_version_of_block(*state, genesis_, height().next());
  if (version > kLogicVersion)
    return fail("executor.logic_version",
                fmt::format("block {} has logic version {}; this binary knows {}: install a newer one",
                            height().value() + 1, version, kLogicVersion));
  std::vector<const Transaction*> pointers;
  pointers.reserve(transactions.size());
  for (const auto& transaction : transactions) pointers.push_back(transaction.get());
  MadeBlock made = make_block({.genesis = genesis_,
                               .validators = epoch_.set,
                               .parent = header_,
                               .parent_hash = header_hash_,
                               .history_root = store_->history_root(header_.height.next()),
                               .map = map,
                               .state = *state,
                               .keys = *state},
                              time, proposer, pointers);
  // A read that failed looked like an absent record: what was made from it must not be used.
  QILIAN_TRY_VOID(state->health());
  return made;
}

Result<MadeBlock> Executor::make_again(const Block& block) {
  QILIAN_TRY(const Header theirs, Header::decode(block.header));
  if (theirs.logic_version != kLogicVersion)
    return fail("executor.logic_version",
                fmt::format("block {} has logic version {}; this binary knows {}: install a newer one",
                            theirs.height.value(), theirs.logic_version, kLogicVersion));
  Transactions transactions;
  for (const Bytes& envelope : block.envelopes) {
    QILIAN_TRY(Transaction transaction, Transaction::decode(envelope));
    transactions.push_back(std::make_shared<const Transaction>(std::move(transaction)));
  }
  std::vector<TransactionId> dropped;
  transactions = without_repeated(transactions, std::max(header_.time, theirs.time), dropped);
  if (!dropped.empty()) return diverged(theirs.height, "it repeats a transaction that was executed before");
  QILIAN_TRY(MadeBlock made, make(theirs.time, theirs.proposer, transactions));
  if (made.block.header != block.header) return diverged(theirs.height, header_difference(made.header, theirs));
  return made;
}

Result<void> Executor::advance(const MadeBlock& made) {
  header_ = made.header;
  header_hash_ = made.hash;
  recent_.remember(made.header.time, made.ids);
  return header_.next_validators_hash == header_.validators_hash ? Result<void>() : enter_epoch();
}

Result<void> Executor::enter_epoch() {
  const auto state = store_->latest();
  epoch_ = contracts::epoch_of_block(*state, genesis_, header_.height.next());
  QILIAN_TRY_VOID(state->health());
  if (header_.next_validators_hash == header_.validators_hash) return {};
  return store_->append_validators(header_.height, epoch_.set);
}

Result<Executed> Executor::execute(const Batch& batch) {
  if (batch.height != header_.height.next())
    return fail("executor.order", fmt::format("block {} was ordered, but {} comes next", batch.height.value(),
                                              header_.height.value() + 1));
  if (batch.epoch != epoch_.set.epoch)
    return fail("executor.order", fmt::format("block {} was ordered in epoch {}, but epoch {} is in force",
                                              batch.height.value(), batch.epoch.value(), epoch_.set.epoch.value()));
  const bool null = batch.proposer == kNoProposer;
  if (null && !batch.transactions.empty()) return fail("executor.order", "a null proposal has no transactions");
  const TimeMs time = null ? header_.time : std::max(header_.time, batch.time);
  std::vector<TransactionId> dropped;
  const Transactions transactions = without_repeated(batch.transactions, time, dropped);
  QILIAN_TRY(const MadeBlock made, make(time, batch.proposer, transactions));
  QILIAN_TRY_VOID(store_->append(made.block, made.ids, made.change));
  QILIAN_TRY_VOID(advance(made));
  return outcome_of(made, std::move(dropped));
}

Result<Executed> Executor::install(ByteView block_frame, const BlockCertificate& certificate) {
  const Bytes frames[] = {Bytes(block_frame)};
  QILIAN_TRY(std::vector<Executed> done, install_run(frames, certificate));
  return std::move(done.front());
}

Result<std::vector<Executed>> Executor::install_run(std::span<const Bytes> block_frames,
                                                    const BlockCertificate& certificate) {
  if (block_frames.empty()) return fail("executor.bad_block", "no blocks were sent");
  QILIAN_TRY(const Header certified, verify_block_certificate(certificate, genesis_.hash, epoch_.set));
  const Height last(header_.height.value() + block_frames.size());
  if (certified.height != last)
    return fail("executor.order", fmt::format("blocks {} to {} were sent, but the certificate is of block {}",
                                              header_.height.value() + 1, last.value(), certified.height.value()));
  std::vector<Block> blocks(block_frames.size());
  HeaderHash expected = certified.hash();
  for (std::size_t i = blocks.size(); i-- > 0;) {
    QILIAN_TRY(expected, check_foreign(block_frames[i], expected, blocks[i]));
  }
  if (expected != header_hash_) return diverged(header_.height, "the certified chain stands on another block");

  std::vector<Executed> out;
  for (const Block& block : blocks) {
    QILIAN_TRY(const MadeBlock made, make_again(block));
    QILIAN_TRY_VOID(store_->append(made.block, made.ids, made.change));
    QILIAN_TRY_VOID(advance(made));
    out.push_back(outcome_of(made, {}));
  }
  QILIAN_TRY_VOID(store_->append_certificate(certificate));
  return out;
}

Result<void> Executor::append_certificate(const BlockCertificate& certificate) {
  QILIAN_TRY(const Header certified, Header::decode(certificate.header));
  if (certified.height > header_.height)
    return fail("executor.order",
                fmt::format("block {} is certified, but not executed here", certified.height.value()));
  QILIAN_TRY(const HeaderHash ours, store_->header_hash(certified.height));
  if (ours != certified.hash()) return diverged(certified.height, "a quorum certified another header");
  return store_->append_certificate(certificate);
}

Result<void> Executor::sync() { return store_->sync(); }

}  // namespace qilian::node
