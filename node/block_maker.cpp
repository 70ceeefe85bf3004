#include "node/block_maker.h"

#include <algorithm>
#include <iterator>

#include "contracts/validators.h"

namespace qilian::node {

using namespace ledger;

namespace {

class GenesisState final : public StateView, public KeyStates {
 public:
  explicit GenesisState(const Genesis& genesis) : genesis_(genesis) {}
  std::optional<Bytes> record(const Key& key) const override {
    const auto found = genesis_.records.find(key);
    if (found == genesis_.records.end()) return std::nullopt;
    return found->second;
  }
  /// Before block 0 there is nothing.
  std::optional<KeyState> find(const Key&) const override { return std::nullopt; }

 private:
  const Genesis& genesis_;
};

}  // namespace

std::vector<Event> with_long_ids(std::vector<Event> events, std::span<const Transaction* const> transactions,
                                 TimeMs block_time, std::int64_t short_expiry_ms) {
  std::vector<Event> out;
  out.reserve(events.size() + transactions.size());
  auto next = events.begin();
  for (std::uint32_t index = 0; index < transactions.size(); ++index) {
    std::uint32_t event_index = 0;
    for (; next != events.end() && next->transaction_index == index; ++next) {
      event_index = next->event_index + 1;
      out.push_back(std::move(*next));
    }
    const Transaction& transaction = *transactions[index];
    auto kept = long_transaction_id_event(transaction.id(), transaction.expires(), block_time, short_expiry_ms, index,
                                          event_index);
    if (kept) out.push_back(*std::move(kept));
  }
  QILIAN_CHECK(next == events.end());
  return out;
}

MadeBlock make_block(const Foundation& on, TimeMs time, ReplicaId proposer,
                     std::span<const Transaction* const> transactions) {
  MadeBlock out;
  Header& header = out.header;
  header.genesis = on.genesis.hash;
  header.height = on.parent.height.next();
  header.logic_version = contracts::logic_version_of_block(on.state, on.genesis, header.height);
  header.parent = on.parent_hash;
  header.time = std::max(on.parent.time, time);
  header.proposer = proposer;
  header.epoch = on.validators.epoch;
  header.transaction_count = static_cast<std::uint32_t>(transactions.size());
  header.history_root = on.history_root;
  header.validators_hash = on.validators.hash();
  const auto next = contracts::next_epoch(on.state, header.height);
  const bool boundary = next && next->begun_by() == header.height;
  header.next_validators_hash = boundary ? next->set.hash() : header.validators_hash;

  auto effects =
      contracts::execute(on.state, {header.height, header.time, header.logic_version, &on.genesis}, transactions);
  QILIAN_CHECK(effects.receipts.size() == transactions.size());
  const auto events = with_long_ids(std::move(effects.events), transactions, header.time, on.genesis.short_expiry_ms);
  out.change = commit_events(on.map, on.keys, header.height, header.time, events);
  header.state_root = out.change.map.root();
  header.rules_hash = effects.rules_hash;

  std::vector<TransactionLeaf> leaves;
  leaves.reserve(transactions.size());
  for (std::size_t i = 0; i < transactions.size(); ++i) {
    const Transaction& transaction = *transactions[i];
    leaves.push_back({transaction.id(), transaction.envelope_digest(), receipt_hash(effects.receipts[i])});
    out.ids.push_back(transaction.id());
    out.block.envelopes.push_back(transaction.envelope());
  }
  header.transactions_root = transactions_root(leaves);
  out.block.receipts = std::move(effects.receipts);
  out.block.header = header.encode();
  out.hash = header.hash();
  return out;
}

MadeBlock make_genesis_block(const Genesis& genesis) {
  MadeBlock out;
  const GenesisState state(genesis);
  out.header = genesis_header(genesis, contracts::rules_hash(state, genesis.time));
  out.change = commit_events(MerkleMap(), state, Height(0), genesis.time, genesis_events(genesis));
  QILIAN_CHECK(out.change.map.root() == out.header.state_root);
  out.block.header = out.header.encode();
  out.hash = out.header.hash();
  return out;
}

std::string_view header_difference(const Header& ours, const Header& theirs) {
  if (ours.state_root != theirs.state_root) return "the state root differs";
  if (ours.transactions_root != theirs.transactions_root) return "the receipts differ";
  if (ours.transaction_count != theirs.transaction_count) return "the number of transactions differs";
  if (ours.rules_hash != theirs.rules_hash) return "the rules in force differ";
  if (ours.time != theirs.time) return "the time differs";
  if (ours.parent != theirs.parent) return "the parent differs";
  return "the header differs";
}

}  // namespace qilian::node
