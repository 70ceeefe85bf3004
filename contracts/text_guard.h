// The security floor (policy 总则): clear-text personal data never enters the ledger. Pure; part of batch validity.
#pragma once

#include <string_view>

#include "contracts/outcome.h"

namespace google::protobuf {
class Message;
}

namespace qilian::contracts {

/// COM-105 when the text holds a resident identity number (GB 11643: known province, valid date, checksum) or a
/// mainland mobile number (11 digits from 13 to 19). No digit adjoins either; letters may. Runs of 32 or more
/// hexadecimal digits (digests, keys) are spared, and telephone numbers inside an organisation's code. `field` names
/// the place in the trace; the trace never repeats the number.
Outcome check_text(std::string_view field, std::string_view text);

/// check_text on every string field of the message, nested ones too; COM-107 for an enum value that its type does not
/// have.
Outcome check_message(const google::protobuf::Message& message);

/// True for 18 characters with region, date and checksum of GB 11643.
bool is_identity_number(std::string_view text);

/// COM-106 unless the field is a salted commitment: 33 bytes, tag 0x81 (SHA-256) or 0x82 (SM3). A digest, tag 0x01 or
/// 0x02, is what the code is about; another length or tag is COM-101.
Outcome require_commitment(std::string_view field, std::string_view bytes);
/// COM-101 unless 33 bytes with tag 0x01 (SHA-256) or 0x02 (SM3).
Outcome require_digest(std::string_view field, std::string_view bytes);
/// A digest or a commitment; else COM-101.
Outcome require_digest_or_commitment(std::string_view field, std::string_view bytes);

/// COM-107 unless low <= value <= high.
Outcome require_range(std::string_view field, std::int64_t value, std::int64_t low, std::int64_t high);
/// COM-101 for an empty text, COM-107 for one longer than `max_bytes`.
Outcome require_text(std::string_view field, std::string_view text, std::size_t max_bytes);
/// COM-107 unless an enum field has a value other than its UNSPECIFIED 0.
Outcome require_choice(std::string_view field, int value);
/// COM-107 when a list has fewer than `low` or more than `high` elements.
Outcome require_count(std::string_view field, std::size_t count, std::size_t low, std::size_t high);

}  // namespace qilian::contracts
