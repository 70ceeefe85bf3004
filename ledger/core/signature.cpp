#include "ledger/core/signature.h"

#include <cryptopp/donna.h>
#include <sodium.h>

#include <algorithm>
#include <map>
#include <mutex>
#include <shared_mutex>

namespace qilian::ledger {
namespace {

using Point = std::array<unsigned char, 32>;
using Scalar = std::array<unsigned char, 32>;

/// Keys whose verdict is remembered; past it the cache starts afresh (a consortium signs with a few hundred).
constexpr std::size_t kMaxCachedKeys = 4096;

constexpr Point kIdentity = {1};
// L - 1, little-endian: times A it is -A exactly where A has order L.
constexpr Scalar kGroupOrderMinusOne = {0xec, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7,
                                        0xa2, 0xde, 0xf9, 0xde, 0x14, 0,    0,    0,    0,    0,    0,
                                        0,    0,    0,    0,    0,    0,    0,    0,    0,    0x10};

const unsigned char* raw(ByteView bytes) { return reinterpret_cast<const unsigned char*>(bytes.data()); }

void sodium_ready() {
  static const int initialised = sodium_init();
  QILIAN_CHECK(initialised >= 0);
}

bool is_zero(const Scalar& scalar) { return sodium_is_zero(scalar.data(), scalar.size()) == 1; }

/// The field prime 2^255 - 19 is ed ff .. ff 7f in little-endian; p - 1 is the y of the point of order two.
bool canonical_encoding(ByteView encoded) {
  const unsigned char* bytes = raw(encoded);
  const bool negative = (bytes[31] & 0x80) != 0;
  const unsigned char top = bytes[31] & 0x7F;
  bool middle_full = top == 0x7F;
  for (int i = 1; i < 31; ++i) middle_full = middle_full && bytes[i] == 0xFF;
  if (middle_full && bytes[0] >= 0xED) return false;
  if (!negative) return true;
  // x = 0 has no negative twin: y = 1 and y = p - 1 must come with a clear sign bit.
  bool middle_empty = top == 0;
  for (int i = 1; i < 31; ++i) middle_empty = middle_empty && bytes[i] == 0;
  return !(middle_empty && bytes[0] == 1) && !(middle_full && bytes[0] == 0xEC);
}

bool below_group_order(ByteView scalar) {
  const unsigned char* bytes = raw(scalar);
  for (int i = 31; i >= 0; --i) {
    const unsigned char limit = i == 0 ? 0xED : kGroupOrderMinusOne[static_cast<std::size_t>(i)];
    if (bytes[i] != limit) return bytes[i] < limit;
  }
  return false;
}

/// scalar · A for A of order L; identity for the zero scalar, which libsodium refuses.
bool multiply(const Scalar& scalar, const unsigned char* point, Point& out) {
  if (is_zero(scalar)) {
    out = kIdentity;
    return true;
  }
  return crypto_scalarmult_ed25519_noclamp(out.data(), scalar.data(), point) == 0;
}

bool multiply_base(const Scalar& scalar, Point& out) {
  if (is_zero(scalar)) {
    out = kIdentity;
    return true;
  }
  return crypto_scalarmult_ed25519_base_noclamp(out.data(), scalar.data()) == 0;
}

bool has_group_order(const PublicKey& key) {
  sodium_ready();
  if (!canonical_encoding(key.view()) || crypto_core_ed25519_is_valid_point(raw(key.view())) != 1) return false;
  // Some releases of libsodium look at x alone when they test L·A and so let a component of order two pass. (L-1)·A + A
  // decides.
  Point sum;
  if (!multiply(kGroupOrderMinusOne, raw(key.view()), sum)) return false;
  return crypto_core_ed25519_add(sum.data(), sum.data(), raw(key.view())) == 0 && sum == kIdentity;
}

/// Is 8·P the identity? There are eight such points; a comparison spares three additions with their square roots.
bool is_torsion(const Point& point) {
  static const std::array<Bytes, 8> kTorsion = [] {
    std::array<Bytes, 8> out;
    std::size_t at = 0;
    for (const char* hex : {"0100000000000000000000000000000000000000000000000000000000000000",
                            "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                            "0000000000000000000000000000000000000000000000000000000000000000",
                            "0000000000000000000000000000000000000000000000000000000000000080",
                            "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
                            "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
                            "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
                            "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa"}) {
      out[at++] = from_hex(hex).value();
    }
    return out;
  }();
  const ByteView encoded(reinterpret_cast<const char*>(point.data()), point.size());
  return std::find(kTorsion.begin(), kTorsion.end(), encoded) != kTorsion.end();
}

/// 8·(S·B - h·A - R) = identity, by libsodium's additions, which know no forbidden points.
bool cofactored_equation(const PublicKey& key, ByteView message, const Signature& signature) {
  sodium_ready();
  std::array<unsigned char, crypto_hash_sha512_BYTES> wide;
  crypto_hash_sha512_state state;
  crypto_hash_sha512_init(&state);
  crypto_hash_sha512_update(&state, raw(signature.view()), 32);
  crypto_hash_sha512_update(&state, raw(key.view()), 32);
  crypto_hash_sha512_update(&state, raw(message), message.size());
  crypto_hash_sha512_final(&state, wide.data());
  Scalar h;
  crypto_core_ed25519_scalar_reduce(h.data(), wide.data());
  Scalar s;
  std::memcpy(s.data(), signature.bytes.data() + 32, s.size());

  Point left;
  Point right;
  if (!multiply_base(s, left) || !multiply(h, raw(key.view()), right)) return false;
  if (crypto_core_ed25519_sub(left.data(), left.data(), right.data()) != 0) return false;
  // Refuses an R that is no point of the curve.
  if (crypto_core_ed25519_sub(left.data(), left.data(), raw(signature.view())) != 0) return false;
  return is_torsion(left);
}

}  // namespace

std::optional<PublicKey> PublicKey::from(ByteView view) {
  if (view.size() != kSize) return std::nullopt;
  PublicKey out;
  std::memcpy(out.bytes.data(), view.data(), kSize);
  return out;
}

std::optional<Signature> Signature::from(ByteView view) {
  if (view.size() != kSize) return std::nullopt;
  Signature out;
  std::memcpy(out.bytes.data(), view.data(), kSize);
  return out;
}

SecretKey SecretKey::generate() {
  sodium_ready();
  std::array<char, 32> seed;
  randombytes_buf(seed.data(), seed.size());
  SecretKey out = *from_seed({seed.data(), seed.size()});
  sodium_memzero(seed.data(), seed.size());
  return out;
}

std::optional<SecretKey> SecretKey::from_seed(ByteView seed) {
  if (seed.size() != 32) return std::nullopt;
  sodium_ready();
  SecretKey out;
  std::memcpy(out.seed_.data(), seed.data(), seed.size());
  std::array<unsigned char, crypto_sign_SECRETKEYBYTES> expanded;
  crypto_sign_seed_keypair(reinterpret_cast<unsigned char*>(out.public_key_.bytes.data()), expanded.data(), raw(seed));
  sodium_memzero(expanded.data(), expanded.size());
  return out;
}

SecretKey::~SecretKey() { sodium_memzero(seed_.data(), seed_.size()); }

Signature SecretKey::sign(ByteView message) const {
  std::array<unsigned char, crypto_sign_SECRETKEYBYTES> expanded;
  std::memcpy(expanded.data(), seed_.data(), 32);
  std::memcpy(expanded.data() + 32, public_key_.bytes.data(), 32);
  Signature out;
  crypto_sign_detached(reinterpret_cast<unsigned char*>(out.bytes.data()), nullptr, raw(message), message.size(),
                       expanded.data());
  sodium_memzero(expanded.data(), expanded.size());
  return out;
}

bool valid_public_key(const PublicKey& key) {
  static std::shared_mutex mutex;
  static std::map<PublicKey, bool> verdicts;
  {
    const std::shared_lock lock(mutex);
    if (const auto found = verdicts.find(key); found != verdicts.end()) return found->second;
  }
  const bool verdict = has_group_order(key);
  const std::unique_lock lock(mutex);
  if (verdicts.size() >= kMaxCachedKeys) verdicts.clear();
  verdicts.emplace(key, verdict);
  return verdict;
}

bool verify_signature(const PublicKey& key, ByteView message, const Signature& signature) {
  const ByteView r = signature.view().substr(0, 32);
  const ByteView s = signature.view().substr(32);
  if (!canonical_encoding(r) || !below_group_order(s) || !valid_public_key(key)) return false;
  // Crypto++ compares S·B - h·A with R byte by byte, which implies the cofactored equation for what passed the checks
  // above.
  if (CryptoPP::Donna::ed25519_sign_open(raw(message), message.size(), raw(key.view()), raw(signature.view())) == 0)
    return true;
  return cofactored_equation(key, message, signature);
}

}  // namespace qilian::ledger
