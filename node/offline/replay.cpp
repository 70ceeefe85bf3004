#include "node/offline/replay.h"

#include <fmt/core.h>

#include <algorithm>

#include "ledger/core/hash.h"

namespace qilian::node {

using namespace ledger;

std::string Finding::text() const {
  std::string out = fmt::format("block {}", height.value());
  if (transaction) out += fmt::format(", transaction {}", *transaction);
  out += ": " + what;
  if (!place.empty()) out += " (" + place + ")";
  return out;
}

std::optional<Bytes> ReplayedState::record(const Key& key) const {
  const auto found = objects_.find(key);
  return found == objects_.end() ? std::nullopt : found->second.record;
}

std::optional<KeyState> ReplayedState::find(const Key& key) const {
  const auto found = objects_.find(key);
  if (found == objects_.end()) return std::nullopt;
  return found->second.state;
}

void ReplayedState::apply(const StateChange& change) {
  for (const KeyUpdate& update : change.updates) {
    Object& object = objects_[update.key];
    object.state = update.state;
    if (update.record) object.record = update.record;
  }
  map_ = change.map;
}

void ReplayedState::restore(std::map<Key, Object> objects) {
  objects_ = std::move(objects);
  std::vector<std::pair<Digest, Digest>> leaves;
  leaves.reserve(objects_.size());
  for (const auto& [key, object] : objects_) leaves.emplace_back(map_key(key), map_value(key, object.state).hash());
  map_ = MerkleMap().update(std::move(leaves));
}

Judged<MadeBlock> Replay::make(const Header& header, std::span<const Transaction> transactions,
                               const Digest& history_root) {
  const auto differs = [&](std::optional<std::uint32_t> transaction, std::string what) {
    return std::unexpected(Finding{.height = header.height, .transaction = transaction, .what = std::move(what)});
  };
  if (header.height == Height(0)) {
    if (!transactions.empty()) return differs(0, "block 0 has no transactions");
    return make_genesis_block(genesis_);
  }
  if (header.logic_version != kLogicVersion)
    return differs(std::nullopt, "its rules are of a version that this build does not know");
  if (last_.next_validators_hash != last_.validators_hash) {
    if (!next_validators_)
      return differs(std::nullopt, "the block before it ends an epoch, and the set that follows is not here");
    validators_ = *std::move(next_validators_);
    next_validators_.reset();
  }
  ids_.forget_before(TimeMs(std::max(header.time, last_.time).value() - genesis_.short_expiry_ms));
  IdSet seen;
  std::vector<const Transaction*> pointers;
  pointers.reserve(transactions.size());
  for (std::uint32_t i = 0; i < transactions.size(); ++i) {
    const TransactionId& id = transactions[i].id();
    const bool repeated = !seen.insert(id).second || ids_.contains(id) ||
                          state_.map().get(map_key(long_transaction_id_key(id))).has_value();
    if (repeated) return differs(i, "it was executed before");
    pointers.push_back(&transactions[i]);
  }
  return make_block({.genesis = genesis_,
                     .validators = validators_,
                     .parent = last_,
                     .parent_hash = last_hash_,
                     .history_root = history_root,
                     .map = state_.map(),
                     .state = state_,
                     .keys = state_},
                    header.time, header.proposer, pointers);
}

void Replay::accept(const MadeBlock& made) {
  state_.apply(made.change);
  ids_.remember(made.header.time, made.ids);
  last_ = made.header;
  last_hash_ = made.hash;
}

Judged<void> Replay::hand_over(const ValidatorSet& next) {
  const auto differs = [&](std::string what) {
    return std::unexpected(Finding{.height = last_.height, .transaction = {}, .what = std::move(what)});
  };
  if (last_.next_validators_hash == last_.validators_hash)
    return differs("a change of validators follows it, which it does not announce");
  if (next_validators_) return differs("a second change of validators follows it");
  if (next.hash() != last_.next_validators_hash) return differs("its header does not name the set that follows");
  if (next.epoch.value() != validators_.epoch.value() + 1) return differs("the set that follows is of another epoch");
  next_validators_ = next;
  return {};
}

void Replay::restore(const Header& last, ValidatorSet validators, std::map<Key, ReplayedState::Object> objects,
                     ExecutedIds recent) {
  state_.restore(std::move(objects));
  ids_ = std::move(recent);
  last_ = last;
  last_hash_ = last.hash();
  validators_ = std::move(validators);
}

}  // namespace qilian::node
