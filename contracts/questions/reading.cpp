#include "contracts/questions/reading.h"

#include <charconv>
#include <set>

namespace qilian::contracts::questions {

Reading::Reading(const HistoryView& history, TimeMs time, Tier tier, const Arguments& arguments)
    : history_(history),
      tier_(tier),
      arguments_(arguments),
      parameters_(load_parameters(history)),
      calendar_(load_calendar(history, time)),
      frame_{.height = history.height(), .time = time, .parameters = &parameters_, .calendar = &calendar_},
      writes_(history),
      context_(frame_, {}, "question", {}, writes_) {}

RuleVersions Reading::versions() const { return rule_versions(history_, parameters_, frame_.time); }

std::string Reading::text(std::string_view name) const {
  const auto found = arguments_.find(name);
  return found == arguments_.end() ? std::string() : found->second;
}

Result<std::int64_t> Reading::number(std::string_view name, std::int64_t absent) const {
  const std::string given = text(name);
  if (given.empty()) return absent;
  std::int64_t out = 0;
  const auto [end, error] = std::from_chars(given.data(), given.data() + given.size(), out);
  if (error != std::errc() || end != given.data() + given.size()) {
    return fail("question.argument", std::string(name) + " is a whole number");
  }
  return out;
}

std::vector<pb::Reference> Reading::references(Kind index, std::string_view id) const {
  std::vector<pb::Reference> out;
  std::set<std::pair<std::uint32_t, std::string>> seen;
  for (const HistoryEntry& entry : history_.journal({index, std::string(id)})) {
    pb::Reference reference;
    QILIAN_CHECK(reference.ParseFromString(entry.payload));
    if (seen.emplace(reference.kind(), reference.id()).second) out.push_back(std::move(reference));
  }
  return out;
}

}  // namespace qilian::contracts::questions
