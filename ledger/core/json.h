// Messages as JSON, for people and for the HTTP API. Never hashed, never signed.
//
// Field names as in the .proto; bytes as lower-case hex; 64-bit integers as JSON numbers; enums by name; absent fields
// are left out.
#pragma once

#include <string>
#include <string_view>

#include "ledger/core/result.h"

namespace google::protobuf {
class Message;
}

namespace qilian::ledger {

/// Compact JSON text of one object. Error "json.value" where the message holds what JSON cannot say (an undeclared enum
/// value, bad UTF-8).
Result<std::string> to_json(const google::protobuf::Message& message);

/// Replaces `message` by what the text says. 64-bit integers may also be strings of digits. Error "json.syntax" for
/// text that is no JSON object, "json.field" for an unknown field or a value of the wrong type or range;
/// both name the place.
Result<void> from_json(std::string_view text, google::protobuf::Message& message);

}  // namespace qilian::ledger
