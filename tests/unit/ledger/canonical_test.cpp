#include "ledger/core/canonical.h"

#include <doctest/doctest.h>
#include <google/protobuf/descriptor.h>

#include <random>

#include "ledger/core/ledger.pb.h"
#include "tests/unit/ledger/sample.pb.h"

namespace qilian::ledger {
namespace {

using google::protobuf::FieldDescriptor;
using test::pb::Sample;

/// The verdict's code, or "ok".
std::string verdict(ByteView bytes) {
  const auto result = check_canonical(*Sample::descriptor(), bytes);
  return result ? "ok" : result.error().code;
}

std::string verdict_hex(std::string_view hex) { return verdict(from_hex(hex).value()); }

std::uint64_t random_number(std::mt19937_64& random) { return random() >> (random() % 64); }

std::string random_text(std::mt19937_64& random) {
  constexpr std::string_view kPieces[] = {"a", "é", "祁", "😀", "\x7f"};
  std::string out;
  for (std::uint64_t i = random() % 6; i > 0; --i) out += kPieces[random() % 5];
  return out;
}

void fill(Sample& sample, std::mt19937_64& random, int depth) {
  const auto sometimes = [&] { return random() % 3 == 0; };
  constexpr test::pb::Colour kColours[] = {test::pb::RED, test::pb::BLUE, test::pb::BELOW,
                                           test::pb::COLOUR_UNSPECIFIED};
  if (sometimes()) sample.set_i32(static_cast<std::int32_t>(random()));
  if (sometimes()) sample.set_i64(static_cast<std::int64_t>(random_number(random)) * (random() % 2 == 0 ? 1 : -1));
  if (sometimes()) sample.set_u32(static_cast<std::uint32_t>(random()));
  if (sometimes()) sample.set_u64(random_number(random));
  if (sometimes()) sample.set_s32(static_cast<std::int32_t>(random()));
  if (sometimes()) sample.set_s64(static_cast<std::int64_t>(random()));
  if (sometimes()) sample.set_flag(true);
  if (sometimes()) sample.set_colour(kColours[random() % 4]);
  if (sometimes()) sample.set_f32(static_cast<std::uint32_t>(random()));
  if (sometimes()) sample.set_f64(random());
  if (sometimes()) sample.set_sf32(-5);
  if (sometimes()) sample.set_sf64(-7);
  if (sometimes()) sample.set_text(random_text(random));
  if (sometimes()) sample.set_raw(std::to_string(random()));
  if (sometimes()) sample.add_numbers(random_number(random));
  if (sometimes()) sample.add_numbers(0);
  if (sometimes()) sample.add_colours(kColours[random() % 4]);
  if (sometimes()) sample.add_texts(random_text(random));
  if (sometimes()) sample.add_texts("");
  if (sometimes()) sample.add_raws("\xff");
  if (sometimes()) sample.add_fixed_numbers(static_cast<std::uint32_t>(random()));
  if (sometimes()) sample.add_loose(static_cast<std::uint32_t>(random()));
  if (sometimes()) sample.add_loose(0);
  if (sometimes()) sample.set_explicit_number(random() % 2);
  if (sometimes()) sample.set_explicit_text(random_text(random));
  if (random() % 2 == 0)
    sample.set_first(random() % 2);
  else if (sometimes())
    sample.set_second("");
  if (depth == 0) return;
  if (sometimes()) fill(*sample.mutable_inner(), random, depth - 1);
  if (sometimes()) fill(*sample.add_inners(), random, depth - 1);
  if (sometimes()) fill(*sample.add_inners(), random, depth - 1);
  if (sometimes()) fill(*sample.mutable_third(), random, depth - 1);
}

}  // namespace

TEST_CASE("what is encoded here is canonical and reads back") {
  const std::uint64_t seed = std::random_device()();
  CAPTURE(seed);
  std::mt19937_64 random(seed);
  for (int i = 0; i < 2000; ++i) {
    Sample sample;
    fill(sample, random, 3);
    const Bytes bytes = encode(sample);
    Sample back;
    REQUIRE(decode_canonical(bytes, back));
    REQUIRE(encode(back) == bytes);
  }
}

TEST_CASE("accepted bytes re-encode to themselves, whatever was done to them") {
  const std::uint64_t seed = std::random_device()();
  CAPTURE(seed);
  std::mt19937_64 random(seed);
  int accepted = 0;
  int refused = 0;
  for (int i = 0; i < 60'000; ++i) {
    Sample sample;
    fill(sample, random, 2);
    Bytes bytes = encode(sample);
    for (std::uint64_t change = 1 + random() % 3; change > 0 && !bytes.empty(); --change) {
      const std::size_t at = random() % bytes.size();
      switch (random() % 4) {
        case 0:
          bytes[at] = static_cast<char>(random());
          break;
        case 1:
          bytes.erase(at, 1 + random() % 3);
          break;
        case 2:
          bytes.insert(at, 1, static_cast<char>(random()));
          break;
        default:
          bytes.insert(at, bytes.substr(random() % bytes.size(), random() % 8));
          break;
      }
    }
    Sample back;
    if (const auto decoded = decode_canonical(bytes, back)) {
      REQUIRE(encode(back) == bytes);
      ++accepted;
    } else {
      const std::string& code = decoded.error().code;
      REQUIRE((code == "COM-101" || code == "COM-102" || code == "COM-103"));
      ++refused;
    }
  }
  CHECK(accepted > 1000);
  CHECK(refused > 1000);
}

TEST_CASE("bytes of any kind are judged without harm") {
  std::mt19937_64 random(7);
  for (int i = 0; i < 60'000; ++i) {
    Bytes bytes(random() % 24, '\0');
    for (char& c : bytes) c = static_cast<char>(random());
    Sample back;
    if (decode_canonical(bytes, back)) REQUIRE(encode(back) == bytes);
  }
}

TEST_CASE("the empty message is canonical") { CHECK(verdict("") == "ok"); }

TEST_CASE("unknown fields are refused") {
  CHECK(verdict_hex("e80101") == "COM-102");          // field 29
  CHECK(verdict_hex("0001") == "COM-102");            // field 0
  CHECK(verdict_hex("80808080f07f01") == "COM-102");  // a number above every field
}

TEST_CASE("numbers are minimal and in range") {
  CHECK(verdict_hex("0801") == "ok");
  CHECK(verdict_hex("088100") == "COM-102");                    // 1 in two bytes
  CHECK(verdict_hex("880001") == "COM-102");                    // the tag in two bytes
  CHECK(verdict_hex("10ffffffffffffffffff01") == "ok");         // int64 -1: ten bytes
  CHECK(verdict_hex("10ffffffffffffffffff02") == "COM-102");    // more than 64 bits
  CHECK(verdict_hex("10ffffffffffffffffffff01") == "COM-102");  // eleven bytes
  CHECK(verdict_hex("08ffffffffffffffffff01") == "ok");         // int32 -1
  CHECK(verdict_hex("08ffffffff0f") == "COM-102");       // int32 -1 in five bytes: parsed alike, written otherwise
  CHECK(verdict_hex("0880808080f8ffffffff01") == "ok");  // int32, lowest
  CHECK(verdict_hex("18ffffffff0f") == "ok");            // uint32, highest
  CHECK(verdict_hex("188080808010") == "COM-102");       // uint32 beyond
  CHECK(verdict_hex("288080808010") == "COM-102");       // sint32 beyond
  CHECK(verdict_hex("3802") == "COM-102");               // a bool of 2
}

TEST_CASE("enum values must be declared") {
  CHECK(verdict_hex("4005") == "ok");
  CHECK(verdict_hex("40fdffffffffffffffff01") == "ok");
  CHECK(verdict_hex("4002") == "COM-102");
  CHECK(verdict_hex("8a010102") == "COM-102");
  CHECK(verdict_hex("8a01020105") == "ok");
}

TEST_CASE("defaults are left out, except where presence is explicit or inside lists") {
  CHECK(verdict_hex("0800") == "COM-102");
  CHECK(verdict_hex("3800") == "COM-102");
  CHECK(verdict_hex("4000") == "COM-102");
  CHECK(verdict_hex("4d00000000") == "COM-102");
  CHECK(verdict_hex("510000000000000000") == "COM-102");
  CHECK(verdict_hex("6a00") == "COM-102");    // text
  CHECK(verdict_hex("7200") == "COM-102");    // raw
  CHECK(verdict_hex("820100") == "COM-102");  // numbers: an empty list
  CHECK(verdict_hex("7a00") == "ok");         // inner, empty but there
  CHECK(verdict_hex("82010100") == "ok");     // numbers: {0}
  CHECK(verdict_hex("920100") == "ok");       // texts: {""}
  CHECK(verdict_hex("a80100") == "ok");       // first = 0, chosen
  CHECK(verdict_hex("c00100") == "ok");       // explicit_number = 0
  CHECK(verdict_hex("d80100") == "ok");       // loose: {0}
}

TEST_CASE("tags ascend, and only elements of one list share one") {
  CHECK(verdict_hex("08011001") == "ok");
  CHECK(verdict_hex("10010801") == "COM-102");
  CHECK(verdict_hex("08010801") == "COM-102");
  CHECK(verdict_hex("7a007a00") == "COM-102");          // a repeated single message
  CHECK(verdict_hex("920101619201016a") == "ok");       // texts
  CHECK(verdict_hex("8201010182010102") == "COM-102");  // one packed list in two pieces
  CHECK(verdict_hex("d80101d80102") == "ok");           // loose
}

TEST_CASE("lists of numbers are packed exactly where the schema says so") {
  CHECK(verdict_hex("800101") == "COM-102");      // numbers, unpacked
  CHECK(verdict_hex("da010101") == "COM-102");    // loose, packed
  CHECK(verdict_hex("82010181") == "COM-101");    // numbers: cut short inside
  CHECK(verdict_hex("8201028100") == "COM-102");  // numbers: a long 1
  CHECK(verdict_hex("d2010401000000") == "ok");
  CHECK(verdict_hex("d20103010000") == "COM-101");
}

TEST_CASE("one member of a oneof") {
  CHECK(verdict_hex("a80101b2010161") == "COM-102");
  CHECK(verdict_hex("b2010161") == "ok");
}

TEST_CASE("wire types must be the field's") {
  CHECK(verdict_hex("0a0101") == "COM-102");
  CHECK(verdict_hex("0d01000000") == "COM-102");
  CHECK(verdict_hex("6801") == "COM-102");
  CHECK(verdict_hex("7b7c") == "COM-102");  // a group where a message stands
  CHECK(verdict_hex("0e") == "COM-102");    // wire type 6
}

TEST_CASE("text is UTF-8, bytes are anything") {
  for (const char* bad : {"80", "c0af", "c1bf", "e08080", "eda080", "f08080af", "f4908080", "f5808080", "e7a5", "ff"}) {
    const Bytes contents = from_hex(bad).value();
    CHECK(verdict(Bytes("\x6a") + static_cast<char>(contents.size()) + contents) == "COM-103");
    CHECK(verdict(Bytes("\x72") + static_cast<char>(contents.size()) + contents) == "ok");
  }
  for (const char* good :
       {"00", "7f", "c280", "dfbf", "e0a080", "ed9fbf", "ee8080", "efbfbf", "f0908080", "f48fbfbf"}) {
    const Bytes contents = from_hex(good).value();
    CHECK(verdict(Bytes("\x6a") + static_cast<char>(contents.size()) + contents) == "ok");
  }
}

TEST_CASE("what is cut short is malformed") {
  CHECK(verdict_hex("08") == "COM-101");
  CHECK(verdict_hex("0880") == "COM-101");
  CHECK(verdict_hex("88") == "COM-101");
  CHECK(verdict_hex("6a0261") == "COM-101");
  CHECK(verdict_hex("6affffffffffffffffff01") == "COM-101");
  CHECK(verdict_hex("4d000000") == "COM-101");
  CHECK(verdict_hex("5100000000000000") == "COM-101");
}

TEST_CASE("messages nest sixteen deep and no deeper") {
  Sample sample;
  Sample* at = &sample;
  for (int depth = 1; depth < kMaxMessageDepth; ++depth) at = at->mutable_inner();
  CHECK(verdict(encode(sample)) == "ok");
  at->mutable_inner();
  CHECK(verdict(encode(sample)) == "COM-101");
}

TEST_CASE("floats and maps are never canonical") {
  const auto& type = *test::pb::Refused::descriptor();
  CHECK(check_canonical(type, from_hex("09000000000000f03f").value()).error().code == "COM-102");
  CHECK(check_canonical(type, from_hex("12060a0161120162").value()).error().code == "COM-102");
}

TEST_CASE("a refusal names the field") {
  const auto refused = check_canonical(*Sample::descriptor(), from_hex("7a020800").value());
  CHECK(refused.error().message == "qilian.ledger.test.pb.Sample.i32: a zero must be left out");
}

}  // namespace qilian::ledger
