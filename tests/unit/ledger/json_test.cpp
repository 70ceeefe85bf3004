#include "ledger/core/json.h"

#include <doctest/doctest.h>

#include "ledger/core/canonical.h"
#include "tests/unit/ledger/sample.pb.h"

namespace qilian::ledger {
namespace {

using test::pb::Sample;

std::string error_of(std::string_view text) {
  Sample sample;
  const auto result = from_json(text, sample);
  return result ? "ok" : result.error().code + " " + result.error().message;
}

}  // namespace

TEST_CASE("JSON says numbers as numbers, bytes as hex and enums by name") {
  Sample sample;
  sample.set_i64(-9'007'199'254'740'993);
  sample.set_u64(18'446'744'073'709'551'615u);
  sample.set_flag(true);
  sample.set_colour(test::pb::BLUE);
  sample.set_text("祁连 \"x\"");
  sample.set_raw(Bytes("\x00\xff", 2));
  sample.add_numbers(0);
  sample.add_numbers(7);
  sample.mutable_inner()->set_i32(-1);
  const std::string text = to_json(sample).value();
  CHECK(
      text ==
      R"({"i64":-9007199254740993,"u64":18446744073709551615,"flag":true,"colour":"BLUE","text":"祁连 \"x\"","raw":"00ff",)"
      R"("inner":{"i32":-1},"numbers":[0,7]})");
  Sample back;
  REQUIRE(from_json(text, back));
  CHECK(encode(back) == encode(sample));
}

TEST_CASE("JSON integers may be strings, and must fit") {
  Sample sample;
  REQUIRE(from_json(R"({"i64":"-5","u64":"18446744073709551615","numbers":["1",2]})", sample));
  CHECK(sample.i64() == -5);
  CHECK(sample.u64() == ~std::uint64_t{0});
  CHECK(sample.numbers(0) == 1);
  CHECK(error_of(R"({"u32":4294967296})") == "json.field u32: the number is out of range");
  CHECK(error_of(R"({"u32":-1})") == "json.field u32: the number is out of range");
  CHECK(error_of(R"({"i32":1.5})") == "json.field i32: a whole number is needed");
  CHECK(error_of(R"({"i64":"1.5"})") == "json.field i64: a whole number is needed");
  CHECK(error_of(R"({"i64":"x"})") == "json.field i64: a whole number is needed");
  CHECK(error_of(R"({"i64":"[1]"})") == "json.field i64: a whole number is needed");
  CHECK(error_of(R"({"u64":18446744073709551616})") == "json.field u64: a whole number is needed");
}

TEST_CASE("JSON errors name the place") {
  CHECK(error_of(R"({"inner":{"inners":[{},{"colur":1}]}})") ==
        "json.field inner.inners[1].colur: unknown field of qilian.ledger.test.pb.Sample");
  CHECK(error_of(R"({"colour":"GREEN"})") == "json.field colour: 'GREEN' is no value of qilian.ledger.test.pb.Colour");
  CHECK(error_of(R"({"raw":"0x"})").starts_with("json.field raw: "));
  CHECK(error_of(R"({"flag":1})") == "json.field flag: true or false is needed");
  CHECK(error_of(R"({"text":1})") == "json.field text: a string is needed");
  CHECK(error_of(R"({"numbers":1})") == "json.field numbers: a list is needed");
  CHECK(error_of(R"({"inner":1})") == "json.field inner: an object is needed");
  CHECK(error_of(R"({"first":1,"second":"x"})") == "json.field second: another member of the same choice is set");
  CHECK(error_of("[]").starts_with("json.syntax"));
  CHECK(error_of("{").starts_with("json.syntax"));
  CHECK(error_of("").starts_with("json.syntax"));
}

TEST_CASE("nesting beyond reason is an error, not a crash") {
  std::string text;
  for (int i = 0; i < 10'000; ++i) text += R"({"inner":)";
  CHECK(error_of(text).starts_with("json.syntax"));
}

TEST_CASE("a message that holds no UTF-8 has no JSON") {
  Sample sample;
  sample.set_text("\xff");
  CHECK(to_json(sample).error().code == "json.value");
}

}  // namespace qilian::ledger
