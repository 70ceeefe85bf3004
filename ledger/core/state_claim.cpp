#include "ledger/core/state_claim.h"

#include <limits>
#include <tuple>

#include "ledger/core/certificate.pb.h"
#include "ledger/core/fact_builder.h"
#include "ledger/core/hash.h"

namespace qilian::ledger {
namespace {

/// One shipped entry with its decoded leaf.
struct Shipped {
  JournalLeaf leaf;
  const pb::JournalEntry* entry = nullptr;
};

Result<MapProof> read_map_proof(const pb::StateFact& fact) {
  MapProof out;
  const pb::MapProofMessage& message = fact.map();
  if (!message.leaf_key_hash().empty() || !message.leaf_value_hash().empty()) {
    const auto key = Digest::from(message.leaf_key_hash());
    const auto value = Digest::from(message.leaf_value_hash());
    if (!key || !value) return fail("fact.map", "the leaf at the end of the path is not two hashes");
    out.leaf = MapProof::Leaf{*key, *value};
  }
  for (const std::string& sibling : message.siblings()) {
    const auto digest = Digest::from(sibling);
    if (!digest) return fail("fact.map", "a sibling is not a hash");
    out.siblings.push_back(*digest);
  }
  return out;
}

/// Decodes the leaves and checks the order in which a journal grows.
Result<std::vector<Shipped>> read_entries(const pb::JournalRange& range, const Header& header) {
  std::vector<Shipped> out;
  for (const pb::JournalEntry& entry : range.entries()) {
    QILIAN_TRY(const JournalLeaf leaf, JournalLeaf::decode(entry.leaf()));
    if (leaf.height > header.height) return fail("fact.journal", "an entry stands above the header");
    const auto place = [](const JournalLeaf& l) { return std::tuple(l.height, l.transaction_index, l.event_index); };
    if (!out.empty() && place(out.back().leaf) >= place(leaf)) return fail("fact.journal", "entries are out of order");
    out.push_back({leaf, &entry});
  }
  return out;
}

Result<std::optional<Bytes>> check_record(const Shipped& shipped, bool expected) {
  const Bytes& record = shipped.entry->record();
  if (!expected || shipped.leaf.record_hash.is_zero()) {
    if (!record.empty()) return fail("fact.record", "a record where the claim shows none");
    return std::optional<Bytes>();
  }
  if (hash(Domain::kRecord, {record}) != shipped.leaf.record_hash)
    return fail("fact.record", "a record is not what its entry names");
  return std::optional<Bytes>(record);
}

Result<void> check_bare(const Shipped& shipped) {
  if (!shipped.entry->payload().empty()) return fail("fact.payload", "a payload where the claim shows none");
  QILIAN_TRY([[maybe_unused]] const auto none, check_record(shipped, false));
  return {};
}

/// Takes one shown entry over into the result.
Result<void> show(const Shipped& shipped, std::uint64_t index, bool with_record, VerifiedState& out) {
  if (hash(Domain::kEventPayload, {shipped.entry->payload()}) != shipped.leaf.payload_hash) {
    return fail("fact.payload", "a payload is not what its entry names");
  }
  QILIAN_TRY(std::optional<Bytes> record, check_record(shipped, with_record));
  out.entries.push_back({index, shipped.leaf, shipped.entry->payload(), std::move(record)});
  return {};
}

/// The entries of HISTORY and RANGE, neighbours already taken off: records where an entry changed them.
Result<void> show_changes(std::span<const Shipped> entries, std::uint64_t first, Digest record_before,
                          VerifiedState& out) {
  for (const Shipped& shipped : entries) {
    QILIAN_TRY_VOID(show(shipped, first++, shipped.leaf.record_hash != record_before, out));
    record_before = shipped.leaf.record_hash;
  }
  return {};
}

Result<void> judge_range(std::span<const Shipped> entries, std::uint64_t first, bool reaches_end, VerifiedState& out) {
  const auto untrue = [](const char* what) { return fail("fact.claim", what); };
  Digest record_before;
  if (entries.front().leaf.height < out.from) {
    const Shipped& left = entries.front();
    if (!left.entry->payload().empty()) return fail("fact.payload", "the left neighbour comes without payload");
    QILIAN_TRY(out.record_before, check_record(left, true));
    record_before = left.leaf.record_hash;
    entries = entries.subspan(1);
    ++first;
  } else if (first != 0) {
    return untrue("the range's left end is not proved");
  }
  if (!entries.empty() && entries.back().leaf.height > out.to) {
    QILIAN_TRY_VOID(check_bare(entries.back()));
    entries = entries.first(entries.size() - 1);
  } else if (!reaches_end) {
    return untrue("the range's right end is not proved");
  }
  for (const Shipped& shipped : entries) {
    if (shipped.leaf.height < out.from || shipped.leaf.height > out.to)
      return untrue("an entry lies outside the range");
  }
  return show_changes(entries, first, record_before, out);
}

/// Does what was shipped make the claim true? The root is checked elsewhere.
Result<void> judge(std::span<const Shipped> entries, std::uint64_t first, VerifiedState& out) {
  const auto untrue = [](const char* what) { return fail("fact.claim", what); };
  const bool reaches_end = first + entries.size() == out.count;
  switch (out.claim) {
    case Claim::kCurrent:
      if (entries.size() != 1 || !reaches_end) return untrue("CURRENT shows the last entry alone");
      return show(entries[0], first, true, out);
    case Claim::kHistory:
      if (first != 0 || !reaches_end) return untrue("HISTORY shows every entry");
      return show_changes(entries, 0, {}, out);
    case Claim::kAtHeight:
      if (entries[0].leaf.height > out.from) return untrue("the entry lies above the height");
      if (entries.size() == 1 ? !reaches_end : entries.size() != 2 || entries[1].leaf.height <= out.from) {
        return untrue("the entry is not shown to be the last one at or below the height");
      }
      if (entries.size() == 2) {
        QILIAN_TRY_VOID(check_bare(entries[1]));
      }
      return show(entries[0], first, true, out);
    case Claim::kAbsentAtHeight:
      if (first != 0 || entries.size() != 1 || entries[0].leaf.height <= out.from) {
        return untrue("ABSENT_AT_HEIGHT shows a first entry above the height");
      }
      return check_bare(entries[0]);
    case Claim::kRange:
      return judge_range(entries, first, reaches_end, out);
    case Claim::kAbsent:
      break;
  }
  return untrue("unknown claim");
}

/// The claim's own numbers: present where it has them, zero where it has none.
Result<VerifiedState> read_claim(const pb::StateFact& fact, const Header& header) {
  VerifiedState out;
  if (fact.claim() == pb::StateFact::CLAIM_UNSPECIFIED) return fail("fact.claim", "nothing is claimed");
  out.claim = static_cast<Claim>(fact.claim());
  if (fact.kind() > std::numeric_limits<Kind>::max()) return fail("fact.kind", "no such kind");
  out.key = {static_cast<Kind>(fact.kind()), fact.id()};
  out.from = Height(fact.from());
  out.to = Height(fact.to());
  const bool has_from =
      out.claim == Claim::kAtHeight || out.claim == Claim::kAbsentAtHeight || out.claim == Claim::kRange;
  const bool has_to = out.claim == Claim::kRange;
  if ((!has_from && fact.from() != 0) || (!has_to && fact.to() != 0))
    return fail("fact.claim", "a height where the claim has none");
  if (out.from > header.height || out.to > header.height || (has_to && out.to < out.from)) {
    return fail("fact.claim", "the heights of the claim do not lie in order below the header's");
  }
  return out;
}

}  // namespace

Result<VerifiedState> verify_state_claim(const pb::StateFact& fact, const Header& header) {
  QILIAN_TRY(VerifiedState out, read_claim(fact, header));
  if (!fact.has_map()) return fail("fact.map", "a proof in the map is needed");
  QILIAN_TRY(MapProof proof, read_map_proof(fact));
  const Digest key_hash = map_key(out.key);

  std::optional<Digest> value_hash;
  if (out.claim == Claim::kAbsent) {
    if (fact.has_journal() || !fact.current_record_hash().empty()) return fail("fact.claim", "ABSENT has no journal");
  } else {
    if (!fact.has_journal()) return fail("fact.journal", "a range of the journal is needed");
    const auto journal_root = journal_root_from_range(fact.journal());
    if (!journal_root) return fail("fact.journal", "the range does not fit the journal's size");
    QILIAN_TRY(const std::vector<Shipped> entries, read_entries(fact.journal(), header));
    out.count = fact.journal().count();
    QILIAN_TRY_VOID(judge(entries, fact.journal().first(), out));

    Digest record_hash = entries.back().leaf.record_hash;
    if (fact.journal().first() + entries.size() < out.count) {
      const auto shipped = Digest::from(fact.current_record_hash());
      if (!shipped) return fail("fact.record", "the hash of the current record is needed");
      record_hash = *shipped;
    } else if (!fact.current_record_hash().empty()) {
      return fail("fact.record", "the hash of the current record follows from the last entry");
    }
    if (proof.leaf) return fail("fact.map", "an inclusion proof leaves its leaf to the verifier");
    value_hash = MapValue{out.key.kind, out.count, *journal_root, record_hash}.hash();
    proof.leaf = MapProof::Leaf{key_hash, *value_hash};
  }
  if (map_root_from_proof(key_hash, value_hash, proof) != header.state_root) {
    return fail("fact.state_root", "the proof does not lead to the header's state root");
  }
  return out;
}

}  // namespace qilian::ledger
