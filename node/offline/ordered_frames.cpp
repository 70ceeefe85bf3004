#include "node/offline/ordered_frames.h"

namespace qilian::node {
namespace {

constexpr std::size_t kMostFrames = 512;
constexpr std::size_t kMostBytes = 64u << 20;

}  // namespace

OrderedFrames::OrderedFrames(std::size_t threads, Prepare prepare, Judge judge)
    : prepare_(std::move(prepare)), judge_(std::move(judge)) {
  for (std::size_t i = 0; i < threads; ++i) threads_.emplace_back([this] { prepare_all(); });
  threads_.emplace_back([this] { judge_all(); });
}

OrderedFrames::~OrderedFrames() {
  {
    const std::lock_guard lock(mutex_);
    closed_ = ended_ = true;
  }
  changed_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

bool OrderedFrames::push(AuditFrame frame) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return ended_ || (ordered_.size() < kMostFrames && bytes_ < kMostBytes); });
  if (ended_) return false;
  bytes_ += frame.payload.size();
  auto slot = std::make_shared<Slot>(Slot{std::move(frame)});
  waiting_.push_back(slot);
  ordered_.push_back(std::move(slot));
  changed_.notify_all();
  return true;
}

void OrderedFrames::finish() {
  std::unique_lock lock(mutex_);
  closed_ = true;
  changed_.notify_all();
  changed_.wait(lock, [&] { return ended_; });
}

void OrderedFrames::prepare_all() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [&] { return ended_ || closed_ || !waiting_.empty(); });
    if (ended_ || (closed_ && waiting_.empty())) return;
    const std::shared_ptr<Slot> slot = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    prepare_(slot->frame);
    lock.lock();
    slot->ready = true;
    changed_.notify_all();
  }
}

void OrderedFrames::judge_all() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [&] {
      return ended_ || (closed_ && ordered_.empty()) || (!ordered_.empty() && ordered_.front()->ready);
    });
    if (ended_ || ordered_.empty()) break;
    const std::shared_ptr<Slot> slot = std::move(ordered_.front());
    ordered_.pop_front();
    lock.unlock();
    const std::size_t bytes = slot->frame.payload.size();
    const bool goes_on = judge_(slot->frame);
    lock.lock();
    bytes_ -= bytes;
    changed_.notify_all();
    if (!goes_on) break;
  }
  ended_ = true;
  changed_.notify_all();
}

}  // namespace qilian::node
