#include "node/verification_pool.h"

#include <doctest/doctest.h>

#include <atomic>
#include <future>

using qilian::node::VerificationPool;
using Lane = VerificationPool::Lane;

TEST_CASE("every accepted job runs once") {
  std::atomic<int> ran = 0;
  {
    VerificationPool pool(2, 1'000);
    std::promise<void> done;
    for (int i = 0; i < 100; ++i) {
      REQUIRE(pool.submit(Lane::kEnvelopes, 1, [&] {
        if (++ran == 100) done.set_value();
      }));
    }
    done.get_future().wait();
  }
  CHECK(ran == 100);
}

TEST_CASE("consensus messages overtake envelopes, and the queue is bounded in all and for one source") {
  VerificationPool pool(1, 8);
  std::promise<void> begun;
  std::promise<void> go_on;
  REQUIRE(pool.submit(Lane::kEnvelopes, 0, [&] {
    begun.set_value();
    go_on.get_future().wait();
  }));
  begun.get_future().wait();

  std::string order;
  std::promise<void> done;
  const auto append = [&](char c) {
    return [&order, &done, c] {
      order += c;
      if (order.size() == 8) done.set_value();
    };
  };
  CHECK(pool.submit(Lane::kEnvelopes, 1, append('e')));
  CHECK(pool.submit(Lane::kEnvelopes, 1, append('e')));
  CHECK_FALSE(pool.submit(Lane::kEnvelopes, 1, append('x')));  // a quarter of eight from one source
  CHECK(pool.submit(Lane::kConsensus, 2, append('c')));
  CHECK(pool.submit(Lane::kConsensus, 2, append('c')));
  CHECK(pool.submit(Lane::kEnvelopes, 3, append('e')));
  CHECK(pool.submit(Lane::kEnvelopes, 3, append('e')));
  CHECK(pool.submit(Lane::kEnvelopes, 4, append('e')));
  CHECK(pool.submit(Lane::kEnvelopes, 4, append('e')));
  CHECK_FALSE(pool.submit(Lane::kConsensus, 5, append('x')));  // full
  go_on.set_value();
  done.get_future().wait();
  CHECK(order == "cceeeeee");
}

TEST_CASE("a stopped pool takes nothing") {
  VerificationPool pool(1, 8);
  pool.stop();
  CHECK_FALSE(pool.submit(Lane::kEnvelopes, 1, [] {}));
}

TEST_CASE("the payload that waits of one source is bounded") {
  VerificationPool pool(1, 1'000);
  std::promise<void> begun;
  std::promise<void> go_on;
  REQUIRE(pool.submit(Lane::kEnvelopes, 0, [&] {
    begun.set_value();
    go_on.get_future().wait();
  }));
  begun.get_future().wait();
  std::size_t accepted = 0;
  for (int i = 0; i < 100; ++i) accepted += pool.submit(Lane::kEnvelopes, 1, [] {}, VerificationPool::kMaxBytes / 4);
  CHECK(accepted == 4);
  CHECK(pool.submit(Lane::kEnvelopes, 2, [] {}, VerificationPool::kMaxBytes));
  go_on.set_value();
}
