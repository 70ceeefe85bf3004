#include "ledger/core/export_cose.h"

namespace qilian::ledger {
namespace {

constexpr std::uint64_t kVerifiableDataStructure = 395;
constexpr std::uint64_t kVerifiableDataProofs = 396;
constexpr std::uint64_t kRfc9162Sha256 = 1;

/// Deterministic CBOR: shortest heads, definite lengths. Who writes a map writes its keys in order of their encodings.
class CborWriter {
 public:
  CborWriter& unsigned_integer(std::uint64_t value) { return head(0, value); }
  /// -1, -2, ...
  CborWriter& negative(std::int64_t value) { return head(1, static_cast<std::uint64_t>(-(value + 1))); }
  CborWriter& bytes(ByteView value) { return head(2, value.size()).append(value); }
  CborWriter& text(std::string_view value) { return head(3, value.size()).append(value); }
  CborWriter& array(std::size_t size) { return head(4, size); }
  CborWriter& map(std::size_t size) { return head(5, size); }
  CborWriter& null() {
    out_.push_back('\xf6');
    return *this;
  }
  CborWriter& bytes_or_null(const std::optional<Bytes>& value) { return value ? bytes(*value) : null(); }
  Bytes take() { return std::move(out_); }

 private:
  CborWriter& append(ByteView value) {
    out_.append(value);
    return *this;
  }

  CborWriter& head(unsigned major, std::uint64_t value) {
    const auto first = [&](unsigned low) { out_.push_back(static_cast<char>(major << 5 | low)); };
    if (value < 24) {
      first(static_cast<unsigned>(value));
    } else if (value <= 0xff) {
      first(24);
      append(FixedWriter().u8(static_cast<std::uint8_t>(value)).take());
    } else if (value <= 0xffff) {
      first(25);
      append(FixedWriter().u16(static_cast<std::uint16_t>(value)).take());
    } else if (value <= 0xffff'ffff) {
      first(26);
      append(FixedWriter().u32(static_cast<std::uint32_t>(value)).take());
    } else {
      first(27);
      append(FixedWriter().u64(value).take());
    }
    return *this;
  }

  Bytes out_;
};

void write_path(const std::vector<Digest>& path, CborWriter& out) {
  out.array(path.size());
  for (const Digest& node : path) out.bytes(node.view());
}

void write_proof(const ListProof& proof, CborWriter& out) {
  CborWriter inclusion;
  inclusion.array(3).unsigned_integer(proof.size).unsigned_integer(proof.index);
  write_path(proof.path, inclusion);
  out.array(3).text(name_of(proof.list));
  out.map(2).unsigned_integer(kVerifiableDataStructure).unsigned_integer(kRfc9162Sha256);
  out.unsigned_integer(kVerifiableDataProofs).map(1).negative(-1).array(1).bytes(inclusion.take());
  out.bytes(proof.entry);
}

void write_map(const std::optional<MapEvidence>& map, CborWriter& out) {
  if (!map) {
    out.null();
    return;
  }
  out.map(6).text("id").text(map->key.id);
  out.text("key").bytes(map_key(map->key).view());
  out.text("kind").unsigned_integer(map->key.kind);
  out.text("leaf");
  if (map->proof.leaf) {
    out.array(2).bytes(map->proof.leaf->key_hash.view()).bytes(map->proof.leaf->value_hash.view());
  } else {
    out.null();
  }
  out.text("value").bytes_or_null(map->value);
  out.text("siblings");
  write_path(map->proof.siblings, out);
}

void write_shown(const VerifiedFact& fact, CborWriter& out) {
  if (const auto* made = std::get_if<VerifiedTransaction>(&fact.fact)) {
    out.map(2).text("receipt").bytes(made->receipt).text("envelope").bytes(made->transaction.envelope());
    return;
  }
  const auto& state = std::get<VerifiedState>(fact.fact);
  out.map(2).text("before").bytes_or_null(state.record_before);
  out.text("entries").array(state.entries.size());
  for (const VerifiedEntry& entry : state.entries) {
    out.map(3).text("index").unsigned_integer(entry.index);
    out.text("record").bytes_or_null(entry.record).text("payload").bytes(entry.payload);
  }
}

}  // namespace

Result<Bytes> export_cose(ByteView certificate, const Genesis& pinned) {
  QILIAN_TRY(const FactProofs proofs, take_apart(certificate, pinned));
  CborWriter out;
  out.map(9).text("map");
  write_map(proofs.map, out);
  out.text("chain").bytes(pinned.hash.view());
  out.text("shown");
  write_shown(proofs.fact, out);
  out.text("header").bytes(proofs.header);
  out.text("proofs").array(proofs.lists.size());
  for (const ListProof& proof : proofs.lists) write_proof(proof, out);
  out.text("profile").text("qilian-fact/1");
  out.text("certified").bytes(proofs.certified);
  out.text("checkpoint").bytes(proofs.checkpoint);
  out.text("signatures").array(proofs.signatures.size());
  for (const auto& [validator, signature] : proofs.signatures) {
    out.array(3).bytes(validator.organisation).bytes(validator.consensus_key.view()).bytes(signature.view());
  }
  return out.take();
}

}  // namespace qilian::ledger
