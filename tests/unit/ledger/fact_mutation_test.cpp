// Everything that can be done to a good certificate, and the known mistakes of other verifiers.
#include <doctest/doctest.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <algorithm>
#include <functional>
#include <random>

#include "ledger/core/canonical.h"
#include "ledger/core/certificate.pb.h"
#include "ledger/core/fact.h"
#include "ledger/core/hash.h"
#include "tests/unit/ledger/mutants.h"

namespace qilian::ledger {
namespace {

using google::protobuf::FieldDescriptor;
using test::for_each_structural_mutant;
using test::good_certificates;
using test::kAsset;
using test::kIndex;
using test::make_story;
using test::TestChain;

/// A mutant that still verifies is tolerable in one case only: it is another question's certificate, byte for byte the
/// one that the chain itself would give. Everything else that verifies is a hole.
bool refused_or_another_true_fact(const TestChain& chain, const Bytes& original, const Bytes& mutant) {
  if (mutant == original) return true;
  const auto fact = verify_fact(mutant, chain.genesis());
  if (!fact) return true;
  const auto* state = std::get_if<VerifiedState>(&fact->fact);
  if (state == nullptr) return false;
  const auto honest =
      chain.state_fact({state->claim, state->key, state->from, state->to}, fact->header.height, fact->certified.height);
  pb::FactCertificate before;
  before.ParseFromString(original);
  const bool same_question = static_cast<int>(before.state().claim()) == static_cast<int>(state->claim) &&
                             before.state().kind() == state->key.kind && before.state().id() == state->key.id &&
                             before.state().from() == state->from.value() && before.state().to() == state->to.value();
  return !same_question && honest && *honest == mutant;
}

pb::FactCertificate parse(const Bytes& bytes) {
  pb::FactCertificate out;
  REQUIRE(out.ParseFromString(bytes));
  return out;
}

std::string code_of(const TestChain& chain, const pb::FactCertificate& certificate) {
  const auto fact = verify_fact(encode(certificate), chain.genesis());
  return fact ? "accepted" : fact.error().code;
}

}  // namespace

TEST_CASE("every byte of every certificate counts") {
  const TestChain chain = make_story(true);
  const std::uint64_t seed = std::random_device()();
  CAPTURE(seed);
  std::mt19937_64 random(seed);
  int mutants = 0;
  for (const auto& [name, good] : good_certificates(chain)) {
    CAPTURE(name);
    REQUIRE(verify_fact(good, chain.genesis()));
    for (std::size_t at = 0; at < good.size(); ++at) {
      Bytes mutant = good;
      mutant[at] = static_cast<char>(mutant[at] ^ (1 << (random() % 8)));
      CAPTURE(at);
      REQUIRE(refused_or_another_true_fact(chain, good, mutant));
      ++mutants;
    }
  }
  CHECK(mutants > 10'000);
}

TEST_CASE("bytes cut out, put in, overwritten or moved are refused") {
  const TestChain chain = make_story(true);
  const std::uint64_t seed = std::random_device()();
  CAPTURE(seed);
  std::mt19937_64 random(seed);
  for (const auto& [name, good] : good_certificates(chain)) {
    CAPTURE(name);
    for (int i = 0; i < 400; ++i) {
      Bytes mutant = good;
      const std::size_t at = random() % mutant.size();
      const std::size_t size = 1 + random() % 40;
      switch (random() % 5) {
        case 0:
          mutant.erase(at, size);
          break;
        case 1:
          mutant.insert(at, Bytes(size, static_cast<char>(random())));
          break;
        case 2:
          mutant.resize(at);
          break;
        case 3:
          mutant += mutant.substr(at, size);
          break;
        default:
          mutant.replace(at, size, mutant.substr(random() % mutant.size(), size));
          break;
      }
      REQUIRE(refused_or_another_true_fact(chain, good, mutant));
    }
  }
}

TEST_CASE("fields cut or put in, entries dropped, doubled or swapped, and numbers shifted are refused") {
  const TestChain chain = make_story(true);
  int mutants = 0;
  for (const auto& [name, good] : good_certificates(chain)) {
    CAPTURE(name);
    for_each_structural_mutant(parse(good), [&](const Bytes& mutant) {
      CAPTURE(parse(mutant).ShortDebugString());
      REQUIRE(refused_or_another_true_fact(chain, good, mutant));
      ++mutants;
    });
  }
  CHECK(mutants > 500);
}

TEST_CASE("parts of one good certificate do not fit into another") {
  const TestChain chain = make_story(true);
  const auto goods = good_certificates(chain);
  for (const auto& [name, good] : goods) {
    for (const auto& [other_name, other] : goods) {
      const pb::FactCertificate from = parse(other);
      std::vector<const FieldDescriptor*> fields;
      from.GetReflection()->ListFields(from, &fields);
      for (const FieldDescriptor* field : fields) {
        pb::FactCertificate one_field = from;
        for (const FieldDescriptor* drop : fields) {
          if (drop != field) one_field.GetReflection()->ClearField(&one_field, drop);
        }
        pb::FactCertificate mixed = parse(good);
        mixed.GetReflection()->ClearField(&mixed, field);
        mixed.MergeFrom(one_field);
        const Bytes mutant = encode(mixed);
        // A whole certificate may come about again, and nothing else may.
        if (std::any_of(goods.begin(), goods.end(), [&](const auto& one) { return one.bytes == mutant; })) continue;
        REQUIRE(refused_or_another_true_fact(chain, good, mutant));
      }
    }
  }
}

TEST_CASE("unknown fields, trailing bytes and another order of fields are refused") {
  const TestChain chain = make_story(false);
  const Bytes good = chain.transaction_fact(Height(4), 0, chain.head());
  CHECK(verify_fact(good + "\x40\x01", chain.genesis()).error().code == "COM-102");
  CHECK(verify_fact(good + Bytes(1, '\0'), chain.genesis()).error().code == "COM-102");
  // The version, which stands first, moved to the end.
  CHECK(verify_fact(good.substr(2) + good.substr(0, 2), chain.genesis()).error().code == "COM-102");
}

TEST_CASE("another chain's genesis refuses it") {
  const TestChain chain = make_story(false);
  const TestChain other = make_story(false, 7);
  CHECK(verify_fact(chain.transaction_fact(Height(4), 0, chain.head()), other.genesis()).error().code == "fact.chain");
}

TEST_CASE(
    "a record with a recomputed root that nobody signed is refused, and so is one with the signed root left in place") {
  const TestChain chain = make_story(false);
  pb::FactCertificate certificate = parse(chain.state_fact({Claim::kCurrent, kAsset, {}, {}}).value());
  // The value alone: chain proofs still hold, the leaf names another record.
  pb::FactCertificate value_only = certificate;
  value_only.mutable_state()->mutable_journal()->mutable_entries(0)->set_record("forged");
  CHECK(code_of(chain, value_only) == "fact.record");

  // Value and leaf: the recomputed state root is not the signed one.
  JournalLeaf leaf = JournalLeaf::decode(certificate.state().journal().entries(0).leaf()).value();
  leaf.record_hash = hash(Domain::kRecord, {"forged"});
  pb::FactCertificate with_leaf = value_only;
  with_leaf.mutable_state()->mutable_journal()->mutable_entries(0)->set_leaf(leaf.encode());
  CHECK(code_of(chain, with_leaf) == "fact.state_root");

  // Value, leaf and header: everything is consistent, and the signatures are for another header.
  const auto root = journal_root_from_range(with_leaf.state().journal());
  REQUIRE(root);
  const MapValue forged{kAsset.kind, with_leaf.state().journal().count(), *root, leaf.record_hash};
  MapProof proof;
  proof.leaf = MapProof::Leaf{map_key(kAsset), forged.hash()};
  for (const auto& sibling : with_leaf.state().map().siblings()) proof.siblings.push_back(*Digest::from(sibling));
  BlockCertificate block = BlockCertificate::decode(certificate.block_certificate()).value();
  Header header = Header::decode(block.header).value();
  header.state_root = *map_root_from_proof(map_key(kAsset), forged.hash(), proof);
  block.header = header.encode();
  pb::FactCertificate with_header = with_leaf;
  with_header.set_block_certificate(block.encode());
  CHECK(code_of(chain, with_header) == "certificate.signature");

  // With the quorum's signatures it is true: the forgery failed for want of these alone.
  with_header.set_block_certificate(chain.certify(header, Epoch(0)).encode());
  CHECK(code_of(chain, with_header) == "accepted");
}

TEST_CASE("a signer counted twice, too few signers and signers beyond the set are refused") {
  const TestChain chain = make_story(false);
  const pb::FactCertificate certificate = parse(chain.transaction_fact(Height(4), 0, chain.head()));
  const auto code = [&](auto change) {
    BlockCertificate block = BlockCertificate::decode(certificate.block_certificate()).value();
    change(block);
    pb::FactCertificate mutant = certificate;
    mutant.set_block_certificate(block.encode());
    return code_of(chain, mutant);
  };
  CHECK(code([](BlockCertificate&) {}) == "accepted");
  CHECK(code([](BlockCertificate& b) { b.signatures[2] = b.signatures[0]; }) == "certificate.signature");
  CHECK(code([](BlockCertificate& b) {
          b.signers = "\x01";
          b.signatures = {b.signatures[0], b.signatures[0], b.signatures[0]};
        }) == "certificate.signatures");
  CHECK(code([](BlockCertificate& b) {
          b.signers = "\x03";
          b.signatures.pop_back();
        }) == "certificate.quorum");
  CHECK(code([](BlockCertificate& b) { b.signers = "\x0f"; }) == "certificate.signatures");
  CHECK(code([](BlockCertificate& b) { b.signers = "\x13"; }) == "certificate.bitmap");
  CHECK(code([](BlockCertificate& b) { b.signers += Bytes(1, '\0'); }) == "certificate.bitmap");
  CHECK(code([](BlockCertificate& b) { b.signers.clear(); }) == "certificate.bitmap");
  CHECK(code([](BlockCertificate& b) { std::swap(b.signatures[0], b.signatures[1]); }) == "certificate.signature");
  CHECK(code([](BlockCertificate& b) {
          b.signers = Bytes(1, '\0');
          b.signatures.clear();
        }) == "certificate.quorum");
}

TEST_CASE(
    "a certificate of all four validators is cut to its quorum when a file is made, so that no signer can be cut "
    "later") {
  const TestChain chain = make_story(false);
  const BlockCertificate full = chain.certify(chain.head(), 4);
  CHECK(verify_block_certificate(full, chain.genesis().hash, chain.genesis().validators));
  CHECK(trim_to_quorum(full, 4) == chain.certify(chain.head(), 3));
}

TEST_CASE("an empty block is judged by its signatures like any other, and proves no transaction") {
  const TestChain chain = make_story(false);
  pb::FactCertificate certificate = parse(chain.transaction_fact(Height(4), 0, Height(4)));
  Header empty = chain.header(Height(4));
  empty.transaction_count = 0;
  empty.transactions_root = list_empty_root();
  BlockCertificate unsigned_block;
  unsigned_block.header = empty.encode();
  unsigned_block.signers = Bytes(1, '\0');
  certificate.set_block_certificate(unsigned_block.encode());
  CHECK(code_of(chain, certificate) == "certificate.quorum");
  certificate.set_block_certificate(chain.certify(empty, Epoch(0)).encode());
  CHECK(code_of(chain, certificate) == "fact.transactions_root");
}

TEST_CASE("header 0 is never taken from a certificate") {
  const TestChain chain = make_story(false);
  pb::FactCertificate certificate = parse(chain.state_fact({Claim::kCurrent, kAsset, {}, {}}).value());
  certificate.set_block_certificate(chain.certify(chain.header(Height(0)), Epoch(0)).encode());
  CHECK(code_of(chain, certificate) == "fact.height");
}

TEST_CASE("no epoch ends with header 0, even where a quorum signed it") {
  const TestChain chain = make_story(true);
  pb::FactCertificate certificate = parse(chain.state_fact({Claim::kCurrent, kAsset, {}, {}}).value());
  Header boundary = chain.header(Height(7));
  boundary.height = Height(0);
  certificate.mutable_handovers(0)->set_certificate(chain.certify(boundary, Epoch(0)).encode());
  CHECK(code_of(chain, certificate) == "fact.handover");
}

TEST_CASE("epochs: gaps, old sets, unsigned hand-overs and heights below the boundary are refused") {
  const TestChain chain = make_story(true);
  const pb::FactCertificate good = parse(chain.state_fact({Claim::kCurrent, kAsset, {}, {}}).value());
  REQUIRE(good.handovers_size() == 2);
  const auto code = [&](auto change) {
    pb::FactCertificate mutant = good;
    change(mutant);
    return code_of(chain, mutant);
  };
  CHECK(code([](auto& c) { c.clear_handovers(); }) == "certificate.epoch");
  CHECK(code([](auto& c) { c.mutable_handovers()->RemoveLast(); }) == "certificate.epoch");
  CHECK(code([](auto& c) { c.mutable_handovers()->DeleteSubrange(0, 1); }) == "certificate.epoch");
  CHECK(code([](auto& c) { c.mutable_handovers()->SwapElements(0, 1); }) == "certificate.epoch");
  // More epochs than the certificate's own.
  pb::FactCertificate early = parse(chain.transaction_fact(Height(4), 0, Height(9)));
  *early.mutable_handovers() = good.handovers();
  CHECK(code_of(chain, early) == "certificate.epoch");

  // A hand-over that follows parent hashes and has no signatures.
  CHECK(code([&](auto& c) {
          BlockCertificate bare = BlockCertificate::decode(c.handovers(0).certificate()).value();
          bare.signers = Bytes(1, '\0');
          bare.signatures.clear();
          c.mutable_handovers(0)->set_certificate(bare.encode());
        }) == "certificate.quorum");
  // A block that ends no epoch.
  CHECK(code([&](auto& c) { c.mutable_handovers(0)->set_certificate(chain.certify(Height(6)).encode()); }) ==
        "fact.handover");
  // The right keys under the wrong epoch number.
  CHECK(code([&](auto& c) {
          ValidatorSet set = chain.validators(Epoch(1));
          set.epoch = Epoch(2);
          c.mutable_handovers(0)->set_next_validators(set.encode());
        }) == "fact.handover");
  // A boundary signed by the set that it installs.
  CHECK(code([&](auto& c) {
          c.mutable_handovers(0)->set_certificate(chain.certify(chain.header(Height(7)), Epoch(1)).encode());
        }) == "certificate.signature");
  // The last epoch's set signs a header of its epoch at a height that belongs to an earlier one.
  CHECK(code([&](auto& c) {
          Header low = chain.header(chain.head());
          low.height = Height(10);
          c.set_block_certificate(chain.certify(low, Epoch(2)).encode());
        }) == "fact.height");
  // An epoch that ends before it starts.
  CHECK(code([&](auto& c) {
          Header low = chain.header(Height(10));
          low.height = Height(7);
          c.mutable_handovers(1)->set_certificate(chain.certify(low, Epoch(1)).encode());
        }) == "fact.handover");
}

TEST_CASE("a set of strangers that follows a genuine boundary, with a head of its own making, is refused") {
  const TestChain chain = make_story(true);
  const SecretKey stranger = *SecretKey::from_seed(Bytes(32, 's'));
  for (const std::uint64_t epoch : {1, 2}) {
    const ValidatorSet strangers{Epoch(epoch), {{"stranger", stranger.public_key()}}};
    Header head = chain.header(chain.head());
    head.epoch = strangers.epoch;
    head.validators_hash = strangers.hash();
    BlockCertificate forged;
    forged.header = head.encode();
    forged.signers = signer_bitmap({ReplicaId(0)}, 1);
    forged.signatures = {stranger.sign(checkpoint_payload(head.genesis, head.epoch, head.height, head.hash()))};
    REQUIRE(verify_block_certificate(forged, head.genesis, strangers));

    pb::FactCertificate certificate = parse(chain.state_fact({Claim::kCurrent, kAsset, {}, {}}).value());
    certificate.mutable_handovers()->DeleteSubrange(1, 1);
    certificate.mutable_handovers(0)->set_next_validators(strangers.encode());
    certificate.set_block_certificate(forged.encode());
    CHECK(code_of(chain, certificate) == "fact.handover");
  }
}

TEST_CASE("a header signed for another epoch, height or chain is refused") {
  const TestChain chain = make_story(false);
  const Header header = chain.header(chain.head());
  const auto code = [&](const Bytes& payload) {
    BlockCertificate block = chain.certify(chain.head());
    for (std::size_t i = 0; i < 3; ++i) block.signatures[i] = chain.secrets(Epoch(0))[i].sign(payload);
    const auto verdict = verify_block_certificate(block, chain.genesis().hash, chain.genesis().validators);
    return verdict ? "accepted" : verdict.error().code;
  };
  const GenesisHash& chain_id = chain.genesis().hash;
  CHECK(code(checkpoint_payload(chain_id, Epoch(0), header.height, header.hash())) == "accepted");
  CHECK(code(checkpoint_payload(chain_id, Epoch(1), header.height, header.hash())) == "certificate.signature");
  CHECK(code(checkpoint_payload(chain_id, Epoch(0), Height(13), header.hash())) == "certificate.signature");
  CHECK(code(checkpoint_payload(chain_id, Epoch(0), header.height, chain.header(Height(13)).hash())) ==
        "certificate.signature");
  CHECK(code(checkpoint_payload({}, Epoch(0), header.height, header.hash())) == "certificate.signature");
  CHECK(code(header.encode()) == "certificate.signature");
}

TEST_CASE("a header that names another validator set than the one that signed it is refused") {
  const TestChain chain = make_story(false);
  Header header = chain.header(chain.head());
  header.validators_hash = sha256({"another set"});
  const auto verdict =
      verify_block_certificate(chain.certify(header, Epoch(0)), chain.genesis().hash, chain.genesis().validators);
  CHECK(verdict.error().code == "certificate.validators");
}

TEST_CASE("a receipt under another transaction is refused even when a quorum signed it") {
  const TestChain chain = make_story(false);
  const Block& block = chain.block(Height(4));
  const Bytes& envelope = block.envelopes[0];
  const Bytes& receipt = block.receipts[1];
  const Digest leaf = list_leaf_hash(transaction_leaf(envelope, receipt).value().encode());
  Header header = chain.header(Height(4));
  header.transaction_count = 1;
  header.transactions_root = leaf;
  pb::TransactionFact fact;
  build_transaction_fact(envelope, receipt, std::span(&leaf, 1), 0, fact);
  FactParts parts;
  parts.genesis = chain.genesis().hash;
  parts.transaction = &fact;
  parts.certificate = chain.certify(header, Epoch(0));
  parts.n = 4;
  CHECK(verify_fact(assemble_fact(parts), chain.genesis()).error().code == "fact.receipt");
}

TEST_CASE("a header of an unknown logic version is refused even when it is signed") {
  const TestChain chain = make_story(false);
  pb::FactCertificate certificate = parse(chain.transaction_fact(Height(4), 0, Height(4)));
  Header later = chain.header(Height(4));
  later.logic_version = 2;
  certificate.set_block_certificate(chain.certify(later, Epoch(0)).encode());
  CHECK(code_of(chain, certificate) == "fact.logic_version");
}

TEST_CASE("an old head cannot pass for a later state: a claim above the header's height is refused") {
  const TestChain chain = make_story(false);
  pb::FactCertificate certificate =
      parse(chain.state_fact({Claim::kAtHeight, kAsset, Height(9), {}}, Height(9), Height(9)).value());
  certificate.mutable_state()->set_from(10);
  CHECK(code_of(chain, certificate) == "fact.claim");
  CHECK(chain.state_fact({Claim::kRange, kAsset, Height(1), Height(20)}, Height(9), Height(9)));
  CHECK_FALSE(verify_fact(
      chain.state_fact({Claim::kRange, kAsset, Height(1), Height(20)}, Height(9), Height(9)).value(), chain.genesis()));
}

}  // namespace qilian::ledger
