#include "ledger/store/map_versions.h"

#include <fmt/core.h>

#include <map>

#include "ledger/core/hash.h"

namespace qilian::ledger::store {
namespace {

using Writes = std::vector<MapWrite>;

/// The write sets that end at `executed`, newest first, as far down as they are there without a gap.
Result<std::vector<Writes>> recent_writes(const Index::View& index, Height executed, std::size_t most) {
  std::vector<Writes> out;
  for (std::uint64_t height = executed.value(); height > 0 && out.size() < most; --height) {
    const auto row = index.get(rows::writes_key(Height(height)));
    if (!row && row.error().code == "store.not_found") break;
    if (!row) return std::unexpected(row.error());
    QILIAN_TRY(Writes writes, rows::read_writes(*row));
    out.push_back(std::move(writes));
  }
  return out;
}

MapValue value_of(const StoredObject& object) {
  return map_value(object.key, {object.frontier, object.record ? hash(Domain::kRecord, {*object.record}) : Digest{}});
}

}  // namespace

Result<void> MapVersions::rebuild(const Index::View& index, Height executed) {
  QILIAN_TRY(const std::vector<Writes> recent, recent_writes(index, executed, most_versions_));
  // What the touched keys held below the kept blocks: the oldest "before" of each. Zero: the key was not there.
  std::map<Digest, Digest> before;
  for (const Writes& writes : recent)
    for (const MapWrite& write : writes) before[write.key_hash] = write.before;

  std::vector<std::pair<Digest, Digest>> base;
  const Bytes all{rows::kObject};
  QILIAN_TRY_VOID(index.scan(all, all, [&](ByteView row, ByteView value) -> Result<bool> {
    QILIAN_TRY(const Key key, rows::read_object_key(row));
    QILIAN_TRY(const StoredObject object, rows::read_object(key, value));
    const Digest key_hash = map_key(key);
    const auto old = before.find(key_hash);
    const Digest value_hash = old == before.end() ? value_of(object).hash() : old->second;
    if (!value_hash.is_zero()) base.emplace_back(key_hash, value_hash);
    return true;
  }));

  MerkleMap map = MerkleMap().update(std::move(base));
  clear();
  std::vector<Height> nothing;
  std::uint64_t height = executed.value() - recent.size();
  push(Height(height), map, 0, Height(0), nothing);
  for (auto writes = recent.rbegin(); writes != recent.rend(); ++writes) {
    std::vector<std::pair<Digest, Digest>> update;
    for (const MapWrite& write : *writes) update.emplace_back(write.key_hash, write.after);
    map = map.update(std::move(update));
    push(Height(++height), map, writes->size(), Height(0), nothing);
  }
  return {};
}

void MapVersions::push(Height height, MerkleMap map, std::size_t keys, Height certified,
                       std::vector<Height>& forgotten) {
  const std::lock_guard lock(mutex_);
  versions_.push_back({height, std::move(map), keys});
  keys_ += keys;
  while (versions_.size() > 1 && versions_.front().height < certified &&
         (versions_.size() > most_versions_ || keys_ > most_keys_)) {
    forgotten.push_back(versions_.front().height);
    keys_ -= versions_.front().keys;
    versions_.pop_front();
  }
}

void MapVersions::clear() {
  const std::lock_guard lock(mutex_);
  versions_.clear();
  keys_ = 0;
}

Result<MerkleMap> MapVersions::at(Height height) const {
  const std::lock_guard lock(mutex_);
  if (versions_.empty() || height > versions_.back().height)
    return fail("store.pending", fmt::format("block {} is not executed yet", height.value()));
  if (height < versions_.front().height)
    return fail("store.gone", fmt::format("the map of block {} is no longer kept; the oldest one here is {}",
                                          height.value(), versions_.front().height.value()));
  return versions_[height.value() - versions_.front().height.value()].map;
}

std::optional<MerkleMap> MapVersions::newest() const {
  const std::lock_guard lock(mutex_);
  if (versions_.empty()) return std::nullopt;
  return versions_.back().map;
}

}  // namespace qilian::ledger::store
