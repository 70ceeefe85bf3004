#include <doctest/doctest.h>

#include "tests/golden/files.h"
#include "tests/golden/trace.h"

using namespace qilian;

TEST_CASE("every golden trace plays as it is written; ./dev golden --write makes a change of behaviour the new truth") {
  const auto files = golden::trace_files();
  CHECK(files.size() >= 8);
  for (const auto& file : files) {
    const std::string text = golden::read_file(file);
    const auto played = golden::play(text);
    REQUIRE_MESSAGE(played.has_value(), file.filename().string(), ": ", (played ? "" : played.error().message));
    CHECK_MESSAGE(*played == text, file.filename().string(), ": ", golden::first_difference(text, *played));
  }
}

TEST_CASE("a trace with one vote more than what happens does not pass for golden") {
  const auto played = golden::play("> submit t1 to all\n> run 5\n");
  REQUIRE(played.has_value());
  std::string forged = *played;
  const auto at = forged.find("COMMIT");
  REQUIRE(at != std::string::npos);
  forged.insert(at, "COMMIT 0.1 A ");
  CHECK(*golden::play(forged) != forged);
  CHECK(golden::first_difference(forged, *played) != "no difference");
}

TEST_CASE("a line that is no command is refused by its words") {
  const auto played = golden::play("> subnit t1 to all\n");
  REQUIRE_FALSE(played.has_value());
  CHECK(played.error().message.find("subnit") != std::string::npos);
}
