// Matching in three values: an attribute that nobody stated makes its leaf unknown, and unknown is what the caller must
// fear.
#pragma once

#include "contracts/asset_view.h"
#include "contracts/outcome.h"

namespace qilian::contracts::pb {
class Matcher;
class UnlessClaim;
}  // namespace qilian::contracts::pb

namespace qilian::contracts::negative_list {

enum class Truth : std::uint8_t { kFalse, kUnknown, kTrue };

/// Strong Kleene: ALL is the least, ANY the greatest, NOT swaps true and false. An attested attribute beats a
/// self-declared one of the same name. REQUIRES: the matcher passed check_matcher.
Truth match(const pb::Matcher& matcher, const AssetView& asset);

/// The claim of the asset that satisfies the exception; null where none does.
const AttestedClaim* lifting_claim(const pb::UnlessClaim& unless, const AssetView& asset);

/// Shape of a matcher, part of batch validity: COM-101.
Outcome check_matcher_shape(const pb::Matcher& matcher);
/// NEG-405 for an attribute that is not in the table or an operator of the wrong type.
Outcome check_matcher_attributes(const pb::Matcher& matcher);
std::size_t count_nodes(const pb::Matcher& matcher);

}  // namespace qilian::contracts::negative_list
