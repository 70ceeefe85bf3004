#include "contracts/questions/questions.h"

#include <algorithm>
#include <charconv>

#include "contracts/questions/reading.h"

namespace qilian::contracts::questions {
namespace {

std::vector<Entry> make_entries() {
  std::vector<Entry> out;
  for (const auto& group : {lineage_questions(), rights_questions(), market_questions(), denial_questions(),
                            credit_questions(), attestation_questions(), operation_questions(), deadline_questions(),
                            holding_questions(), list_questions(), security_questions()}) {
    out.insert(out.end(), group.begin(), group.end());
  }
  std::ranges::sort(out, {}, [](const Entry& entry) { return entry.question.number; });
  return out;
}

const std::vector<Entry>& entries() {
  static const std::vector<Entry> all = make_entries();
  return all;
}

Result<void> check_arguments(const Question& question, const Arguments& arguments) {
  for (const Argument& wanted : question.arguments) {
    if (wanted.required && !arguments.contains(wanted.name)) {
      return fail("question.argument", std::string(question.name) + " asks for " + std::string(wanted.name) + ": " +
                                           std::string(wanted.meaning));
    }
  }
  for (const auto& [name, value] : arguments) {
    if (std::ranges::find(question.arguments, name, &Argument::name) == question.arguments.end()) {
      return fail("question.argument", std::string(question.name) + " has no argument " + name);
    }
  }
  return {};
}

/// The last one of the year 9999 in UTC+8: sums with it stay far from the end of the type.
constexpr std::int64_t kLastMomentMs = 253'402'271'999'999;

std::optional<std::int64_t> whole_number(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

const Value* find(const Row& row, std::string_view name) {
  const auto at = std::ranges::find(row, name, &Field::name);
  return at == row.end() ? nullptr : &at->value;
}

std::string text_of(const Value& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  if (const auto* number = std::get_if<std::int64_t>(&value)) return std::to_string(*number);
  if (const auto* flag = std::get_if<bool>(&value)) return *flag ? "true" : "false";
  std::string out;
  for (const std::string& part : std::get<std::vector<std::string>>(value)) out += (out.empty() ? "" : ", ") + part;
  return "[" + out + "]";
}

std::span<const Question> questions() {
  static const std::vector<Question> all = [] {
    std::vector<Question> out;
    for (const Entry& entry : entries()) out.push_back(entry.question);
    return out;
  }();
  return all;
}

const Question* find_question(std::string_view name) {
  const auto at = std::ranges::find(questions(), name, &Question::name);
  return at == questions().end() ? nullptr : &*at;
}

Result<Answer> ask(const HistoryView& history, TimeMs time, Tier tier, std::string_view name,
                   const Arguments& arguments) {
  const auto at = std::ranges::find(entries(), name, [](const Entry& entry) { return entry.question.name; });
  if (at == entries().end()) return fail("question.unknown", "there is no question " + std::string(name));
  if (tier < at->question.tier) {
    return fail("question.tier", std::string(name) + " is answered to " +
                                     (at->question.tier == Tier::kRegulator ? "regulators" : "members"));
  }
  if (tier == Tier::kPublic && at->question.present_to_public && time < history.time()) {
    return fail("question.tier", "the public is told what stands now; the past is answered to members");
  }
  QILIAN_TRY_VOID(check_arguments(at->question, arguments));
  const Reading reading(history, time, tier, arguments);
  Answer answer;
  answer.height = history.height();
  answer.time = time;
  answer.versions = reading.versions();
  QILIAN_TRY_VOID(at->answer(reading, answer));
  return answer;
}

std::optional<Tier> parse_tier(std::string_view text) {
  if (text == "public") return Tier::kPublic;
  if (text == "member") return Tier::kMember;
  if (text == "regulator") return Tier::kRegulator;
  return std::nullopt;
}

std::optional<TimeMs> parse_moment(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') {
    const auto milliseconds = whole_number(text);
    if (!milliseconds || *milliseconds < 0 || *milliseconds > kLastMomentMs) return std::nullopt;
    return TimeMs(*milliseconds);
  }
  const auto year = whole_number(text.substr(0, 4));
  const auto month = whole_number(text.substr(5, 2));
  const auto day = whole_number(text.substr(8, 2));
  if (!year || *year < 1970 || !month || *month < 1 || *month > 12 || !day || *day < 1) return std::nullopt;
  if (*day > days_in_month(*year, static_cast<int>(*month))) return std::nullopt;
  return start_of({.year = *year, .month = static_cast<int>(*month), .day = static_cast<int>(*day)});
}

}  // namespace qilian::contracts::questions
