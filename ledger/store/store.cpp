#include "ledger/store/store.h"

#include <fmt/core.h>

#include <atomic>

#include "ledger/store/chain.h"
#include "ledger/store/facts.h"
#include "ledger/store/map_versions.h"
#include "ledger/store/snapshot.h"

namespace qilian::ledger::store {
namespace {

class LedgerStore final : public Store {
 public:
  LedgerStore(const Options& options, const Genesis& genesis, DirectoryLock lock)
      : options_(options),
        genesis_(genesis.hash),
        genesis_validators_(genesis.validators.size()),
        lock_(std::move(lock)),
        chain_(genesis.hash),
        versions_(options.recent_versions, options.recent_keys) {}
  ~LedgerStore() override;

  Result<void> recover();

  std::uint64_t blocks() const override { return chain_.blocks(); }
  std::optional<Height> executed() const override;
  Height certified() const override { return chain_.certified(); }
  std::optional<Height> durable() const override;

  std::shared_ptr<const Snapshot> latest() const override;
  Result<Header> header(Height height) const override;
  Result<HeaderHash> header_hash(Height height) const override { return chain_.header_hash(height); }
  Result<Bytes> block_frame(Height height) const override;
  Result<BlockCertificate> certificate(Height height) const override;
  Result<BlockCertificate> certificate_covering(Height height) const override;
  Result<StoredTransaction> transaction(const TransactionId& id) const override;
  Result<std::pair<Height, std::uint32_t>> locate(const TransactionId& id) const override;
  Digest history_root(Height height) const override { return chain_.history_root(height); }
  Result<MerkleMap> map(Height height) const override { return versions_.at(height); }

  Result<Bytes> transaction_fact(const TransactionId& id) const override;
  Result<Bytes> state_fact(const StateQuestion& question) const override;

  Result<void> append(const Block& block, std::span<const TransactionId> ids, const StateChange& change) override;
  Result<void> reapply(const Block& block, std::span<const TransactionId> ids, const StateChange& change) override;
  Result<void> append_certificate(const BlockCertificate& certificate) override;
  Result<void> append_validators(Height boundary, const ValidatorSet& next) override;
  Result<void> reset_index() override;
  Result<void> sync() override;

 private:
  std::filesystem::path index_folder() const { return options_.directory / "index"; }
  Result<void> open_index(std::string_view why_new);
  Result<void> load_index(const IndexMark& mark);
  Result<void> meet(FrameType type, Height height, Position position, ByteView payload);
  Result<void> index_block(const Header& header, std::span<const TransactionId> ids, const StateChange& change);
  void publish(const Header& header);
  Facts facts() const { return {chain_, *segments_, versions_, *this, genesis_, genesis_validators_}; }
  void say(std::string_view line) const {
    if (options_.log) options_.log(line);
  }

  Options options_;
  GenesisHash genesis_;
  std::size_t genesis_validators_;
  DirectoryLock lock_;
  Chain chain_;
  MapVersions versions_;
  std::unique_ptr<Segments> segments_;
  std::shared_ptr<Index> index_;

  mutable std::mutex mutex_;  ///< guards the two below
  std::shared_ptr<const IndexSnapshot> latest_;
  std::optional<Height> durable_;

  std::optional<Error> broken_;  ///< the writer's: after a failed write nothing more is written
};

LedgerStore::~LedgerStore() {
  // A clean end leaves the mark by which a damaged tail is told from a torn one.
  if (!segments_ || !index_ || broken_) return;
  if (sync()) static_cast<void>(index_->confirm(segments_->confirmed()));
}

Result<void> LedgerStore::recover() {
  QILIAN_TRY_VOID(open_index("the index could not be used"));
  auto mark = index_->mark();
  if (!mark) {
    QILIAN_TRY_VOID(reset_index());
    mark = IndexMark{};
  }
  auto visitor = [this](FrameType type, Height height, Position position, ByteView payload) -> Result<void> {
    if (auto met = meet(type, height, position, payload); !met) return fail("store.corrupt", met.error().message);
    return {};
  };
  QILIAN_TRY(segments_, Segments::open(options_, genesis_, mark->confirmed, visitor));
  if (blocks() > 0) durable_ = Height(blocks() - 1);
  if (!mark->executed) return {};

  const auto known = chain_.header_hash(*mark->executed);
  if (!known || *known != mark->header) {
    say(fmt::format("the index stands at block {}, which the segments do not hold; it is rebuilt",
                    mark->executed->value()));
    return reset_index();
  }
  if (auto loaded = load_index(*mark); !loaded) {
    if (loaded.error().code == "store.io") return loaded;
    say(fmt::format("the index could not be used ({}); it is rebuilt", loaded.error().message));
    return reset_index();
  }
  return {};
}

Result<void> LedgerStore::open_index(std::string_view why_new) {
  auto opened = Index::open(index_folder(), genesis_);
  if (!opened && opened.error().code == "store.corrupt") {
    say(fmt::format("{} ({}); it is rebuilt", why_new, opened.error().message));
    QILIAN_TRY_VOID(Index::remove(index_folder()));
    opened = Index::open(index_folder(), genesis_);
  }
  if (!opened) return std::unexpected(opened.error());
  index_ = *std::move(opened);
  return {};
}

Result<void> LedgerStore::load_index(const IndexMark& mark) {
  QILIAN_TRY_VOID(versions_.rebuild(Index::View(index_), *mark.executed));
  // Every version that can be proved from must have the root that its header names.
  for (std::uint64_t height = mark.executed->value();; --height) {
    const auto map = versions_.at(Height(height));
    if (!map) break;
    QILIAN_TRY(const Header of_block, header(Height(height)));
    if (map->root() != of_block.state_root)
      return fail("store.corrupt", fmt::format("its state root at block {} is not the header's", height));
    if (height == 0) break;
  }
  QILIAN_TRY(const Header last, header(*mark.executed));
  publish(last);
  return {};
}

Result<void> LedgerStore::meet(FrameType type, Height height, Position position, ByteView payload) {
  switch (type) {
    case FrameType::kBlock: {
      QILIAN_TRY(const Header of_block, Header::decode(payload.substr(0, Header::kSize)));
      if (of_block.height != height) return fail("store.corrupt", "the frame names another height than its block");
      return chain_.add_block(of_block, position);
    }
    case FrameType::kCertificate: {
      QILIAN_TRY(const BlockCertificate certificate, BlockCertificate::decode(payload));
      QILIAN_TRY(const Header certified, Header::decode(certificate.header));
      return chain_.add_certificate(certified, position);
    }
    case FrameType::kValidators: {
      QILIAN_TRY(const ValidatorSet set, ValidatorSet::decode(payload));
      return chain_.add_validators(height, set.hash(), position);
    }
  }
  return fail("store.corrupt", "a frame of an unknown type");
}

void LedgerStore::publish(const Header& header) {
  auto snapshot = std::make_shared<const IndexSnapshot>(header, index_);
  const std::lock_guard lock(mutex_);
  latest_.swap(snapshot);
}

// ---- reads

std::optional<Height> LedgerStore::executed() const {
  const std::lock_guard lock(mutex_);
  if (!latest_) return std::nullopt;
  return latest_->height();
}

std::optional<Height> LedgerStore::durable() const {
  const std::lock_guard lock(mutex_);
  return durable_;
}

std::shared_ptr<const Snapshot> LedgerStore::latest() const {
  const std::lock_guard lock(mutex_);
  QILIAN_CHECK(latest_ != nullptr);
  return latest_;
}

Result<Header> LedgerStore::header(Height height) const {
  QILIAN_TRY(const HeaderHash expected, chain_.header_hash(height));
  QILIAN_TRY(const Position position, chain_.block(height));
  QILIAN_TRY(const Bytes bytes, segments_->read_start(position, Header::kSize));
  QILIAN_TRY(const Header out, Header::decode(bytes));
  if (out.hash() != expected)
    return fail("store.corrupt", fmt::format("segment {}, offset {}, height {}: the header is damaged",
                                             position.segment, position.offset, height.value()));
  return out;
}

Result<Bytes> LedgerStore::block_frame(Height height) const {
  QILIAN_TRY(const Position position, chain_.block(height));
  return segments_->read(position);
}

Result<BlockCertificate> LedgerStore::certificate(Height height) const {
  QILIAN_TRY(const Position position, chain_.certificate(height));
  QILIAN_TRY(const Bytes bytes, segments_->read(position));
  return BlockCertificate::decode(bytes);
}

Result<BlockCertificate> LedgerStore::certificate_covering(Height height) const {
  QILIAN_TRY(const Position position, chain_.certificate_covering(height));
  QILIAN_TRY(const Bytes bytes, segments_->read(position));
  return BlockCertificate::decode(bytes);
}

Result<std::pair<Height, std::uint32_t>> LedgerStore::locate(const TransactionId& id) const {
  std::shared_ptr<const IndexSnapshot> snapshot;
  {
    const std::lock_guard lock(mutex_);
    snapshot = latest_;
  }
  if (!snapshot) return fail("store.not_found", "nothing is executed yet");
  auto found = snapshot->locate(id);
  if (!found && found.error().code == "store.not_found")
    return fail("store.not_found", "no executed transaction has the id " + id.hex());
  return found;
}

Result<StoredTransaction> LedgerStore::transaction(const TransactionId& id) const {
  QILIAN_TRY(const auto place, locate(id));
  QILIAN_TRY(const Bytes frame, block_frame(place.first));
  QILIAN_TRY(Block block, Block::decode(frame));
  const std::uint32_t index = place.second;
  if (index >= block.envelopes.size()) return fail("store.corrupt", "index: a transaction's row points past its block");
  QILIAN_TRY(const Transaction decoded, Transaction::decode(block.envelopes[index]));
  // The row knows 12 bytes of the id.
  if (decoded.id() != id) return fail("store.not_found", "no executed transaction has the id " + id.hex());
  return StoredTransaction{place.first, index, std::move(block.envelopes[index]), std::move(block.receipts[index])};
}

Result<Bytes> LedgerStore::transaction_fact(const TransactionId& id) const { return facts().of_transaction(id); }

Result<Bytes> LedgerStore::state_fact(const StateQuestion& question) const { return facts().of_state(question); }

// ---- writes

Result<void> LedgerStore::append(const Block& block, std::span<const TransactionId> ids, const StateChange& change) {
  if (broken_) return std::unexpected(*broken_);
  QILIAN_TRY(const Header of_block, Header::decode(block.header));
  QILIAN_TRY_VOID(chain_.check_block(of_block));
  const auto last = executed();
  if (last ? last->next() != of_block.height : of_block.height != Height(0))
    return fail("store.order", "the blocks in the segments must be executed before another one is appended");
  if (change.map.root() != of_block.state_root) return fail("store.order", "the state root is not the header's");

  auto position = segments_->append(FrameType::kBlock, of_block.height, block.encode());
  if (!position) {
    broken_ = position.error();
    return std::unexpected(*broken_);
  }
  QILIAN_TRY_VOID(chain_.add_block(of_block, *position));
  return index_block(of_block, ids, change);
}

Result<void> LedgerStore::reapply(const Block& block, std::span<const TransactionId> ids, const StateChange& change) {
  if (broken_) return std::unexpected(*broken_);
  QILIAN_TRY(const Header of_block, Header::decode(block.header));
  const auto last = executed();
  if (last ? last->next() != of_block.height : of_block.height != Height(0))
    return fail("store.order", fmt::format("block {} is not the next one to execute", of_block.height.value()));
  QILIAN_TRY_VOID(chain_.check_certificate(of_block));
  if (change.map.root() != of_block.state_root) return fail("store.order", "the state root is not the header's");
  return index_block(of_block, ids, change);
}

Result<void> LedgerStore::index_block(const Header& header, std::span<const TransactionId> ids,
                                      const StateChange& change) {
  IndexUpdate update{.height = header.height,
                     .header = header.hash(),
                     .confirmed = segments_->confirmed(),
                     .ids = ids,
                     .change = &change,
                     .writes = {},
                     .forgotten = {}};
  const MerkleMap before = versions_.newest().value_or(MerkleMap());
  for (const auto& [key_hash, value_hash] : change.map_writes)
    update.writes.push_back({key_hash, before.get(key_hash).value_or(Digest{}), value_hash});
  versions_.push(header.height, change.map, change.map_writes.size(), certified(), update.forgotten);
  if (auto written = index_->write(update); !written) {
    broken_ = written.error();
    return written;
  }
  publish(header);
  return {};
}

Result<void> LedgerStore::append_certificate(const BlockCertificate& certificate) {
  if (broken_) return std::unexpected(*broken_);
  QILIAN_TRY(const Header certified_header, Header::decode(certificate.header));
  QILIAN_TRY_VOID(chain_.check_certificate(certified_header));
  if (chain_.certificate(certified_header.height)) return {};
  auto position = segments_->append(FrameType::kCertificate, certified_header.height, certificate.encode());
  if (!position) {
    broken_ = position.error();
    return std::unexpected(*broken_);
  }
  return chain_.add_certificate(certified_header, *position);
}

Result<void> LedgerStore::append_validators(Height boundary, const ValidatorSet& next) {
  if (broken_) return std::unexpected(*broken_);
  QILIAN_TRY_VOID(chain_.check_validators(boundary, next.hash()));
  for (const Chain::Boundary& known : chain_.boundaries())
    if (known.height == boundary && known.validators) return {};
  auto position = segments_->append(FrameType::kValidators, boundary, next.encode());
  if (!position) {
    broken_ = position.error();
    return std::unexpected(*broken_);
  }
  return chain_.add_validators(boundary, next.hash(), *position);
}

Result<void> LedgerStore::reset_index() {
  {
    const std::lock_guard lock(mutex_);
    latest_.reset();
  }
  if (index_.use_count() > 1) return fail("store.busy", "readers still hold snapshots of the index");
  index_.reset();
  versions_.clear();
  QILIAN_TRY_VOID(Index::remove(index_folder()));
  return open_index("the index could not be made anew");
}

Result<void> LedgerStore::sync() {
  if (broken_) return std::unexpected(*broken_);
  if (auto synced = segments_->sync(); !synced) {
    broken_ = synced.error();
    return synced;
  }
  const std::uint64_t count = blocks();
  const std::lock_guard lock(mutex_);
  if (count > 0) durable_ = Height(count - 1);
  return {};
}

}  // namespace

Result<std::unique_ptr<Store>> Store::open(const Options& options, const Genesis& genesis) {
  std::error_code error;
  std::filesystem::create_directories(options.directory, error);
  if (error) return fail("store.io", "cannot create " + options.directory.string() + ": " + error.message());
  QILIAN_TRY(DirectoryLock lock, DirectoryLock::take(options.directory));
  auto store = std::make_unique<LedgerStore>(options, genesis, std::move(lock));
  QILIAN_TRY_VOID(store->recover());
  return store;
}

}  // namespace qilian::ledger::store
