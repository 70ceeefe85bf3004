#include "contracts/text_guard.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <array>

#include "contracts/period.h"
#include "ledger/core/uscc.h"

namespace qilian::contracts {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

/// GB/T 2260, first two digits. Fixed: batch validity reads no table.
bool known_province(std::string_view code) {
  static constexpr std::array<std::string_view, 34> kProvinces{
      "11", "12", "13", "14", "15", "21", "22", "23", "31", "32", "33", "34", "35", "36", "37", "41", "42",
      "43", "44", "45", "46", "50", "51", "52", "53", "54", "61", "62", "63", "64", "65", "71", "81", "82"};
  for (std::string_view province : kProvinces) {
    if (province == code) return true;
  }
  return false;
}

int number(std::string_view digits) {
  int out = 0;
  for (char c : digits) out = out * 10 + (c - '0');
  return out;
}

bool valid_birth_date(std::string_view digits) {
  const int year = number(digits.substr(0, 4));
  const int month = number(digits.substr(4, 2));
  const int day = number(digits.substr(6, 2));
  return year >= 1900 && year <= 2099 && month >= 1 && month <= 12 && day >= 1 && day <= days_in_month(year, month);
}

/// A mobile number: 1, then 3 to 9, then nine digits.
bool is_mobile(std::string_view text) { return text[0] == '1' && text[1] >= '3'; }

bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }
bool is_alphanumeric(char c) { return is_digit(c) || is_letter(c); }

/// So many hexadecimal digits on end are a digest or a key, whatever stands among them.
constexpr std::size_t kDigestRun = 32;

/// The run of such characters around `at`, at most `reach` of them to either side.
std::string_view around(std::string_view text, std::size_t at, std::size_t reach, bool (*belongs)(char)) {
  std::size_t begin = at;
  while (begin > 0 && at - begin < reach && belongs(text[begin - 1])) --begin;
  std::size_t end = at;
  while (end < text.size() && end - at < reach && belongs(text[end])) ++end;
  return text.substr(begin, end - begin);
}

/// The digits stand inside an organisation's code.
bool is_organisation(std::string_view text, std::size_t at) {
  return ledger::Uscc::parse(around(text, at, ledger::Uscc::kSize + 1, is_alphanumeric)).has_value();
}

Outcome personal_data(std::string_view field, std::string_view what) {
  return deny("COM-105", std::string(field) + " holds " + std::string(what) +
                             " in clear; put a salted commitment or a person tag in its place");
}

Outcome check_field(const google::protobuf::Message& message, const google::protobuf::FieldDescriptor& field,
                    const google::protobuf::Reflection& reflection) {
  using google::protobuf::FieldDescriptor;
  const int count = field.is_repeated() ? reflection.FieldSize(message, &field) : 1;
  for (int i = 0; i < count; ++i) {
    switch (field.type()) {
      case FieldDescriptor::TYPE_STRING: {
        std::string scratch;
        const std::string& text = field.is_repeated()
                                      ? reflection.GetRepeatedStringReference(message, &field, i, &scratch)
                                      : reflection.GetStringReference(message, &field, &scratch);
        QILIAN_PASS(check_text(field.name(), text));
        break;
      }
      case FieldDescriptor::TYPE_MESSAGE:
        if (field.is_repeated()) {
          QILIAN_PASS(check_message(reflection.GetRepeatedMessage(message, &field, i)));
        } else if (reflection.HasField(message, &field)) {
          QILIAN_PASS(check_message(reflection.GetMessage(message, &field)));
        }
        break;
      default:
        break;
    }
  }
  return pass();
}

}  // namespace

bool is_identity_number(std::string_view text) {
  if (text.size() != 18) return false;
  for (std::size_t i = 0; i < 17; ++i) {
    if (!is_digit(text[i])) return false;
  }
  const char last = text[17] == 'x' ? 'X' : text[17];
  if (!is_digit(last) && last != 'X') return false;
  if (!known_province(text.substr(0, 2)) || !valid_birth_date(text.substr(6, 8))) return false;
  // ISO 7064 MOD 11-2, as GB 11643 has it.
  int sum = 0;
  for (std::size_t i = 0; i < 17; ++i) sum = (sum + (text[i] - '0')) * 2 % 11;
  const int check = (12 - sum) % 11;
  return last == (check == 10 ? 'X' : static_cast<char>('0' + check));
}

Outcome check_text(std::string_view field, std::string_view text) {
  // Runs of digits; an identity number may end in X. Letters beside a number do not hide it.
  std::size_t i = 0;
  while (i < text.size()) {
    if (!is_digit(text[i])) {
      ++i;
      continue;
    }
    const std::size_t start = i;
    while (i < text.size() && is_digit(text[i])) ++i;
    const std::size_t length = i - start;
    if (length != 11 && length != 17 && length != 18) continue;
    if (around(text, start, kDigestRun, is_hex).size() >= kDigestRun) continue;
    const bool identity = length == 18 || (length == 17 && (i + 1 >= text.size() || !is_digit(text[i + 1])));
    if (identity && is_identity_number(text.substr(start, 18))) return personal_data(field, "an identity number");
    if (length == 11 && is_mobile(text.substr(start, 11)) && !is_organisation(text, start)) {
      return personal_data(field, "a telephone number");
    }
  }
  return pass();
}

Outcome check_message(const google::protobuf::Message& message) {
  const google::protobuf::Descriptor& descriptor = *message.GetDescriptor();
  const google::protobuf::Reflection& reflection = *message.GetReflection();
  for (int i = 0; i < descriptor.field_count(); ++i) {
    QILIAN_PASS(check_field(message, *descriptor.field(i), reflection));
  }
  return pass();
}

namespace {

enum class HashTag : unsigned char { kSha256 = 0x01, kSm3 = 0x02, kSaltedSha256 = 0x81, kSaltedSm3 = 0x82 };

bool is_digest(std::string_view bytes) {
  if (bytes.size() != 33) return false;
  const auto tag = static_cast<HashTag>(bytes[0]);
  return tag == HashTag::kSha256 || tag == HashTag::kSm3;
}

bool is_commitment(std::string_view bytes) {
  if (bytes.size() != 33) return false;
  const auto tag = static_cast<HashTag>(bytes[0]);
  return tag == HashTag::kSaltedSha256 || tag == HashTag::kSaltedSm3;
}

}  // namespace

Outcome require_commitment(std::string_view field, std::string_view bytes) {
  if (is_commitment(bytes)) return pass();
  if (is_digest(bytes)) {
    return deny("COM-106", std::string(field) +
                               " is a bare digest; what is easy to guess must be a salted commitment (tag 81 or 82)");
  }
  return deny("COM-101", std::string(field) + " is no commitment: 33 bytes, tag 81 or 82");
}

Outcome require_digest(std::string_view field, std::string_view bytes) {
  if (is_digest(bytes)) return pass();
  return deny("COM-101", std::string(field) + " is no digest: 33 bytes, tag 01 or 02");
}

Outcome require_digest_or_commitment(std::string_view field, std::string_view bytes) {
  if (is_digest(bytes) || is_commitment(bytes)) return pass();
  return deny("COM-101", std::string(field) + " is neither a digest nor a commitment: 33 bytes, tag 01, 02, 81 or 82");
}

Outcome require_range(std::string_view field, std::int64_t value, std::int64_t low, std::int64_t high) {
  QILIAN_REQUIRE(value >= low && value <= high, "COM-107",
                 std::string(field) + " lies from " + std::to_string(low) + " to " + std::to_string(high));
  return pass();
}

Outcome require_text(std::string_view field, std::string_view text, std::size_t max_bytes) {
  QILIAN_REQUIRE(!text.empty(), "COM-101", std::string(field) + " is missing");
  QILIAN_REQUIRE(text.size() <= max_bytes, "COM-107",
                 std::string(field) + " is longer than " + std::to_string(max_bytes) + " bytes");
  return pass();
}

Outcome require_choice(std::string_view field, int value) {
  QILIAN_REQUIRE(value != 0, "COM-107", std::string(field) + " is not chosen");
  return pass();
}

Outcome require_count(std::string_view field, std::size_t count, std::size_t low, std::size_t high) {
  QILIAN_REQUIRE(count >= low && count <= high, "COM-107",
                 std::string(field) + " has from " + std::to_string(low) + " to " + std::to_string(high) + " elements");
  return pass();
}

}  // namespace qilian::contracts
