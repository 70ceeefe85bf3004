// A document whose fields may be shown one by one, and erased one by one, while the ledger holds one commitment to it.
//
//   leaf       = SHA-256(0x00 ‖ salt (32 bytes) ‖ u16 length ‖ name ‖ value)        an RFC 6962 leaf
//   commitment = 0x81 ‖ SHA-256("qilian/disclosure/v1" with its length ‖ u16 number of fields ‖ RFC 6962 root of the
//   leaves)
//
// The commitment is what records hold in their Commitment fields (tag 0x81); rules never read an opening. The opening
// (every salt, name and value) stays with its owner. Showing some fields replaces the others by their leaves, which say
// nothing without their salts. Erasing a field does the same to the opening itself: with the last copy of its salt the
// field is gone for good, the commitment still stands, and what is left still proves the rest. That no copy survives,
// no ledger can prove.
#pragma once

#include <set>
#include <span>
#include <string>
#include <vector>

#include "ledger/core/bytes.h"

namespace qilian::ledger {

inline constexpr std::size_t kMaxDisclosureFields = 256;
inline constexpr std::size_t kMaxDisclosureBytes = 1024 * 1024;
inline constexpr std::size_t kDisclosureSaltBytes = 32;

struct DisclosedField {
  std::string name;   ///< 1 to 256 bytes of UTF-8
  std::string value;  ///< UTF-8
};

struct Disclosed {
  Bytes commitment;                   ///< 33 bytes: compare with what a verified record holds
  std::vector<DisclosedField> shown;  ///< ascending by name
  std::size_t hidden = 0;             ///< fields that exist and are not shown
};

/// The opening of a new document. `salts` are fresh random bytes, one for each field, in the same order. Errors
/// "disclosure.fields" (none, too many, a name empty or twice), "disclosure.salt".
Result<Bytes> seal_document(std::span<const DisclosedField> fields, std::span<const Bytes> salts);

/// What an opening or a disclosure shows, and of which commitment. Errors COM-10x, "disclosure.fields",
/// "disclosure.salt", "disclosure.leaf", "disclosure.order", "disclosure.size".
Result<Disclosed> read_disclosure(ByteView bytes);

/// The same document with these fields shown and every other one hidden. Error "disclosure.name" for a field that it
/// does not show.
Result<Bytes> show_only(ByteView bytes, const std::set<std::string>& names);

/// The same document without these fields' salts, names and values. Error "disclosure.name".
Result<Bytes> erase_fields(ByteView bytes, const std::set<std::string>& names);

}  // namespace qilian::ledger
