#include "ledger/core/bytes.h"

#include <doctest/doctest.h>

#include <set>

#include "ledger/core/hash.h"
#include "ledger/core/signature.h"

namespace qilian::ledger {

TEST_CASE("hex text is lower case and reads back, upper case too") {
  CHECK(to_hex(Bytes("\x00\x7f\xff", 3)) == "007fff");
  CHECK(from_hex("007FfF").value() == Bytes("\x00\x7f\xff", 3));
  CHECK(from_hex("").value().empty());
  CHECK(from_hex("0").error().code == "encoding.hex");
  CHECK(from_hex("0g").error().code == "encoding.hex");
}

TEST_CASE("fixed layouts are big-endian and read back") {
  const Bytes bytes = FixedWriter().u8(1).u16(0x0203).u32(0x04050607).u64(0x08090a0b0c0d0e0f).i64(-2).raw("xyz").take();
  CHECK(to_hex(bytes) == "0102030405060708090a0b0c0d0e0ffffffffffffffffe78797a");
  FixedReader reader(bytes);
  CHECK(reader.u8() == 1);
  CHECK(reader.u16() == 0x0203);
  CHECK(reader.u32() == 0x04050607);
  CHECK(reader.u64() == 0x08090a0b0c0d0e0f);
  CHECK(reader.i64() == -2);
  CHECK_FALSE(reader.finished());
  CHECK(reader.raw(3) == "xyz");
  CHECK(reader.finished());
}

TEST_CASE("a fixed reader past its end yields zeros and never recovers") {
  FixedReader reader("abc");
  CHECK(reader.u32() == 0);
  CHECK_FALSE(reader.ok());
  CHECK(reader.u8() == 0);
  CHECK_FALSE(reader.finished());
}

TEST_CASE("SHA-256 is SHA-256") {
  CHECK(sha256({}).hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(sha256({"a", "bc"}).hex() == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST_CASE("a domain hash is the hash of the tag's length, the tag and the parts") {
  CHECK(hash(Domain::kHeader, {"x"}) == sha256({"\x10qilian/header/v1", "x"}));
  CHECK(domain_prefix(Domain::kHeader) == "\x10qilian/header/v1");
}

TEST_CASE("no two domains share a text, and none is longer than its length byte can say") {
  std::set<ByteView> texts;
  for (int i = 0; i <= static_cast<int>(Domain::kConsensusSignature); ++i) {
    const ByteView text = domain_text(static_cast<Domain>(i));
    CHECK(text.size() < 256);
    CHECK(texts.insert(text).second);
  }
}

TEST_CASE("hashes and keys sort by unsigned bytes") {
  const Digest low = *Digest::from(Bytes(32, '\x7f'));
  const Digest high = *Digest::from(Bytes(32, '\x80'));
  CHECK(low < high);
  CHECK(*PublicKey::from(low.view()) < *PublicKey::from(high.view()));
}

}  // namespace qilian::ledger
