// Which exit code an error means: part of the command line's interface (cli/README.md).
#include <doctest/doctest.h>

#include "cli/pinned_head.h"
#include "cli/session.h"

using namespace qilian;
using cli::exit_of;

TEST_CASE("errors of the tools on files end with the code that the manual names") {
  for (const char* code : {"store.corrupt", "executor.diverged", "audit.differs", "diff.differs", "certificate.quorum",
                           "fact.root", "verify.question"})
    CHECK_MESSAGE(exit_of({code, ""}) == cli::kUnverified, code);
  for (const char* code : {"store.locked", "store.genesis", "store.io", "offline.directory", "audit.checkpoint",
                           "audit.empty", "diff.empty", "usage.genesis"})
    CHECK_MESSAGE(exit_of({code, ""}) == cli::kUsage, code);
  CHECK(exit_of({"audit.interrupted", ""}) == cli::kInterrupted);
  CHECK(exit_of({"client.timeout", ""}) == cli::kConnection);
  CHECK(exit_of({"COM-407", ""}) == cli::kRefused);
}

TEST_CASE("a pinned head is a height, a colon and a hash, and nothing else") {
  const std::string hash(64, 'a');
  CHECK_FALSE(*cli::pinned_head(""));
  const auto head = cli::pinned_head("12:" + hash);
  REQUIRE(head);
  REQUIRE(*head);
  CHECK((*head)->height == ledger::Height(12));
  CHECK((*head)->hash.hex() == hash);
  for (const std::string& bad : {std::string("12"), ":" + hash, "-1:" + hash, "1 2:" + hash, "12:" + hash + "aa",
                                 std::string("12:xyz"), "99999999999999999999999:" + hash, "0x1:" + hash})
    CHECK_MESSAGE(cli::pinned_head(bad).error().code == "usage.head", bad);
}
