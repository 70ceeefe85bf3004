#include "tests/e2e/history.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <utility>

namespace qilian::e2e {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

// Height and index in the block.
using Place = std::pair<std::uint64_t, std::uint32_t>;

constexpr int kWaitMs = 3'000;

// Every transaction of one node's blocks; adds each block's text to `blocks`, or compares it with what stands there.
std::map<std::string, Place> read_ledger(const Network& network, std::size_t node, std::vector<std::string>& blocks) {
  std::map<std::string, Place> out;
  auto client = network.client(node);
  const auto last = network.status_number(node, "height.certified");
  REQUIRE(last.has_value());
  for (std::uint64_t height = 1; height <= static_cast<std::uint64_t>(*last); ++height) {
    const auto page = client.fetch("/v1/blocks/" + std::to_string(height));
    REQUIRE(page.has_value());
    // The certificate may name other signers on another node; the block may not differ.
    const std::string block = json_text(*page, "hash") + json_text(*page, "transactions");
    if (height > blocks.size()) blocks.push_back(block);
    REQUIRE_MESSAGE(blocks[height - 1] == block, "node " << node << " holds another block at height " << height);
    std::uint32_t index = 0;
    for (auto at = block.find("{\"id\":\""); at != std::string::npos; at = block.find("{\"id\":\"", at + 1)) {
      const bool fresh = out.emplace(block.substr(at + 7, 64), Place(height, index++)).second;
      CHECK_MESSAGE(fresh, "executed twice, again at height " << height);
    }
  }
  return out;
}

// In the order of the ledger nothing may have been confirmed before something in front of it was even submitted.
void check_real_time_order(std::vector<Confirmed> confirmed) {
  std::sort(confirmed.begin(), confirmed.end(),
            [](const Confirmed& a, const Confirmed& b) { return Place(a.height, a.index) < Place(b.height, b.index); });
  auto last_submitted = Clock::time_point::min();
  for (const Confirmed& one : confirmed) {
    last_submitted = std::max(last_submitted, one.submitted);
    CHECK_MESSAGE(one.confirmed >= last_submitted, "reordered at height " << one.height);
  }
}

}  // namespace

Clients::Clients(const Network& network, std::size_t count) : network_(network) {
  for (std::size_t i = 0; i < count; ++i) threads_.emplace_back([this, i] { run(i); });
}

Clients::~Clients() { stop(); }

void Clients::stop() {
  stopping_ = true;
  for (auto& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
}

std::size_t Clients::confirmed_count() const {
  const std::lock_guard lock(mutex_);
  return confirmed_.size();
}

std::vector<Confirmed> Clients::confirmed() const {
  const std::lock_guard lock(mutex_);
  return confirmed_;
}

void Clients::wait_for_more(std::size_t count, int timeout_ms) const {
  const std::size_t goal = confirmed_count() + count;
  const auto end = Clock::now() + milliseconds(timeout_ms);
  while (confirmed_count() < goal) {
    REQUIRE_MESSAGE(Clock::now() < end, "only " << confirmed_count() << " of " << goal << " confirmed");
    std::this_thread::sleep_for(milliseconds(10));
  }
}

void Clients::run(std::size_t number) {
  const std::size_t member = number % network_.members().size();
  for (std::uint64_t i = 0; !stopping_; ++i) {
    auto client = network_.client((number + i) % network_.nodes(), kWaitMs + 1'000);
    const auto submitted_at = Clock::now();
    const auto submitted = client.submit(network_.transaction(member, number << 32 | i), true, kWaitMs);
    if (submitted && submitted->certified) {
      const std::lock_guard lock(mutex_);
      confirmed_.push_back({submitted->id, submitted->height, submitted->index, submitted_at, Clock::now()});
    } else if (!submitted) {
      std::this_thread::sleep_for(milliseconds(20));
    }
  }
}

void check_history(const Network& network, const std::vector<Confirmed>& confirmed) {
  std::vector<std::string> blocks;
  for (std::size_t node = 0; node < network.nodes(); ++node) {
    const auto ledger = read_ledger(network, node, blocks);
    for (const Confirmed& one : confirmed) {
      const auto found = ledger.find(one.id);
      REQUIRE_MESSAGE(found != ledger.end(), "node " << node << " lost a confirmed transaction");
      CHECK(found->second == Place(one.height, one.index));
    }
  }
  check_real_time_order(confirmed);
}

}  // namespace qilian::e2e
