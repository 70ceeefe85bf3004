// What happens next: events in the order of their time, those of one moment in the order in which they were planned.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

namespace qilian::sim {

/// A binary heap over small keys; the events themselves stay where they are until they are due.
template <class Event>
class EventQueue {
 public:
  bool empty() const { return heap_.empty(); }
  std::int64_t next_time() const { return heap_.front().time; }

  void push(std::int64_t time, Event event) {
    std::uint32_t place = static_cast<std::uint32_t>(events_.size());
    if (free_.empty()) {
      events_.push_back(std::move(event));
    } else {
      place = free_.back();
      free_.pop_back();
      events_[place] = std::move(event);
    }
    heap_.push_back({time, next_order_++, place});
    std::push_heap(heap_.begin(), heap_.end(), later);
  }

  /// REQUIRES: not empty.
  Event pop() {
    std::pop_heap(heap_.begin(), heap_.end(), later);
    const std::uint32_t place = heap_.back().place;
    heap_.pop_back();
    free_.push_back(place);
    return std::exchange(events_[place], Event{});
  }

 private:
  struct Key {
    std::int64_t time;
    std::uint64_t order;
    std::uint32_t place;
  };
  static bool later(const Key& a, const Key& b) { return a.time != b.time ? a.time > b.time : a.order > b.order; }

  std::vector<Key> heap_;
  std::vector<Event> events_;
  std::vector<std::uint32_t> free_;
  std::uint64_t next_order_ = 0;
};

}  // namespace qilian::sim
