// How other threads hand work to the driver: tasks in order of arrival of each source, bounded per source.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <utility>
#include <vector>

namespace qilian::node {

/// Any thread posts; the driver alone takes. A source (a peer's index, or kLocal for the API and the node itself) has
/// at most `limit_per_source` tasks and kMaxBytes of payload waiting: what comes on top is refused and the caller
/// counts it. Sources take turns, so that one that floods delays the others by no more than its part of one turn.
class Inbox {
 public:
  using Task = std::function<void()>;
  using Source = std::uint32_t;
  static constexpr Source kLocal = 0xFFFFFFFF;
  static constexpr std::size_t kMaxBytes = 64ull << 20;  ///< one task may be larger, alone
  /// Of one source in one turn; at least one task.
  static constexpr std::size_t kTasksATurn = 256;
  static constexpr std::size_t kBytesATurn = 2ull << 20;

  explicit Inbox(std::size_t limit_per_source) : limit_per_source_(limit_per_source) {}

  /// `bytes`: of the payload that the task holds on to.
  [[nodiscard]] bool post(Source source, Task task, std::size_t bytes = 0) {
    {
      const std::lock_guard lock(mutex_);
      auto& mine = waiting_[source];
      if (closed_ || mine.tasks.size() >= limit_per_source_) return false;
      if (!mine.tasks.empty() && mine.bytes + bytes > kMaxBytes) return false;
      mine.bytes += bytes;
      mine.tasks.push_back({std::move(task), bytes});
      ++count_;
    }
    changed_.notify_one();
    return true;
  }

  /// The next turn's work; sleeps until there is something, the time has come or the inbox is closed.
  std::vector<Task> take(std::chrono::steady_clock::time_point until) {
    std::unique_lock lock(mutex_);
    changed_.wait_until(lock, until, [this] { return closed_ || count_ > 0; });
    std::vector<Task> out;
    for (auto& [source, mine] : waiting_) {
      std::size_t bytes = 0;
      for (std::size_t i = 0; i < kTasksATurn && !mine.tasks.empty() && (i == 0 || bytes < kBytesATurn); ++i) {
        bytes += mine.tasks.front().bytes;
        out.push_back(std::move(mine.tasks.front().run));
        mine.tasks.pop_front();
      }
      mine.bytes -= bytes;
    }
    count_ -= out.size();
    return out;
  }

  /// Drops what waits.
  void clear() {
    const std::lock_guard lock(mutex_);
    waiting_.clear();
    count_ = 0;
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
  struct Waiting {
    Task run;
    std::size_t bytes = 0;
  };
  struct OfSource {
    std::deque<Waiting> tasks;
    std::size_t bytes = 0;
  };

  const std::size_t limit_per_source_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::map<Source, OfSource> waiting_;
  std::size_t count_ = 0;
  bool closed_ = false;
};

}  // namespace qilian::node
