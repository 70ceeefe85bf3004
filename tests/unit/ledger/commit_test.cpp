#include "ledger/core/commit.h"

#include <doctest/doctest.h>

#include <map>
#include <random>

#include "ledger/core/genesis.h"
#include "ledger/core/hash.h"

namespace qilian::ledger {
namespace {

class Memory final : public KeyStates {
 public:
  std::optional<KeyState> find(const Key& key) const override {
    ++lookups;
    const auto found = states.find(key);
    return found == states.end() ? std::nullopt : std::optional(found->second);
  }
  std::map<Key, KeyState> states;
  mutable int lookups = 0;
};

Event event(Key key, std::uint32_t transaction, std::uint32_t index, std::optional<Bytes> record) {
  return {std::move(key), 3, "payload", std::move(record), transaction, index};
}

}  // namespace

TEST_CASE("a block's events become journal entries, one value for each key, and the next map") {
  Memory memory;
  const Key a{1, "a"};
  const Key b{1, "b"};
  const std::vector<Event> events = {event(a, 0, 0, "one"), event(b, 0, 1, std::nullopt), event(a, 2, 0, std::nullopt),
                                     event(a, 2, 1, "two")};
  const StateChange change = commit_events(MerkleMap(), memory, Height(5), TimeMs(99), events);
  REQUIRE(change.additions.size() == 4);
  CHECK(change.additions[2].index == 1);
  CHECK(change.additions[2].leaf == JournalLeaf{Height(5), TimeMs(99), 2, 0, 3,
                                                hash(Domain::kEventPayload, {"payload"}),
                                                hash(Domain::kRecord, {"one"})});
  CHECK(change.additions[1].leaf.record_hash.is_zero());
  REQUIRE(change.updates.size() == 2);
  CHECK(memory.lookups == 2);
  CHECK(change.updates[0].key == a);
  CHECK(change.updates[0].record == "two");
  CHECK(change.updates[0].value.count == 3);
  CHECK(change.updates[0].value.record_hash == hash(Domain::kRecord, {"two"}));
  CHECK_FALSE(change.updates[1].record);
  CHECK(change.map.get(map_key(a)) == change.updates[0].value.hash());
  CHECK(change.map.get(map_key(b)) == change.updates[1].value.hash());
}

TEST_CASE("over many random blocks every journal root and value is what the whole journal gives") {
  const std::uint64_t seed = std::random_device()();
  CAPTURE(seed);
  std::mt19937_64 random(seed);
  Memory memory;
  MerkleMap map;
  std::map<Key, std::vector<Digest>> leaves;
  std::map<Key, Digest> records;
  for (std::uint64_t height = 1; height <= 60; ++height) {
    std::vector<Event> events;
    for (std::uint32_t i = 0; i < random() % 10; ++i) {
      const Key key{static_cast<Kind>(1 + random() % 3), std::to_string(random() % 8)};
      std::optional<Bytes> record;
      if (random() % 2 == 0) record = "record " + std::to_string(random());
      events.push_back(event(key, i / 3, i % 3, record));
    }
    const StateChange change =
        commit_events(map, memory, Height(height), TimeMs(static_cast<std::int64_t>(height)), events);
    for (const JournalAddition& addition : change.additions) {
      auto& journal = leaves[addition.key];
      CHECK(addition.index == journal.size());
      journal.push_back(list_leaf_hash(addition.leaf.encode()));
      if (addition.record) records[addition.key] = hash(Domain::kRecord, {*addition.record});
      CHECK(addition.leaf.record_hash == records[addition.key]);
    }
    for (const KeyUpdate& update : change.updates) {
      const MapValue expected{update.key.kind, leaves[update.key].size(), list_root(leaves[update.key]),
                              records[update.key]};
      CHECK(update.value == expected);
      CHECK(map_value(update.key, update.state) == expected);
      memory.states[update.key] = update.state;
    }
    map = change.map;
  }
  MerkleMap again;
  std::vector<std::pair<Digest, Digest>> all;
  for (const auto& [key, state] : memory.states) all.emplace_back(map_key(key), map_value(key, state).hash());
  CHECK(again.update(all).root() == map.root());
}

TEST_CASE("a block without events leaves the map as it was") {
  Memory memory;
  const MerkleMap map = MerkleMap().update({{sha256({"k"}), sha256({"v"})}});
  CHECK(commit_events(map, memory, Height(1), TimeMs(1), {}).map.root() == map.root());
}

TEST_CASE("ids are kept as keys only where blocks alone would forget them") {
  const TransactionId id = TransactionId::of(sha256({"id"}));
  CHECK_FALSE(long_transaction_id_event(id, TimeMs(1'600), TimeMs(1'000), 600, 0, 0));
  CHECK_FALSE(long_transaction_id_event(id, TimeMs(900), TimeMs(1'000), 600, 0, 0));
  const auto kept = long_transaction_id_event(id, TimeMs(1'601), TimeMs(1'000), 600, 4, 2);
  REQUIRE(kept);
  CHECK(kept->key == Key{kLongTransactionIds, id.hex()});
  CHECK(to_hex(kept->payload) == "0000000000000641");
  CHECK(kept->transaction_index == 4);
  CHECK(kept->event_index == 2);
  CHECK_FALSE(kept->record);
  CHECK(long_transaction_id_event(id, TimeMs(std::numeric_limits<std::int64_t>::max()), TimeMs(0), 600, 0, 0));
}

TEST_CASE("leaves and values are fixed layouts that read back") {
  const JournalLeaf leaf{Height(1), TimeMs(-2), 3, 4, 5, sha256({"p"}), sha256({"r"})};
  CHECK(leaf.encode().size() == JournalLeaf::kSize);
  CHECK(JournalLeaf::decode(leaf.encode()).value() == leaf);
  CHECK_FALSE(JournalLeaf::decode(leaf.encode() + "x"));
  const MapValue value{7, 8, sha256({"j"}), sha256({"r"})};
  CHECK(value.encode().size() == MapValue::kSize);
  CHECK(MapValue::decode(value.encode()).value() == value);
  CHECK_FALSE(MapValue::decode(""));
}

TEST_CASE("header 0 has the state that the genesis records make") {
  Genesis fields;
  fields.chain = "test";
  fields.time = TimeMs(5);
  fields.validators = {Epoch(0), {{"ORG", SecretKey::from_seed(Bytes(32, 'v'))->public_key()}}};
  fields.records[{2, "x"}] = "record x";
  fields.records[{1, "y"}] = "record y";
  const Genesis genesis = Genesis::compile(fields).value();
  const auto events = genesis_events(genesis);
  REQUIRE(events.size() == 2);
  CHECK(events[0].key == Key{1, "y"});
  CHECK(events[1].event_index == 1);
  Memory none;
  const Header header = genesis_header(genesis, sha256({"rules"}));
  CHECK(header.state_root == commit_events(MerkleMap(), none, Height(0), TimeMs(5), events).map.root());
  CHECK(header.parent.is_zero());
  CHECK(header.proposer == kNoProposer);
  CHECK(header.genesis == genesis.hash);
  CHECK(header.validators_hash == genesis.validators.hash());
  CHECK(header.next_validators_hash == header.validators_hash);
  CHECK(header.rules_hash == sha256({"rules"}));
}

}  // namespace qilian::ledger
