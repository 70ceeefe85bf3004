// The attributes that a rule may speak of, with their types. A rule with another name, or an operator of the other
// type, is NEG-405.
#pragma once

#include <span>
#include <string_view>

namespace qilian::contracts::negative_list {

enum class AttributeType { kText, kNumber };

struct AttributeSpec {
  std::string_view name;
  AttributeType type;
  std::string_view meaning;
};

/// Ascending by name.
std::span<const AttributeSpec> attribute_specs();
const AttributeSpec* find_attribute(std::string_view name);

}  // namespace qilian::contracts::negative_list
