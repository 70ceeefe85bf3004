#include "ledger/core/state.h"

#include "ledger/core/hash.h"

namespace qilian::ledger {
namespace {

Digest read_digest(FixedReader& reader) { return Digest::from(reader.raw(Digest::kSize)).value_or(Digest{}); }

}  // namespace

Digest map_key(const Key& key) { return hash(Domain::kMapKey, {FixedWriter().u16(key.kind).take(), key.id}); }

Bytes JournalLeaf::encode() const {
  return FixedWriter()
      .u64(height.value())
      .i64(time.value())
      .u32(transaction_index)
      .u32(event_index)
      .u16(kind)
      .raw(payload_hash.view())
      .raw(record_hash.view())
      .take();
}

Result<JournalLeaf> JournalLeaf::decode(ByteView bytes) {
  if (bytes.size() != kSize) return fail("leaf.size", "a journal leaf has 90 bytes");
  FixedReader reader(bytes);
  JournalLeaf out;
  out.height = Height(reader.u64());
  out.time = TimeMs(reader.i64());
  out.transaction_index = reader.u32();
  out.event_index = reader.u32();
  out.kind = reader.u16();
  out.payload_hash = read_digest(reader);
  out.record_hash = read_digest(reader);
  return out;
}

Bytes MapValue::encode() const {
  return FixedWriter().u16(kind).u64(count).raw(journal_root.view()).raw(record_hash.view()).take();
}

Result<MapValue> MapValue::decode(ByteView bytes) {
  if (bytes.size() != kSize) return fail("value.size", "a map value has 74 bytes");
  FixedReader reader(bytes);
  MapValue out;
  out.kind = reader.u16();
  out.count = reader.u64();
  out.journal_root = read_digest(reader);
  out.record_hash = read_digest(reader);
  return out;
}

Digest MapValue::hash() const { return ledger::hash(Domain::kMapValue, {encode()}); }

}  // namespace qilian::ledger
