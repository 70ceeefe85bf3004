#include "ledger/core/transaction.h"

#include <doctest/doctest.h>

#include "ledger/core/block.h"
#include "ledger/core/canonical.h"
#include "ledger/core/genesis.h"
#include "ledger/core/hash.h"
#include "ledger/core/ledger.pb.h"

namespace qilian::ledger {
namespace {

SecretKey key(char seed) { return *SecretKey::from_seed(Bytes(32, seed)); }

const GenesisHash kChain = GenesisHash::of(sha256({"chain"}));

BodyFields fields() {
  return {{key('a').public_key(), key('b').public_key()},
          key('a').public_key(),
          TimeMs(1'000),
          "12345678",
          "registry.submit",
          "args"};
}

std::vector<Signature> sign(const Bytes& body, const GenesisHash& chain = kChain) {
  pb::Body parsed;
  parsed.ParseFromString(body);
  std::vector<Signature> out;
  for (const auto& signer : parsed.signers()) {
    for (char seed : {'a', 'b', 'c'}) {
      if (key(seed).public_key().view() == signer) out.push_back(sign_body(body, chain, key(seed)));
    }
  }
  return out;
}

/// The error code of an envelope around this body message.
std::string verdict(const pb::Body& body, std::size_t signatures) {
  const auto decoded = Transaction::decode(assemble_envelope(encode(body), std::vector<Signature>(signatures)));
  return decoded ? "ok" : decoded.error().code;
}

pb::Body good_body() {
  pb::Body body;
  body.ParseFromString(encode_body(fields()).value());
  return body;
}

}  // namespace

TEST_CASE("an envelope comes apart as it was put together") {
  const Bytes body = encode_body(fields()).value();
  const auto signatures = sign(body);
  const Bytes envelope = assemble_envelope(body, signatures);
  const Transaction transaction = Transaction::decode(envelope).value();
  CHECK(transaction.envelope() == envelope);
  CHECK(transaction.body() == body);
  CHECK(transaction.signers().size() == 2);
  CHECK(transaction.signers()[0] < transaction.signers()[1]);
  CHECK(transaction.lead() == key('a').public_key());
  CHECK(transaction.expires() == TimeMs(1'000));
  CHECK(transaction.call() == "registry.submit");
  CHECK(transaction.arguments() == "args");
  CHECK(transaction.signatures() == signatures);
  CHECK(transaction.id() == TransactionId::of(hash(Domain::kTransactionId, {body})));
  CHECK(transaction.envelope_digest() ==
        EnvelopeDigest::of(hash(Domain::kEnvelope, {body, signatures[0].view(), signatures[1].view()})));
  CHECK(verify_signatures(transaction, kChain));
}

TEST_CASE("two signature sets for one body share the id and differ in the envelope digest") {
  const Bytes body = encode_body(fields()).value();
  auto others = sign(body);
  others[0].bytes[0] = static_cast<char>(others[0].bytes[0] ^ 1);
  const Transaction one = Transaction::decode(assemble_envelope(body, sign(body))).value();
  const Transaction two = Transaction::decode(assemble_envelope(body, others)).value();
  CHECK(one.id() == two.id());
  CHECK(one.envelope_digest() != two.envelope_digest());
  CHECK(verify_signatures(two, kChain).error().code == "COM-201");
}

TEST_CASE("a signature for another chain, or in another signer's place, is COM-201") {
  const Bytes body = encode_body(fields()).value();
  const Transaction transaction = Transaction::decode(assemble_envelope(body, sign(body))).value();
  CHECK(verify_signatures(transaction, GenesisHash::of(sha256({"other"}))).error().code == "COM-201");
  auto swapped = sign(body);
  std::swap(swapped[0], swapped[1]);
  CHECK(verify_signatures(Transaction::decode(assemble_envelope(body, swapped)).value(), kChain).error().code ==
        "COM-201");
}

TEST_CASE("bodies that break a rule are COM-101") {
  CHECK(verdict(good_body(), 2) == "ok");
  CHECK(verdict(good_body(), 1) == "COM-101");
  CHECK(verdict(good_body(), 3) == "COM-101");
  const auto broken = [](auto change) {
    pb::Body body = good_body();
    change(body);
    return verdict(body, static_cast<std::size_t>(body.signers_size()));
  };
  CHECK(broken([](pb::Body& b) { b.clear_signers(); }) == "COM-101");
  CHECK(broken([](pb::Body& b) { b.mutable_signers()->SwapElements(0, 1); }) == "COM-101");
  CHECK(broken([](pb::Body& b) { b.set_signers(1, b.signers(0)); }) == "COM-101");
  CHECK(broken([](pb::Body& b) { b.set_signers(1, b.signers(1).substr(1)); }) == "COM-101");
  CHECK(broken([](pb::Body& b) { b.set_lead(key('c').public_key().view().data(), 32); }) == "COM-101");
  CHECK(broken([](pb::Body& b) { b.clear_lead(); }) == "COM-101");
  CHECK(broken([](pb::Body& b) { b.clear_expires_ms(); }) == "COM-101");
  CHECK(broken([](pb::Body& b) { b.set_expires_ms(-1); }) == "COM-101");
  CHECK(broken([](pb::Body& b) { b.set_nonce("1234567"); }) == "COM-101");
  CHECK(broken([](pb::Body& b) { b.set_nonce(Bytes(33, 'n')); }) == "COM-101");
  CHECK(broken([](pb::Body& b) { b.clear_call(); }) == "COM-101");
  CHECK(broken([](pb::Body& b) { b.set_call(std::string(65, 'c')); }) == "COM-101");
  CHECK(broken([](pb::Body& b) {
          for (int i = 0; i < 15; ++i) b.add_signers(Bytes(31, '\xff') + static_cast<char>('A' + i));
        }) == "COM-101");
}

TEST_CASE("an envelope beyond 256 KiB is COM-101, whatever it holds") {
  CHECK(Transaction::decode(Bytes(kMaxEnvelopeBytes + 1, '\n')).error().code == "COM-101");
}

TEST_CASE("unknown fields in the body or around it are COM-102") {
  const Bytes body = encode_body(fields()).value();
  CHECK(Transaction::decode(assemble_envelope(body, sign(body)) + "\x18\x01").error().code == "COM-102");
  CHECK(Transaction::decode(assemble_envelope(body + "\x38\x01", sign(body))).error().code == "COM-102");
}

TEST_CASE("a body is sorted on the way in, and a repeated signer is refused") {
  BodyFields reversed = fields();
  std::swap(reversed.signers[0], reversed.signers[1]);
  CHECK(encode_body(reversed).value() == encode_body(fields()).value());
  BodyFields twice = fields();
  twice.signers.push_back(twice.signers[0]);
  CHECK(encode_body(twice).error().code == "COM-101");
}

TEST_CASE("quorums follow ceil((n+f+1)/2)") {
  const std::size_t expected[] = {1, 2, 2, 3, 4, 4, 5, 6, 6, 7, 8, 8, 9};
  for (std::size_t n = 1; n <= 13; ++n) CHECK(quorum(n) == expected[n - 1]);
}

TEST_CASE("validator sets read back, and bad ones are refused") {
  ValidatorSet set{Epoch(3), {{"ORG1", key('a').public_key()}, {"ORG2", key('b').public_key()}}};
  CHECK(ValidatorSet::decode(set.encode()).value() == set);
  CHECK(set.find(key('b').public_key()) == ReplicaId(1));
  CHECK_FALSE(set.find(key('c').public_key()));
  const auto code = [](const ValidatorSet& bad) { return ValidatorSet::decode(bad.encode()).error().code; };
  CHECK(ValidatorSet::decode(set.encode() + "x").error().code == "validators.malformed");
  for (std::size_t cut = 0; cut < set.encode().size(); ++cut) {
    CHECK_FALSE(ValidatorSet::decode(set.encode().substr(0, cut)));
  }
  CHECK(code({Epoch(0), {}}) == "validators.malformed");
  CHECK(code({Epoch(0), {set.validators[0], {"ORG2", key('a').public_key()}}}) == "validators.malformed");
  CHECK(code({Epoch(0), {{"ORG1", PublicKey{}}}}) == "validators.malformed");
  CHECK(code({Epoch(0), {{"", key('a').public_key()}}}) == "validators.malformed");
}

TEST_CASE("a genesis is refused with the field that is wrong") {
  Genesis fields_of_genesis;
  fields_of_genesis.chain = "test";
  fields_of_genesis.time = TimeMs(1);
  fields_of_genesis.validators = {Epoch(0), {{"ORG1", key('a').public_key()}}};
  fields_of_genesis.records[{7, "x"}] = "record";
  const Genesis genesis = Genesis::compile(fields_of_genesis).value();
  CHECK(genesis.records == fields_of_genesis.records);
  CHECK(genesis.validators == fields_of_genesis.validators);
  CHECK(Genesis::decode(genesis.bytes).value().hash == genesis.hash);

  const auto code = [&](auto change) {
    pb::Genesis message;
    message.ParseFromString(genesis.bytes);
    change(message);
    const auto decoded = Genesis::decode(encode(message));
    return decoded ? "ok" : decoded.error().code;
  };
  CHECK(code([](pb::Genesis&) {}) == "ok");
  CHECK(code([](pb::Genesis& g) { g.clear_chain(); }) == "genesis.chain");
  CHECK(code([](pb::Genesis& g) { g.set_suite("sm2-sm3"); }) == "genesis.suite");
  CHECK(code([](pb::Genesis& g) { g.set_time_ms(0); }) == "genesis.time_ms");
  CHECK(code([](pb::Genesis& g) { g.set_logic_version(2); }) == "genesis.logic_version");
  CHECK(code([](pb::Genesis& g) { g.set_window(0); }) == "genesis.window");
  CHECK(code([](pb::Genesis& g) { g.set_short_expiry_ms(0); }) == "genesis.short_expiry_ms");
  CHECK(code([](pb::Genesis& g) { g.clear_validators(); }) == "genesis.validators");
  CHECK(code([](pb::Genesis& g) { *g.add_validators() = g.validators(0); }) == "genesis.validators");
  CHECK(code([](pb::Genesis& g) { *g.add_records() = g.records(0); }) == "genesis.records");
  CHECK(code([](pb::Genesis& g) { g.mutable_records(0)->set_kind(0); }) == "genesis.records");
  CHECK(code([](pb::Genesis& g) { g.mutable_records(0)->set_kind(65'536); }) == "genesis.records");
  CHECK(code([](pb::Genesis& g) { g.mutable_records(0)->clear_id(); }) == "genesis.records");
  CHECK(Genesis::decode(genesis.bytes + "x").error().code == "genesis.encoding");
}

TEST_CASE("a block frame reads back, and a damaged one does not") {
  const Bytes body = encode_body(fields()).value();
  Header header;
  header.transaction_count = 2;
  Block block;
  block.envelopes = {assemble_envelope(body, sign(body)), assemble_envelope(body, sign(body, GenesisHash{}))};
  block.receipts = {"receipt one", ""};
  std::vector<TransactionLeaf> leaves;
  for (std::size_t i = 0; i < 2; ++i) leaves.push_back(transaction_leaf(block.envelopes[i], block.receipts[i]).value());
  header.transactions_root = transactions_root(leaves);
  block.header = header.encode();

  const Bytes bytes = block.encode();
  CHECK(Block::decode(bytes).value() == block);
  CHECK(transactions_root(block).value() == header.transactions_root);
  CHECK(Header::decode(block.header).value() == header);
  for (std::size_t cut = 0; cut < bytes.size(); ++cut) CHECK_FALSE(Block::decode(ByteView(bytes).substr(0, cut)));
  CHECK(Block::decode(bytes + "x").error().code == "block.malformed");
  header.transaction_count = 1;
  CHECK(Block::decode(header.encode() + bytes.substr(Header::kSize)).error().code == "block.malformed");
}

}  // namespace qilian::ledger
