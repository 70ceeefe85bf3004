#include "cli/story/told.h"

#include <boost/json.hpp>

namespace qilian::cli {
namespace {

namespace json = boost::json;

std::string text_of_json(const json::value& value) {
  if (value.is_string()) return std::string(value.as_string());
  if (!value.is_array()) return json::serialize(value);
  std::string out;
  for (const json::value& part : value.as_array()) out += (out.empty() ? "" : ", ") + text_of_json(part);
  return "[" + out + "]";
}

Told::Row row_of(const json::object& object) {
  Told::Row out;
  for (const auto& field : object) out[std::string(field.key())] = text_of_json(field.value());
  return out;
}

Told::Row row_of(const contracts::questions::Row& row) {
  Told::Row out;
  for (const contracts::questions::Field& field : row) out[field.name] = contracts::questions::text_of(field.value);
  return out;
}

}  // namespace

Told told(const contracts::questions::Answer& answer) {
  Told out;
  out.facts = row_of(answer.facts);
  for (const contracts::questions::Row& row : answer.rows) out.rows.push_back(row_of(row));
  return out;
}

ledger::Result<Told> told_by_node(std::string_view text) {
  boost::system::error_code error;
  const json::value value = json::parse(text, error);
  const auto* object = error ? nullptr : value.if_object();
  const auto* facts = object ? object->if_contains("facts") : nullptr;
  const auto* rows = object ? object->if_contains("rows") : nullptr;
  if (!facts || !facts->is_object() || !rows || !rows->is_array()) {
    return ledger::fail("story.answer", "the node's answer has no facts and rows");
  }
  Told out;
  out.facts = row_of(facts->as_object());
  for (const json::value& row : rows->as_array()) {
    if (!row.is_object()) return ledger::fail("story.answer", "a row of the node's answer is no object");
    out.rows.push_back(row_of(row.as_object()));
  }
  return out;
}

}  // namespace qilian::cli
