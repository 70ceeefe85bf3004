#include "ledger/core/udi.h"

namespace qilian::ledger {
namespace {

constexpr std::string_view kScheme = "gsd:";
constexpr std::string_view kAlphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
constexpr std::string_view kClasses = "RPSMC";
constexpr std::string_view kItemCharacters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
constexpr std::size_t kMaxItemSize = 64;
constexpr std::size_t kMaxVersionDigits = 18;
/// K, four digits of the year, six of the serial, check.
constexpr std::size_t kLocalSize = 12;

/// ISO 7064 MOD 37,36. REQUIRES: characters of the alphabet.
char check_character(std::string_view text) {
  std::size_t p = 36;
  for (char c : text) {
    const std::size_t sum = (p + kAlphabet.find(c)) % 36;
    p = (sum == 0 ? 36 : sum) * 2 % 37;
  }
  return kAlphabet[(37 - p) % 36];
}

/// Digits only; nothing else gets in here as a number.
std::optional<std::uint64_t> number(std::string_view digits) {
  if (digits.empty() || digits.size() > kMaxVersionDigits) return std::nullopt;
  std::uint64_t value = 0;
  for (char c : digits) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + static_cast<std::uint64_t>(c - '0');
  }
  return value;
}

std::string padded(std::uint32_t value, std::size_t digits) {
  const std::string text = std::to_string(value);
  return std::string(digits - text.size(), '0') + text;
}

std::unexpected<Error> wrong(std::string what) { return fail("REG-101", std::move(what)); }

}  // namespace

Result<Udi> Udi::parse(std::string_view text) {
  if (!text.starts_with(kScheme)) return wrong("a data identifier starts with gsd:");
  text.remove_prefix(kScheme.size());
  if (text.size() < Uscc::kSize + 1 + kLocalSize || text[Uscc::kSize] != ':') {
    return wrong("gsd:<USCC>:<class><year><6 digits><check> is needed");
  }
  const auto registrant = Uscc::parse(text.substr(0, Uscc::kSize));
  if (!registrant) return wrong("registrant: " + registrant.error().message);
  const std::string_view local = text.substr(Uscc::kSize + 1, kLocalSize);
  text.remove_prefix(Uscc::kSize + 1 + kLocalSize);

  Udi out(*registrant);
  if (kClasses.find(local[0]) == std::string_view::npos) return wrong("the class must be one of R, P, S, M, C");
  out.type_ = static_cast<UdiClass>(local[0]);
  const auto year = number(local.substr(1, 4));
  const auto serial = number(local.substr(5, 6));
  if (!year || *year < 1000 || !serial) return wrong("four digits of a year and six of a serial are needed");
  out.year_ = static_cast<std::uint32_t>(*year);
  out.serial_ = static_cast<std::uint32_t>(*serial);
  if (local.back() != check_character(registrant->str() + std::string(local.substr(0, kLocalSize - 1)))) {
    return wrong("the check character is wrong");
  }

  if (text.starts_with('@')) {
    const std::string_view digits = text.substr(1, text.find('#') - 1);
    out.version_ = number(digits);
    if (!out.version_ || digits.front() == '0') return wrong("a version is a number from 1, without leading zeros");
    text.remove_prefix(1 + digits.size());
  }
  if (text.starts_with('#')) {
    const std::string_view item = text.substr(1);
    if (item.empty() || item.size() > kMaxItemSize ||
        item.find_first_not_of(kItemCharacters) != std::string_view::npos) {
      return wrong("an item is 1 to 64 characters of A-Za-z0-9._-");
    }
    out.item_ = std::string(item);
    text = {};
  }
  if (!text.empty()) return wrong("after the check character only @version and #item may follow");
  return out;
}

Udi Udi::make(const Uscc& registrant, UdiClass type, std::uint32_t year, std::uint32_t serial) {
  QILIAN_CHECK(year >= 1000 && year <= 9999 && serial <= 999'999);
  Udi out(registrant);
  out.type_ = type;
  out.year_ = year;
  out.serial_ = serial;
  return out;
}

std::string Udi::base() const {
  const std::string local = static_cast<char>(type_) + padded(year_, 4) + padded(serial_, 6);
  return std::string(kScheme) + registrant_.str() + ":" + local + check_character(registrant_.str() + local);
}

std::string Udi::str() const {
  std::string out = base();
  if (version_) out += "@" + std::to_string(*version_);
  if (item_) out += "#" + *item_;
  return out;
}

Udi Udi::with_version(std::uint64_t version) const {
  QILIAN_CHECK(version >= 1);
  Udi out = *this;
  out.version_ = version;
  return out;
}

}  // namespace qilian::ledger
