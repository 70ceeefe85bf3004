#include "ledger/core/fact_builder.h"

#include <limits>

#include "ledger/core/canonical.h"
#include "ledger/core/certificate.pb.h"
#include "ledger/core/merkle_list.h"

namespace qilian::ledger {
namespace {

/// Which entries a claim ships, and how much of each.
struct Selection {
  std::uint64_t first = 0;
  std::uint64_t end = 0;
  bool left_neighbour = false;
  bool right_neighbour = false;
};

/// Number of entries at or below a height. They stand in height order.
Result<std::uint64_t> entries_until(const JournalSource& journal, Height height) {
  std::uint64_t low = 0;
  std::uint64_t high = journal.count();
  while (low < high) {
    const std::uint64_t middle = low + (high - low) / 2;
    QILIAN_TRY(const JournalRecord entry, journal.entry(middle));
    if (entry.leaf.height <= height)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

Result<Selection> select(const StateQuestion& question, const JournalSource& journal) {
  const std::uint64_t count = journal.count();
  if (count == 0) return fail("fact.untrue", "the key does not exist: ask for ABSENT");
  switch (question.claim) {
    case Claim::kCurrent:
      return Selection{count - 1, count};
    case Claim::kHistory:
      return Selection{0, count};
    case Claim::kAtHeight: {
      QILIAN_TRY(const std::uint64_t until, entries_until(journal, question.from));
      if (until == 0) return fail("fact.untrue", "the key did not exist yet: ask for ABSENT_AT_HEIGHT");
      return Selection{until - 1, std::min(until + 1, count), false, until < count};
    }
    case Claim::kAbsentAtHeight: {
      QILIAN_TRY(const std::uint64_t until, entries_until(journal, question.from));
      if (until != 0) return fail("fact.untrue", "the key did exist: ask for AT_HEIGHT");
      return Selection{0, 1, false, true};
    }
    case Claim::kRange: {
      if (question.to < question.from) return fail("fact.question", "the range ends before it starts");
      std::uint64_t before = 0;
      if (question.from.value() > 0) {
        QILIAN_TRY(before, entries_until(journal, Height(question.from.value() - 1)));
      }
      QILIAN_TRY(const std::uint64_t last, entries_until(journal, question.to));
      return Selection{before == 0 ? 0 : before - 1, std::min(last + 1, count), before != 0, last < count};
    }
    case Claim::kAbsent:
      break;
  }
  return fail("fact.question", "ABSENT has no journal");
}

Result<void> add_entries(const StateQuestion& question, const JournalSource& journal, const Selection& selection,
                         std::size_t max_bytes, pb::JournalRange& out) {
  const bool in_force = question.claim == Claim::kCurrent || question.claim == Claim::kAtHeight;
  Digest previous;
  std::size_t bytes = 0;
  for (std::uint64_t i = selection.first; i < selection.end; ++i) {
    QILIAN_TRY(const JournalRecord from, journal.entry(i));
    pb::JournalEntry& entry = *out.add_entries();
    entry.set_leaf(from.leaf.encode());
    const bool left = selection.left_neighbour && i == selection.first;
    const bool right = selection.right_neighbour && i + 1 == selection.end;
    if (!left && !right) entry.set_payload(from.payload);
    const bool changed = from.leaf.record_hash != previous;
    if (!right && (left || in_force || changed)) {
      QILIAN_TRY(const std::optional<Bytes> record, journal.record_after(i));
      if (record) entry.set_record(*record);
    }
    previous = from.leaf.record_hash;
    bytes += entry.leaf().size() + entry.payload().size() + entry.record().size();
    if (bytes > max_bytes)
      return fail("fact.large", "the certificate would be larger than " + std::to_string(max_bytes) +
                                    " bytes: ask for ranges of heights, one after another");
  }
  return {};
}

/// A whole journal in memory.
class WholeJournal final : public JournalSource {
 public:
  explicit WholeJournal(std::span<const JournalRecord> entries) : entries_(entries) {
    leaves_.reserve(entries.size());
    for (const JournalRecord& entry : entries) leaves_.push_back(list_leaf_hash(entry.leaf.encode()));
  }
  std::uint64_t count() const override { return entries_.size(); }
  Result<JournalRecord> entry(std::uint64_t index) const override { return entries_[index]; }
  Result<std::optional<Bytes>> record_after(std::uint64_t index) const override {
    for (std::uint64_t i = index + 1; i-- > 0;)
      if (entries_[i].record) return entries_[i].record;
    return std::optional<Bytes>();
  }
  Result<Digest> subtree(std::uint64_t begin, std::uint64_t end) const override {
    return list_root(std::span(leaves_).subspan(begin, end - begin));
  }

 private:
  std::span<const JournalRecord> entries_;
  std::vector<Digest> leaves_;
};

void add_path(const std::vector<Digest>& path, auto add) {
  for (const Digest& node : path) add(node.str());
}

}  // namespace

Result<void> build_state_fact(const StateQuestion& question, std::span<const JournalRecord> journal,
                              const MapProof& proof, pb::StateFact& out) {
  return build_state_fact(question, WholeJournal(journal), proof, std::numeric_limits<std::size_t>::max(), out);
}

Result<void> build_state_fact(const StateQuestion& question, const JournalSource& journal, const MapProof& proof,
                              std::size_t max_bytes, pb::StateFact& out) {
  out.set_claim(static_cast<pb::StateFact::Claim>(question.claim));
  out.set_kind(question.key.kind);
  out.set_id(question.key.id);
  const bool at =
      question.claim == Claim::kAtHeight || question.claim == Claim::kAbsentAtHeight || question.claim == Claim::kRange;
  if (at) out.set_from(question.from.value());
  if (question.claim == Claim::kRange) out.set_to(question.to.value());
  for (const Digest& sibling : proof.siblings) out.mutable_map()->add_siblings(sibling.str());
  out.mutable_map();

  if (question.claim == Claim::kAbsent) {
    if (journal.count() != 0) return fail("fact.untrue", "the key exists: ask for CURRENT");
    if (proof.leaf) {
      out.mutable_map()->set_leaf_key_hash(proof.leaf->key_hash.str());
      out.mutable_map()->set_leaf_value_hash(proof.leaf->value_hash.str());
    }
    return {};
  }
  QILIAN_TRY(const Selection selection, select(question, journal));
  QILIAN_TRY_VOID(add_entries(question, journal, selection, max_bytes, *out.mutable_journal()));
  QILIAN_TRY_VOID(
      journal_range_proof(journal, selection.first, selection.end - selection.first, *out.mutable_journal()));
  if (selection.end < journal.count()) {
    QILIAN_TRY(const JournalRecord last, journal.entry(journal.count() - 1));
    out.set_current_record_hash(last.leaf.record_hash.str());
  }
  return {};
}

void build_transaction_fact(ByteView envelope, ByteView receipt, std::span<const Digest> leaves, std::uint64_t index,
                            pb::TransactionFact& out) {
  out.set_envelope(envelope.data(), envelope.size());
  out.set_receipt(receipt.data(), receipt.size());
  out.set_index(index);
  add_path(list_inclusion_proof(leaves, index), [&](const Bytes& node) { out.add_path(node); });
}

void build_history_proof(ByteView header, std::span<const Digest> history, Height height, pb::HistoryProof& out) {
  out.set_header(header.data(), header.size());
  add_path(list_inclusion_proof(history, height.value()), [&](const Bytes& node) { out.add_path(node); });
}

Bytes assemble_fact(const FactParts& parts) {
  QILIAN_CHECK((parts.transaction != nullptr) != (parts.state != nullptr));
  pb::FactCertificate out;
  out.set_version(1);
  out.set_genesis_hash(parts.genesis.str());
  if (parts.transaction != nullptr) *out.mutable_transaction() = *parts.transaction;
  if (parts.state != nullptr) *out.mutable_state() = *parts.state;
  if (parts.history != nullptr) *out.mutable_history() = *parts.history;
  out.set_block_certificate(trim_to_quorum(parts.certificate, parts.n).encode());
  for (const FactParts::Handover& handover : parts.handovers) {
    pb::EpochHandover& added = *out.add_handovers();
    added.set_certificate(trim_to_quorum(handover.certificate, handover.n).encode());
    added.set_next_validators(handover.next_validators);
  }
  return ledger::encode(out);
}

}  // namespace qilian::ledger
