// Counters and gauges in the Prometheus text format (version 0.0.4). Made for few, fixed series: registering takes a
// lock, counting does not.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace qilian::node {

/// One series. Counters only grow; gauges are set. Any thread.
class Series {
 public:
  void add(std::int64_t by = 1) { value_.fetch_add(by, std::memory_order_relaxed); }
  void set(std::int64_t value) { value_.store(value, std::memory_order_relaxed); }
  std::int64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::int64_t> value_ = 0;
};

/// Owns every series of a node; references stay valid as long as it lives. Any thread.
class Metrics {
 public:
  /// `labels` is what stands between the braces, e.g. `peer="1"`; asking twice gives the same series.
  Series& counter(const std::string& name, const std::string& help, const std::string& labels = "");
  Series& gauge(const std::string& name, const std::string& help, const std::string& labels = "");

  /// The whole page, names ascending.
  std::string text() const;

 private:
  struct Family {
    const char* type;
    std::string help;
    std::map<std::string, std::unique_ptr<Series>> series;
  };
  Series& find(const char* type, const std::string& name, const std::string& help, const std::string& labels);

  mutable std::mutex mutex_;
  std::map<std::string, Family> families_;
};

}  // namespace qilian::node
