#include "ledger/store/rows.h"

namespace qilian::ledger::store::rows {
namespace {

constexpr std::size_t kIdPrefix = 12;

std::unexpected<Error> malformed(std::string_view row) {
  return fail("store.corrupt",
              "index: a row of the kind '" + std::string(row) + "' is malformed; it is rebuilt at the next start");
}

constexpr std::uint64_t kNowhere = ~0ull;
std::optional<std::uint64_t> place(std::uint64_t at) { return at == kNowhere ? std::nullopt : std::optional(at); }

Bytes journal_prefix(char type, const Key& key) {
  return FixedWriter{}
      .u8(static_cast<std::uint8_t>(type))
      .u16(key.kind)
      .u16(static_cast<std::uint16_t>(key.id.size()))
      .raw(key.id)
      .take();
}

FixedWriter& optional_bytes(FixedWriter& writer, const std::optional<Bytes>& bytes) {
  writer.u8(bytes ? 1 : 0);
  return writer.raw(bytes ? ByteView(*bytes) : ByteView());
}

}  // namespace

Bytes transaction_key(const TransactionId& id) {
  return FixedWriter{}.u8(kTransaction).raw(id.view().substr(0, kIdPrefix)).take();
}

Bytes transaction_value(Height height, std::uint32_t index) {
  return FixedWriter{}.u64(height.value()).u32(index).take();
}

Result<std::pair<Height, std::uint32_t>> read_transaction(ByteView value) {
  FixedReader reader(value);
  const Height height(reader.u64());
  const std::uint32_t index = reader.u32();
  if (!reader.finished()) return malformed("t");
  return std::pair(height, index);
}

Bytes object_prefix(Kind kind, std::string_view prefix) {
  return FixedWriter{}.u8(kObject).u16(kind).raw(prefix).take();
}

Bytes object_key(const Key& key) { return object_prefix(key.kind, key.id); }

Result<Key> read_object_key(ByteView row) {
  FixedReader reader(row);
  const std::uint8_t type = reader.u8();
  const Kind kind = reader.u16();
  if (!reader.ok() || type != kObject) return malformed("o");
  return Key{kind, std::string(row.substr(3))};
}

Bytes object_value(const Frontier& frontier, const std::optional<Bytes>& record,
                   std::optional<std::uint64_t> record_at) {
  const Bytes edge = frontier.encode();
  FixedWriter writer;
  writer.u16(static_cast<std::uint16_t>(edge.size())).raw(edge).u64(record_at.value_or(kNowhere));
  return optional_bytes(writer, record).take();
}

Result<StoredObject> read_object(const Key& key, ByteView value) {
  FixedReader reader(value);
  const std::size_t edge_size = reader.u16();
  const ByteView edge = reader.raw(edge_size);
  const std::uint64_t record_at = reader.u64();
  const std::uint8_t has_record = reader.u8();
  if (!reader.ok() || has_record > 1) return malformed("o");
  QILIAN_TRY(Frontier frontier, Frontier::decode(edge));
  const ByteView record = value.substr(2 + edge_size + 8 + 1);
  if (has_record == 0 && !record.empty()) return malformed("o");
  return StoredObject{key, std::move(frontier), has_record ? std::optional(Bytes(record)) : std::nullopt,
                      place(record_at)};
}

Bytes entry_prefix(const Key& key) { return journal_prefix(kEntry, key); }

Bytes entry_key(const Key& key, std::uint64_t number) { return entry_prefix(key) + FixedWriter{}.u64(number).take(); }

Bytes entry_value(const JournalLeaf& leaf, ByteView payload, const std::optional<Bytes>& record,
                  std::optional<std::uint64_t> record_at) {
  FixedWriter writer;
  writer.raw(leaf.encode())
      .u64(record_at.value_or(kNowhere))
      .u32(static_cast<std::uint32_t>(payload.size()))
      .raw(payload);
  return optional_bytes(writer, record).take();
}

Result<StoredEntry> read_entry(ByteView value) {
  FixedReader reader(value);
  const ByteView leaf = reader.raw(JournalLeaf::kSize);
  const std::uint64_t record_at = reader.u64();
  const std::size_t payload_size = reader.u32();
  const ByteView payload = reader.raw(payload_size);
  const std::uint8_t has_record = reader.u8();
  if (!reader.ok() || has_record > 1) return malformed("j");
  const ByteView record = value.substr(JournalLeaf::kSize + 8 + 4 + payload_size + 1);
  if (has_record == 0 && !record.empty()) return malformed("j");
  QILIAN_TRY(const JournalLeaf decoded, JournalLeaf::decode(leaf));
  StoredEntry out;
  out.leaf = decoded;
  out.payload = Bytes(payload);
  if (has_record == 1) out.record = Bytes(record);
  out.record_at = place(record_at);
  return out;
}

Bytes node_key(const Key& key, unsigned level, std::uint64_t index) {
  return journal_prefix(kNode, key) + FixedWriter{}.u8(static_cast<std::uint8_t>(level)).u64(index).take();
}

Bytes writes_key(Height height) { return FixedWriter{}.u8('w').u64(height.value()).take(); }

Bytes writes_value(const std::vector<MapWrite>& writes) {
  FixedWriter writer;
  for (const MapWrite& write : writes)
    writer.raw(write.key_hash.view()).raw(write.before.view()).raw(write.after.view());
  return writer.take();
}

Result<std::vector<MapWrite>> read_writes(ByteView value) {
  if (value.size() % (3 * Digest::kSize) != 0) return malformed("w");
  std::vector<MapWrite> out(value.size() / (3 * Digest::kSize));
  FixedReader reader(value);
  for (MapWrite& write : out) {
    write.key_hash = *Digest::from(reader.raw(Digest::kSize));
    write.before = *Digest::from(reader.raw(Digest::kSize));
    write.after = *Digest::from(reader.raw(Digest::kSize));
  }
  return out;
}

}  // namespace qilian::ledger::store::rows
