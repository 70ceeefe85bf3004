// The O-set (OSDI'99 §4.4): what a new view must order, as a function of the VIEW-CHANGEs alone. The primary computes
// it and every backup computes it again and compares.
#pragma once

#include <span>

#include "consensus/messages.h"

namespace qilian::consensus {

struct OSet {
  Sequence min_s;                       ///< highest low watermark among the VIEW-CHANGEs
  std::vector<ProposalDigest> digests;  ///< slots min_s + 1 ... max-s; kNullDigest where nothing prepared
  bool operator==(const OSet&) const = default;
};

/// For every slot the digest of the certificate with the highest view. Two certificates of one view and slot with
/// different digests need more than f faulty validators; the smaller digest is taken then, so that the result stays a
/// function.
OSet compute_o_set(std::span<const ViewChange* const> view_changes);

}  // namespace qilian::consensus
