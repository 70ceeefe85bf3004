// A question's answer as people read it: texts by name, whichever chain was asked.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "contracts/questions/answer.h"
#include "ledger/core/result.h"

namespace qilian::cli {

struct Told {
  using Row = std::map<std::string, std::string, std::less<>>;
  Row facts;
  std::vector<Row> rows;
};

Told told(const contracts::questions::Answer& answer);
/// What a node's API says. Error "story.answer".
ledger::Result<Told> told_by_node(std::string_view json);

}  // namespace qilian::cli
