// The questions that a regulator asks, by name. Pure functions of the state as of a height, evaluated at a time:
// `ask(view at D, D, ...)` says what was known on D, `ask(view now, D, ...)` what is known now to have been true on D.
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>

#include "contracts/questions/answer.h"
#include "contracts/questions/history.h"
#include "ledger/core/result.h"

namespace qilian::contracts::questions {

/// Who asks. Tiers are courtesy, not protection: whoever replicates the ledger sees all that stands in clear.
enum class Tier { kPublic, kMember, kRegulator };

struct Argument {
  std::string_view name;
  bool required = false;
  std::string_view meaning;
};

struct Question {
  int number = 0;              ///< in the domain's list
  std::string_view name = {};  ///< "lineage"
  std::span<const Argument> arguments = {};
  Tier tier = Tier::kMember;  ///< the lowest that is answered
  std::string_view zh = {};
  std::string_view en = {};
  /// The public is told what stands now: what left its view does not come back to whoever asks for an earlier time
  /// (`ask` refuses) or an earlier block (whoever serves the public refuses).
  bool present_to_public = false;
};

/// Every question, ascending by number.
std::span<const Question> questions();
/// Null where there is none of that name.
const Question* find_question(std::string_view name);

using Arguments = std::map<std::string, std::string, std::less<>>;

/// Errors: "question.unknown", "question.argument" (missing, unknown, unreadable), "question.tier" (not for this
/// tier), "question.not_found" (what is asked about does not exist then).
ledger::Result<Answer> ask(const HistoryView& history, ledger::TimeMs time, Tier tier, std::string_view name,
                           const Arguments& arguments);

/// "public", "member", "regulator".
std::optional<Tier> parse_tier(std::string_view text);
/// A moment as people give it: milliseconds, or a date of UTC+8 ("2026-09-15": its first instant); up to the
/// end of the year 9999.
std::optional<ledger::TimeMs> parse_moment(std::string_view text);

}  // namespace qilian::contracts::questions
