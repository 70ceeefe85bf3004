// The unified data identifier: gsd:<USCC>:<K><YYYY><6 digits><check>[@version][#item]
#pragma once

#include <cstdint>
#include <optional>

#include "ledger/core/uscc.h"

namespace qilian::ledger {

/// What an identifier names.
enum class UdiClass : char { kResource = 'R', kProduct = 'P', kService = 'S', kModel = 'M', kCollection = 'C' };

/// Check = ISO 7064 MOD 37,36 over USCC ‖ K ‖ year ‖ serial. The USCC names the first registrant, never the holder of
/// today.
class Udi {
 public:
  /// Error REG-101; the message says what is wrong. Version: 1 or more, no leading zero, at most 18 digits; item: 1 to
  /// 64 of A-Za-z0-9._-
  static Result<Udi> parse(std::string_view text);

  /// REQUIRES: year in 1000..9999, serial in 0..999999.
  static Udi make(const Uscc& registrant, UdiClass type, std::uint32_t year, std::uint32_t serial);

  const Uscc& registrant() const { return registrant_; }
  UdiClass type() const { return type_; }
  std::uint32_t year() const { return year_; }
  std::uint32_t serial() const { return serial_; }
  std::optional<std::uint64_t> version() const { return version_; }
  const std::optional<std::string>& item() const { return item_; }

  /// Without version and item: what the ledger keeps the object under.
  std::string base() const;
  std::string str() const;
  Udi with_version(std::uint64_t version) const;
  auto operator<=>(const Udi&) const = default;

 private:
  explicit Udi(Uscc registrant) : registrant_(std::move(registrant)) {}
  Uscc registrant_;
  UdiClass type_ = UdiClass::kResource;
  std::uint32_t year_ = 0;
  std::uint32_t serial_ = 0;
  std::optional<std::uint64_t> version_;
  std::optional<std::string> item_;
};

}  // namespace qilian::ledger
