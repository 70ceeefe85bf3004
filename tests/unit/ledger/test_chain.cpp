#include "tests/unit/ledger/test_chain.h"

#include <algorithm>

#include "ledger/core/canonical.h"
#include "ledger/core/certificate.pb.h"
#include "ledger/core/hash.h"
#include "ledger/core/ledger.pb.h"

namespace qilian::ledger::test {
namespace {

SecretKey derived_key(const std::string& name) { return *SecretKey::from_seed(sha256({name}).view()); }

class StatesOf final : public KeyStates {
 public:
  explicit StatesOf(const std::map<Key, KeyState>& states) : states_(states) {}
  std::optional<KeyState> find(const Key& key) const override {
    const auto found = states_.find(key);
    return found == states_.end() ? std::nullopt : std::optional(found->second);
  }

 private:
  const std::map<Key, KeyState>& states_;
};

}  // namespace

TestChain::TestChain(std::size_t validators) {
  add_set(Epoch(0), validators);
  Genesis fields;
  fields.chain = "test";
  fields.time = TimeMs(1'700'000'000'000);
  fields.validators = sets_[0];
  fields.records[{7, "org:one"}] = "organisation one";
  fields.records[{7, "org:two"}] = "organisation two";
  genesis_ = Genesis::compile(fields).value();
  blocks_.emplace_back();
  leaves_.emplace_back();
  append(genesis_header(genesis_, sha256({"rules"})), genesis_events(genesis_));
}

void TestChain::add_set(Epoch epoch, std::size_t n) {
  ValidatorSet set{epoch, {}};
  std::vector<SecretKey> keys;
  for (std::size_t i = 0; i < n; ++i) {
    keys.push_back(derived_key("validator " + std::to_string(epoch.value()) + "/" + std::to_string(i)));
    set.validators.push_back({"organisation " + std::to_string(i), keys.back().public_key()});
  }
  sets_.push_back(std::move(set));
  secrets_.push_back(std::move(keys));
}

void TestChain::append(Header header, const std::vector<Event>& events) {
  StateChange change =
      commit_events(maps_.empty() ? MerkleMap() : maps_.back(), StatesOf(states_), header.height, header.time, events);
  for (JournalAddition& addition : change.additions) {
    journals_[addition.key].push_back({addition.leaf, addition.payload, addition.record});
  }
  for (KeyUpdate& update : change.updates) states_[update.key] = update.state;
  header.state_root = change.map.root();
  maps_.push_back(std::move(change.map));
  history_.push_back(history_leaf_hash(header.hash()));
  blocks_.back().header = header.encode();
  headers_.push_back(header);
}

Bytes TestChain::next_envelope() {
  const SecretKey key = derived_key("client");
  BodyFields fields{{key.public_key()}, key.public_key(), TimeMs(1'800'000'000'000), {}, "test.call", "arguments"};
  fields.nonce = FixedWriter().u64(++next_nonce_).take();
  const Bytes body = encode_body(fields).value();
  return assemble_envelope(body, {sign_body(body, genesis_.hash, key)});
}

void TestChain::add_block(std::size_t transactions, const std::vector<Write>& writes) {
  const Header& parent = headers_.back();
  Header next = parent;
  next.height = parent.height.next();
  next.parent = parent.hash();
  next.time = TimeMs(parent.time.value() + 1'000);
  next.proposer = ReplicaId(0);
  const Epoch epoch = parent.next_validators_hash == parent.validators_hash ? parent.epoch : parent.epoch.next();
  next.epoch = epoch;
  next.validators_hash = validators(epoch).hash();
  next.next_validators_hash = next.validators_hash;
  if (boundary_) {
    add_set(epoch.next(), validators(epoch).size());
    next.next_validators_hash = validators(epoch.next()).hash();
    boundary_ = false;
  }
  next.history_root = list_root(history_);

  Block block;
  std::vector<TransactionLeaf> leaves;
  leaves_.emplace_back();
  for (std::size_t i = 0; i < transactions; ++i) {
    block.envelopes.push_back(next_envelope());
    pb::Receipt receipt;
    receipt.set_transaction_id(Transaction::decode(block.envelopes.back())->id().str());
    receipt.set_code(i % 2 == 0 ? "OK" : "COM-303");
    block.receipts.push_back(ledger::encode(receipt));
    leaves.push_back(transaction_leaf(block.envelopes.back(), block.receipts.back()).value());
    leaves_.back().push_back(list_leaf_hash(leaves.back().encode()));
  }
  next.transaction_count = static_cast<std::uint32_t>(transactions);
  next.transactions_root = transactions_root(leaves);
  blocks_.push_back(std::move(block));

  std::vector<Event> events;
  for (const Write& write : writes) {
    Event event{write.key, 9, write.payload, write.record, static_cast<std::uint32_t>(transactions) - 1, 0};
    event.event_index = static_cast<std::uint32_t>(events.size());
    events.push_back(std::move(event));
  }
  append(next, events);
}

void TestChain::add_boundary() {
  boundary_ = true;
  add_block(0);
}

BlockCertificate TestChain::certify(Height height, std::size_t signers) const {
  const Header& at = header(height);
  const Bytes payload = checkpoint_payload(genesis_.hash, at.epoch, at.height, at.hash());
  BlockCertificate out;
  out.header = at.encode();
  std::vector<ReplicaId> ids;
  for (std::uint32_t i = 0; i < signers; ++i) {
    ids.emplace_back(i);
    out.signatures.push_back(secrets(at.epoch)[i].sign(payload));
  }
  out.signers = signer_bitmap(ids, validators(at.epoch).size());
  return out;
}

BlockCertificate TestChain::certify(const Header& any, Epoch epoch) const {
  const Bytes payload = checkpoint_payload(genesis_.hash, epoch, any.height, any.hash());
  BlockCertificate out;
  out.header = any.encode();
  std::vector<ReplicaId> ids;
  for (std::uint32_t i = 0; i < quorum(validators(epoch).size()); ++i) {
    ids.emplace_back(i);
    out.signatures.push_back(secrets(epoch)[i].sign(payload));
  }
  out.signers = signer_bitmap(ids, validators(epoch).size());
  return out;
}

Bytes TestChain::finish(FactParts parts, Height at, Height certified) const {
  pb::HistoryProof history;
  if (at < certified) {
    build_history_proof(blocks_[at.value()].header, std::span(history_).first(certified.value()), at, history);
    parts.history = &history;
  }
  parts.genesis = genesis_.hash;
  parts.certificate = certify(certified);
  parts.n = validators(header(certified).epoch).size();
  for (const Header& boundary : headers_) {
    if (boundary.next_validators_hash == boundary.validators_hash || boundary.epoch >= header(certified).epoch)
      continue;
    parts.handovers.push_back(
        {certify(boundary.height), validators(boundary.epoch).size(), validators(boundary.epoch.next()).encode()});
  }
  return assemble_fact(parts);
}

Bytes TestChain::transaction_fact(Height height, std::uint64_t index, Height certified) const {
  const Block& in = block(height);
  pb::TransactionFact fact;
  build_transaction_fact(in.envelopes[index], in.receipts[index], leaves_[height.value()], index, fact);
  FactParts parts;
  parts.transaction = &fact;
  return finish(parts, height, certified);
}

Result<Bytes> TestChain::state_fact(const StateQuestion& question, Height at, Height certified) const {
  pb::StateFact fact;
  QILIAN_TRY_VOID(
      build_state_fact(question, journal(question.key, at), maps_[at.value()].prove(map_key(question.key)), fact));
  FactParts parts;
  parts.state = &fact;
  return finish(parts, at, certified);
}

Bytes TestChain::certificate_of(const pb::StateFact& fact) const {
  FactParts parts;
  parts.state = &fact;
  return finish(parts, head(), head());
}

std::vector<JournalRecord> TestChain::journal(const Key& key, Height at) const {
  std::vector<JournalRecord> out;
  const auto found = journals_.find(key);
  if (found == journals_.end()) return out;
  std::copy_if(found->second.begin(), found->second.end(), std::back_inserter(out),
               [&](const JournalRecord& entry) { return entry.leaf.height <= at; });
  return out;
}

}  // namespace qilian::ledger::test
