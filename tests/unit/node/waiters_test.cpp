#include "node/waiters.h"

#include <doctest/doctest.h>

using qilian::ledger::Height;
using qilian::ledger::TransactionId;
using qilian::node::Waiters;
using End = Waiters::End;

namespace {

TransactionId id(char c) { return *TransactionId::from(std::string(32, c)); }

}  // namespace

TEST_CASE("a client is answered once its block, or a later one, is certified") {
  Waiters waiters;
  std::vector<End> ends;
  const auto note = [&](End end, const Waiters::Place* place) {
    CHECK((end == End::kCertified) == (place != nullptr));
    if (place) CHECK(place->receipt == "receipt");
    ends.push_back(end);
  };
  waiters.add(id('a'), 1'000, note);
  waiters.add(id('a'), 1'000, note);
  waiters.executed(id('a'), {Height(5), 0, "receipt"});
  waiters.certified(Height(4));
  CHECK(ends.empty());
  waiters.certified(Height(6));
  CHECK(ends == std::vector<End>{End::kCertified, End::kCertified});
  CHECK(waiters.size() == 0);
  waiters.certified(Height(7));
  CHECK(ends.size() == 2);
}

TEST_CASE("a client is told when time runs out, when its transaction expires and when the node ends, each once") {
  Waiters waiters;
  std::vector<End> ends;
  const auto note = [&](End end, const Waiters::Place* place) {
    CHECK((end == End::kCertified) == (place != nullptr));
    if (place) CHECK(place->receipt == "receipt");
    ends.push_back(end);
  };
  waiters.add(id('a'), 100, note);
  waiters.add(id('b'), 900, note);
  waiters.add(id('c'), 900, note);
  waiters.time_out(99);
  CHECK(ends.empty());
  waiters.time_out(200);
  CHECK(ends == std::vector<End>{End::kTimedOut});
  waiters.executed(id('a'), {Height(1), 0, "receipt"});
  waiters.certified(Height(1));
  CHECK(ends.size() == 1);
  waiters.expired(id('b'));
  CHECK(ends.back() == End::kExpired);
  waiters.fail_all();
  CHECK(ends.size() == 3);
  CHECK(waiters.size() == 0);
}
