#include "consensus/log_record.h"

#include "consensus/fields.h"

namespace qilian::consensus {

using ledger::fail;
using ledger::FixedReader;
using ledger::FixedWriter;

namespace {

constexpr std::size_t kMaxProposalBytes = 128 + kMaxBatch * EnvelopeDigest::kSize;
constexpr std::size_t kMaxContentBytes = 4 * 1024 * 1024;

void write_sized(FixedWriter& writer, ByteView bytes) {
  writer.u32(static_cast<std::uint32_t>(bytes.size())).raw(bytes);
}

bool read_sized(FixedReader& reader, std::size_t limit, ByteView& bytes) {
  const std::size_t size = reader.u32();
  if (size > limit) return false;
  bytes = reader.raw(size);
  return reader.ok();
}

void write_view_change(FixedWriter& writer, const ViewChange& message) {
  writer.u32(message.sender.value()).raw(message.signature.view());
  write_sized(writer, message.content);
}

bool read_view_change(FixedReader& reader, ViewChange& message) {
  const ReplicaId sender(reader.u32());
  Signature signature;
  ByteView content;
  if (!read_fixed(reader, signature) || !read_sized(reader, kMaxContentBytes, content)) return false;
  auto decoded = ViewChange::decode(content, sender, signature);
  if (!decoded) return false;
  message = *std::move(decoded);
  return true;
}

struct Writer {
  FixedWriter& out;
  void operator()(const StartRecord& record) const { out.raw(record.genesis.view()).raw(record.key.view()); }
  void operator()(const ProposalRecord& record) const { out.raw(record.proposal.encode()); }
  void operator()(const EnvelopeRecord& record) const { out.raw(record.envelope); }
  void operator()(const VoteRecord& record) const {
    write(out, record.vote);
    out.u8(record.prepared ? 1 : 0);
    if (record.prepared) write(out, *record.prepared);
  }
  void operator()(const ViewChangeRecord& record) const { write_view_change(out, record.message); }
  void operator()(const NewViewRecord& record) const {
    out.u32(record.message.sender.value()).raw(record.message.signature.view());
    write_sized(out, record.message.content);
    out.u16(static_cast<std::uint16_t>(record.view_changes.size()));
    for (const ViewChange& message : record.view_changes) write_view_change(out, message);
  }
  void operator()(const EpochRecord& record) const { out.u64(record.epoch.value()).u64(record.boundary.value()); }
  void operator()(const StableRecord& record) const { write(out, record.certificate); }
};

bool read_record(FixedReader& reader, StartRecord& record) {
  return read_fixed(reader, record.genesis) && read_fixed(reader, record.key);
}

bool read_record(FixedReader& reader, VoteRecord& record) {
  if (!read(reader, record.vote)) return false;
  const std::uint8_t has_certificate = reader.u8();
  if (has_certificate > 1 || (has_certificate == 1) != (record.vote.type == MessageType::kCommit)) return false;
  if (has_certificate == 0) return true;
  record.prepared.emplace();
  return read(reader, *record.prepared);
}

bool read_record(FixedReader& reader, ViewChangeRecord& record) { return read_view_change(reader, record.message); }

bool read_record(FixedReader& reader, NewViewRecord& record) {
  const ReplicaId sender(reader.u32());
  Signature signature;
  ByteView content;
  if (!read_fixed(reader, signature) || !read_sized(reader, kMaxContentBytes, content)) return false;
  auto message = NewView::decode(content, sender, signature);
  if (!message) return false;
  record.message = *std::move(message);
  const std::size_t count = reader.u16();
  if (count > ledger::kMaxValidators) return false;
  for (std::size_t i = 0; i < count; ++i) {
    ViewChange view_change;
    if (!read_view_change(reader, view_change)) return false;
    record.view_changes.push_back(std::move(view_change));
  }
  return true;
}

bool read_record(FixedReader& reader, EpochRecord& record) {
  record.epoch = Epoch(reader.u64());
  record.boundary = Height(reader.u64());
  return reader.ok();
}

bool read_record(FixedReader& reader, StableRecord& record) { return read(reader, record.certificate); }

template <class T>
Result<LogRecord> decode_as(FixedReader reader) {
  T record;
  if (!read_record(reader, record) || !reader.finished())
    return fail("log.record", "a record's fields do not fit its length");
  return record;
}

}  // namespace

Bytes encode_record(const LogRecord& record) {
  FixedWriter writer;
  writer.u8(static_cast<std::uint8_t>(record.index() + 1));
  std::visit(Writer{writer}, record);
  return writer.take();
}

Result<LogRecord> decode_record(ByteView bytes) {
  if (bytes.empty()) return fail("log.record", "empty record");
  const ByteView body = bytes.substr(1);
  switch (static_cast<unsigned char>(bytes[0])) {
    case 1:
      return decode_as<StartRecord>(FixedReader(body));
    case 2: {
      if (body.size() > kMaxProposalBytes) return fail("log.record", "a proposal longer than any");
      auto proposal = Proposal::decode(body);
      if (!proposal) return fail("log.record", "a proposal: " + proposal.error().message);
      return ProposalRecord{*std::move(proposal)};
    }
    case 3:
      if (body.size() > ledger::kMaxEnvelopeBytes) return fail("log.record", "an envelope longer than any");
      return EnvelopeRecord{Bytes(body)};
    case 4:
      return decode_as<VoteRecord>(FixedReader(body));
    case 5:
      return decode_as<ViewChangeRecord>(FixedReader(body));
    case 6:
      return decode_as<NewViewRecord>(FixedReader(body));
    case 7:
      return decode_as<EpochRecord>(FixedReader(body));
    case 8:
      return decode_as<StableRecord>(FixedReader(body));
    default:
      return fail("log.record", "a kind that this version does not know");
  }
}

}  // namespace qilian::consensus
