#include "contracts/negative_list/asset_table.h"

#include <algorithm>

#include "contracts/negative_list.pb.h"

namespace qilian::contracts::negative_list {
namespace {

Truth truth(bool value) { return value ? Truth::kTrue : Truth::kFalse; }

bool matches(const pb::Matcher& matcher, const std::vector<std::string>& values) {
  const bool prefix = matcher.op() == pb::Matcher::PREFIX;
  return std::ranges::any_of(values, [&](const std::string& value) {
    return std::ranges::any_of(matcher.texts(), [&](const std::string& wanted) {
      return prefix ? value.starts_with(wanted) : value == wanted;
    });
  });
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

AssetTable::Set AssetTable::intern(const std::vector<std::string>& texts) {
  if (texts.empty()) return 0;
  const auto [at, added] = set_ids_.emplace(texts, static_cast<Set>(sets_.size()));
  if (added) sets_.push_back(texts);
  return at->second;
}

void AssetTable::state(std::uint32_t row, const Attribute& attribute) {
  Column& column = columns_[attribute.name];
  if (column.texts.size() <= row) {
    column.texts.resize(row + 1);
    column.numbers.resize(row + 1);
    column.has_number.resize(row + 1);
  }
  column.texts[row] = intern(attribute.texts);
  column.numbers[row] = attribute.number.value_or(0);
  column.has_number[row] = attribute.number ? 1 : 0;
}

void AssetTable::put(const AssetView& view, bool live) {
  const std::uint32_t row = row_of(view.version);
  for (auto& [name, column] : columns_) {
    if (row < column.texts.size()) {
      column.texts[row] = 0;
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
  for (const AttestedClaim& claim : view.claims) {
    claims.push_back({intern({claim.name}), claim.text.empty() ? 0 : intern({claim.text}), claim.number});
  }
  RowFacts& facts = rows_[row];
  facts.parents = std::move(parents);
  facts.claims = std::move(claims);
  facts.live = live;
  facts.put = true;
  order_.clear();
}

void AssetTable::set_open(std::string_view version, Open open) { rows_[row_of(version)].open = open; }

Truths AssetTable::match_leaf(const pb::Matcher& matcher) const {
  Truths out(rows_.size(), Truth::kUnknown);
  if (matcher.attribute() == "udi") {
    for (std::size_t row = 0; row < rows_.size(); ++row) {
      const std::string& version = rows_[row].version;
      out[row] = truth(matches(matcher, {version.substr(0, version.find('@'))}));
    }
    return out;
  }
  const auto found = columns_.find(matcher.attribute());
  if (found == columns_.end()) return out;
  const Column& column = found->second;
  if (is_number(matcher)) {
    const bool least = matcher.op() == pb::Matcher::AT_LEAST;
    for (std::size_t row = 0; row < column.numbers.size(); ++row) {
      if (!column.has_number[row]) continue;
      out[row] = truth(least ? column.numbers[row] >= matcher.number() : column.numbers[row] <= matcher.number());
    }
    return out;
  }
  // Each distinct value is compared once: 0 not yet, else its truth and one.
  std::vector<std::uint8_t> judged(sets_.size());
  for (std::size_t row = 0; row < column.texts.size(); ++row) {
    const Set set = column.texts[row];
    if (set == 0) {
      // A number without texts was stated: it is no text that matches.
      if (column.has_number[row]) out[row] = Truth::kFalse;
      continue;
    }
    if (judged[set] == 0) judged[set] = matches(matcher, sets_[set]) ? 2 : 1;
    out[row] = truth(judged[set] == 2);
  }
  return out;
}

Truths AssetTable::match(const pb::Matcher& matcher) const {
  switch (matcher.op()) {
    case pb::Matcher::ALL:
    case pb::Matcher::ANY: {
      const bool all = matcher.op() == pb::Matcher::ALL;
      Truths out(rows_.size(), all ? Truth::kTrue : Truth::kFalse);
      for (const pb::Matcher& part : matcher.of()) {
        const Truths one = match(part);
        for (std::size_t row = 0; row < out.size(); ++row) {
          out[row] = all ? std::min(out[row], one[row]) : std::max(out[row], one[row]);
        }
      }
      return out;
    }
    case pb::Matcher::NOT: {
      Truths out = match(matcher.of(0));
      for (Truth& one : out) {
        if (one != Truth::kUnknown) one = truth(one == Truth::kFalse);
      }
      return out;
    }
    default:
      return match_leaf(matcher);
  }
}

std::vector<std::uint8_t> AssetTable::lifted(const pb::NegativeEntry& entry) const {
  std::vector<std::uint8_t> out(rows_.size());
  for (const pb::UnlessClaim& unless : entry.unless()) {
    const auto name = set_ids_.find({unless.name()});
    if (name == set_ids_.end()) continue;
    const auto text = set_ids_.find({unless.text()});
    for (std::size_t row = 0; row < rows_.size(); ++row) {
      for (const Claim& claim : rows_[row].claims) {
        if (claim.name != name->second) continue;
        const bool met = unless.comparison() == pb::UnlessClaim::AT_LEAST  ? claim.number >= unless.number()
                         : unless.comparison() == pb::UnlessClaim::AT_MOST ? claim.number <= unless.number()
                         : unless.text().empty()                           ? claim.text == 0
                                                 : text != set_ids_.end() && claim.text == text->second;
        if (met) out[row] = 1;
      }
    }
  }
  return out;
}

const std::vector<std::uint32_t>& AssetTable::parents_first() const {
  if (!order_.empty()) return order_;
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
    if (waiting[row] == 0) order_.push_back(row);
  }
  for (std::size_t at = 0; at < order_.size(); ++at) {
    const std::uint32_t row = order_[at];
    for (std::uint32_t i = first_child[row]; i < first_child[row + 1]; ++i) {
      if (--waiting[children[i]] == 0) order_.push_back(children[i]);
    }
  }
  // Parents stand in the registry before their children: there is no circle.
  QILIAN_CHECK(order_.size() == rows_.size());
  return order_;
}

Truths AssetTable::reach(const pb::NegativeEntry& entry) const {
  Truths out = match(entry.matcher());
  const std::vector<std::uint8_t> cut = lifted(entry);
  const bool descendants = entry.reach() == pb::NegativeEntry::DESCENDANTS;
  for (std::size_t row = 0; row < rows_.size(); ++row) {
    if (!rows_[row].put) out[row] = Truth::kUnknown;
    if (cut[row]) out[row] = Truth::kFalse;
  }
  if (!descendants) return out;
  for (const std::uint32_t row : parents_first()) {
    if (cut[row]) continue;
    for (const std::uint32_t parent : rows_[row].parents) out[row] = std::max(out[row], out[parent]);
  }
  return out;
}

}  // namespace qilian::contracts::negative_list
