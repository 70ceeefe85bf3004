// The formats, pinned: tests/vectors/ledger.txt holds one `name = hex` per line, made once from fixed inputs. A change
// of any byte here is a change of format and forks the chain. QILIAN_WRITE_VECTORS=1 rewrites the file, on purpose
// only.
#include <doctest/doctest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <map>

#include "ledger/core/canonical.h"
#include "ledger/core/certificate.pb.h"
#include "ledger/core/hash.h"
#include "ledger/core/ledger.pb.h"
#include "tests/unit/ledger/story.h"

namespace qilian::ledger {
namespace {

const std::string kFile = std::string(QILIAN_SOURCE_DIR) + "/tests/vectors/ledger.txt";

Digest digest(char c) { return *Digest::from(Bytes(32, c)); }
SecretKey key(char seed) { return *SecretKey::from_seed(Bytes(32, seed)); }

Header fixed_header() {
  Header header;
  header.logic_version = 1;
  header.genesis = GenesisHash::of(digest('\x11'));
  header.height = Height(0x0102030405060708);
  header.parent = HeaderHash::of(digest('\x22'));
  header.time = TimeMs(1'772'000'000'123);
  header.proposer = ReplicaId(3);
  header.epoch = Epoch(9);
  header.transaction_count = 1'000;
  header.transactions_root = digest('\x33');
  header.history_root = digest('\x44');
  header.state_root = digest('\x55');
  header.validators_hash = digest('\x66');
  header.next_validators_hash = digest('\x77');
  header.rules_hash = digest('\x88');
  return header;
}

/// Every pinned encoding, recomputed from the fixed inputs.
std::map<std::string, Bytes> recompute() {
  std::map<std::string, Bytes> out;
  const Header header = fixed_header();
  out["header"] = header.encode();
  out["header.hash"] = header.hash().str();
  out["header.null.hash"] = Header{}.hash().str();

  const ValidatorSet set{
      Epoch(2), {{"11620000DEM000014C", key('a').public_key()}, {"91620100DEM00041XD", key('b').public_key()}}};
  out["validators"] = set.encode();
  out["validators.hash"] = set.hash().str();

  const BodyFields fields{{key('a').public_key(), key('b').public_key()},
                          key('b').public_key(),
                          TimeMs(1'772'000'600'000),
                          "nonce-01",
                          "registry.submit",
                          "arguments"};
  const Bytes body = encode_body(fields).value();
  out["body"] = body;
  std::vector<Signature> signatures;
  pb::Body parsed;
  parsed.ParseFromString(body);
  for (const auto& signer : parsed.signers()) {
    const SecretKey& secret = signer == key('a').public_key().view() ? key('a') : key('b');
    signatures.push_back(sign_body(body, header.genesis, secret));
  }
  const Bytes envelope = assemble_envelope(body, signatures);
  out["envelope"] = envelope;
  const Transaction transaction = Transaction::decode(envelope).value();
  out["transaction.id"] = transaction.id().str();
  out["transaction.envelope_digest"] = transaction.envelope_digest().str();

  pb::Receipt receipt;
  receipt.set_transaction_id(transaction.id().str());
  receipt.set_code("OK");
  receipt.mutable_rules()->set_negative_list(2);
  receipt.mutable_rules()->set_parameters(1);
  receipt.set_object("gsd:12621000DEM000110Y:R2026000001R");
  receipt.mutable_nested()->set_code("COM-401");
  receipt.mutable_nested()->set_trace("NL-2026-0007 祁连");
  out["receipt"] = encode(receipt);
  out["receipt.hash"] = receipt_hash(encode(receipt)).str();
  const TransactionLeaf leaf = transaction_leaf(envelope, encode(receipt)).value();
  out["transaction.leaf"] = leaf.encode();
  const TransactionLeaf leaves[] = {leaf, leaf, leaf};
  out["transactions_root.0"] = transactions_root(std::span<const TransactionLeaf>()).str();
  out["transactions_root.3"] = transactions_root(leaves).str();

  Header of_block = header;
  of_block.transaction_count = 1;
  out["block"] = Block{of_block.encode(), {envelope}, {encode(receipt)}}.encode();

  const Key asset{11, "gsd:12621000DEM000110Y:R2026000001R"};
  out["map.key"] = map_key(asset).str();
  const JournalLeaf journal_leaf{Height(7),
                                 TimeMs(1'772'000'000'123),
                                 2,
                                 5,
                                 9,
                                 hash(Domain::kEventPayload, {"payload"}),
                                 hash(Domain::kRecord, {"record"})};
  out["journal.leaf"] = journal_leaf.encode();
  const MapValue value{11, 3, digest('\x99'), hash(Domain::kRecord, {"record"})};
  out["map.value"] = value.encode();
  out["map.value.hash"] = value.hash().str();
  out["long_id.key"] = long_transaction_id_key(transaction.id()).id;
  out["long_id.payload"] =
      long_transaction_id_event(transaction.id(), transaction.expires(), TimeMs(0), 1, 0, 0)->payload;
  Frontier frontier;
  for (char c = 'a'; c < 'f'; ++c) frontier.append(list_leaf_hash(Bytes(1, c)));
  out["frontier.5"] = frontier.encode();
  out["frontier.5.root"] = frontier.root().str();
  out["history.leaf"] = history_leaf_hash(header.hash()).str();

  Genesis genesis_fields;
  genesis_fields.chain = "vectors";
  genesis_fields.time = TimeMs(1'772'000'000'000);
  genesis_fields.validators = {Epoch(0), set.validators};
  genesis_fields.records[{7, "11620000DEM000014C"}] = "record one";
  genesis_fields.records[{9, "table"}] = "record two";
  const Genesis genesis = Genesis::compile(genesis_fields).value();
  out["genesis"] = genesis.bytes;
  out["genesis.hash"] = genesis.hash.str();
  out["genesis.header"] = genesis_header(genesis, digest('\xaa')).encode();

  out["checkpoint.payload"] = checkpoint_payload(header.genesis, header.epoch, header.height, header.hash());
  const BlockCertificate certificate{
      header.encode(), signer_bitmap({ReplicaId(0), ReplicaId(9)}, 10), {key('a').sign("x"), key('b').sign("x")}};
  out["certificate.block"] = certificate.encode();
  const test::TestChain chain = test::make_story(true);
  out["certificate.transaction"] = chain.transaction_fact(Height(4), 2, chain.head());
  out["certificate.range"] = chain.state_fact({Claim::kRange, test::kAsset, Height(5), Height(11)}).value();
  out["certificate.absent"] = chain.state_fact({Claim::kAbsent, test::kNobody, {}, {}}).value();
  out["certificate.genesis"] = chain.genesis().bytes;
  for (int i = 0; i <= static_cast<int>(Domain::kConsensusSignature); ++i) {
    out["domain." + std::string(domain_text(static_cast<Domain>(i)))] = domain_prefix(static_cast<Domain>(i));
  }
  return out;
}

std::map<std::string, std::string> read_file() {
  std::map<std::string, std::string> out;
  std::ifstream in(kFile);
  for (std::string line; std::getline(in, line);) {
    const auto equals = line.find(" = ");
    if (line.starts_with("#") || equals == std::string::npos) continue;
    out[line.substr(0, equals)] = line.substr(equals + 3);
  }
  return out;
}

void write_file(const std::map<std::string, Bytes>& vectors) {
  std::ofstream out(kFile);
  out << "# The ledger's formats, pinned byte by byte: name = hex. See tests/unit/ledger/format_vectors_test.cpp for "
         "the inputs.\n";
  for (const auto& [name, bytes] : vectors) out << name << " = " << to_hex(bytes) << "\n";
}

}  // namespace

TEST_CASE("every format of the ledger is what it was when the first chain began") {
  const auto vectors = recompute();
  if (std::getenv("QILIAN_WRITE_VECTORS") != nullptr) write_file(vectors);
  const auto pinned = read_file();
  REQUIRE(pinned.size() == vectors.size());
  for (const auto& [name, bytes] : vectors) {
    CAPTURE(name);
    REQUIRE(pinned.contains(name));
    CHECK(pinned.at(name) == to_hex(bytes));
  }
}

TEST_CASE("the pinned certificates verify from the pinned bytes alone") {
  const auto pinned = read_file();
  const Genesis genesis = Genesis::decode(from_hex(pinned.at("certificate.genesis")).value()).value();
  for (const char* name : {"certificate.transaction", "certificate.range", "certificate.absent"}) {
    CHECK(verify_fact(from_hex(pinned.at(name)).value(), genesis));
  }
}

}  // namespace qilian::ledger
