#include "node/offline/audit_checkpoint.h"

#include <fstream>
#include <sstream>

#include "ledger/core/hash.h"

namespace qilian::node {

using namespace ledger;
namespace fs = std::filesystem;

namespace {

constexpr ByteView kMagic = "QLAUDIT1";

FixedWriter& sized(FixedWriter& out, ByteView bytes) {
  return out.u32(static_cast<std::uint32_t>(bytes.size())).raw(bytes);
}

std::unexpected<Error> unusable(const fs::path& file, std::string_view what) {
  return fail("audit.checkpoint",
              file.string() + ": " + std::string(what) + ". Remove it, or pass --fresh, to audit from the beginning");
}

/// An object's line, or nothing where it is malformed.
std::optional<std::pair<Key, ReplayedState::Object>> read_object(FixedReader& in) {
  Key key;
  key.kind = in.u16();
  key.id = std::string(in.raw(in.u32()));
  const ByteView edge = in.raw(in.u32());
  const std::uint8_t has_record = in.u8();
  const ByteView record = in.raw(in.u32());
  auto journal = Frontier::decode(edge);
  if (!in.ok() || has_record > 1 || !journal) return std::nullopt;
  ReplayedState::Object object;
  object.state.journal = *std::move(journal);
  if (has_record == 1) {
    object.record = Bytes(record);
    object.state.record_hash = hash(Domain::kRecord, {record});
  }
  return std::pair(std::move(key), std::move(object));
}

}  // namespace

Digest chain_frame(const Digest& before, std::uint8_t type, ByteView payload) {
  return sha256({before.view(), FixedWriter{}.u8(type).take(), payload});
}

Result<void> AuditCheckpoint::save(const fs::path& file) const {
  FixedWriter out;
  out.raw(kMagic).raw(genesis.view()).u64(frames).raw(prefix.view()).raw(last.encode());
  out.u64(transactions).u64(certificates).u64(objects.size());
  for (const auto& [key, object] : objects) {
    out.u16(key.kind);
    sized(out, key.id);
    sized(out, object.state.journal.encode());
    out.u8(object.record ? 1 : 0);
    sized(out, object.record ? ByteView(*object.record) : ByteView());
  }
  const Bytes bytes = out.take();
  const fs::path fresh = file.string() + ".new";
  {
    std::ofstream stream(fresh, std::ios::binary | std::ios::trunc);
    stream << bytes << sha256({bytes}).view();
    if (!stream.flush()) return fail("audit.checkpoint", "cannot write " + fresh.string());
  }
  std::error_code error;
  fs::rename(fresh, file, error);
  if (error) return fail("audit.checkpoint", "cannot rename " + fresh.string() + ": " + error.message());
  return {};
}

Result<AuditCheckpoint> AuditCheckpoint::load(const fs::path& file, const GenesisHash& genesis) {
  std::ifstream stream(file, std::ios::binary);
  std::ostringstream all;
  all << stream.rdbuf();
  const Bytes bytes = std::move(all).str();
  if (!stream || bytes.size() < Digest::kSize) return unusable(file, "it cannot be read");
  const ByteView body = ByteView(bytes).substr(0, bytes.size() - Digest::kSize);
  if (sha256({body}).view() != ByteView(bytes).substr(body.size())) return unusable(file, "it is damaged");

  FixedReader in(body);
  AuditCheckpoint out;
  const bool magic = in.raw(kMagic.size()) == kMagic;
  const auto chain = GenesisHash::from(in.raw(GenesisHash::kSize));
  out.frames = in.u64();
  const auto prefix = Digest::from(in.raw(Digest::kSize));
  const auto last = Header::decode(in.raw(Header::kSize));
  out.transactions = in.u64();
  out.certificates = in.u64();
  const std::uint64_t count = in.u64();
  if (!magic || !chain || !prefix || !last || !in.ok()) return unusable(file, "it is of another version");
  if (*chain != genesis) return unusable(file, "it belongs to another network");
  out.genesis = *chain;
  out.prefix = *prefix;
  out.last = *last;
  for (std::uint64_t i = 0; i < count; ++i) {
    auto object = read_object(in);
    if (!object) return unusable(file, "it is malformed");
    out.objects.insert(*std::move(object));
  }
  if (!in.finished()) return unusable(file, "it is malformed");
  return out;
}

}  // namespace qilian::node
