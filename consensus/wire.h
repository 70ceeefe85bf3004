// Messages to bytes and back: wire.proto, canonical and bounded. A frame holds one message; the connection frames it.
#pragma once

#include "consensus/messages.h"

namespace qilian::consensus {

/// No frame may be longer: a NEW-VIEW or VIEW-CHANGE of 100 validators and the largest window fits.
inline constexpr std::size_t kMaxFrameBytes = 4 * 1024 * 1024;

/// The bytes of wire.proto's Frame.
Bytes encode_message(const Message& message);

/// Total. Errors: "COM-101"/"COM-102" from the canonical check, "wire.size", "wire.bound" (a count or a length),
/// "wire.kind". The result is not authenticated: Verifier::verify is next.
Result<Message> decode_message(ByteView frame);

}  // namespace qilian::consensus
