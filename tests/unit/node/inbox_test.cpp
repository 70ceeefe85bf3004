#include "node/inbox.h"

#include <doctest/doctest.h>

using qilian::node::Inbox;

namespace {

std::vector<Inbox::Task> take(Inbox& inbox) { return inbox.take(std::chrono::steady_clock::now()); }

}  // namespace

TEST_CASE("a source that floods delays another's task by no more than its part of one turn") {
  Inbox inbox(10'000);
  int flood = 0;
  bool other = false;
  for (int i = 0; i < 10'000; ++i) REQUIRE(inbox.post(1, [&flood] { ++flood; }));
  CHECK_FALSE(inbox.post(1, [] {}));
  REQUIRE(inbox.post(2, [&other] { other = true; }));
  for (const auto& task : take(inbox)) task();
  CHECK(other);
  CHECK(flood == Inbox::kTasksATurn);
  while (flood < 10'000) {
    const auto tasks = take(inbox);
    REQUIRE_FALSE(tasks.empty());
    for (const auto& task : tasks) task();
  }
  CHECK(take(inbox).empty());
}

TEST_CASE("what waits of one source is bounded in bytes, and so is its part of a turn") {
  Inbox inbox(10'000);
  constexpr std::size_t kMessage = 4ull << 20;
  std::size_t accepted = 0;
  for (int i = 0; i < 1'000; ++i) accepted += inbox.post(1, [] {}, kMessage);
  CHECK(accepted == Inbox::kMaxBytes / kMessage);
  CHECK(inbox.post(2, [] {}, 2 * Inbox::kMaxBytes));
  CHECK_FALSE(inbox.post(2, [] {}, 1));
  CHECK(take(inbox).size() == 2);
  CHECK(inbox.post(1, [] {}, kMessage));
  CHECK(inbox.post(2, [] {}, 1));
}

TEST_CASE("tasks of one source keep their order over turns") {
  Inbox inbox(10'000);
  std::vector<int> order;
  for (int i = 0; i < 1'000; ++i) REQUIRE(inbox.post(1, [&order, i] { order.push_back(i); }));
  for (auto tasks = take(inbox); !tasks.empty(); tasks = take(inbox)) {
    for (const auto& task : tasks) task();
  }
  REQUIRE(order.size() == 1'000);
  for (int i = 0; i < 1'000; ++i) CHECK(order[static_cast<std::size_t>(i)] == i);
}

TEST_CASE("a closed inbox takes nothing more") {
  Inbox inbox(10);
  REQUIRE(inbox.post(1, [] {}));
  inbox.close();
  CHECK_FALSE(inbox.post(1, [] {}));
  inbox.clear();
  CHECK(take(inbox).empty());
}
