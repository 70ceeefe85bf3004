// How other threads hand work to the driver: tasks in order of arrival, bounded per source.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <utility>
#include <vector>

namespace qilian::node {

/// Any thread posts; the driver alone takes. A source (a peer's index, or kLocal for the API and the node itself) has
/// at most `limit_per_source` tasks waiting: what comes on top is refused and the caller counts it.
class Inbox {
 public:
  using Task = std::function<void()>;
  using Source = std::uint32_t;
  static constexpr Source kLocal = 0xFFFFFFFF;

  explicit Inbox(std::size_t limit_per_source) : limit_per_source_(limit_per_source) {}

  [[nodiscard]] bool post(Source source, Task task) {
    {
      const std::lock_guard lock(mutex_);
      auto& mine = waiting_[source];
      if (closed_ || mine >= limit_per_source_) return false;
      ++mine;
      tasks_.push_back(std::move(task));
    }
    changed_.notify_one();
    return true;
  }

  /// Everything that waits; sleeps until there is something, the time has come or the inbox is closed.
  std::vector<Task> take(std::chrono::steady_clock::time_point until) {
    std::unique_lock lock(mutex_);
    changed_.wait_until(lock, until, [this] { return closed_ || !tasks_.empty(); });
    waiting_.clear();
    return std::exchange(tasks_, {});
  }

  /// Drops what waits.
  void clear() {
    const std::lock_guard lock(mutex_);
    tasks_.clear();
    waiting_.clear();
  }

  /// Takes no more; wakes the driver.
  void close() {
    {
      const std::lock_guard lock(mutex_);
      closed_ = true;
    }
    changed_.notify_all();
  }

  bool closed() const {
    const std::lock_guard lock(mutex_);
    return closed_;
  }

 private:
  const std::size_t limit_per_source_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Task> tasks_;
  std::map<Source, std::size_t> waiting_;
  bool closed_ = false;
};

}  // namespace qilian::node
