#include "ledger/core/disclosure.h"

#include <algorithm>

#include "ledger/core/canonical.h"
#include "ledger/core/disclosure.pb.h"
#include "ledger/core/hash.h"
#include "ledger/core/merkle_list.h"

namespace qilian::ledger {
namespace {

constexpr ByteView kTag = "\x14qilian/disclosure/v1";
constexpr char kSaltedSha256 = '\x81';
constexpr std::size_t kMaxNameBytes = 256;

bool is_hidden(const pb::DisclosureField& field) { return !field.leaf().empty(); }

Digest leaf_of(const pb::DisclosureField& field) {
  if (is_hidden(field)) return Digest::from(field.leaf()).value_or(Digest());
  return list_leaf_hash(FixedWriter()
                            .raw(field.salt())
                            .u16(static_cast<std::uint16_t>(field.name().size()))
                            .raw(field.name())
                            .raw(field.value())
                            .take());
}

Result<void> check_field(const pb::DisclosureField& field) {
  if (is_hidden(field)) {
    const bool alone = field.salt().empty() && field.name().empty() && field.value().empty();
    if (!alone || field.leaf().size() != Digest::kSize) {
      return fail("disclosure.leaf", "a hidden field is its leaf of 32 bytes and nothing else");
    }
    return {};
  }
  if (field.salt().size() != kDisclosureSaltBytes) return fail("disclosure.salt", "a salt has 32 bytes");
  if (field.name().empty() || field.name().size() > kMaxNameBytes) {
    return fail("disclosure.fields", "a field's name has 1 to 256 bytes");
  }
  return {};
}

Result<pb::Disclosure> decode(ByteView bytes) {
  if (bytes.size() > kMaxDisclosureBytes) return fail("disclosure.size", "a document has at most 1 MiB");
  pb::Disclosure out;
  QILIAN_TRY_VOID(decode_canonical(bytes, out));
  if (out.fields().empty() || static_cast<std::size_t>(out.fields_size()) > kMaxDisclosureFields) {
    return fail("disclosure.fields", "a document has 1 to 256 fields");
  }
  const std::string* last = nullptr;
  for (const pb::DisclosureField& field : out.fields()) {
    QILIAN_TRY_VOID(check_field(field));
    if (is_hidden(field)) continue;
    if (last != nullptr && !(*last < field.name())) {
      return fail("disclosure.order", "the names are not ascending and distinct");
    }
    last = &field.name();
  }
  return out;
}

Bytes commitment_of(const pb::Disclosure& document) {
  std::vector<Digest> leaves;
  for (const pb::DisclosureField& field : document.fields()) leaves.push_back(leaf_of(field));
  const Bytes count = FixedWriter().u16(static_cast<std::uint16_t>(leaves.size())).take();
  return kSaltedSha256 + Bytes(sha256({kTag, count, list_root(leaves).view()}).view());
}

/// Hides what `hide` says of each shown field's name; each of `names` must be shown.
template <typename Hide>
Result<Bytes> hide_fields(ByteView bytes, const std::set<std::string>& names, Hide hide) {
  QILIAN_TRY(pb::Disclosure document, decode(bytes));
  std::size_t found = 0;
  for (pb::DisclosureField& field : *document.mutable_fields()) {
    if (is_hidden(field)) continue;
    found += names.contains(field.name()) ? 1 : 0;
    if (!hide(field.name())) continue;
    const Digest leaf = leaf_of(field);
    field.Clear();
    field.set_leaf(leaf.str());
  }
  if (found != names.size()) return fail("disclosure.name", "the document shows no field of one of these names");
  return encode(document);
}

}  // namespace

Result<Bytes> seal_document(std::span<const DisclosedField> fields, std::span<const Bytes> salts) {
  if (salts.size() != fields.size()) return fail("disclosure.salt", "one salt for each field is needed");
  pb::Disclosure document;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    pb::DisclosureField& added = *document.add_fields();
    added.set_salt(salts[i]);
    added.set_name(fields[i].name);
    added.set_value(fields[i].value);
  }
  std::sort(document.mutable_fields()->begin(), document.mutable_fields()->end(),
            [](const auto& a, const auto& b) { return a.name() < b.name(); });
  const Bytes bytes = encode(document);
  QILIAN_TRY([[maybe_unused]] const pb::Disclosure checked, decode(bytes));
  return bytes;
}

Result<Disclosed> read_disclosure(ByteView bytes) {
  QILIAN_TRY(const pb::Disclosure document, decode(bytes));
  Disclosed out;
  out.commitment = commitment_of(document);
  for (const pb::DisclosureField& field : document.fields()) {
    if (is_hidden(field)) {
      ++out.hidden;
    } else {
      out.shown.push_back({field.name(), field.value()});
    }
  }
  return out;
}

Result<Bytes> show_only(ByteView bytes, const std::set<std::string>& names) {
  return hide_fields(bytes, names, [&](const std::string& name) { return !names.contains(name); });
}

Result<Bytes> erase_fields(ByteView bytes, const std::set<std::string>& names) {
  return hide_fields(bytes, names, [&](const std::string& name) { return names.contains(name); });
}

}  // namespace qilian::ledger
