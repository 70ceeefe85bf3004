#include "ledger/core/fact_builder.h"

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

/// Number of entries at or below a height.
std::uint64_t entries_until(std::span<const JournalRecord> journal, Height height) {
  std::uint64_t n = 0;
  while (n < journal.size() && journal[n].leaf.height <= height) ++n;
  return n;
}

Result<Selection> select(const StateQuestion& question, std::span<const JournalRecord> journal) {
  const std::uint64_t count = journal.size();
  if (count == 0) return fail("fact.untrue", "the key does not exist: ask for ABSENT");
  const std::uint64_t until = entries_until(journal, question.from);
  switch (question.claim) {
    case Claim::kCurrent:
      return Selection{count - 1, count};
    case Claim::kHistory:
      return Selection{0, count};
    case Claim::kAtHeight:
      if (until == 0) return fail("fact.untrue", "the key did not exist yet: ask for ABSENT_AT_HEIGHT");
      return Selection{until - 1, std::min(until + 1, count), false, until < count};
    case Claim::kAbsentAtHeight:
      if (until != 0) return fail("fact.untrue", "the key did exist: ask for AT_HEIGHT");
      return Selection{0, 1, false, true};
    case Claim::kRange: {
      if (question.to < question.from) return fail("fact.question", "the range ends before it starts");
      const std::uint64_t before =
          question.from.value() == 0 ? 0 : entries_until(journal, Height(question.from.value() - 1));
      const std::uint64_t last = entries_until(journal, question.to);
      return Selection{before == 0 ? 0 : before - 1, std::min(last + 1, count), before != 0, last < count};
    }
    case Claim::kAbsent:
      break;
  }
  return fail("fact.question", "ABSENT has no journal");
}

/// The record in force after the entry, where there is one.
const Bytes* record_after(std::span<const JournalRecord> journal, std::uint64_t index) {
  for (std::uint64_t i = index + 1; i-- > 0;) {
    if (journal[i].record) return &*journal[i].record;
  }
  return nullptr;
}

void add_entries(const StateQuestion& question, std::span<const JournalRecord> journal, const Selection& selection,
                 pb::JournalRange& out) {
  const bool in_force = question.claim == Claim::kCurrent || question.claim == Claim::kAtHeight;
  Digest previous;
  for (std::uint64_t i = selection.first; i < selection.end; ++i) {
    const JournalRecord& from = journal[i];
    pb::JournalEntry& entry = *out.add_entries();
    entry.set_leaf(from.leaf.encode());
    const bool left = selection.left_neighbour && i == selection.first;
    const bool right = selection.right_neighbour && i + 1 == selection.end;
    if (!left && !right) entry.set_payload(from.payload);
    const bool changed = from.leaf.record_hash != previous;
    if (const Bytes* record = record_after(journal, i); record != nullptr && !right && (left || in_force || changed)) {
      entry.set_record(*record);
    }
    previous = from.leaf.record_hash;
  }
}

void add_path(const std::vector<Digest>& path, auto add) {
  for (const Digest& node : path) add(node.str());
}

}  // namespace

Result<void> build_state_fact(const StateQuestion& question, std::span<const JournalRecord> journal,
                              const MapProof& proof, pb::StateFact& out) {
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
    if (!journal.empty()) return fail("fact.untrue", "the key exists: ask for CURRENT");
    if (proof.leaf) {
      out.mutable_map()->set_leaf_key_hash(proof.leaf->key_hash.str());
      out.mutable_map()->set_leaf_value_hash(proof.leaf->value_hash.str());
    }
    return {};
  }
  QILIAN_TRY(const Selection selection, select(question, journal));
  std::vector<Digest> leaves;
  leaves.reserve(journal.size());
  for (const JournalRecord& entry : journal) leaves.push_back(list_leaf_hash(entry.leaf.encode()));
  journal_range_proof(leaves, selection.first, selection.end - selection.first, *out.mutable_journal());
  add_entries(question, journal, selection, *out.mutable_journal());
  if (selection.end < journal.size()) out.set_current_record_hash(journal.back().leaf.record_hash.str());
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
