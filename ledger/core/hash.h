// SHA-256, and the domain tags that keep one kind of hash from ever meaning another.
#pragma once

#include <initializer_list>

#include "ledger/core/types.h"

namespace qilian::ledger {

/// What a hash or a signature is about. The text is hashed in front: H(length of tag as u8 ‖ tag ‖ parts).
/// Numbers are names inside the program only; the texts in hash.cpp are the format and never change.
enum class Domain {
  kGenesis,
  kTransactionId,
  kEnvelope,
  kTransactionSignature,
  kReceipt,
  kHeader,
  kValidators,
  kMapKey,
  kMapValue,
  kEventPayload,
  kRecord,
  kRules,
  kProposal,
  kConsensusSignature,
  kKeyPossession,
};

/// The tag's text, e.g. "qilian/header/v1".
ByteView domain_text(Domain domain);

/// Length of the tag as u8 ‖ tag: what stands in front of everything hashed or signed under the domain.
Bytes domain_prefix(Domain domain);

/// Plain SHA-256 over the parts, joined.
Digest sha256(std::initializer_list<ByteView> parts);

/// SHA-256 under a domain tag.
Digest hash(Domain domain, std::initializer_list<ByteView> parts);

}  // namespace qilian::ledger
