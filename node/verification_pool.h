// Worker threads for what is costly and pure: decoding and checking signatures. The driver and the network threads hand
// jobs over and go on.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

namespace qilian::node {

/// Two lanes: consensus messages overtake envelopes. Bounded: past `queue_limit` jobs in all, or a quarter of that from
/// one source (and kMaxBytes of payload from one), a job is refused at once and the caller counts it; what was refused
/// is sent again by its source's own retransmission. Threads: any may submit; jobs run on the workers, in no particular
/// order, and must not throw.
class VerificationPool {
 public:
  enum class Lane { kConsensus, kEnvelopes };
  /// Who a job is from: a peer's index, or kLocal for the API.
  using Source = std::uint32_t;
  static constexpr Source kLocal = 0xFFFFFFFF;
  static constexpr std::size_t kMaxBytes = 64ull << 20;

  VerificationPool(std::size_t threads, std::size_t queue_limit);
  /// Waits for running jobs; waiting ones are dropped.
  ~VerificationPool();
  VerificationPool(const VerificationPool&) = delete;
  VerificationPool& operator=(const VerificationPool&) = delete;

  /// False where the queue is full or the pool stops. `bytes`: of the payload that the job holds on to.
  [[nodiscard]] bool submit(Lane lane, Source source, std::function<void()> job, std::size_t bytes = 0);
  void stop();
  std::size_t waiting() const;

 private:
  struct Job {
    Source source;
    std::function<void()> run;
    std::size_t bytes = 0;
  };
  struct OfSource {
    std::size_t jobs = 0;
    std::size_t bytes = 0;
  };
  void work();

  const std::size_t queue_limit_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Job> lanes_[2];
  std::map<Source, OfSource> waiting_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace qilian::node
