#include "ledger/store/index_check.h"

#include <fmt/core.h>

#include "ledger/core/hash.h"

namespace qilian::ledger::store {
namespace {

std::unexpected<Error> corrupt(const Key& key, std::string_view what) {
  return fail("store.corrupt", fmt::format("index: kind {}, id \"{}\": {}", key.kind, key.id, what));
}

Digest record_hash(const std::optional<Bytes>& record) { return record ? hash(Domain::kRecord, {*record}) : Digest{}; }

/// Walks the journal of an object. Returns the number of its entries; adds the inner nodes that they have.
Result<std::uint64_t> check_journal(const Index::View& index, const StoredObject& object, std::uint64_t& nodes) {
  Frontier edge;
  Digest in_force;
  std::optional<std::uint64_t> record_at;
  QILIAN_TRY_VOID(index.scan(rows::entry_prefix(object.key), rows::entry_prefix(object.key),
                             [&](ByteView row, ByteView value) -> Result<bool> {
                               if (row != rows::entry_key(object.key, edge.size()))
                                 return corrupt(object.key, "a journal entry is missing");
                               QILIAN_TRY(const StoredEntry entry, rows::read_entry(value));
                               if (hash(Domain::kEventPayload, {entry.payload}) != entry.leaf.payload_hash)
                                 return corrupt(object.key, "a payload is not what its leaf names");
                               if (entry.record) in_force = record_hash(entry.record);
                               if (entry.record) record_at = edge.size();
                               if (in_force != entry.leaf.record_hash || record_at != entry.record_at)
                                 return corrupt(object.key, "a record is not what its leaf names");
                               bool nodes_hold = true;
                               const std::uint64_t at = edge.size();
                               edge.append(
                                   list_leaf_hash(entry.leaf.encode()), [&](unsigned level, const Digest& node) {
                                     if (!rows::keeps_level(level)) return;
                                     const auto kept = index.get(rows::node_key(object.key, level, at >> level));
                                     nodes_hold = nodes_hold && kept && *kept == node.view();
                                     ++nodes;
                                   });
                               if (!nodes_hold) return corrupt(object.key, "an inner node is not its entries' root");
                               return true;
                             }));
  if (!(edge == object.frontier)) return corrupt(object.key, "the journal does not give the edge that is kept");
  if (in_force != record_hash(object.record) || record_at != object.record_at)
    return corrupt(object.key, "the record is not the journal's last one");
  return edge.size();
}

Result<std::uint64_t> count(const Index::View& index, char type) {
  std::uint64_t out = 0;
  const Bytes all{type};
  QILIAN_TRY_VOID(index.scan(all, all, [&](ByteView, ByteView) -> Result<bool> {
    ++out;
    return true;
  }));
  return out;
}

std::string name_of(ByteView row) {
  const bool object = row.front() == rows::kObject;
  if (object) {
    if (const auto key = rows::read_object_key(row)) return fmt::format("kind {}, id \"{}\"", key->kind, key->id);
  }
  return fmt::format("row {}", to_hex(row));
}

}  // namespace

Result<IndexContents> check_index(const Index::View& index, const Digest& state_root) {
  IndexContents out;
  std::uint64_t nodes = 0;
  std::vector<std::pair<Digest, Digest>> leaves;
  const Bytes all{rows::kObject};
  QILIAN_TRY_VOID(index.scan(all, all, [&](ByteView row, ByteView value) -> Result<bool> {
    QILIAN_TRY(const Key key, rows::read_object_key(row));
    QILIAN_TRY(const StoredObject object, rows::read_object(key, value));
    QILIAN_TRY(const std::uint64_t entries, check_journal(index, object, nodes));
    out.entries += entries;
    ++out.objects;
    leaves.emplace_back(map_key(key), map_value(key, {object.frontier, record_hash(object.record)}).hash());
    return true;
  }));
  if (MerkleMap().update(std::move(leaves)).root() != state_root)
    return fail("store.corrupt", "index: its objects do not give the state root of the block at which it stands");
  QILIAN_TRY(const std::uint64_t entries, count(index, rows::kEntry));
  if (entries != out.entries) return fail("store.corrupt", "index: there are journal entries of no object");
  QILIAN_TRY(const std::uint64_t kept_nodes, count(index, rows::kNode));
  if (kept_nodes != nodes) return fail("store.corrupt", "index: there are inner nodes of no journal");
  QILIAN_TRY(out.transactions, count(index, rows::kTransaction));
  return out;
}

Result<std::optional<std::string>> first_difference(const Index::View& left, const Index::View& right) {
  std::optional<std::string> found;
  for (const char type : rows::kProved) {
    const Bytes all{type};
    std::uint64_t rows = 0;
    QILIAN_TRY_VOID(left.scan(all, all, [&](ByteView row, ByteView value) -> Result<bool> {
      const auto other = right.get(row);
      if (!other && other.error().code != "store.not_found") return std::unexpected(other.error());
      if (!other || *other != value) found = name_of(row);
      ++rows;
      return !found;
    }));
    if (found) return found;
    QILIAN_TRY_VOID(right.scan(all, all, [&](ByteView row, ByteView) -> Result<bool> {
      if (rows-- == 0) found = name_of(row);
      return !found;
    }));
    if (found) return found;
  }
  return found;
}

}  // namespace qilian::ledger::store
