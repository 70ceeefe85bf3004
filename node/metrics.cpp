#include "node/metrics.h"

namespace qilian::node {

Series& Metrics::counter(const std::string& name, const std::string& help, const std::string& labels) {
  return find("counter", name, help, labels);
}

Series& Metrics::gauge(const std::string& name, const std::string& help, const std::string& labels) {
  return find("gauge", name, help, labels);
}

Series& Metrics::find(const char* type, const std::string& name, const std::string& help, const std::string& labels) {
  const std::lock_guard lock(mutex_);
  auto& family = families_.try_emplace(name, Family{type, help, {}}).first->second;
  auto& series = family.series[labels];
  if (!series) series = std::make_unique<Series>();
  return *series;
}

std::string Metrics::text() const {
  const std::lock_guard lock(mutex_);
  std::string out;
  for (const auto& [name, family] : families_) {
    out += "# HELP " + name + " " + family.help + "\n# TYPE " + name + " " + family.type + "\n";
    for (const auto& [labels, series] : family.series) {
      out += name + (labels.empty() ? "" : "{" + labels + "}") + " " + std::to_string(series->value()) + "\n";
    }
  }
  return out;
}

}  // namespace qilian::node
