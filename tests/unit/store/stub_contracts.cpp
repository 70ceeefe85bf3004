// The smallest contract that writes records, indexes and denials (network.h). Stands in for contracts/ in the store's
// tests.
#include "contracts/engine.h"
#include "contracts/validators.h"
#include "ledger/core/canonical.h"
#include "ledger/core/hash.h"
#include "ledger/core/ledger.pb.h"
#include "unit/store/network.h"

namespace qilian::contracts {

using namespace ledger;

namespace {

/// What "put.epoch" decided: u64 first height, the set's bytes, both in hex.
std::optional<ValidatorEpoch> decided(const StateView& state) {
  const auto record = state.record({testing::kKind, "epoch"});
  if (!record) return std::nullopt;
  const Bytes bytes = *from_hex(*record);
  return ValidatorEpoch{*ValidatorSet::decode(ByteView(bytes).substr(8)), Height(FixedReader(bytes).u64()), {}};
}

}  // namespace

ValidatorEpoch epoch_of_block(const StateView& state, const Genesis& genesis, Height height) {
  auto next = decided(state);
  if (next && next->first <= height) return *std::move(next);
  return {genesis.validators, Height(0), {}};
}

std::optional<ValidatorEpoch> next_epoch(const StateView& state, Height height) {
  auto next = decided(state);
  return next && next->first > height ? next : std::nullopt;
}

std::uint32_t logic_version_of_block(const StateView&, const Genesis& genesis, Height) { return genesis.logic_version; }

Digest rules_hash(const StateView& state, TimeMs) {
  return hash(Domain::kRules, {state.record({testing::kKind, "first"}).value_or("")});
}

BlockEffects execute(const StateView& state, const BlockContext& block,
                     std::span<const Transaction* const> transactions) {
  BlockEffects out;
  std::uint32_t index = 0;
  for (const Transaction* transaction : transactions) {
    const std::string& call = transaction->call();
    const std::string verb = call.substr(0, call.find('.'));
    const std::string id = call.substr(call.find('.') + 1);
    pb::Receipt receipt;
    receipt.set_transaction_id(transaction->id().str());
    receipt.set_code(verb == "deny" ? "COM-407" : "OK");
    // Reads the state, so that a wrong state gives another block.
    if (const auto before = state.record({testing::kKind, id})) receipt.set_trace("was: " + *before);
    out.receipts.push_back(encode(receipt));
    if (verb == "put")
      out.events.push_back({{testing::kKind, id}, 1, transaction->id().str(), transaction->arguments(), index, 0});
    if (verb == "touch")
      out.events.push_back({{testing::kKind, id}, 2, transaction->id().str(), std::nullopt, index, 0});
    if (verb != "deny") out.events.push_back({{testing::kIndexKind, "all"}, 3, id, std::nullopt, index, 1});
    ++index;
  }
  out.rules_hash = rules_hash(state, block.time);
  return out;
}

}  // namespace qilian::contracts
