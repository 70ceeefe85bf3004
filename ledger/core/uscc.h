// 统一社会信用代码: the code that names an organisation (GB 32100-2015).
#pragma once

#include <compare>
#include <string>
#include <string_view>

#include "ledger/core/result.h"

namespace qilian::ledger {

/// 18 characters over 0-9A-HJ-NPQRTUWXY. Weight of character i (from 1) is 3^(i-1) mod 31; the last one is (31 - sum
/// mod 31) mod 31.
class Uscc {
 public:
  static constexpr std::size_t kSize = 18;

  /// Error MEM-101: length, alphabet or check character; the message says which.
  static Result<Uscc> parse(std::string_view text);

  const std::string& str() const { return text_; }
  auto operator<=>(const Uscc&) const = default;

 private:
  explicit Uscc(std::string_view text) : text_(text) {}
  std::string text_;
};

/// The check character for the first 17; nothing where they are not 17 characters of the alphabet.
Result<char> uscc_check_character(std::string_view first_17);

}  // namespace qilian::ledger
