#include <doctest/doctest.h>

#include "tests/model/checker.h"

using namespace qilian;

TEST_CASE(
    "nothing that one liar of four can do makes honest replicas disagree: every state of views 0 and 1, one slot") {
  for (const std::uint32_t liar : {0U, 1U, 3U}) {
    const model::Result result = model::check({.liars = {liar}, .checkpoints = false, .max_states = 2'000'000});
    CHECK(result.violation == "");
    CHECK(result.complete);
    CHECK(result.states > 10'000);
    CHECK(result.executed > 10'000);
    CHECK(result.in_view_1 > 10'000);
    MESSAGE("liar ", liar, ": ", result.states, " states, depth ", result.depth);
  }
}

TEST_CASE("a border that lets forged certificates in is found out") {
  const model::Result result = model::check({.liars = {0}, .verify = false, .max_states = 5'000'000});
  CHECK(result.violation != "");
  MESSAGE(result.violation, " after ", result.states, " states");
}

TEST_CASE("two liars of four are one too many, and this is found out") {
  const model::Result result = model::check({.liars = {0, 3}, .max_states = 5'000'000});
  CHECK(result.violation != "");
  MESSAGE(result.violation, " after ", result.states, " states");
}
