// What a question is answered with: named facts, a table, and the moment that both are true of.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "contracts/rules.h"

namespace qilian::contracts::questions {

using Value = std::variant<std::string, std::int64_t, bool, std::vector<std::string>>;

struct Field {
  std::string name;
  Value value;
};
using Row = std::vector<Field>;

/// Rows of one answer; past it `more` is set and the rest is left out.
inline constexpr std::size_t kMaxRows = 10'000;

struct Answer {
  ledger::Height height;  ///< the state after this block
  ledger::TimeMs time;    ///< at which expiry, windows and scores were computed
  RuleVersions versions;  ///< in force then
  Row facts;              ///< what is true once
  std::vector<Row> rows;  ///< what is true of each
  bool more = false;

  void add(Row row) {
    if (rows.size() < kMaxRows) {
      rows.push_back(std::move(row));
    } else {
      more = true;
    }
  }
};

/// Null where the row has no such field.
const Value* find(const Row& row, std::string_view name);
/// As people read it: numbers in digits, lists between brackets.
std::string text_of(const Value& value);

}  // namespace qilian::contracts::questions
