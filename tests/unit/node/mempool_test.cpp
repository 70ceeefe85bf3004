#include "node/mempool.h"

#include <doctest/doctest.h>

using namespace qilian::ledger;
using qilian::node::Mempool;
using Admission = Mempool::Admission;

namespace {

SecretKey key(char seed) { return *SecretKey::from_seed(Bytes(32, seed)); }

// A transaction of `signer`; `signature_of` may sign for it instead, which makes another envelope of the same body.
Mempool::Pointer transaction(char signer, const std::string& nonce, std::optional<char> signature_of = std::nullopt) {
  const SecretKey secret = key(signer);
  BodyFields fields;
  fields.signers = {secret.public_key()};
  fields.lead = secret.public_key();
  fields.expires = TimeMs(1'800'000'000'000);
  fields.nonce = nonce + Bytes(8, 'n');
  fields.call = "test.call";
  const auto body = encode_body(fields);
  REQUIRE(body.has_value());
  const auto signature = sign_body(*body, GenesisHash{}, key(signature_of.value_or(signer)));
  auto decoded = Transaction::decode(assemble_envelope(*body, {signature}));
  REQUIRE(decoded.has_value());
  return std::make_shared<const Transaction>(*std::move(decoded));
}

constexpr Mempool::Limits kWide{100, 1 << 20, 100};

}  // namespace

TEST_CASE("an envelope waits once, found by digest and by id, until it is forgotten") {
  Mempool mempool(kWide);
  const auto one = transaction('a', "1");
  CHECK(mempool.admit(one) == Admission::kAdded);
  CHECK(mempool.admit(one) == Admission::kKnown);
  CHECK(mempool.waiting_count() == 1);
  CHECK(mempool.find(one->envelope_digest()) == one);
  CHECK(mempool.find(one->id()) == one);
  mempool.forget(one->envelope_digest());
  CHECK(mempool.find(one->envelope_digest()) == nullptr);
  CHECK(mempool.find(one->id()) == nullptr);
  CHECK(mempool.waiting_bytes() == 0);
  CHECK(mempool.admit(one) == Admission::kAdded);
}

TEST_CASE("two signature sets over one body are one id, and a proposal may name either envelope") {
  Mempool mempool(kWide);
  const auto first = transaction('a', "1");
  const auto second = transaction('a', "1", 'b');
  REQUIRE(first->id() == second->id());
  REQUIRE(first->envelope_digest() != second->envelope_digest());
  CHECK(mempool.admit(first) == Admission::kAdded);
  CHECK(mempool.admit(second) == Admission::kKnown);
  mempool.hold(second);
  CHECK(mempool.held_count() == 2);
  CHECK(mempool.waiting_count() == 1);
  CHECK(mempool.find(second->envelope_digest()) == second);
  CHECK(mempool.find(first->id()) == first);
  mempool.settle(first->id());
  CHECK(mempool.waiting_count() == 0);
  CHECK(mempool.held_count() == 2);
}

TEST_CASE("the pool is bounded by count, by bytes and by lead key, and takes again once there is room") {
  const auto a1 = transaction('a', "1");
  const auto a2 = transaction('a', "2");
  const auto a3 = transaction('a', "3");
  const auto b1 = transaction('b', "1");
  SUBCASE("count") {
    Mempool mempool({2, 1 << 20, 10});
    CHECK(mempool.admit(a1) == Admission::kAdded);
    CHECK(mempool.admit(a2) == Admission::kAdded);
    CHECK(mempool.admit(b1) == Admission::kFull);
    mempool.settle(a1->id());
    CHECK(mempool.admit(b1) == Admission::kAdded);
  }
  SUBCASE("bytes") {
    Mempool mempool({10, 2 * a1->envelope().size(), 10});
    CHECK(mempool.admit(a1) == Admission::kAdded);
    CHECK(mempool.admit(a2) == Admission::kAdded);
    CHECK(mempool.admit(a3) == Admission::kFull);
  }
  SUBCASE("lead key") {
    Mempool mempool({10, 1 << 20, 2});
    CHECK(mempool.admit(a1) == Admission::kAdded);
    CHECK(mempool.admit(a2) == Admission::kAdded);
    CHECK(mempool.admit(a3) == Admission::kKeyFull);
    CHECK(mempool.admit(b1) == Admission::kAdded);
    mempool.forget(a1->envelope_digest());
    CHECK(mempool.admit(a3) == Admission::kAdded);
  }
}

TEST_CASE("what a proposal names is held beyond every bound and does not wait for a client") {
  Mempool mempool({1, 1 << 20, 1});
  CHECK(mempool.admit(transaction('a', "1")) == Admission::kAdded);
  const auto named = transaction('a', "2");
  mempool.hold(named);
  CHECK(mempool.find(named->envelope_digest()) == named);
  CHECK(mempool.find(named->id()) == nullptr);
  CHECK(mempool.waiting_count() == 1);
}

TEST_CASE("a held envelope becomes waiting when a client sends it") {
  Mempool mempool(kWide);
  const auto one = transaction('a', "1");
  mempool.hold(one);
  CHECK(mempool.admit(one) == Admission::kAdded);
  CHECK(mempool.held_count() == 1);
  CHECK(mempool.waiting_count() == 1);
}

TEST_CASE("those that wait are listed oldest first") {
  Mempool mempool(kWide);
  const auto a = transaction('a', "1");
  const auto b = transaction('b', "2");
  const auto c = transaction('c', "3");
  mempool.admit(c);
  mempool.admit(a);
  mempool.admit(b);
  mempool.forget(a->envelope_digest());
  mempool.admit(a);
  CHECK(mempool.waiting() == std::vector<Mempool::Pointer>{c, b, a});
}

TEST_CASE("what one peer pushes leaves room for clients and for other peers") {
  Mempool::Limits limits = kWide;
  limits.transactions = 6;
  limits.transactions_per_peer = 2;
  Mempool mempool(limits);
  const auto first = transaction('a', "1");
  CHECK(mempool.admit(first, 0) == Admission::kAdded);
  CHECK(mempool.admit(transaction('b', "2"), 0) == Admission::kAdded);
  CHECK(mempool.admit(transaction('c', "3"), 0) == Admission::kFull);
  CHECK(mempool.admit(transaction('c', "3"), 1) == Admission::kAdded);
  CHECK(mempool.admit(transaction('d', "4")) == Admission::kAdded);
  // What leaves makes room again.
  mempool.settle(first->id());
  CHECK(mempool.admit(transaction('e', "5"), 0) == Admission::kAdded);
  CHECK(mempool.admit(transaction('f', "6"), 0) == Admission::kFull);

  limits.transactions_per_peer = 100;
  limits.bytes_per_peer = first->envelope().size();
  Mempool by_bytes(limits);
  CHECK(by_bytes.admit(first, 0) == Admission::kAdded);
  CHECK(by_bytes.admit(transaction('b', "2"), 0) == Admission::kFull);
  CHECK(by_bytes.admit(transaction('b', "2"), 1) == Admission::kAdded);
}
