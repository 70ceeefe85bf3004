#include "consensus/types.h"

#include "ledger/core/hash.h"

namespace qilian::consensus {

using ledger::fail;
using ledger::FixedReader;
using ledger::FixedWriter;

Bytes Proposal::encode() const {
  FixedWriter writer;
  writer.raw(chain.view())
      .u64(epoch.value())
      .u64(sequence.value())
      .u32(proposer.value())
      .i64(time.value())
      .u32(static_cast<std::uint32_t>(envelopes.size()));
  for (const EnvelopeDigest& envelope : envelopes) writer.raw(envelope.view());
  return writer.take();
}

Result<Proposal> Proposal::decode(ByteView bytes) {
  FixedReader reader(bytes);
  Proposal out;
  const auto chain = GenesisHash::from(reader.raw(GenesisHash::kSize));
  out.epoch = Epoch(reader.u64());
  out.sequence = Sequence(reader.u64());
  out.proposer = ReplicaId(reader.u32());
  out.time = TimeMs(reader.i64());
  const std::uint32_t count = reader.u32();
  if (!reader.ok() || !chain || count > kMaxBatch)
    return fail("proposal.malformed", "truncated, or too many envelopes");
  out.chain = *chain;
  out.envelopes.reserve(count);
  for (std::uint32_t i = 0; i < count; ++i) {
    const auto envelope = EnvelopeDigest::from(reader.raw(EnvelopeDigest::kSize));
    if (!envelope) return fail("proposal.malformed", "truncated list of envelopes");
    out.envelopes.push_back(*envelope);
  }
  if (!reader.finished()) return fail("proposal.malformed", "bytes after the end");
  return out;
}

ProposalDigest Proposal::digest() const {
  return ProposalDigest::of(ledger::hash(ledger::Domain::kProposal, {encode()}));
}

ReplicaId primary_of(Epoch epoch, View view, std::size_t n) {
  // Reduced before the addition, so that no view or epoch can wrap around.
  return ReplicaId(static_cast<std::uint32_t>((epoch.value() % n + view.value() % n) % n));
}

Bytes make_bitmap(std::size_t n) { return Bytes((n + 7) / 8, '\0'); }

void set_bit(Bytes& bitmap, ReplicaId replica) {
  const std::size_t byte = replica.value() / 8;
  QILIAN_CHECK(byte < bitmap.size());
  bitmap[byte] = static_cast<char>(static_cast<unsigned char>(bitmap[byte]) | (1U << (replica.value() % 8)));
}

bool has_bit(ByteView bitmap, ReplicaId replica) {
  const std::size_t byte = replica.value() / 8;
  return byte < bitmap.size() && (static_cast<unsigned char>(bitmap[byte]) >> (replica.value() % 8) & 1U) != 0;
}

std::optional<std::vector<ReplicaId>> bitmap_members(ByteView bitmap, std::size_t n) {
  if (bitmap.size() != (n + 7) / 8) return std::nullopt;
  std::vector<ReplicaId> members;
  for (std::uint32_t i = 0; i < bitmap.size() * 8; ++i) {
    if (!has_bit(bitmap, ReplicaId(i))) continue;
    if (i >= n) return std::nullopt;
    members.push_back(ReplicaId(i));
  }
  return members;
}

}  // namespace qilian::consensus
