#include "ledger/store/facts.h"

#include <fmt/core.h>

#include <algorithm>

#include "ledger/core/certificate.pb.h"

namespace qilian::ledger::store {
namespace {

/// Of a key that does not exist.
class EmptyJournal final : public JournalSource {
 public:
  std::uint64_t count() const override { return 0; }
  Result<JournalRecord> entry(std::uint64_t) const override { return none(); }
  Result<std::optional<Bytes>> record_after(std::uint64_t) const override { return none(); }
  Result<Digest> subtree(std::uint64_t, std::uint64_t) const override { return none(); }

 private:
  static std::unexpected<Error> none() { return fail("store.not_found", "the journal is empty"); }
};

}  // namespace

Result<FactParts> Facts::parts(Height certified) const {
  FactParts out;
  out.genesis = genesis_;
  out.n = genesis_validators_;
  for (const Chain::Boundary& boundary : chain_.boundaries()) {
    if (boundary.height >= certified) break;
    if (!boundary.validators)
      return fail("store.pending",
                  fmt::format("the validator set after block {} is not here", boundary.height.value()));
    FactParts::Handover handover;
    QILIAN_TRY(handover.certificate, store_.certificate(boundary.height));
    handover.n = out.n;
    QILIAN_TRY(handover.next_validators, segments_.read(*boundary.validators));
    QILIAN_TRY(const ValidatorSet next, ValidatorSet::decode(handover.next_validators));
    out.n = next.size();
    out.handovers.push_back(std::move(handover));
  }
  QILIAN_TRY(out.certificate, store_.certificate(certified));
  return out;
}

Result<Bytes> Facts::of_transaction(const TransactionId& id) const {
  QILIAN_TRY(const StoredTransaction found, store_.transaction(id));
  QILIAN_TRY(const Bytes frame, store_.block_frame(found.height));
  QILIAN_TRY(const Block block, Block::decode(frame));
  std::vector<Digest> leaves;
  leaves.reserve(block.envelopes.size());
  for (std::size_t i = 0; i < block.envelopes.size(); ++i) {
    QILIAN_TRY(const TransactionLeaf leaf, transaction_leaf(block.envelopes[i], block.receipts[i]));
    leaves.push_back(list_leaf_hash(leaf.encode()));
  }
  pb::TransactionFact fact;
  build_transaction_fact(found.envelope, found.receipt, leaves, found.index, fact);

  pb::HistoryProof history;
  const bool has_own = chain_.certificate(found.height).has_value();
  const Height certified = has_own ? found.height : chain_.certified();
  if (certified < found.height)
    return fail("store.pending",
                fmt::format("block {} is not certified yet: ask again in a moment", found.height.value()));
  if (!has_own) {
    history.set_header(block.header);
    for (const Digest& node : chain_.history_path(found.height, certified)) history.add_path(node.str());
  }
  QILIAN_TRY(FactParts all, parts(certified));
  all.transaction = &fact;
  all.history = has_own ? nullptr : &history;
  return assemble_fact(all);
}

Result<Bytes> Facts::of_state(const StateQuestion& question) const {
  const Height certified = chain_.certified();
  if (certified == Height(0)) return fail("store.pending", "no block is certified yet: ask again in a moment");
  if (std::max(question.from, question.to) > certified)
    return fail("store.pending",
                fmt::format("blocks are certified up to {} only: ask again in a moment", certified.value()));
  QILIAN_TRY(const MerkleMap map, versions_.at(certified));
  const Digest key_hash = map_key(question.key);

  StateQuestion answered = question;
  const auto snapshot = store_.latest();
  std::unique_ptr<JournalSource> journal = std::make_unique<EmptyJournal>();
  if (map.get(key_hash)) {
    QILIAN_TRY(journal, snapshot->journal_until(question.key, certified));
  } else if (question.claim == Claim::kAbsentAtHeight || question.claim == Claim::kAbsent) {
    // A key is never removed: what does not exist now did not exist at any height below.
    answered = {.claim = Claim::kAbsent, .key = question.key, .from = {}, .to = {}};
  } else {
    return fail("store.not_found",
                fmt::format("kind {}, id \"{}\" does not exist", question.key.kind, question.key.id));
  }
  pb::StateFact fact;
  QILIAN_TRY_VOID(build_state_fact(answered, *journal, map.prove(key_hash), kMaxBuiltFactBytes, fact));
  QILIAN_TRY(FactParts all, parts(certified));
  all.state = &fact;
  return assemble_fact(all);
}

}  // namespace qilian::ledger::store
