#include "ledger/core/genesis.h"

#include <limits>

#include "ledger/core/canonical.h"
#include "ledger/core/commit.h"
#include "ledger/core/hash.h"
#include "ledger/core/ledger.pb.h"

namespace qilian::ledger {
namespace {

constexpr std::size_t kMaxChainNameBytes = 64;
constexpr std::uint32_t kMaxWindow = 1024;
constexpr std::int64_t kMaxShortExpiryMs = 24 * 3'600'000;

/// Before height 0 there is nothing.
class NoKeys final : public KeyStates {
 public:
  std::optional<KeyState> find(const Key&) const override { return std::nullopt; }
};

Result<ValidatorSet> read_validators(const pb::Genesis& message) {
  ValidatorSet set;
  for (const pb::GenesisValidator& validator : message.validators()) {
    const auto key = PublicKey::from(validator.consensus_key());
    if (!key) return fail("genesis.validators", "the key of " + validator.organisation() + " does not have 32 bytes");
    if (validator.organisation().size() > 255) return fail("genesis.validators", "an organisation's code is too long");
    set.validators.push_back({validator.organisation(), *key});
  }
  if (set.size() > kMaxValidators) return fail("genesis.validators", "more than 100 validators");
  // The set's own decoder knows the rules; it must never meet bytes that it refuses later.
  auto checked = ValidatorSet::decode(set.encode());
  if (!checked) return fail("genesis.validators", checked.error().message);
  return checked;
}

Result<void> read_records(const pb::Genesis& message, std::map<Key, Bytes>& out) {
  const Key* last = nullptr;
  for (const pb::GenesisRecord& record : message.records()) {
    if (record.kind() == kLongTransactionIds || record.kind() > std::numeric_limits<Kind>::max()) {
      return fail("genesis.records", "kind " + std::to_string(record.kind()) + " is not a contract's");
    }
    const Key key{static_cast<Kind>(record.kind()), record.id()};
    if (key.id.empty()) return fail("genesis.records", "a record of kind " + std::to_string(key.kind) + " has no id");
    if (last != nullptr && !(*last < key)) return fail("genesis.records", "not ascending and distinct at id " + key.id);
    last = &out.emplace(key, record.record()).first->first;
  }
  return {};
}

}  // namespace

Result<Genesis> Genesis::decode(ByteView bytes) {
  pb::Genesis message;
  if (const auto parsed = decode_canonical(bytes, message); !parsed)
    return fail("genesis.encoding", parsed.error().message);
  Genesis out;
  out.chain = message.chain();
  if (out.chain.empty() || out.chain.size() > kMaxChainNameBytes)
    return fail("genesis.chain", "a name of 1 to 64 bytes is needed");
  if (message.suite() != kSuiteEd25519Sha256) {
    return fail("genesis.suite", "suite '" + message.suite() + "' is unknown here; this build knows ed25519-sha256");
  }
  out.time = TimeMs(message.time_ms());
  if (message.time_ms() <= 0) return fail("genesis.time_ms", "a time after 1970 is needed");
  out.logic_version = message.logic_version();
  if (out.logic_version != kLogicVersion) {
    return fail("genesis.logic_version",
                "version " + std::to_string(out.logic_version) + " is unknown here; this build knows 1");
  }
  out.window = message.window();
  if (out.window < 1 || out.window > kMaxWindow) return fail("genesis.window", "1 to 1024 blocks");
  out.short_expiry_ms = message.short_expiry_ms();
  if (out.short_expiry_ms < 1 || out.short_expiry_ms > kMaxShortExpiryMs)
    return fail("genesis.short_expiry_ms", "1 ms to 24 hours");
  QILIAN_TRY(out.validators, read_validators(message));
  QILIAN_TRY_VOID(read_records(message, out.records));
  out.bytes = bytes;
  out.hash = GenesisHash::of(ledger::hash(Domain::kGenesis, {bytes}));
  return out;
}

Result<Genesis> Genesis::compile(const Genesis& fields) {
  pb::Genesis message;
  message.set_chain(fields.chain);
  message.set_suite(std::string(kSuiteEd25519Sha256));
  message.set_time_ms(fields.time.value());
  message.set_logic_version(fields.logic_version);
  message.set_window(fields.window);
  message.set_short_expiry_ms(fields.short_expiry_ms);
  for (const Validator& validator : fields.validators.validators) {
    pb::GenesisValidator& added = *message.add_validators();
    added.set_organisation(validator.organisation);
    added.set_consensus_key(validator.consensus_key.view().data(), PublicKey::kSize);
  }
  for (const auto& [key, record] : fields.records) {
    pb::GenesisRecord& added = *message.add_records();
    added.set_kind(key.kind);
    added.set_id(key.id);
    added.set_record(record);
  }
  return decode(encode(message));
}

std::vector<Event> genesis_events(const Genesis& genesis) {
  std::vector<Event> events;
  for (const auto& [key, record] : genesis.records) {
    Event event;
    event.key = key;
    event.record = record;
    event.event_index = static_cast<std::uint32_t>(events.size());
    events.push_back(std::move(event));
  }
  return events;
}

Header genesis_header(const Genesis& genesis, const Digest& rules_hash) {
  const std::vector<Event> events = genesis_events(genesis);
  Header header;
  header.logic_version = genesis.logic_version;
  header.genesis = genesis.hash;
  header.time = genesis.time;
  header.transactions_root = list_empty_root();
  header.history_root = list_empty_root();
  header.state_root = commit_events(MerkleMap(), NoKeys(), Height(0), genesis.time, events).map.root();
  header.validators_hash = genesis.validators.hash();
  header.next_validators_hash = header.validators_hash;
  header.rules_hash = rules_hash;
  return header;
}

}  // namespace qilian::ledger
