#include "tests/vectors/signed_forgeries.h"

#include <algorithm>

#include "ledger/core/canonical.h"
#include "ledger/core/hash.h"
#include "ledger/core/ledger.pb.h"

namespace qilian::ledger::test {
namespace {

const Key kAlone{11, "gsd:alone"};

SecretKey client(int i) { return *SecretKey::from_seed(sha256({"client " + std::to_string(i)}).view()); }

class Forger {
 public:
  Forger(const TestChain& chain, const TestChain& after) : chain_(chain), after_(after) {}

  std::vector<NamedCertificate> take() {
    headers();
    handovers();
    bodies();
    receipts();
    journals();
    paths();
    return std::move(out_);
  }

 private:
  void add(const std::string& name, Bytes bytes) { out_.push_back({name, std::move(bytes)}); }

  /// The certificate that the chain gives, to be changed.
  pb::FactCertificate current(const TestChain& chain) const {
    pb::FactCertificate out;
    QILIAN_CHECK(out.ParseFromString(chain.state_fact({Claim::kCurrent, kAsset, {}, {}}).value()));
    return out;
  }

  template <typename Change>
  void certified(const std::string& name, Change change) {
    pb::FactCertificate certificate = current(chain_);
    Header header = chain_.header(chain_.head());
    change(header);
    certificate.set_block_certificate(chain_.certify(header, Epoch(0)).encode());
    add(name, encode(certificate));
  }

  void headers() {
    certified("header/time-negative", [](Header& h) { h.time = TimeMs(-1); });
    certified("header/logic-version-0", [](Header& h) { h.logic_version = 0; });
    certified("header/logic-version-2", [](Header& h) { h.logic_version = 2; });
    certified("header/height-0", [](Header& h) { h.height = Height(0); });
    certified("header/height-greatest", [](Header& h) { h.height = Height(~std::uint64_t{0}); });
    certified("header/below-the-last-entry", [](Header& h) { h.height = Height(11); });
    certified("header/boundary", [](Header& h) { h.next_validators_hash = sha256({"next"}); });
    certified("header/another-set", [](Header& h) { h.validators_hash = sha256({"another"}); });
    certified("header/epoch-1", [](Header& h) { h.epoch = Epoch(1); });

    pb::FactCertificate certificate = current(chain_);
    certificate.set_block_certificate(chain_.certify(chain_.head(), 4).encode());
    add("signers/all", encode(certificate));
    certificate.set_block_certificate(chain_.certify(chain_.head(), 2).encode());
    add("signers/two", encode(certificate));

    for (const std::uint32_t version : {1u, 2u}) {
      pb::FactCertificate older;
      QILIAN_CHECK(older.ParseFromString(
          chain_.state_fact({Claim::kCurrent, kAsset, {}, {}}, Height(9), chain_.head()).value()));
      Header below = chain_.header(Height(9));
      below.logic_version = version;
      std::vector<Digest> path;
      for (const std::string& node : older.history().path()) path.push_back(*Digest::from(node));
      Header head = chain_.header(chain_.head());
      head.history_root =
          list_root_from_inclusion(history_leaf_hash(below.hash()), 9, head.height.value(), path).value();
      older.mutable_history()->set_header(below.encode());
      older.set_block_certificate(chain_.certify(head, Epoch(0)).encode());
      add("history/logic-version-" + std::to_string(version), encode(older));
    }
  }

  /// The first boundary names `next`, whatever that is, and stands at `height`.
  void handover(const std::string& name, const Bytes& next, std::uint64_t height) {
    pb::FactCertificate certificate = current(after_);
    Header boundary = after_.header(Height(7));
    boundary.height = Height(height);
    boundary.next_validators_hash = hash(Domain::kValidators, {next});
    certificate.mutable_handovers(0)->set_certificate(after_.certify(boundary, Epoch(0)).encode());
    certificate.mutable_handovers(0)->set_next_validators(next);
    add("handover/" + name, encode(certificate));
  }

  void handovers() {
    const ValidatorSet& next = after_.validators(Epoch(1));
    handover("good", next.encode(), 7);
    handover("height-0", next.encode(), 0);
    handover("height-9", next.encode(), 9);
    handover("height-10", next.encode(), 10);
    handover("no-bytes", "", 7);
    handover("bytes-left-over", next.encode() + "x", 7);
    handover("no-validators", ValidatorSet{Epoch(1), {}}.encode(), 7);
    handover("same-set", chain_.validators(Epoch(0)).encode(), 7);
    const auto with = [&](const std::string& name, auto change) {
      ValidatorSet set = next;
      change(set);
      handover(name, set.encode(), 7);
    };
    with("epoch-2", [](ValidatorSet& s) { s.epoch = Epoch(2); });
    with("no-name", [](ValidatorSet& s) { s.validators[0].organisation = ""; });
    with("name-of-255", [](ValidatorSet& s) { s.validators[0].organisation = Bytes(255, 'n'); });
    with("name-not-text", [](ValidatorSet& s) { s.validators[0].organisation = "\xff\xfe"; });
    with("key-twice", [](ValidatorSet& s) { s.validators[1].consensus_key = s.validators[0].consensus_key; });
    with("key-identity",
         [](ValidatorSet& s) { s.validators[3].consensus_key = *PublicKey::from("\x01" + Bytes(31, '\0')); });
    with("key-of-small-order",
         [](ValidatorSet& s) { s.validators[3].consensus_key = *PublicKey::from(Bytes(32, '\0')); });
    with("key-off-the-curve",
         [](ValidatorSet& s) { s.validators[3].consensus_key = *PublicKey::from("\x02" + Bytes(31, '\0')); });
    for (const std::size_t n : {99, 100, 101}) {
      with("set-of-" + std::to_string(n), [n](ValidatorSet& s) {
        for (int i = 0; s.validators.size() < n; ++i) s.validators.push_back({"more", client(i).public_key()});
      });
    }
  }

  /// One transaction alone in a block that the quorum signed.
  void alone(const std::string& name, const Bytes& envelope, const Bytes& receipt) {
    pb::Envelope parsed;
    QILIAN_CHECK(parsed.ParseFromString(envelope));
    Bytes joined = parsed.body();
    for (const std::string& signature : parsed.signatures()) joined += signature;
    const Digest leaf =
        list_leaf_hash(Bytes(hash(Domain::kTransactionId, {parsed.body()}).view()) +
                       Bytes(hash(Domain::kEnvelope, {joined}).view()) + Bytes(receipt_hash(receipt).view()));
    Header header = chain_.header(Height(4));
    header.transaction_count = 1;
    header.transactions_root = leaf;
    pb::TransactionFact fact;
    build_transaction_fact(envelope, receipt, std::span(&leaf, 1), 0, fact);
    FactParts parts;
    parts.genesis = chain_.genesis().hash;
    parts.transaction = &fact;
    parts.certificate = chain_.certify(header, Epoch(0));
    parts.n = 4;
    add(name, assemble_fact(parts));
  }

  static Bytes receipt_of(const Bytes& body) {
    pb::Receipt receipt;
    receipt.set_transaction_id(Bytes(hash(Domain::kTransactionId, {body}).view()));
    receipt.set_code("OK");
    return encode(receipt);
  }

  template <typename Change>
  void body(const std::string& name, Change change, int signers = 1) {
    std::vector<SecretKey> keys;
    for (int i = 0; i < signers; ++i) keys.push_back(client(i));
    std::sort(keys.begin(), keys.end(), [](const auto& a, const auto& b) { return a.public_key() < b.public_key(); });
    pb::Body message;
    for (const SecretKey& key : keys) message.add_signers(Bytes(key.public_key().view()));
    message.set_lead(message.signers_size() > 0 ? message.signers(0) : Bytes(32, 'k'));
    message.set_expires_ms(1'800'000'000'000);
    message.set_nonce("nonce 01");
    message.set_call("test.call");
    change(message);
    const Bytes encoded = encode(message);
    pb::Envelope envelope;
    envelope.set_body(encoded);
    for (const SecretKey& key : keys)
      envelope.add_signatures(Bytes(sign_body(encoded, chain_.genesis().hash, key).view()));
    alone("body/" + name, encode(envelope), receipt_of(encoded));
  }

  void bodies() {
    const auto unchanged = [](pb::Body&) {};
    for (const int signers : {0, 1, 2, 16, 17}) body("signers-" + std::to_string(signers), unchanged, signers);
    body("signers-descending", [](pb::Body& b) { b.mutable_signers()->SwapElements(0, 1); }, 2);
    body("signers-twice", [](pb::Body& b) { b.set_signers(1, b.signers(0)); }, 2);
    body("signer-short", [](pb::Body& b) { b.mutable_signers(0)->pop_back(); });
    body("signer-of-small-order", [](pb::Body& b) {
      b.set_signers(0, Bytes(32, '\0'));
      b.set_lead(b.signers(0));
    });
    body("lead-second", [](pb::Body& b) { b.set_lead(b.signers(1)); }, 2);
    body("lead-stranger", [](pb::Body& b) { b.set_lead(Bytes(client(9).public_key().view())); });
    body("lead-none", [](pb::Body& b) { b.clear_lead(); });
    for (const std::int64_t expires : {std::int64_t{1}, std::int64_t{0}, std::int64_t{-1}}) {
      body("expires-" + std::to_string(expires), [expires](pb::Body& b) { b.set_expires_ms(expires); });
    }
    for (const std::size_t size : {0, 7, 8, 32, 33}) {
      body("nonce-" + std::to_string(size), [size](pb::Body& b) { b.set_nonce(Bytes(size, 'n')); });
    }
    for (const std::size_t size : {0, 1, 64, 65}) {
      body("call-" + std::to_string(size), [size](pb::Body& b) { b.set_call(Bytes(size, 'c')); });
    }
    body("call-of-22-characters-and-66-bytes", [](pb::Body& b) {
      for (int i = 0; i < 22; ++i) b.mutable_call()->append("祁");
    });
    body("arguments", [](pb::Body& b) { b.set_arguments(Bytes(1'000, '\xff')); });
  }

  void receipts() {
    const Bytes& envelope = chain_.envelope(Height(4), 0);
    pb::Envelope parsed;
    QILIAN_CHECK(parsed.ParseFromString(envelope));
    pb::Receipt good;
    QILIAN_CHECK(good.ParseFromString(receipt_of(parsed.body())));
    const auto with = [&](const std::string& name, auto change) {
      pb::Receipt receipt = good;
      change(receipt);
      alone("receipt/" + name, envelope, encode(receipt));
    };
    with("of-another", [](pb::Receipt& r) { r.set_transaction_id(Bytes(32, 'x')); });
    with("of-none", [](pb::Receipt& r) { r.clear_transaction_id(); });
    with("no-code", [](pb::Receipt& r) { r.clear_code(); });
    with("long-trace", [](pb::Receipt& r) { r.set_trace(Bytes(513, 't')); });
    with("empty-rules", [](pb::Receipt& r) { r.mutable_rules(); });
    with("rules-greatest", [](pb::Receipt& r) { r.mutable_rules()->set_parameters(~std::uint64_t{0}); });
    for (const int depth : {1, 14, 15, 16, 17}) {
      with("nested-" + std::to_string(depth), [depth](pb::Receipt& r) {
        pb::Receipt* inner = &r;
        for (int i = 0; i < depth; ++i) inner = inner->mutable_nested();
        inner->set_code("OK");
      });
    }
    alone("receipt/no-bytes", envelope, "");
    alone("receipt/default-spelled-out", envelope, encode(good) + Bytes("\x1a\x00", 2));
  }

  /// A fact about a key that stands alone in the map, or under the siblings that the fact has.
  void state(const std::string& name, pb::StateFact fact, const std::vector<JournalLeaf>& leaves) {
    fact.set_kind(fact.kind() == 0 ? kAlone.kind : fact.kind());
    const Key key{static_cast<Kind>(fact.kind()), fact.id()};
    std::vector<Digest> hashes;
    for (const JournalLeaf& leaf : leaves) hashes.push_back(list_leaf_hash(leaf.encode()));
    MapProof proof;
    for (const std::string& sibling : fact.map().siblings()) proof.siblings.push_back(*Digest::from(sibling));
    const MapValue value{key.kind, leaves.size(), list_root(hashes), leaves.back().record_hash};
    proof.leaf = MapProof::Leaf{map_key(key), value.hash()};
    const auto root = map_root_from_proof(map_key(key), value.hash(), proof);
    fact.mutable_map();
    certify_state(name, fact, root.value_or(Digest()));
  }

  void certify_state(const std::string& name, const pb::StateFact& fact, const Digest& root) {
    Header header = chain_.header(chain_.head());
    header.state_root = root;
    FactParts parts;
    parts.genesis = chain_.genesis().hash;
    parts.state = &fact;
    parts.certificate = chain_.certify(header, Epoch(0));
    parts.n = 4;
    add("state/" + name, assemble_fact(parts));
  }

  static JournalLeaf leaf(std::uint64_t height, std::uint32_t transaction, std::uint32_t event,
                          const std::optional<Bytes>& record = std::nullopt) {
    return {Height(height),
            TimeMs(1),
            transaction,
            event,
            9,
            hash(Domain::kEventPayload, {"p"}),
            record ? hash(Domain::kRecord, {*record}) : Digest()};
  }

  /// All the leaves, each with its payload, as a HISTORY without records.
  static pb::StateFact history_of(const std::vector<JournalLeaf>& leaves) {
    pb::StateFact fact;
    fact.set_claim(pb::StateFact::HISTORY);
    fact.set_id(kAlone.id);
    std::vector<Digest> hashes;
    for (const JournalLeaf& entry : leaves) hashes.push_back(list_leaf_hash(entry.encode()));
    journal_range_proof(hashes, 0, hashes.size(), *fact.mutable_journal());
    for (const JournalLeaf& entry : leaves) {
      pb::JournalEntry& added = *fact.mutable_journal()->add_entries();
      added.set_leaf(entry.encode());
      added.set_payload("p");
    }
    return fact;
  }

  void journals() {
    const auto history = [&](const std::string& name, const std::vector<JournalLeaf>& leaves) {
      state(name, history_of(leaves), leaves);
    };
    history("in-order", {leaf(3, 0, 0), leaf(3, 0, 1), leaf(3, 1, 0), leaf(14, 0, 0)});
    history("genesis", {leaf(0, 0, 0), leaf(0, 0, 5)});
    history("same-place-twice", {leaf(3, 0, 0), leaf(3, 0, 0)});
    history("events-out-of-order", {leaf(3, 0, 1), leaf(3, 0, 0)});
    history("transactions-out-of-order", {leaf(3, 1, 0), leaf(3, 0, 1)});
    history("heights-out-of-order", {leaf(4, 0, 0), leaf(3, 1, 1)});
    history("above-the-header", {leaf(15, 0, 0)});
    const std::vector<JournalLeaf> one{leaf(3, 0, 0)};
    for (const std::uint32_t kind : {65'535u, 65'536u, 65'547u}) {
      pb::StateFact fact = history_of(one);
      fact.set_kind(kind);
      state("kind-" + std::to_string(kind), fact, one);
    }
    pb::StateFact nameless = history_of(one);
    nameless.clear_id();
    state("no-id", nameless, one);

    // A record of no bytes is a record; one that goes away leaves none in force.
    const std::vector<JournalLeaf> empty{leaf(3, 0, 0, ""), leaf(4, 0, 0), leaf(5, 0, 0, "")};
    history("empty-records", empty);
    const std::vector<JournalLeaf> gone{leaf(3, 0, 0, "record"), leaf(4, 0, 0)};
    pb::StateFact fact = history_of(gone);
    state("record-not-shown", fact, gone);
    fact.mutable_journal()->mutable_entries(0)->set_record("record");
    state("record-gone", fact, gone);
    fact.mutable_journal()->mutable_entries(1)->set_record("record");
    state("record-gone-and-shown", fact, gone);

    // What the verifier derives, brought along.
    pb::StateFact along = history_of(one);
    along.mutable_map()->set_leaf_key_hash(map_key(kAlone).str());
    along.mutable_map()->set_leaf_value_hash(
        MapValue{kAlone.kind, 1, list_leaf_hash(one[0].encode()), {}}.hash().str());
    state("map-leaf-along", along, one);
    pb::StateFact vain = history_of(one);
    vain.set_current_record_hash(Bytes(32, '\0'));
    state("current-record-hash-in-vain", vain, one);
    pb::StateFact left_over = history_of(one);
    left_over.mutable_journal()->add_subtrees(Bytes(32, 's'));
    state("subtree-left-over", left_over, one);

    // Sizes that wrap around.
    for (const std::uint64_t first : {std::uint64_t{1}, ~std::uint64_t{0}}) {
      for (const std::uint64_t count : {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{2}, ~std::uint64_t{0}}) {
        pb::StateFact sized = history_of(one);
        sized.mutable_journal()->set_first(first);
        sized.mutable_journal()->set_count(count);
        state("first-" + std::to_string(first) + "-count-" + std::to_string(count), sized, one);
      }
    }
  }

  void paths() {
    const std::vector<JournalLeaf> one{leaf(3, 0, 0)};
    for (const int depth : {1, 255, 256, 257}) {
      pb::StateFact fact = history_of(one);
      for (int i = 0; i < depth; ++i) fact.mutable_map()->add_siblings(Bytes(32, static_cast<char>(i)));
      state("path-of-" + std::to_string(depth), fact, one);
    }
    // An absence proved by a leaf: on the key's path, beside it, and the key's own.
    const Digest key = map_key(kAlone);
    for (const int differs : {0, 1, 2, 255, 256}) {
      Bytes other(key.view());
      if (differs < 256) other[static_cast<std::size_t>(differs) / 8] ^= static_cast<char>(0x80 >> differs % 8);
      const Digest value = sha256({"value"});
      MapProof proof;
      proof.leaf = MapProof::Leaf{*Digest::from(other), value};
      pb::StateFact fact;
      fact.set_claim(pb::StateFact::ABSENT);
      fact.set_kind(kAlone.kind);
      fact.set_id(kAlone.id);
      fact.mutable_map()->set_leaf_key_hash(other);
      fact.mutable_map()->set_leaf_value_hash(value.str());
      // Two siblings: a leaf that leaves the key's path above them cannot stand there.
      for (const char sibling : {'a', 'b'}) {
        fact.mutable_map()->add_siblings(Bytes(32, sibling));
        proof.siblings.push_back(*Digest::from(Bytes(32, sibling)));
      }
      // The root as a careless prover would fold it: by the key's bits, from that leaf.
      Digest root = MerkleMap().update({{*Digest::from(other), value}}).root();
      const auto bit = [&](int depth) { return (static_cast<unsigned char>(key.view()[0]) >> (7 - depth) & 1) != 0; };
      for (int i = 0; i < 2; ++i) {
        const Bytes sibling(32, i == 0 ? 'a' : 'b');
        const Bytes below(root.view());
        root = sha256({"JMT::IntrnalNode", bit(1 - i) ? sibling : below, bit(1 - i) ? below : sibling});
      }
      certify_state("absent-beside-bit-" + std::to_string(differs), fact, root);
    }
  }

  const TestChain& chain_;
  const TestChain& after_;
  std::vector<NamedCertificate> out_;
};

}  // namespace

std::vector<NamedCertificate> signed_forgeries(const TestChain& chain, const TestChain& after) {
  return Forger(chain, after).take();
}

}  // namespace qilian::ledger::test
