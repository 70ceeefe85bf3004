#include "contracts/negative_list/impact.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <algorithm>
#include <map>

#include "ledger/core/canonical.h"

namespace qilian::contracts::negative_list {
namespace {

bool in_force(const pb::NegativeEntry& entry, ledger::TimeMs now) {
  return entry.from() <= now.value() && (entry.to() == 0 || now.value() < entry.to()) &&
         (entry.lapses_at() == 0 || now.value() < entry.lapses_at());
}

/// Does `wide` stand on every operation of `narrow`?
bool covers(const pb::NegativeEntry& wide, const pb::NegativeEntry& narrow) {
  return std::ranges::all_of(narrow.operations(),
                             [&](int operation) { return std::ranges::count(wide.operations(), operation) != 0; });
}

/// What the entries in force stop already of what `entry` would stop. A prohibition by several entries together counts
/// only where one of them covers every operation.
std::vector<std::uint8_t> stopped_already(const AssetTable& table, const pb::NegativeList* published,
                                          const pb::NegativeEntry& entry, const std::vector<std::string>& replaced,
                                          ledger::TimeMs now) {
  std::vector<std::uint8_t> out(table.size());
  if (published == nullptr) return out;
  for (const pb::NegativeEntry& standing : published->entries()) {
    const bool counts = in_force(standing, now) && standing.mode() == pb::NegativeEntry::PROHIBIT &&
                        !std::ranges::count(replaced, standing.code()) && covers(standing, entry);
    if (!counts) continue;
    const Truths truths = table.reach(standing);
    for (std::size_t row = 0; row < truths.size(); ++row) out[row] |= truths[row] == Truth::kFalse ? 0 : 1;
  }
  return out;
}

std::map<std::string, const pb::NegativeEntry*> lasting(const pb::NegativeList& list) {
  std::map<std::string, const pb::NegativeEntry*> out;
  for (const pb::NegativeEntry& entry : list.entries()) {
    if (entry.to() == 0) out[entry.code()] = &entry;
  }
  return out;
}

/// Names of fields that differ; a message is compared by its canonical bytes.
std::vector<std::string> differing(const pb::NegativeEntry& a, const pb::NegativeEntry& b) {
  std::vector<std::string> out;
  const google::protobuf::Descriptor* type = pb::NegativeEntry::descriptor();
  for (int i = 0; i < type->field_count(); ++i) {
    const google::protobuf::FieldDescriptor* field = type->field(i);
    pb::NegativeEntry only_a = a;
    pb::NegativeEntry only_b = b;
    for (int j = 0; j < type->field_count(); ++j) {
      if (j == i) continue;
      only_a.GetReflection()->ClearField(&only_a, type->field(j));
      only_b.GetReflection()->ClearField(&only_b, type->field(j));
    }
    if (ledger::encode(only_a) != ledger::encode(only_b)) out.emplace_back(field->name());
  }
  return out;
}

}  // namespace

std::vector<EntryImpact> impact(const AssetTable& table,
                                const google::protobuf::RepeatedPtrField<pb::NegativeEntry>& draft,
                                const pb::NegativeList* published, ledger::TimeMs now) {
  std::vector<std::string> replaced;
  for (const pb::NegativeEntry& entry : draft) replaced.push_back(entry.code());
  std::vector<EntryImpact> out;
  for (const pb::NegativeEntry& entry : draft) {
    EntryImpact found;
    found.code = entry.code();
    const Truths truths = table.reach(entry);
    const std::vector<std::uint8_t> already = stopped_already(table, published, entry, replaced, now);
    for (std::size_t row = 0; row < truths.size(); ++row) {
      if (truths[row] == Truth::kFalse || !table.live(row)) continue;
      ++(truths[row] == Truth::kTrue ? found.matched : found.uncertain);
      found.listings += table.open(row).listings;
      found.trades += table.open(row).trades;
      if (already[row]) continue;
      ++found.added;
      if (found.examples.size() < kMaxExamples) found.examples.push_back(table.version(row));
    }
    out.push_back(std::move(found));
  }
  return out;
}

std::vector<EntryChange> differences(const pb::NegativeList& before, const pb::NegativeList& after) {
  const auto old_entries = lasting(before);
  const auto new_entries = lasting(after);
  std::vector<EntryChange> out;
  for (const auto& [code, entry] : new_entries) {
    const auto old = old_entries.find(code);
    if (old == old_entries.end()) {
      out.push_back({code, EntryChange::Kind::kAdded, {}, nullptr, entry});
    } else if (std::vector<std::string> fields = differing(*old->second, *entry); !fields.empty()) {
      out.push_back({code, EntryChange::Kind::kChanged, std::move(fields), old->second, entry});
    }
  }
  for (const auto& [code, entry] : old_entries) {
    if (!new_entries.contains(code)) out.push_back({code, EntryChange::Kind::kRemoved, {}, entry, nullptr});
  }
  std::ranges::sort(out, {}, &EntryChange::code);
  return out;
}

}  // namespace qilian::contracts::negative_list
