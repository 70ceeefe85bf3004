// What an attestation is about: does it exist, whose is it, how strict is its grade, and does the ledger contradict a
// claim about it.
#pragma once

#include <string>
#include <vector>

#include "contracts/context.h"
#include "contracts/notary.pb.h"

namespace qilian::contracts::notary {

/// NOT-404 where an asset version does not exist; COM-301 for another missing subject.
Outcome require_subject(const Context& context, const pb::Subject& subject);

/// The organisations that a notary of this subject must not be related to (NOT-402), ascending: the organisation
/// itself, an asset's registrant and its holders, a trade's seller and buyer, a job's participants. An incident has
/// none.
std::vector<std::string> parties(const Context& context, const pb::Subject& subject);

/// IMPORTANT or stricter by lineage: such data needs two officers.
bool is_important(const Context& context, const pb::Subject& subject);

/// NOT-407 where a claim of `attestation` says other than the ledger knows: category, grade and items of a version, the
/// root of a version or a delivery, an organisation's controllers, a tester's report that is not attached.
Outcome require_agreement(const Context& context, const pb::NotaryIssue& issue);

}  // namespace qilian::contracts::notary
