#include <doctest/doctest.h>

#include "ledger/core/udi.h"
#include "ledger/core/uscc.h"

namespace qilian::ledger {

TEST_CASE("valid USCCs pass") {
  // The standard's example, two real ones, and the whole cast of the Gansu story.
  for (const char* text :
       {"91350100M000100Y43", "916201000000004490", "91620100000000094Y", "11620000DEM000014C", "11620000DEM0000227",
        "11620000DEM0000315", "91620100DEM00041XD", "32621000DEM000719T", "12621000DEM000110Y", "11621000DEM000129Y",
        "11621000DEM000137R", "12620000DEM000217X", "91621002DEM000313B", "91620100DEM000516U", "91620900DEM0005240",
        "91621002DEM0006129", "35620100DEM000815K", "91620100DEM0009100", "91620100DEM0009201", "91620900DEM000532T"}) {
    CAPTURE(text);
    const auto uscc = Uscc::parse(text);
    REQUIRE(uscc);
    CHECK(uscc->str() == text);
  }
}

TEST_CASE("USCCs with a wrong length, alphabet or check are MEM-101") {
  for (const char* text : {"91350100M000100Y4Z", "91350100M000100Y44", "", "91350100M000100Y4", "91350100M000100Y433",
                           "91350100m000100Y43", "91350100M000100I43", "91350100M00010 Y43", "19350100M000100Y43"}) {
    CAPTURE(text);
    const auto uscc = Uscc::parse(text);
    REQUIRE_FALSE(uscc);
    CHECK(uscc.error().code == "MEM-101");
  }
}

TEST_CASE("every single wrong character of a USCC is found") {
  const std::string good = "91350100M000100Y43";
  for (std::size_t i = 0; i < good.size(); ++i) {
    for (char c = '!'; c <= '~'; ++c) {
      if (c == good[i]) continue;
      std::string wrong = good;
      wrong[i] = c;
      CHECK_FALSE(Uscc::parse(wrong));
    }
  }
}

TEST_CASE("the identifiers of the Gansu story have the right check and come out as they went in") {
  for (const char* text : {"gsd:12621000DEM000110Y:R2026000001R", "gsd:11621000DEM000129Y:R20260000016",
                           "gsd:91621002DEM000313B:P20260000015", "gsd:91620100DEM000516U:R2026000001J",
                           "gsd:91620100DEM000516U:P20260000018", "gsd:91620900DEM0005240:R2026000001W",
                           "gsd:91620900DEM0005240:P20260000014", "gsd:91620100DEM000516U:P20260000026",
                           "gsd:91620100DEM000516U:M2026000001D"}) {
    CAPTURE(text);
    const auto udi = Udi::parse(text);
    REQUIRE(udi);
    CHECK(udi->str() == text);
    CHECK(udi->year() == 2026);
    CHECK(Udi::make(udi->registrant(), udi->type(), udi->year(), udi->serial()) == *udi);
  }
}

TEST_CASE("a data identifier carries a version and an item") {
  const auto udi = Udi::parse("gsd:12621000DEM000110Y:R2026000001R@12#station.7-a_B").value();
  CHECK(udi.registrant().str() == "12621000DEM000110Y");
  CHECK(udi.type() == UdiClass::kResource);
  CHECK(udi.serial() == 1);
  CHECK(udi.version() == 12);
  CHECK(udi.item() == "station.7-a_B");
  CHECK(udi.base() == "gsd:12621000DEM000110Y:R2026000001R");
  CHECK(udi.str() == "gsd:12621000DEM000110Y:R2026000001R@12#station.7-a_B");
  CHECK(Udi::parse("gsd:12621000DEM000110Y:R2026000001R#x")->str() == "gsd:12621000DEM000110Y:R2026000001R#x");
  CHECK(Udi::parse(udi.base())->with_version(3).str() == udi.base() + "@3");
}

TEST_CASE("data identifiers that are wrong in any part are REG-101") {
  const std::string base = "gsd:12621000DEM000110Y:R2026000001R";
  for (const std::string& text : {std::string(),
                                  std::string("gsd:"),
                                  base.substr(1),
                                  base.substr(0, base.size() - 1),
                                  base + "X",
                                  base + "@",
                                  base + "@0",
                                  base + "@01",
                                  base + "@1x",
                                  base + "@-1",
                                  base + "@1234567890123456789",
                                  base + "#",
                                  base + "#a b",
                                  base + "#" + std::string(65, 'a'),
                                  base + "#a@1",
                                  base + "@1#",
                                  base + "@1@2",
                                  std::string("gsd:12621000DEM000110X:R2026000001R"),
                                  std::string("gsd:12621000DEM000110Y:X2026000001R"),
                                  std::string("gsd:12621000DEM000110Y:R2026000001Q"),
                                  std::string("gsd:12621000DEM000110Y-R2026000001R"),
                                  std::string("gsd:12621000DEM000110Y:R20260000O1R"),
                                  std::string("GSD:12621000DEM000110Y:R2026000001R")}) {
    CAPTURE(text);
    const auto udi = Udi::parse(text);
    REQUIRE_FALSE(udi);
    CHECK(udi.error().code == "REG-101");
  }
}

TEST_CASE("every single wrong digit and every swap of neighbours in a data identifier is found") {
  const std::string good = "gsd:91620100DEM000516U:P20260000026";
  for (std::size_t i = 24; i < good.size(); ++i) {
    for (char c = '0'; c <= '9'; ++c) {
      if (c == good[i]) continue;
      std::string wrong = good;
      wrong[i] = c;
      CHECK_FALSE(Udi::parse(wrong));
    }
    std::string swapped = good;
    std::swap(swapped[i - 1], swapped[i]);
    if (swapped != good) CHECK_FALSE(Udi::parse(swapped));
  }
}

}  // namespace qilian::ledger
