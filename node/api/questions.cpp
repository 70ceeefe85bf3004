#include "node/api/questions.h"

#include <boost/json.hpp>
#include <charconv>

#include "node/api/history.h"

namespace qilian::node {
namespace {

namespace json = boost::json;
using namespace ledger;
namespace questions = contracts::questions;

std::optional<std::string> take(std::map<std::string, std::string>& query, const std::string& name) {
  const auto found = query.find(name);
  if (found == query.end()) return std::nullopt;
  std::string out = std::move(found->second);
  query.erase(found);
  return out;
}

Result<Height> height_of(const std::string& text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) {
    return fail("api.height", "a height is a whole number, or latest");
  }
  return Height(value);
}

json::value value_json(const questions::Value& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return json::value(*text);
  if (const auto* number = std::get_if<std::int64_t>(&value)) return json::value(*number);
  if (const auto* flag = std::get_if<bool>(&value)) return json::value(*flag);
  json::array out;
  for (const std::string& part : std::get<std::vector<std::string>>(value)) out.push_back(json::value(part));
  return out;
}

json::object row_json(const questions::Row& row) {
  json::object out;
  for (const questions::Field& field : row) out[field.name] = value_json(field.value);
  return out;
}

std::string_view tier_name(questions::Tier tier) {
  if (tier == questions::Tier::kPublic) return "public";
  return tier == questions::Tier::kMember ? "member" : "regulator";
}

std::string answer_json(std::string_view name, const questions::Answer& answer, const Header& header) {
  json::object out{{"question", name},
                   {"height", answer.height.value()},
                   {"time_ms", answer.time.value()},
                   {"state_root", header.state_root.hex()}};
  out["rules"] = json::object{{"negative_list", answer.versions.negative_list},
                              {"credit_rules", answer.versions.credit_rules},
                              {"parameters", answer.versions.parameters}};
  out["facts"] = row_json(answer.facts);
  json::array rows;
  for (const questions::Row& row : answer.rows) rows.push_back(row_json(row));
  out["rows"] = std::move(rows);
  out["more"] = answer.more;
  return json::serialize(out);
}

}  // namespace

Result<std::string> render_question(const store::Store& store, std::string_view name,
                                    std::map<std::string, std::string> query, questions::Tier most) {
  const auto height_text = take(query, "height");
  const auto at_text = take(query, "at");
  const auto tier_text = take(query, "tier");
  const auto tier = tier_text ? questions::parse_tier(*tier_text) : std::optional(most);
  if (!tier || *tier > most) {
    return fail("api.tier", "this node answers as " + std::string(tier_name(most)) + " at most");
  }
  std::optional<TimeMs> at;
  if (at_text) {
    at = questions::parse_moment(*at_text);
    if (!at) return fail("api.at", "at is milliseconds since 1970, or a date like 2026-09-15");
  }
  const Height latest = store.executed().value_or(Height(0));
  Height height = latest;
  if (height_text && *height_text != "latest") {
    QILIAN_TRY(height, height_of(*height_text));
  } else if (!height_text && at) {
    QILIAN_TRY(height, height_at(store, *at));
  }
  const questions::Question* question = questions::find_question(name);
  if (*tier == questions::Tier::kPublic && question && question->present_to_public && height < latest) {
    return fail("api.tier", "the public is told what stands now; the past is answered to members");
  }
  QILIAN_TRY(const std::unique_ptr<StoreHistory> history, StoreHistory::open(store, height));
  const questions::Arguments arguments(std::make_move_iterator(query.begin()), std::make_move_iterator(query.end()));
  const auto answer = questions::ask(*history, at.value_or(history->time()), *tier, name, arguments);
  QILIAN_TRY_VOID(history->health());
  if (!answer) return std::unexpected(answer.error());
  return answer_json(name, *answer, history->header());
}

std::string render_questions() {
  json::array list;
  for (const questions::Question& question : questions::questions()) {
    json::array arguments;
    for (const questions::Argument& argument : question.arguments) {
      arguments.push_back(
          json::object{{"name", argument.name}, {"required", argument.required}, {"meaning", argument.meaning}});
    }
    list.push_back(json::object{{"number", question.number},
                                {"name", question.name},
                                {"tier", tier_name(question.tier)},
                                {"zh", question.zh},
                                {"en", question.en},
                                {"arguments", std::move(arguments)}});
  }
  return json::serialize(json::object{{"questions", std::move(list)}});
}

}  // namespace qilian::node
