#include "contracts/negative_list/matcher.h"

#include <algorithm>

#include "contracts/negative_list.pb.h"
#include "contracts/negative_list/attributes.h"

namespace qilian::contracts::negative_list {
namespace {

const Attribute* stated(const AssetView& asset, std::string_view name) {
  const Attribute* found = nullptr;
  for (const Attribute& attribute : asset.attributes) {
    if (attribute.name == name && (found == nullptr || (attribute.attested && !found->attested))) found = &attribute;
  }
  return found;
}

Truth truth(bool value) { return value ? Truth::kTrue : Truth::kFalse; }

Truth match_leaf(const pb::Matcher& matcher, const AssetView& asset) {
  const Attribute* attribute = stated(asset, matcher.attribute());
  if (attribute == nullptr) return Truth::kUnknown;
  const bool numeric = matcher.op() == pb::Matcher::AT_LEAST || matcher.op() == pb::Matcher::AT_MOST;
  if (numeric) {
    if (!attribute->number) return Truth::kUnknown;
    return truth(matcher.op() == pb::Matcher::AT_LEAST ? *attribute->number >= matcher.number()
                                                       : *attribute->number <= matcher.number());
  }
  const bool prefix = matcher.op() == pb::Matcher::PREFIX;
  return truth(std::ranges::any_of(attribute->texts, [&](const std::string& value) {
    return std::ranges::any_of(matcher.texts(), [&](const std::string& wanted) {
      return prefix ? value.starts_with(wanted) : value == wanted;
    });
  }));
}

}  // namespace

Truth match(const pb::Matcher& matcher, const AssetView& asset) {
  switch (matcher.op()) {
    case pb::Matcher::ALL: {
      Truth out = Truth::kTrue;
      for (const pb::Matcher& part : matcher.of()) out = std::min(out, match(part, asset));
      return out;
    }
    case pb::Matcher::ANY: {
      Truth out = Truth::kFalse;
      for (const pb::Matcher& part : matcher.of()) out = std::max(out, match(part, asset));
      return out;
    }
    case pb::Matcher::NOT: {
      const Truth inner = match(matcher.of(0), asset);
      if (inner == Truth::kUnknown) return inner;
      return truth(inner == Truth::kFalse);
    }
    default:
      return match_leaf(matcher, asset);
  }
}

const AttestedClaim* lifting_claim(const pb::UnlessClaim& unless, const AssetView& asset) {
  for (const AttestedClaim& claim : asset.claims) {
    if (claim.name != unless.name()) continue;
    const bool met = unless.comparison() == pb::UnlessClaim::EQUALS     ? claim.text == unless.text()
                     : unless.comparison() == pb::UnlessClaim::AT_LEAST ? claim.number >= unless.number()
                     : unless.comparison() == pb::UnlessClaim::AT_MOST  ? claim.number <= unless.number()
                                                                        : false;
    if (met) return &claim;
  }
  return nullptr;
}

Outcome check_matcher_shape(const pb::Matcher& matcher) {
  const bool compound =
      matcher.op() == pb::Matcher::ALL || matcher.op() == pb::Matcher::ANY || matcher.op() == pb::Matcher::NOT;
  QILIAN_REQUIRE(matcher.op() != pb::Matcher::OP_UNSPECIFIED, "COM-101", "a matcher has no operator");
  if (compound) {
    QILIAN_REQUIRE(matcher.op() == pb::Matcher::NOT ? matcher.of_size() == 1 : matcher.of_size() > 0, "COM-101",
                   "a compound matcher has parts, NOT exactly one");
    QILIAN_REQUIRE(matcher.attribute().empty() && matcher.texts().empty(), "COM-101",
                   "a compound matcher has no attribute");
    for (const pb::Matcher& part : matcher.of()) QILIAN_PASS(check_matcher_shape(part));
    return pass();
  }
  QILIAN_REQUIRE(matcher.of().empty() && !matcher.attribute().empty(), "COM-101",
                 "a leaf of a matcher names one attribute");
  const bool textual = matcher.op() == pb::Matcher::ONE_OF || matcher.op() == pb::Matcher::PREFIX;
  QILIAN_REQUIRE(textual == !matcher.texts().empty(), "COM-101",
                 "ONE_OF and PREFIX have texts, AT_LEAST and AT_MOST a number");
  return pass();
}

Outcome check_matcher_attributes(const pb::Matcher& matcher) {
  for (const pb::Matcher& part : matcher.of()) QILIAN_PASS(check_matcher_attributes(part));
  if (!matcher.of().empty()) return pass();
  const AttributeSpec* spec = find_attribute(matcher.attribute());
  QILIAN_REQUIRE(spec != nullptr, "NEG-405", "no attribute " + matcher.attribute());
  const bool textual = matcher.op() == pb::Matcher::ONE_OF || matcher.op() == pb::Matcher::PREFIX;
  QILIAN_REQUIRE(textual == (spec->type == AttributeType::kText), "NEG-405",
                 "attribute " + matcher.attribute() + " does not take that operator");
  return pass();
}

std::size_t count_nodes(const pb::Matcher& matcher) {
  std::size_t out = 1;
  for (const pb::Matcher& part : matcher.of()) out += count_nodes(part);
  return out;
}

}  // namespace qilian::contracts::negative_list
