#include "tests/unit/consensus/bench.h"

using namespace qilian::consensus;

TEST_CASE("a pool proposes forwarded envelopes first, then the oldest, within count, bytes, keys and distinct ids") {
  Pool pool;
  for (const std::uint64_t i : {1U, 2U, 3U, 4U}) pool.admit(envelope(i), 0, 100);
  pool.prioritise(envelope(3).digest);
  CHECK(pool.select({.max_batch_transactions = 2}, TimeMs(0)) == std::vector{envelope(3).digest, envelope(1).digest});
  CHECK(pool.select({.max_batch_bytes = 100}, TimeMs(0)).size() == 1);
  CHECK(pool.select({.max_per_key = 3}, TimeMs(0)).size() == 3);
  EnvelopeInfo twin = envelope(9);
  twin.id = envelope(1).id;
  pool.admit(twin, 0, 100);
  CHECK(pool.select({}, TimeMs(0)).size() == 4);
}

TEST_CASE("expired envelopes leave silently, executed ones settle every envelope of their id") {
  Pool pool;
  EnvelopeInfo soon = envelope(1);
  soon.expires = TimeMs(100);
  pool.admit(soon, 0, 100);
  pool.admit(envelope(2), 0, 100);
  CHECK(pool.select({}, TimeMs(100)).size() == 1);
  pool.expire(TimeMs(100));
  CHECK(pool.pending() == 1);
  CHECK(pool.take_forgotten() == std::vector{soon.digest});
  EnvelopeInfo twin = envelope(3);
  twin.id = envelope(2).id;
  pool.pin(twin.digest);
  pool.hold(twin);
  CHECK(pool.executed(envelope(2).id, Height(4), 0) == 1);
  CHECK(pool.pending() == 0);
  REQUIRE(pool.find(twin.digest) != nullptr);
  CHECK(pool.find(twin.digest)->info.executed_at == Height(4));
  pool.unpin(twin.digest);
  CHECK(pool.size() == 0);
}

TEST_CASE("a pinned envelope stays whatever becomes of it in the pool") {
  Pool pool;
  pool.admit(envelope(1), 0, 100);
  pool.pin(envelope(1).digest);
  pool.expire(TimeMs(2'000'000'000));
  CHECK(pool.holds(envelope(1).digest));
  pool.unpin(envelope(1).digest);
  CHECK_FALSE(pool.holds(envelope(1).digest));
}

TEST_CASE("rule 9: overdue means forwarded, the timeout passed, and nothing or far too much else executed") {
  Pool pool;
  pool.admit(envelope(1), 0, 100);
  CHECK(pool.take_to_forward(View(0), 0, 499, 1000, 10).empty());
  CHECK(pool.take_to_forward(View(0), 0, 500, 1000, 10).size() == 1);
  CHECK_FALSE(pool.overdue(View(0), 1499, 1000, 4));
  CHECK(pool.overdue(View(0), 1500, 1000, 4));
  CHECK_FALSE(pool.overdue(View(1), 1500, 1000, 4));
  std::uint64_t other = 10;
  const auto execute = [&](int count) {
    for (int i = 0; i < count; ++i, ++other) {
      pool.admit(envelope(other), 0, 100);
      pool.executed(envelope(other).id, Height(1), 8500);
    }
  };
  execute(1);
  CHECK_FALSE(pool.overdue(View(0), 9000, 1000, 4));
  execute(9);  // 2 * (1 pending + window 4) = 10
  CHECK_FALSE(pool.overdue(View(0), 9000, 1000, 4));
  execute(1);
  CHECK(pool.overdue(View(0), 9000, 1000, 4));
}

TEST_CASE("a primary that dies after one execution does not keep the rest waiting for ever") {
  Pool pool;
  pool.admit(envelope(1), 0, 100);
  pool.admit(envelope(2), 0, 100);
  CHECK(pool.take_to_forward(View(0), 0, 500, 1000, 10).size() == 2);
  CHECK(pool.executed(envelope(2).id, Height(1), 600) == 1);
  CHECK_FALSE(pool.overdue(View(0), 1599, 1000, 4));
  CHECK(pool.overdue(View(0), 1600, 1000, 4));
}
