#include "ledger/core/export_note.h"

#include <algorithm>

#include "ledger/core/hash.h"

namespace qilian::ledger {
namespace {

constexpr std::string_view kSignatureType = "\xffqilian/checkpoint/v1";

std::string base64(ByteView bytes) {
  constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    const std::size_t size = std::min<std::size_t>(3, bytes.size() - at);
    std::uint32_t word = 0;
    for (std::size_t i = 0; i < 3; ++i) word = word << 8 | (i < size ? static_cast<unsigned char>(bytes[at + i]) : 0u);
    for (std::size_t i = 0; i < 4; ++i) out.push_back(i <= size ? kDigits[word >> (18 - 6 * i) & 63] : '=');
  }
  return out;
}

/// An id or a name without spaces, plus signs, line ends or anything else that has a meaning in a note.
std::string percent_encoded(std::string_view text) {
  constexpr std::string_view kPlain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~:";
  std::string out;
  for (const char c : text) {
    if (kPlain.find(c) != std::string_view::npos) {
      out.push_back(c);
    } else {
      out += "%" + to_hex({&c, 1});
    }
  }
  return out;
}

std::string origin(const ListProof& proof, const FactProofs& proofs) {
  std::string out = "qilian.ledger/" + proofs.fact.header.genesis.hex() + "/" + std::string(name_of(proof.list));
  if (proof.list == ListProof::List::kTransactions) out += "/" + std::to_string(proofs.fact.header.height.value());
  if (proof.list == ListProof::List::kJournal) {
    out += "/" + std::to_string(proofs.map->key.kind) + "/" + percent_encoded(proofs.map->key.id);
  }
  return out;
}

std::string checkpoint_text(const ListProof& proof, const FactProofs& proofs) {
  std::string out = origin(proof, proofs) + "\n" + std::to_string(proof.size) + "\n" + base64(proof.root.view()) +
                    "\ncertified " + base64(proofs.certified) + "\n";
  if (proofs.header != proofs.certified) out += "header " + base64(proofs.header) + "\n";
  if (proof.list == ListProof::List::kJournal) {
    Bytes map = *proofs.map->value;
    for (const Digest& sibling : proofs.map->proof.siblings) map += sibling.view();
    out += "map " + base64(map) + "\n";
  }
  return out;
}

std::string signature_line(const SignedBy& by) {
  const std::string name = "qilian.ledger/" + percent_encoded(by.validator.organisation);
  const Digest id = sha256({name, "\n", kSignatureType, by.validator.consensus_key.view()});
  return "\u2014 " + name + " " + base64(Bytes(id.view().substr(0, 4)) + Bytes(by.signature.view())) + "\n";
}

}  // namespace

Result<std::string> export_note(ByteView certificate, const Genesis& pinned) {
  QILIAN_TRY(const FactProofs proofs, take_apart(certificate, pinned));
  if (proofs.lists.empty()) {
    return fail("export.note", "an absence rests on the map alone, for which C2SP has no format: use cose or json");
  }
  std::string out;
  for (const ListProof& proof : proofs.lists) {
    out += "c2sp.org/tlog-proof@v1\nextra " + base64(proof.entry) + "\nindex " + std::to_string(proof.index) + "\n";
    for (const Digest& node : proof.path) out += base64(node.view()) + "\n";
    out += "\n" + checkpoint_text(proof, proofs) + "\n";
    for (const SignedBy& by : proofs.signatures) out += signature_line(by);
  }
  return out;
}

}  // namespace qilian::ledger
