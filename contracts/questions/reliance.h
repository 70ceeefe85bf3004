// Who leaned on what a notary said. Private to the folder.
#pragma once

#include <map>
#include <set>

#include "contracts/evidence.pb.h"
#include "contracts/notary.pb.h"
#include "contracts/questions/reading.h"

namespace qilian::contracts::questions {

/// An offer that nobody agreed to is not a trade yet.
bool agreed(const pb::Trade& trade);

/// The versions and everything that was made from them, at any depth.
std::set<std::string> with_descendants(const Reading& reading, std::vector<std::string> open);

/// Objects that relied on the attestation, ascending, each with the first reason: "trace" (an allowed call used it),
/// "derived" (a version made from what it is about, at any depth) or "trade" (of that version or of such a derivation).
std::map<std::pair<Kind, std::string>, std::string> relied_on(const Reading& reading,
                                                              const pb::Attestation& attestation);

/// Void attestations that the trade relied on, or that speak of the version or an ancestor of it: why it reads tainted.
std::vector<std::string> void_behind(const Reading& reading, const pb::Trade& trade);

}  // namespace qilian::contracts::questions
