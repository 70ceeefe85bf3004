#include "contracts/negative_list/rules_of_lists.h"

#include <algorithm>
#include <set>

#include "contracts/negative_list/matcher.h"
#include "contracts/text_guard.h"

namespace qilian::contracts::negative_list {
namespace {

Outcome check_entry_shape(const pb::NegativeEntry& entry) {
  QILIAN_PASS(require_text("entry.code", entry.code(), 64));
  QILIAN_PASS(require_choice("entry.domain", entry.domain()));
  QILIAN_PASS(require_choice("entry.mode", entry.mode()));
  QILIAN_PASS(require_choice("entry.reach", entry.reach()));
  QILIAN_PASS(require_choice("entry.transition", entry.transition()));
  QILIAN_PASS(require_count("entry.operations", static_cast<std::size_t>(entry.operations_size()), 1, 7));
  for (int operation : entry.operations()) QILIAN_PASS(require_choice("entry.operations", operation));
  QILIAN_PASS(require_count("entry.unless", static_cast<std::size_t>(entry.unless_size()), 0, 16));
  for (const pb::UnlessClaim& unless : entry.unless()) {
    QILIAN_PASS(require_text("unless.name", unless.name(), 64));
    QILIAN_PASS(require_choice("unless.comparison", unless.comparison()));
  }
  QILIAN_PASS(require_text("entry.legal_basis", entry.legal_basis(), 512));
  QILIAN_REQUIRE(entry.has_matcher(), "COM-101", "entry " + entry.code() + " has no matcher");
  QILIAN_PASS(require_range("entry.conditions.quota", entry.conditions().quota(), 0, INT64_MAX));
  QILIAN_REQUIRE(entry.mode() != pb::NegativeEntry::RESTRICT || entry.has_conditions(), "COM-101",
                 "entry " + entry.code() + " restricts without conditions");
  QILIAN_REQUIRE((entry.transition() == pb::NegativeEntry::GRANDFATHER) == (entry.transition_until() != 0), "COM-101",
                 "transition_until stands with GRANDFATHER and with nothing else");
  QILIAN_REQUIRE(entry.from() >= 0 && (entry.to() == 0 || entry.to() > entry.from()), "COM-107",
                 "entry ends before it begins");
  QILIAN_REQUIRE(entry.published_at() == 0 && entry.lapses_at() == 0, "COM-101",
                 "published_at and lapses_at are the ledger's");
  return check_matcher_shape(entry.matcher());
}

}  // namespace

Outcome check_entries_shape(const Entries& entries) {
  std::set<std::string> codes;
  for (const pb::NegativeEntry& entry : entries) {
    QILIAN_PASS(check_entry_shape(entry));
    QILIAN_REQUIRE(codes.insert(entry.code()).second, "COM-101", "entry " + entry.code() + " stands twice");
  }
  return pass();
}

Outcome check_entry_sizes(const Parameters& parameters, const Entries& entries) {
  const auto limit = static_cast<std::size_t>(parameters.integer("negative_list.max_matcher_nodes"));
  for (const pb::NegativeEntry& entry : entries) {
    const std::size_t nodes = count_nodes(entry.matcher());
    QILIAN_REQUIRE(nodes <= limit, "NEG-402",
                   "the matcher of " + entry.code() + " has " + std::to_string(nodes) + " nodes; " +
                       std::to_string(limit) + " at most");
  }
  return pass();
}

Outcome check_entry_attributes(const Entries& entries) {
  for (const pb::NegativeEntry& entry : entries) QILIAN_PASS(check_matcher_attributes(entry.matcher()));
  return pass();
}

void sort_entries(pb::NegativeList& list) {
  std::sort(list.mutable_entries()->begin(), list.mutable_entries()->end(),
            [](const pb::NegativeEntry& a, const pb::NegativeEntry& b) {
              return a.code() != b.code() ? a.code() < b.code() : a.from() < b.from();
            });
}

}  // namespace qilian::contracts::negative_list
