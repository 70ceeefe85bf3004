#include "ledger/core/signature.h"

#include <doctest/doctest.h>

#include <atomic>
#include <set>
#include <thread>
#include <vector>

#include "tests/unit/ledger/public_vectors.h"

namespace qilian::ledger {
namespace {

using test::public_vectors;
using test::text;

/// The rule over bytes of any length, as they stand in vector files.
bool accepted(const Bytes& key, const Bytes& message, const Bytes& signature) {
  const auto k = PublicKey::from(key);
  const auto s = Signature::from(signature);
  return k && s && verify_signature(*k, message, *s);
}

Bytes unhex(std::string_view hex) { return from_hex(hex).value(); }

struct Rfc8032 {
  const char* seed;
  const char* key;
  const char* message;
  const char* signature;
};

// RFC 8032, section 7.1: TEST 1, 2, 3 and SHA(abc).
constexpr Rfc8032 kRfc8032[] = {
    {"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
     "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
     "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe246"
     "55141438e7a100b"},
    {"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
     "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
     "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb"
     "00d291612bb0c00"},
    {"c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
     "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
     "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc"
     "027beceea1ec40a"},
    {"833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42",
     "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
     "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2"
     "a9ac94fa54ca49f",
     "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad"
     "9bef1177331a704"},
};

/// signature with L added to S, which a verifier without a range check takes for the same S.
Signature add_group_order(Signature signature) {
  const Bytes order = unhex("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
  int carry = 0;
  for (std::size_t i = 0; i < 32; ++i) {
    const int sum = static_cast<unsigned char>(signature.bytes[32 + i]) + static_cast<unsigned char>(order[i]) + carry;
    signature.bytes[32 + i] = static_cast<char>(sum & 0xFF);
    carry = sum >> 8;
  }
  return signature;
}

}  // namespace

TEST_CASE("the vectors of RFC 8032 sign and verify") {
  for (const Rfc8032& vector : kRfc8032) {
    const auto key = SecretKey::from_seed(unhex(vector.seed));
    REQUIRE(key);
    CHECK(key->public_key().hex() == vector.key);
    const Bytes message = unhex(vector.message);
    const Signature signature = key->sign(message);
    CHECK(to_hex(signature.view()) == vector.signature);
    CHECK(verify_signature(key->public_key(), message, signature));
    CHECK_FALSE(verify_signature(key->public_key(), message + "x", signature));
  }
}

TEST_CASE("a seed of another length makes no key, and fresh keys differ") {
  CHECK_FALSE(SecretKey::from_seed(Bytes(31, 'a')));
  CHECK(SecretKey::generate().public_key() != SecretKey::generate().public_key());
}

TEST_CASE("a signature whose S was raised by L is refused") {
  const SecretKey key = *SecretKey::from_seed(Bytes(32, 'k'));
  for (int i = 0; i < 32; ++i) {
    const Bytes message = "message " + std::to_string(i);
    const Signature signature = key.sign(message);
    CHECK(verify_signature(key.public_key(), message, signature));
    CHECK_FALSE(verify_signature(key.public_key(), message, add_group_order(signature)));
  }
}

TEST_CASE("every bit of a signature, of its key and of its message counts") {
  const SecretKey key = *SecretKey::from_seed(Bytes(32, 'b'));
  const Bytes message = "what was signed";
  const Signature signature = key.sign(message);
  for (std::size_t bit = 0; bit < 512; ++bit) {
    Signature changed = signature;
    changed.bytes[bit / 8] = static_cast<char>(changed.bytes[bit / 8] ^ (1 << (bit % 8)));
    CHECK_FALSE(verify_signature(key.public_key(), message, changed));
  }
  for (std::size_t bit = 0; bit < 256; ++bit) {
    PublicKey changed = key.public_key();
    changed.bytes[bit / 8] = static_cast<char>(changed.bytes[bit / 8] ^ (1 << (bit % 8)));
    CHECK_FALSE(verify_signature(changed, message, signature));
  }
}

TEST_CASE("keys of small order and keys that do not encode canonically are refused") {
  // The eight points of small order and their other spellings, from the table that every library carries.
  for (const char* hex : {"0000000000000000000000000000000000000000000000000000000000000000",
                          "0000000000000000000000000000000000000000000000000000000000000080",
                          "0100000000000000000000000000000000000000000000000000000000000000",
                          "0100000000000000000000000000000000000000000000000000000000000080",
                          "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                          "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
                          "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
                          "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
                          "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
                          "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
                          "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                          "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                          "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"}) {
    CHECK_FALSE(valid_public_key(*PublicKey::from(unhex(hex))));
  }
}

TEST_CASE("a key of group order with a component of order two, four or eight is refused") {
  // One good point plus each kind of torsion. Some releases of libsodium let the first one pass.
  CHECK_FALSE(
      valid_public_key(*PublicKey::from(unhex("9cd6b78217c48b15c47e7b7fd43dfb0267939371200436ccafe0ecacc4f6f811"))));
  CHECK_FALSE(
      valid_public_key(*PublicKey::from(unhex("e433456246a0db8b5da80a316f19401b1fc740cffed6e7feee78af1470f8bfac"))));
  CHECK_FALSE(
      valid_public_key(*PublicKey::from(unhex("62e5be30c20543bd4a1daedffe1dfd99a5d0ffa6bc428dc98a54fc985f7aa120"))));
}

TEST_CASE("the verdict on a key is the same when asked again and past the cache's limit") {
  const PublicKey bad = *PublicKey::from(unhex("9cd6b78217c48b15c47e7b7fd43dfb0267939371200436ccafe0ecacc4f6f811"));
  const PublicKey good = SecretKey::from_seed(Bytes(32, 'g'))->public_key();
  for (std::uint32_t i = 0; i < 4200; ++i) {
    // y far above the prime: cheap to refuse, and one entry of the cache each.
    PublicKey other = *PublicKey::from(Bytes(32, '\xFF'));
    other.bytes[0] = static_cast<char>(i & 0xFF);
    other.bytes[1] = static_cast<char>(i >> 8);
    valid_public_key(other);
  }
  CHECK_FALSE(valid_public_key(bad));
  CHECK_FALSE(valid_public_key(bad));
  CHECK(valid_public_key(good));
  CHECK(valid_public_key(good));
}

TEST_CASE("many threads check the same and different keys and agree") {
  std::vector<std::thread> threads;
  std::atomic<int> wrong = 0;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&wrong, t] {
      for (int i = 0; i < 50; ++i) {
        const SecretKey key = *SecretKey::from_seed(Bytes(32, static_cast<char>('A' + (i + t) % 8)));
        const Signature signature = key.sign("message");
        if (!verify_signature(key.public_key(), "message", signature)) ++wrong;
        if (verify_signature(key.public_key(), "another", signature)) ++wrong;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(wrong == 0);
}

TEST_CASE("Wycheproof: exactly the valid signatures are accepted") {
  const auto file = public_vectors("wycheproof-ed25519.json");
  if (!file) return;
  int checked = 0;
  for (const auto& group : file->at("testGroups").as_array()) {
    const Bytes key = unhex(text(group.at("publicKey"), "pk"));
    for (const auto& vector : group.at("tests").as_array()) {
      CAPTURE(vector.at("tcId").as_int64());
      CHECK(accepted(key, unhex(text(vector, "msg")), unhex(text(vector, "sig"))) ==
            (text(vector, "result") == "valid"));
      ++checked;
    }
  }
  CHECK(checked == 151);
}

TEST_CASE("speccheck: all twelve borderline signatures are refused") {
  const auto file = public_vectors("speccheck-ed25519.json");
  if (!file) return;
  CHECK(file->as_array().size() == 12);
  for (const auto& vector : file->as_array()) {
    CHECK_FALSE(
        accepted(unhex(text(vector, "pub_key")), unhex(text(vector, "message")), unhex(text(vector, "signature"))));
  }
}

TEST_CASE("CCTV: exactly sixteen edge cases are accepted, fourteen of them thanks to the cofactor") {
  const auto file = public_vectors("cctv-ed25519.json");
  if (!file) return;
  std::set<std::int64_t> numbers;
  int thanks_to_cofactor = 0;
  for (const auto& vector : file->as_array()) {
    if (!accepted(unhex(text(vector, "key")), text(vector, "msg"), unhex(text(vector, "sig")))) continue;
    numbers.insert(vector.at("number").as_int64());
    const auto* flags = vector.at("flags").if_array();
    if (flags == nullptr) continue;
    for (const auto& flag : *flags) thanks_to_cofactor += flag.as_string() == "low_order_residue" ? 1 : 0;
  }
  // Computed apart from this code, by integer arithmetic on the affine curve.
  CHECK(numbers ==
        std::set<std::int64_t>{266, 267, 285, 286, 304, 305, 335, 336, 348, 349, 361, 362, 374, 375, 387, 388});
  CHECK(thanks_to_cofactor == 14);
}

}  // namespace qilian::ledger
