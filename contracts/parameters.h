// Governed parameters: every figure that a rule uses. One table names them, with type, default and meaning; the genesis
// sets them and governance.set_parameter changes them. Nothing here is a constant of the code except the defaults that
// a new genesis starts from.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "contracts/period.h"
#include "ledger/core/result.h"

namespace qilian::contracts {

/// What a parameter holds.
enum class ParameterType { kInteger, kPeriod, kText };

struct ParameterSpec {
  std::string_view name;  ///< "registry.publicity"
  ParameterType type;
  std::string_view default_value;  ///< as written: "16", "10 WORKING_DAY", "SHA-256"
  std::string_view meaning;
  std::int64_t low = 0;  ///< integers only
  std::int64_t high = INT64_MAX;
};

/// Every parameter, ascending by name. Names not listed here cannot be set.
std::span<const ParameterSpec> parameter_specs();
/// Null where there is none of that name.
const ParameterSpec* find_parameter(std::string_view name);

using ParameterValue = std::variant<std::int64_t, Period, std::string>;
/// Reads the written form ("16", "10 WORKING_DAY"). Error COM-107 with the name and what was expected.
ledger::Result<ParameterValue> parse_parameter(const ParameterSpec& spec, std::string_view text);

/// The values in force. Immutable; made once per block and change.
class Parameters {
 public:
  /// All defaults, version 0.
  Parameters() = default;
  /// From the record of kind kParameters ("current"). Names that the table lacks are ignored; missing ones have their
  /// default.
  static Parameters decode(std::string_view record);

  std::uint64_t version() const { return version_; }
  /// REQUIRES: the table has the name with that type (aborts otherwise: a misspelt name is an error of ours).
  std::int64_t integer(std::string_view name) const;
  Period period(std::string_view name) const;
  std::string text(std::string_view name) const;

 private:
  ParameterValue value(std::string_view name, ParameterType type) const;
  std::uint64_t version_ = 0;
  std::map<std::string, ParameterValue, std::less<>> set_;
};

}  // namespace qilian::contracts
