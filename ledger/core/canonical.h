// The one encoding: which Protobuf bytes are canonical, and how replicas encode what they make themselves.
//
// Protobuf parses much more than it writes: unknown fields, repeated scalars, long varints, any field order. Two byte
// strings that parse alike would split whoever hashes them. So canonicity is decided on the bytes, by code of our own
// that only reads the schema.
#pragma once

#include "ledger/core/bytes.h"

namespace google::protobuf {
class Descriptor;
class Message;
}  // namespace google::protobuf

namespace qilian::ledger {

/// A message inside a message inside ... : this deep and no deeper.
inline constexpr int kMaxMessageDepth = 16;

/// Canonical are: known fields only, tags ascending (equal only between elements of one repeated string, bytes or
/// message field), minimal varints within their type's range, declared enum values, no default values except where
/// presence is explicit (messages, oneof members, `optional`) or inside repeated fields, packed repeated scalars, one
/// member of a oneof, valid UTF-8. Floats, maps and groups never. Errors: COM-101 truncated, oversized length, too
/// deep; COM-102 unknown or non-canonical field; COM-103 bad UTF-8. Messages name the field. Accepted bytes re-encode
/// to themselves.
Result<void> check_canonical(const google::protobuf::Descriptor& type, ByteView bytes);

/// check_canonical, then parse into `message`. The errors of check_canonical.
Result<void> decode_canonical(ByteView bytes, google::protobuf::Message& message);

/// Well-formed UTF-8 as in RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF.
bool valid_utf8(ByteView text);

/// The canonical encoding of a message that this process filled. REQUIRES: strings are UTF-8, enum values are declared,
/// nesting is bounded.
Bytes encode(const google::protobuf::Message& message);

}  // namespace qilian::ledger
