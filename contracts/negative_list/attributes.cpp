#include "contracts/negative_list/attributes.h"

#include <algorithm>
#include <array>

namespace qilian::contracts::negative_list {
namespace {

using enum AttributeType;

constexpr auto kAttributes = std::to_array<AttributeSpec>({
    {"buyer", kText, "USCC of the buyer, where there is one"},
    {"category", kText, "PUBLIC, ENTERPRISE, PERSONAL"},
    {"effective_grade", kText, "the strictest grade of the version and its ancestors: CORE, IMPORTANT, ORDINARY"},
    {"environment", kText, "IN_DOMAIN, PRIVACY, OPEN"},
    {"grade", kText, "CORE, IMPORTANT, ORDINARY"},
    {"industry", kText, "GB/T 4754 code"},
    {"items", kText, "item codes of the version"},
    {"kind", kText, "RESOURCE, PRODUCT, SERVICE, MODEL, COLLECTION"},
    {"open_level", kText, "UNCONDITIONAL, CONDITIONAL, CLOSED"},
    {"pi_class", kText, "NONE, GENERAL, SENSITIVE, ANONYMISED"},
    {"precision_km", kNumber, "spatial precision in kilometres"},
    {"public_derived", kText, "true, false"},
    {"purpose", kText, "purposes of the call"},
    {"raw", kText, "true, false"},
    {"region", kText, "GB/T 2260 code"},
    {"registrant", kText, "USCC of the registrant"},
    {"scenario", kText, "scenario code"},
    {"source_basis", kText, "how the data was acquired"},
    {"subject_count", kNumber, "upper end of the band of persons concerned"},
    {"udi", kText, "identifier without version"},
});

}  // namespace

std::span<const AttributeSpec> attribute_specs() { return kAttributes; }

const AttributeSpec* find_attribute(std::string_view name) {
  const auto at = std::ranges::find(kAttributes, name, &AttributeSpec::name);
  return at == kAttributes.end() ? nullptr : &*at;
}

}  // namespace qilian::contracts::negative_list
