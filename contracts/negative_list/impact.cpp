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

/// Does a standing entry stop every operation that the draft's entry stops?
bool covers(const Standing::Entry& standing, const pb::NegativeEntry& entry) {
  return std::ranges::all_of(entry.operations(), [&](int one) { return standing.operations.contains(one); });
}

constexpr std::size_t kBits = 64;

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

Standing::Standing(const AssetTable& table, const pb::NegativeList& list, ledger::TimeMs now) {
  for (const pb::NegativeEntry& entry : list.entries()) {
    if (!in_force(entry, now) || entry.mode() != pb::NegativeEntry::PROHIBIT) continue;
    const Truths truths = table.reach(entry);
    Entry& added = entries_.emplace_back();
    added.code = entry.code();
    added.operations.insert(entry.operations().begin(), entry.operations().end());
    added.stops.resize((truths.size() + kBits - 1) / kBits);
    for (std::size_t at = 0; at < truths.size(); ++at) {
      if (truths[at] != Truth::kFalse) added.stops[at / kBits] |= std::uint64_t{1} << (at % kBits);
    }
  }
}

std::vector<EntryImpact> impact(const AssetTable& table,
                                const google::protobuf::RepeatedPtrField<pb::NegativeEntry>& draft,
                                const Standing& standing) {
  const Order& every = table.order();
  const auto replaced = [&](const std::string& code) {
    return std::ranges::any_of(draft, [&](const pb::NegativeEntry& entry) { return entry.code() == code; });
  };
  std::vector<EntryImpact> out;
  for (const pb::NegativeEntry& entry : draft) {
    std::vector<std::uint64_t> already((every.rows.size() + kBits - 1) / kBits);
    for (const Standing::Entry& one : standing.entries()) {
      if (replaced(one.code) || !covers(one, entry)) continue;
      for (std::size_t word = 0; word < already.size(); ++word) already[word] |= one.stops[word];
    }
    EntryImpact found;
    found.code = entry.code();
    const Truths truths = table.reach(entry);
    for (std::size_t at = 0; at < truths.size(); ++at) {
      const std::uint32_t row = every.rows[at];
      if (truths[at] == Truth::kFalse || !table.live(row)) continue;
      ++(truths[at] == Truth::kTrue ? found.matched : found.uncertain);
      found.listings += table.open(row).listings;
      found.trades += table.open(row).trades;
      if (already[at / kBits] >> (at % kBits) & 1) continue;
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
