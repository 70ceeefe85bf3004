#include "consensus/messages.h"

#include "consensus/fields.h"
#include "ledger/core/block_certificate.h"
#include "ledger/core/hash.h"

namespace qilian::consensus {

using ledger::fail;
using ledger::FixedReader;
using ledger::FixedWriter;

namespace {

/// Hash of a VIEW-CHANGE's or NEW-VIEW's content; the type keeps one from ever passing for the other.
Digest content_digest(MessageType type, ByteView content) {
  const char byte = static_cast<char>(type);
  return ledger::hash(ledger::Domain::kConsensusSignature, {ByteView(&byte, 1), content});
}

template <class... Ts>
struct Overloaded : Ts... {
  using Ts::operator()...;
};

}  // namespace

Bytes signing_payload(const GenesisHash& genesis, const SignedHeader& header) {
  if (header.type == MessageType::kCheckpoint) {
    return ledger::checkpoint_payload(genesis, header.epoch, header.sequence, HeaderHash::of(header.digest));
  }
  FixedWriter writer;
  writer.raw(ledger::domain_prefix(ledger::Domain::kConsensusSignature)).raw(genesis.view()).u64(header.epoch.value());
  writer.u8(static_cast<std::uint8_t>(header.type)).u64(header.view.value()).u64(header.sequence.value());
  writer.raw(header.digest.view());
  return writer.take();
}

void ViewChange::seal() {
  FixedWriter writer;
  writer.u64(epoch.value()).u64(view.value());
  write(writer, stable);
  writer.u16(static_cast<std::uint16_t>(prepared.size()));
  for (const PreparedCertificate& certificate : prepared) write(writer, certificate);
  content = writer.take();
  digest = content_digest(MessageType::kViewChange, content);
}

Result<ViewChange> ViewChange::decode(ByteView content, ReplicaId sender, const Signature& signature) {
  FixedReader reader(content);
  ViewChange out;
  out.epoch = Epoch(reader.u64());
  out.view = View(reader.u64());
  if (!read(reader, out.stable)) return fail("view_change.malformed", "the stable checkpoint is cut or too large");
  const std::size_t count = reader.u16();
  if (!reader.ok() || count > kMaxWindow) return fail("view_change.malformed", "more prepared slots than any window");
  for (std::size_t i = 0; i < count; ++i) {
    PreparedCertificate certificate;
    if (!read(reader, certificate)) return fail("view_change.malformed", "a prepared certificate is cut or too large");
    out.prepared.push_back(std::move(certificate));
  }
  if (!reader.finished()) return fail("view_change.malformed", "bytes after the end");
  out.sender = sender;
  out.signature = signature;
  out.content = Bytes(content);
  out.digest = content_digest(MessageType::kViewChange, content);
  return out;
}

void NewView::seal() {
  FixedWriter writer;
  writer.u64(epoch.value()).u64(view.value()).u64(min_s.value());
  writer.u16(static_cast<std::uint16_t>(view_changes.size()));
  for (const Choice& choice : view_changes) writer.u32(choice.sender.value()).raw(choice.digest.view());
  writer.u16(static_cast<std::uint16_t>(slots.size()));
  for (const Slot& slot : slots) writer.raw(slot.digest.view()).raw(slot.pre_prepare.view());
  content = writer.take();
  digest = content_digest(MessageType::kNewView, content);
}

Result<NewView> NewView::decode(ByteView content, ReplicaId sender, const Signature& signature) {
  FixedReader reader(content);
  NewView out;
  out.epoch = Epoch(reader.u64());
  out.view = View(reader.u64());
  out.min_s = Sequence(reader.u64());
  const std::size_t choices = reader.u16();
  if (!reader.ok() || choices > ledger::kMaxValidators)
    return fail("new_view.malformed", "more view changes than validators");
  for (std::size_t i = 0; i < choices; ++i) {
    Choice choice;
    choice.sender = ReplicaId(reader.u32());
    if (!read_fixed(reader, choice.digest)) return fail("new_view.malformed", "cut in the list of view changes");
    out.view_changes.push_back(choice);
  }
  const std::size_t count = reader.u16();
  if (!reader.ok() || count > kMaxWindow) return fail("new_view.malformed", "more slots than any window");
  for (std::size_t i = 0; i < count; ++i) {
    Slot slot;
    if (!read_fixed(reader, slot.digest) || !read_fixed(reader, slot.pre_prepare)) {
      return fail("new_view.malformed", "cut in the list of slots");
    }
    out.slots.push_back(slot);
  }
  if (!reader.finished()) return fail("new_view.malformed", "bytes after the end");
  out.sender = sender;
  out.signature = signature;
  out.content = Bytes(content);
  out.digest = content_digest(MessageType::kNewView, content);
  return out;
}

std::optional<SignedHeader> signed_header(const Message& message) {
  const auto vote = [](MessageType type, const auto& m) {
    return SignedHeader{type, m.epoch, m.view, m.sequence, Digest::of(m.digest), m.sender, m.signature};
  };
  return std::visit(Overloaded{
                        [&](const PrePrepare& m) { return std::optional(vote(MessageType::kPrePrepare, m)); },
                        [&](const Prepare& m) { return std::optional(vote(MessageType::kPrepare, m)); },
                        [&](const Commit& m) { return std::optional(vote(MessageType::kCommit, m)); },
                        [](const Checkpoint& m) {
                          return std::optional(SignedHeader{MessageType::kCheckpoint, m.epoch, View(0), m.height,
                                                            Digest::of(m.header), m.sender, m.signature});
                        },
                        [](const ViewChange& m) {
                          return std::optional(SignedHeader{MessageType::kViewChange, m.epoch, m.view, m.stable.height,
                                                            m.digest, m.sender, m.signature});
                        },
                        [](const NewView& m) {
                          return std::optional(SignedHeader{MessageType::kNewView, m.epoch, m.view, m.min_s, m.digest,
                                                            m.sender, m.signature});
                        },
                        [](const auto&) { return std::optional<SignedHeader>(); },
                    },
                    message);
}

ReplicaId sender_of(const Message& message) {
  return std::visit([](const auto& m) { return m.sender; }, message);
}

std::string_view name_of(const Message& message) {
  static constexpr std::string_view kNames[] = {
      "PRE-PREPARE", "PREPARE", "COMMIT",          "CHECKPOINT", "VIEW-CHANGE",        "NEW-VIEW",
      "STATUS",      "FORWARD", "FETCH-PROPOSALS", "PROPOSALS",  "FETCH-VIEW-CHANGES", "CHECKPOINT-PROOF"};
  static_assert(std::size(kNames) == std::variant_size_v<Message>);
  return kNames[message.index()];
}

}  // namespace qilian::consensus
