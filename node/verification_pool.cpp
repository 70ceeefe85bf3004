#include "node/verification_pool.h"

#include <algorithm>

namespace qilian::node {

VerificationPool::VerificationPool(std::size_t threads, std::size_t queue_limit) : queue_limit_(queue_limit) {
  if (threads == 0) threads = std::clamp<std::size_t>(std::thread::hardware_concurrency(), 1, 4);
  for (std::size_t i = 0; i < threads; ++i) threads_.emplace_back([this] { work(); });
}

VerificationPool::~VerificationPool() { stop(); }

bool VerificationPool::submit(Lane lane, Source source, std::function<void()> job, std::size_t bytes) {
  {
    const std::lock_guard lock(mutex_);
    auto& mine = waiting_[source];
    if (stopping_ || lanes_[0].size() + lanes_[1].size() >= queue_limit_ || mine.jobs >= queue_limit_ / 4) return false;
    if (mine.jobs > 0 && mine.bytes + bytes > kMaxBytes) return false;
    ++mine.jobs;
    mine.bytes += bytes;
    lanes_[static_cast<std::size_t>(lane)].push_back({source, std::move(job), bytes});
  }
  changed_.notify_one();
  return true;
}

void VerificationPool::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    lanes_[0].clear();
    lanes_[1].clear();
    waiting_.clear();
  }
  changed_.notify_all();
  for (auto& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
}

std::size_t VerificationPool::waiting() const {
  const std::lock_guard lock(mutex_);
  return lanes_[0].size() + lanes_[1].size();
}

void VerificationPool::work() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return stopping_ || !lanes_[0].empty() || !lanes_[1].empty(); });
    if (stopping_) return;
    auto& lane = lanes_[0].empty() ? lanes_[1] : lanes_[0];
    const Job job = std::move(lane.front());
    lane.pop_front();
    auto& mine = waiting_[job.source];
    --mine.jobs;
    mine.bytes -= job.bytes;
    lock.unlock();
    job.run();
    lock.lock();
  }
}

}  // namespace qilian::node
