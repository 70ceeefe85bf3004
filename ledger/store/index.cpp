#include "ledger/store/index.h"

#include <leveldb/cache.h>
#include <leveldb/filter_policy.h>
#include <leveldb/write_batch.h>

#include <algorithm>
#include <fstream>
#include <tuple>

namespace qilian::ledger::store {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t kWriteBufferBytes = 64u << 20;
constexpr std::size_t kFileBytes = 32u << 20;
constexpr std::size_t kCacheBytes = 64u << 20;
constexpr int kBloomBits = 10;
/// Beside the folder: LevelDB found damage while running, so the next open rebuilds.
constexpr std::string_view kDamagedSuffix = ".damaged";

leveldb::Slice slice(ByteView bytes) { return {bytes.data(), bytes.size()}; }
ByteView view(const leveldb::Slice& bytes) { return {bytes.data(), bytes.size()}; }

fs::path damaged_path(const fs::path& folder) { return folder.string() + std::string(kDamagedSuffix); }

}  // namespace

Index::Index(fs::path folder)
    : folder_(std::move(folder)),
      cache_(leveldb::NewLRUCache(kCacheBytes)),
      filter_(leveldb::NewBloomFilterPolicy(kBloomBits)) {}

Index::~Index() = default;

Error Index::error_of(const leveldb::Status& status) const {
  if (status.IsNotFound()) return {"store.not_found", "no such row"};
  if (!status.IsCorruption()) return {"store.io", folder_.string() + ": " + status.ToString()};
  std::ofstream(damaged_path(folder_)) << status.ToString() << '\n';
  return {"store.corrupt",
          folder_.string() + ": " + status.ToString() + "; restart the node, it rebuilds the index from the segments"};
}

Result<std::shared_ptr<Index>> Index::open(const fs::path& folder, const GenesisHash& genesis) {
  std::error_code error;
  if (fs::exists(damaged_path(folder), error))
    return fail("store.corrupt", folder.string() + ": damage was found while it ran");
  std::shared_ptr<Index> index(new Index(folder));
  leveldb::Options options;
  options.create_if_missing = true;
  options.paranoid_checks = true;
  options.write_buffer_size = kWriteBufferBytes;
  options.max_file_size = kFileBytes;
  options.block_cache = index->cache_.get();
  options.filter_policy = index->filter_.get();
  leveldb::DB* db = nullptr;
  const leveldb::Status opened = leveldb::DB::Open(options, folder.string(), &db);
  // LevelDB calls some kinds of damage an IO error (a missing table), others an invalid argument: all of it can be
  // rebuilt.
  if (!opened.ok()) return fail("store.corrupt", folder.string() + ": " + opened.ToString());
  index->db_.reset(db);

  const Bytes format = Bytes(rows::kFormatVersion) + genesis.hex();
  Bytes found;
  const leveldb::Status read = db->Get({}, slice(rows::kFormat), &found);
  if (read.IsNotFound()) {
    const leveldb::Status put = db->Put({}, slice(rows::kFormat), slice(format));
    if (!put.ok()) return std::unexpected(index->error_of(put));
  } else if (!read.ok() || found != format) {
    return fail("store.corrupt", folder.string() + ": of another format or network");
  }
  return index;
}

Result<void> Index::remove(const fs::path& folder) {
  std::error_code error;
  fs::remove_all(folder, error);
  if (!error) fs::remove(damaged_path(folder), error);
  if (error) return fail("store.io", "cannot remove " + folder.string() + ": " + error.message());
  return {};
}

Result<IndexMark> Index::mark() const {
  IndexMark out;
  Bytes value;
  leveldb::ReadOptions checked;
  checked.verify_checksums = true;
  leveldb::Status status = db_->Get(checked, slice(rows::kExecuted), &value);
  if (status.ok()) {
    FixedReader reader(value);
    out.executed = Height(reader.u64());
    const auto header = HeaderHash::from(reader.raw(HeaderHash::kSize));
    if (!reader.finished() || !header) return fail("store.corrupt", folder_.string() + ": the mark is malformed");
    out.header = *header;
  } else if (!status.IsNotFound()) {
    return std::unexpected(error_of(status));
  }
  status = db_->Get(checked, slice(rows::kConfirmed), &value);
  if (status.ok()) {
    FixedReader reader(value);
    const std::uint32_t segment = reader.u32();
    out.confirmed = Position{segment, reader.u64()};
    if (!reader.finished()) return fail("store.corrupt", folder_.string() + ": the mark is malformed");
  } else if (!status.IsNotFound()) {
    return std::unexpected(error_of(status));
  }
  return out;
}

Result<void> Index::write(const IndexUpdate& update) {
  leveldb::WriteBatch batch;
  std::uint32_t number = 0;
  for (const TransactionId& id : update.ids)
    batch.Put(slice(rows::transaction_key(id)), slice(rows::transaction_value(update.height, number++)));
  QILIAN_TRY_VOID(write_journals(*update.change, batch));
  batch.Put(slice(rows::writes_key(update.height)), slice(rows::writes_value(update.writes)));
  for (const Height height : update.forgotten) batch.Delete(slice(rows::writes_key(height)));
  batch.Put(slice(rows::kExecuted), slice(FixedWriter{}.u64(update.height.value()).raw(update.header.view()).take()));
  batch.Put(slice(rows::kConfirmed),
            slice(FixedWriter{}.u32(update.confirmed.segment).u64(update.confirmed.offset).take()));
  const leveldb::Status status = db_->Write({}, &batch);
  if (!status.ok()) return std::unexpected(error_of(status));
  return {};
}

Result<void> Index::write_journals(const StateChange& change, leveldb::WriteBatch& batch) const {
  std::vector<const JournalAddition*> additions;
  additions.reserve(change.additions.size());
  for (const JournalAddition& addition : change.additions) additions.push_back(&addition);
  std::ranges::sort(additions, [](const JournalAddition* left, const JournalAddition* right) {
    return std::tie(left->key, left->index) < std::tie(right->key, right->index);
  });
  auto next = additions.begin();
  for (const KeyUpdate& update : change.updates) {
    const auto end = std::find_if(next, additions.end(), [&](const auto* one) { return one->key != update.key; });
    QILIAN_TRY_VOID(write_journal(update, {next, end}, batch));
    next = end;
  }
  return {};
}

Result<void> Index::write_journal(const KeyUpdate& update, std::span<const JournalAddition* const> additions,
                                  leveldb::WriteBatch& batch) const {
  QILIAN_CHECK(!additions.empty());
  const JournalAddition& first = *additions.front();
  const bool completes_nodes = first.index >> 4 != (first.index + additions.size()) >> 4;
  // An entry that wrote no record, and yet there is one: it stays.
  const bool record_stays = !first.record && !first.leaf.record_hash.is_zero();
  Frontier edge;
  std::optional<Bytes> record = update.record;
  std::optional<std::uint64_t> record_at;
  if (first.index > 0 && (completes_nodes || record_stays)) {
    QILIAN_TRY(StoredObject before, object_before(update.key));
    if (before.frontier.size() != first.index)
      return fail("store.corrupt", folder_.string() + ": a journal's edge is not where its next entry stands");
    edge = std::move(before.frontier);
    record_at = before.record_at;
    if (!record) record = std::move(before.record);
  }
  for (const JournalAddition* addition : additions) {
    if (addition->record) record_at = addition->index;
    batch.Put(slice(rows::entry_key(addition->key, addition->index)),
              slice(rows::entry_value(addition->leaf, addition->payload, addition->record, record_at)));
    if (!completes_nodes) continue;
    edge.append(list_leaf_hash(addition->leaf.encode()), [&](unsigned level, const Digest& node) {
      if (rows::keeps_level(level))
        batch.Put(slice(rows::node_key(addition->key, level, addition->index >> level)), slice(node.view()));
    });
  }
  batch.Put(slice(rows::object_key(update.key)), slice(rows::object_value(update.state.journal, record, record_at)));
  return {};
}

Result<StoredObject> Index::object_before(const Key& key) const {
  leveldb::ReadOptions checked;
  checked.verify_checksums = true;
  Bytes value;
  const leveldb::Status status = db_->Get(checked, slice(rows::object_key(key)), &value);
  if (!status.ok()) return std::unexpected(error_of(status));
  return rows::read_object(key, value);
}

Result<void> Index::confirm(Position confirmed) {
  leveldb::WriteOptions durable;
  durable.sync = true;
  const leveldb::Status status = db_->Put(durable, slice(rows::kConfirmed),
                                          slice(FixedWriter{}.u32(confirmed.segment).u64(confirmed.offset).take()));
  if (!status.ok()) return std::unexpected(error_of(status));
  return {};
}

Index::View::View(std::shared_ptr<const Index> index)
    : index_(std::move(index)), snapshot_(index_->db_->GetSnapshot()) {}

Index::View::~View() { index_->db_->ReleaseSnapshot(snapshot_); }

Result<Bytes> Index::View::get(ByteView row) const {
  leveldb::ReadOptions options;
  options.verify_checksums = true;
  options.snapshot = snapshot_;
  Bytes value;
  const leveldb::Status status = index_->db_->Get(options, slice(row), &value);
  if (!status.ok()) return std::unexpected(index_->error_of(status));
  return value;
}

Result<void> Index::View::scan(ByteView prefix, ByteView start,
                               const std::function<Result<bool>(ByteView row, ByteView value)>& visitor) const {
  leveldb::ReadOptions options;
  options.verify_checksums = true;
  options.snapshot = snapshot_;
  const std::unique_ptr<leveldb::Iterator> rows(index_->db_->NewIterator(options));
  for (rows->Seek(slice(start)); rows->Valid() && view(rows->key()).starts_with(prefix); rows->Next()) {
    QILIAN_TRY(const bool more, visitor(view(rows->key()), view(rows->value())));
    if (!more) return {};
  }
  if (!rows->status().ok()) return std::unexpected(index_->error_of(rows->status()));
  return {};
}

}  // namespace qilian::ledger::store
