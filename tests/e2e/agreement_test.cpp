#include <doctest/doctest.h>
#include <sodium.h>

#include <algorithm>
#include <thread>

#include "ledger/core/fact.h"
#include "ledger/core/hash.h"
#include "tests/e2e/network.h"

using namespace qilian;
using e2e::json_text;
using e2e::Network;

namespace {

ledger::Bytes signed_payload(const ledger::GenesisHash& chain, ledger::ByteView body) {
  const auto tag = ledger::domain_text(ledger::Domain::kTransactionSignature);
  return ledger::FixedWriter().u8(static_cast<std::uint8_t>(tag.size())).raw(tag).raw(chain.view()).raw(body).take();
}

// Another valid signature of the same key over the same body: r is drawn at random, where RFC 8032 derives it.
ledger::Signature another_signature(ledger::ByteView payload, const ledger::SecretKey& key) {
  using Scalar = unsigned char[32];
  unsigned char expanded[64];
  crypto_hash_sha512(expanded, reinterpret_cast<const unsigned char*>(key.seed().data()), key.seed().size());
  expanded[0] &= 248;
  expanded[31] &= 127;
  expanded[31] |= 64;
  std::fill(expanded + 32, expanded + 64, static_cast<unsigned char>(0));
  Scalar a, r, point, h_reduced, product, s;
  crypto_core_ed25519_scalar_reduce(a, expanded);
  crypto_core_ed25519_scalar_random(r);
  REQUIRE(crypto_scalarmult_ed25519_base_noclamp(point, r) == 0);
  const std::string r_bytes(reinterpret_cast<char*>(point), sizeof point);
  const std::string hashed = r_bytes + std::string(key.public_key().view()) + std::string(payload);
  unsigned char h[64];
  crypto_hash_sha512(h, reinterpret_cast<const unsigned char*>(hashed.data()), hashed.size());
  crypto_core_ed25519_scalar_reduce(h_reduced, h);
  crypto_core_ed25519_scalar_mul(product, h_reduced, a);
  crypto_core_ed25519_scalar_add(s, product, r);
  return *ledger::Signature::from(r_bytes + std::string(reinterpret_cast<char*>(s), sizeof s));
}

}  // namespace

TEST_CASE("four nodes agree on what any of them is sent, and each proves it to somebody who trusts none") {
  Network network;
  network.start_all();
  network.wait_ready();

  std::vector<client::Submitted> done;
  for (std::size_t i = 0; i < 20; ++i) {
    auto client = network.client(i % network.nodes());
    const auto submitted = client.submit(network.transaction(i % 6, i));
    REQUIRE_MESSAGE(submitted.has_value(), (submitted ? "" : submitted.error().message));
    CHECK(submitted->code == "OK");
    CHECK(submitted->certified);
    CHECK(submitted->signers.size() >= 3);
    done.push_back(*submitted);
  }
  const std::string root = network.wait_equal();
  CHECK(root.size() == 64);
  for (std::size_t node = 0; node < network.nodes(); ++node) {
    auto client = network.client(node);
    for (const auto& submitted : done) {
      const auto found = client.fetch("/v1/transactions/" + submitted.id);
      REQUIRE(found.has_value());
      CHECK(json_text(*found, "height") == std::to_string(submitted.height));
      CHECK(json_text(*found, "index") == std::to_string(submitted.index));
    }
    const auto transaction = client.fetch("/v1/certificates/transaction/" + done[3].id, "application/octet-stream");
    REQUIRE(transaction.has_value());
    const std::string path = "/v1/certificates/transaction/" + done[3].id;
    CHECK(client.fetch(path, "application/cbor").value().starts_with("\xa9\x63map"));
    CHECK(client.fetch(path, "text/plain").value().starts_with("c2sp.org/tlog-proof@v1\nextra "));
    const auto fact = ledger::verify_fact(*transaction, network.genesis());
    REQUIRE_MESSAGE(fact.has_value(), (fact ? "" : fact.error().message));
    CHECK(std::get<ledger::VerifiedTransaction>(fact->fact).transaction.id().hex() == done[3].id);
    const auto state =
        client.fetch("/v1/certificates/object/undertaking/" + network.members()[3].uscc + "?claim=history",
                     "application/octet-stream");
    REQUIRE_MESSAGE(state.has_value(), (state ? "" : state.error().message));
    CHECK(ledger::verify_fact(*state, network.genesis()).has_value());
    const auto object = client.fetch("/v1/objects/organisation/" + network.members()[0].uscc);
    REQUIRE(object.has_value());
    CHECK(json_text(*object, "record.name") == "Organisation 0");
  }
  for (std::size_t node = 0; node < network.nodes(); ++node) CHECK(network.terminate(node) == 0);
}

TEST_CASE("two nodes given different signature sets for one body execute it once and stay equal") {
  REQUIRE(sodium_init() >= 0);
  Network network;
  network.start_all();
  network.wait_ready();
  for (std::uint64_t round = 0; round < 10; ++round) {
    const auto first = ledger::Transaction::decode(network.transaction(4, round)).value();
    const auto payload = signed_payload(network.genesis().hash, first.body());
    const auto other = another_signature(payload, network.members()[4].key);
    REQUIRE(ledger::verify_signature(network.members()[4].key.public_key(), payload, other));
    const auto second = ledger::Transaction::decode(ledger::assemble_envelope(first.body(), {other})).value();
    REQUIRE(first.id() == second.id());
    REQUIRE(first.envelope_digest() != second.envelope_digest());

    std::optional<ledger::Result<client::Submitted>> there;
    std::thread thread([&] { there = network.client(1).submit(second.envelope()); });
    const auto here = network.client(0).submit(first.envelope());
    thread.join();
    // Whoever comes second may find it executed already; nobody finds it executed twice.
    const bool refused_here = !here && here.error().code == "COM-305";
    const bool refused_there = !*there && there->error().code == "COM-305";
    CHECK((refused_here || (here && here->code == "OK")));
    CHECK((refused_there || (*there && (*there)->code == "OK")));
    CHECK_FALSE((refused_here && refused_there));
    if (here && *there) CHECK(here->height == (*there)->height);
  }
  network.wait_equal();
}
