// The certificate of a block: a quorum of CHECKPOINT signatures over (height, header hash). See `ledger/README.md`,
// "Certificates".
#pragma once

#include <vector>

#include "ledger/core/header.h"
#include "ledger/core/validators.h"

namespace qilian::ledger {

/// What a CHECKPOINT signs: tag ‖ genesis hash ‖ u64 epoch ‖ u8 message type CHECKPOINT (4) ‖ u64 height ‖ header hash.
/// No view.
Bytes checkpoint_payload(const GenesisHash& genesis, Epoch epoch, Height height, const HeaderHash& header);

struct BlockCertificate {
  Bytes header;                       ///< Header::kSize bytes, as hashed
  Bytes signers;                      ///< bitmap, bit i (lowest first in byte i/8) = replica i; ceil(n/8) bytes
  std::vector<Signature> signatures;  ///< ascending replica order
  bool operator==(const BlockCertificate&) const = default;

  /// Frame encoding: header, u16 bitmap length, bitmap, u16 count, signatures.
  Bytes encode() const;
  /// Error "certificate.malformed".
  static Result<BlockCertificate> decode(ByteView bytes);
};

/// The replicas that the bitmap names, ascending.
std::vector<ReplicaId> signers_of(const BlockCertificate& certificate);
/// The bitmap of a set of `n`. REQUIRES: every signer < n.
Bytes signer_bitmap(const std::vector<ReplicaId>& signers, std::size_t n);

/// The same certificate with the first quorum(n) of its signers only: what goes into a file that nobody may shorten.
/// REQUIRES: signers and signatures belong together.
BlockCertificate trim_to_quorum(const BlockCertificate& certificate, std::size_t n);

/// Checks set, epoch, chain, bitmap, quorum and every signature; returns the decoded header. Errors "certificate.*".
Result<Header> verify_block_certificate(const BlockCertificate& certificate, const GenesisHash& genesis,
                                        const ValidatorSet& set);

}  // namespace qilian::ledger
