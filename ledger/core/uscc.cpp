#include "ledger/core/uscc.h"

namespace qilian::ledger {
namespace {

constexpr std::string_view kAlphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY";
static_assert(kAlphabet.size() == 31);

}  // namespace

Result<char> uscc_check_character(std::string_view first_17) {
  if (first_17.size() != Uscc::kSize - 1) return fail("MEM-101", "a USCC has 18 characters");
  std::size_t sum = 0;
  std::size_t weight = 1;
  for (char c : first_17) {
    const std::size_t value = kAlphabet.find(c);
    if (value == std::string_view::npos)
      return fail("MEM-101", std::string("'") + c + "' is not in the alphabet of a USCC");
    sum += value * weight;
    weight = weight * 3 % 31;
  }
  return kAlphabet[(31 - sum % 31) % 31];
}

Result<Uscc> Uscc::parse(std::string_view text) {
  if (text.size() != kSize) return fail("MEM-101", "a USCC has 18 characters");
  QILIAN_TRY(const char check, uscc_check_character(text.substr(0, kSize - 1)));
  if (kAlphabet.find(text.back()) == std::string_view::npos) {
    return fail("MEM-101", std::string("'") + text.back() + "' is not in the alphabet of a USCC");
  }
  if (text.back() != check) return fail("MEM-101", "the check character of " + std::string(text) + " is wrong");
  return Uscc(text);
}

}  // namespace qilian::ledger
