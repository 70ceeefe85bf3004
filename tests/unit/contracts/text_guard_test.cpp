#include "contracts/text_guard.h"

#include <doctest/doctest.h>

#include <string>

#include "tests/unit/contracts/network.h"

using namespace qilian::contracts;

namespace {

std::string code(const Outcome& outcome) { return outcome ? outcome->code : "OK"; }

}  // namespace

TEST_CASE("an identity number in clear is refused as COM-105") {
  // The example of GB 11643.
  CHECK(is_identity_number("11010519491231002X"));
  CHECK(code(check_text("title", "11010519491231002X")) == "COM-105");
  CHECK(code(check_text("title", "11010519491231002x")) == "COM-105");
  CHECK(code(check_text("title", "身份证 11010519491231002X。")) == "COM-105");
  CHECK(code(check_text("title", "440524188001010014")) == "OK");  // born 1880: nobody alive
}

TEST_CASE("region, date and checksum must all hold for an identity number") {
  CHECK_FALSE(is_identity_number("110105194912310021"));
  CHECK_FALSE(is_identity_number("99010519491231002X"));
  CHECK_FALSE(is_identity_number("11010519491331002X"));
  CHECK(code(check_text("title", "110105194912310021")) == "OK");
}

TEST_CASE("a telephone number needs no adjoining digits to be one") {
  CHECK(code(check_text("contact", "13812345678")) == "COM-105");
  CHECK(code(check_text("contact", "tel:13812345678,")) == "COM-105");
  CHECK(code(check_text("price", "113812345678")) == "OK");
  CHECK(code(check_text("price", "12812345678")) == "OK");
  CHECK(code(check_text("price", "4800001")) == "OK");
}

TEST_CASE("codes of organisations and assets do not trip the guard") {
  for (const char* text :
       {"11620000DEM000014C", "916201000000004490", "gsd:12621000DEM000110Y:R2026000001R@1", "91620100000000094Y"}) {
    CAPTURE(text);
    CHECK(code(check_text("uscc", text)) == "OK");
  }
}

TEST_CASE("the trace does not repeat what it refuses") {
  const Outcome refused = check_text("title", "11010519491231002X");
  REQUIRE(refused);
  CHECK(refused->trace.find("110105") == std::string::npos);
}

TEST_CASE("a bare digest where a commitment is required is COM-106") {
  CHECK(code(require_commitment("price", network_test::digest("48000"))) == "COM-106");
  CHECK(code(require_commitment("price", network_test::commitment("48000"))) == "OK");
  CHECK(code(require_commitment("price", "short")) == "COM-101");
  CHECK(code(require_digest("text", network_test::commitment("x"))) == "COM-101");
  CHECK(code(require_digest("text", network_test::digest("x"))) == "OK");
  CHECK(code(require_digest_or_commitment("root", network_test::commitment("x"))) == "OK");
}

TEST_CASE("ranges, counts and choices out of bounds are COM-107, a missing text COM-101") {
  CHECK(code(require_range("n", 5, 1, 4)) == "COM-107");
  CHECK(code(require_range("n", 4, 1, 4)) == "OK");
  CHECK(code(require_count("n", 0, 1, 4)) == "COM-107");
  CHECK(code(require_choice("n", 0)) == "COM-107");
  CHECK(code(require_text("n", "", 4)) == "COM-101");
  CHECK(code(require_text("n", "abcde", 4)) == "COM-107");
}
