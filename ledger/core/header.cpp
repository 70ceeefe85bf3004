#include "ledger/core/header.h"

#include "ledger/core/hash.h"

namespace qilian::ledger {
namespace {

template <class Hash>
Hash read_hash(FixedReader& reader) {
  return Hash::from(reader.raw(Hash::kSize)).value_or(Hash{});
}

}  // namespace

Bytes Header::encode() const {
  return FixedWriter()
      .u32(logic_version)
      .raw(genesis.view())
      .u64(height.value())
      .raw(parent.view())
      .i64(time.value())
      .u32(proposer.value())
      .u64(epoch.value())
      .u32(transaction_count)
      .raw(transactions_root.view())
      .raw(history_root.view())
      .raw(state_root.view())
      .raw(validators_hash.view())
      .raw(next_validators_hash.view())
      .raw(rules_hash.view())
      .take();
}

Result<Header> Header::decode(ByteView bytes) {
  if (bytes.size() != kSize) {
    return fail("header.size", "a header has 292 bytes, this one has " + std::to_string(bytes.size()));
  }
  FixedReader reader(bytes);
  Header out;
  out.logic_version = reader.u32();
  out.genesis = read_hash<GenesisHash>(reader);
  out.height = Height(reader.u64());
  out.parent = read_hash<HeaderHash>(reader);
  out.time = TimeMs(reader.i64());
  out.proposer = ReplicaId(reader.u32());
  out.epoch = Epoch(reader.u64());
  out.transaction_count = reader.u32();
  out.transactions_root = read_hash<Digest>(reader);
  out.history_root = read_hash<Digest>(reader);
  out.state_root = read_hash<Digest>(reader);
  out.validators_hash = read_hash<Digest>(reader);
  out.next_validators_hash = read_hash<Digest>(reader);
  out.rules_hash = read_hash<Digest>(reader);
  QILIAN_CHECK(reader.finished());
  return out;
}

HeaderHash Header::hash() const { return HeaderHash::of(ledger::hash(Domain::kHeader, {encode()})); }

}  // namespace qilian::ledger
