#include "contracts/negative_list/asset_table.h"

#include <algorithm>

#include "contracts/negative_list.pb.h"

namespace qilian::contracts::negative_list {
namespace {

Truth truth(bool value) { return value ? Truth::kTrue : Truth::kFalse; }

bool matches(const pb::Matcher& matcher, std::string_view value) {
  const bool prefix = matcher.op() == pb::Matcher::PREFIX;
  return std::ranges::any_of(
      matcher.texts(), [&](const std::string& wanted) { return prefix ? value.starts_with(wanted) : value == wanted; });
}

bool is_number(const pb::Matcher& matcher) {
  return matcher.op() == pb::Matcher::AT_LEAST || matcher.op() == pb::Matcher::AT_MOST;
}

}  // namespace

std::uint32_t AssetTable::row_of(std::string_view version) {
  const auto known = row_ids_.find(version);
  if (known != row_ids_.end()) return known->second;
  const auto row = static_cast<std::uint32_t>(rows_.size());
  row_ids_.emplace(std::string(version), row);
  rows_.emplace_back().version = std::string(version);
  return row;
}

AssetTable::Text AssetTable::intern(const std::string& text) {
  const auto [at, added] = text_ids_.emplace(text, static_cast<Text>(texts_.size()));
  if (added) texts_.push_back(text);
  return at->second;
}

void AssetTable::state(std::uint32_t row, const Attribute& attribute) {
  Column& column = columns_[attribute.name];
  if (column.texts.size() <= row) {
    column.texts.resize(row + 1);
    column.numbers.resize(row + 1);
    column.has_number.resize(row + 1);
  }
  column.texts[row] = {static_cast<std::uint32_t>(column.pool.size()),
                       static_cast<std::uint32_t>(attribute.texts.size())};
  for (const std::string& text : attribute.texts) column.pool.push_back(intern(text));
  column.numbers[row] = attribute.number.value_or(0);
  column.has_number[row] = attribute.number ? 1 : 0;
}

void AssetTable::put(const AssetView& view, bool live) {
  const std::uint32_t row = row_of(view.version);
  if (rows_[row].put) {
    for (auto& [name, column] : columns_) {
      if (row >= column.texts.size()) continue;
      column.texts[row] = {};
      column.has_number[row] = 0;
    }
  }
  for (const Attribute& attribute : view.attributes) {
    if (!attribute.attested) state(row, attribute);
  }
  // The first attested one of a name is the newest, and beats what was declared.
  std::vector<std::string_view> attested;
  for (const Attribute& attribute : view.attributes) {
    if (!attribute.attested || std::ranges::count(attested, attribute.name)) continue;
    attested.push_back(attribute.name);
    state(row, attribute);
  }
  std::vector<std::uint32_t> parents;
  for (const std::string& parent : view.parents) parents.push_back(row_of(parent));
  std::vector<Claim> claims;
  for (const AttestedClaim& claim : view.claims)
    claims.push_back({intern(claim.name), intern(claim.text), claim.number});
  RowFacts& facts = rows_[row];
  facts.parents = std::move(parents);
  facts.claims = std::move(claims);
  facts.live = live;
  facts.put = true;
  order_ = {};
}

void AssetTable::set_open(std::string_view version, Open open) {
  const auto known = row_ids_.find(version);
  if (known != row_ids_.end()) rows_[known->second].open = open;
}

std::vector<std::uint32_t> AssetTable::parents_first() const {
  std::vector<std::uint32_t> order;
  order.reserve(rows_.size());
  std::vector<std::uint32_t> waiting(rows_.size());
  std::vector<std::uint32_t> first_child(rows_.size() + 1);
  for (const RowFacts& row : rows_) {
    for (const std::uint32_t parent : row.parents) ++first_child[parent + 1];
  }
  for (std::size_t row = 0; row < rows_.size(); ++row) first_child[row + 1] += first_child[row];
  std::vector<std::uint32_t> children(first_child.back());
  std::vector<std::uint32_t> next(first_child.begin(), first_child.end() - 1);
  for (std::uint32_t row = 0; row < rows_.size(); ++row) {
    waiting[row] = static_cast<std::uint32_t>(rows_[row].parents.size());
    for (const std::uint32_t parent : rows_[row].parents) children[next[parent]++] = row;
    if (waiting[row] == 0) order.push_back(row);
  }
  for (std::size_t at = 0; at < order.size(); ++at) {
    const std::uint32_t row = order[at];
    for (std::uint32_t i = first_child[row]; i < first_child[row + 1]; ++i) {
      if (--waiting[children[i]] == 0) order.push_back(children[i]);
    }
  }
  // Parents stand in the registry before their children: there is no circle.
  QILIAN_CHECK(order.size() == rows_.size());
  return order;
}

const Order& AssetTable::order() const {
  if (order_.rows.size() == rows_.size()) return order_;
  order_ = {};
  claims_.clear();
  unknown_.clear();
  order_.rows = parents_first();
  order_.position.resize(rows_.size());
  for (std::uint32_t at = 0; at < order_.rows.size(); ++at) order_.position[order_.rows[at]] = at;
  order_.first_parent.push_back(0);
  for (const std::uint32_t row : order_.rows) {
    for (const std::uint32_t parent : rows_[row].parents) order_.parents.push_back(order_.position[parent]);
    order_.first_parent.push_back(static_cast<std::uint32_t>(order_.parents.size()));
    for (const Claim& claim : rows_[row].claims) claims_[claim.name].push_back({row, claim});
    if (!rows_[row].put) unknown_.push_back(row);
  }
  return order_;
}

Truths AssetTable::match_leaf(const pb::Matcher& matcher, const Order& order) const {
  Truths out(order.rows.size(), Truth::kUnknown);
  if (matcher.attribute() == "udi") {
    for (std::size_t at = 0; at < out.size(); ++at) {
      const std::string_view version = rows_[order.rows[at]].version;
      out[at] = truth(matches(matcher, version.substr(0, version.find('@'))));
    }
    return out;
  }
  const auto found = columns_.find(matcher.attribute());
  if (found == columns_.end()) return out;
  const Column& column = found->second;
  if (is_number(matcher)) {
    const bool least = matcher.op() == pb::Matcher::AT_LEAST;
    for (std::size_t at = 0; at < out.size(); ++at) {
      const std::uint32_t row = order.rows[at];
      if (row >= column.numbers.size() || !column.has_number[row]) continue;
      out[at] = truth(least ? column.numbers[row] >= matcher.number() : column.numbers[row] <= matcher.number());
    }
    return out;
  }
  // Each distinct text is compared once: 0 not yet, 1 no, 2 yes.
  std::vector<std::uint8_t> judged(texts_.size());
  for (std::size_t at = 0; at < out.size(); ++at) {
    const std::uint32_t row = order.rows[at];
    if (row >= column.texts.size()) continue;
    const Cell cell = column.texts[row];
    // A number without texts was stated: it is no text that matches.
    if (cell.count == 0 && !column.has_number[row]) continue;
    bool any = false;
    for (std::uint32_t i = cell.begin; i < cell.begin + cell.count; ++i) {
      const Text text = column.pool[i];
      if (judged[text] == 0) judged[text] = matches(matcher, texts_[text]) ? 2 : 1;
      any = any || judged[text] == 2;
    }
    out[at] = truth(any);
  }
  return out;
}

Truths AssetTable::match(const pb::Matcher& matcher, const Order& order) const {
  switch (matcher.op()) {
    case pb::Matcher::ALL:
    case pb::Matcher::ANY: {
      const bool all = matcher.op() == pb::Matcher::ALL;
      Truths out(order.rows.size(), all ? Truth::kTrue : Truth::kFalse);
      for (const pb::Matcher& part : matcher.of()) {
        const Truths one = match(part, order);
        for (std::size_t at = 0; at < out.size(); ++at) {
          out[at] = all ? std::min(out[at], one[at]) : std::max(out[at], one[at]);
        }
      }
      return out;
    }
    case pb::Matcher::NOT: {
      Truths out = match(matcher.of(0), order);
      for (Truth& one : out) {
        if (one != Truth::kUnknown) one = truth(one == Truth::kFalse);
      }
      return out;
    }
    default:
      return match_leaf(matcher, order);
  }
}

std::vector<std::uint8_t> AssetTable::lifted(const pb::NegativeEntry& entry, const Order& order) const {
  std::vector<std::uint8_t> out(order.rows.size());
  for (const pb::UnlessClaim& unless : entry.unless()) {
    const auto name = text_ids_.find(unless.name());
    const auto borne = name == text_ids_.end() ? claims_.end() : claims_.find(name->second);
    if (borne == claims_.end()) continue;
    const auto text = text_ids_.find(unless.text());
    for (const ClaimAt& one : borne->second) {
      const std::uint32_t at = order.position[one.row];
      const bool met = unless.comparison() == pb::UnlessClaim::AT_LEAST  ? one.claim.number >= unless.number()
                       : unless.comparison() == pb::UnlessClaim::AT_MOST ? one.claim.number <= unless.number()
                       : unless.comparison() == pb::UnlessClaim::EQUALS
                           ? text != text_ids_.end() && one.claim.text == text->second
                           : false;
      if (met) out[at] = 1;
    }
  }
  return out;
}

Truths AssetTable::reach(const pb::NegativeEntry& entry) const {
  const Order& every = order();
  Truths out = match(entry.matcher(), every);
  for (const std::uint32_t row : unknown_) {
    out[every.position[row]] = Truth::kUnknown;
  }
  const std::vector<std::uint8_t> cut = lifted(entry, every);
  const bool descendants = entry.reach() == pb::NegativeEntry::DESCENDANTS;
  for (std::size_t at = 0; at < out.size(); ++at) {
    if (cut[at]) {
      out[at] = Truth::kFalse;
      continue;
    }
    if (!descendants) continue;
    for (std::uint32_t i = every.first_parent[at]; i < every.first_parent[at + 1]; ++i) {
      out[at] = std::max(out[at], out[every.parents[i]]);
    }
  }
  return out;
}

}  // namespace qilian::contracts::negative_list
