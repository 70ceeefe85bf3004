// The hooks of offer, agree and clear: how a trade comes about.
#pragma once

#include "contracts/contract.h"
#include "contracts/evidence.pb.h"

namespace qilian::contracts::evidence {

Outcome check_offer(const pb::EvidenceOffer& args);
SignerRule offer_signers(const pb::EvidenceOffer& args, const Context& context);
Outcome offer_object(const pb::EvidenceOffer& args, const Context& context);
Outcome offer_references(const pb::EvidenceOffer& args, const Context& context);
std::vector<ListSubject> offer_subjects(const pb::EvidenceOffer& args, const Context& context);
Outcome offer_invariants(const pb::EvidenceOffer& args, const Context& context);
Outcome apply_offer(const pb::EvidenceOffer& args, Context& context);

Outcome check_agree(const pb::EvidenceAgree& args);
SignerRule agree_signers(const pb::EvidenceAgree& args, const Context& context);
Outcome agree_object(const pb::EvidenceAgree& args, const Context& context);
Outcome agree_invariants(const pb::EvidenceAgree& args, const Context& context);
Outcome apply_agree(const pb::EvidenceAgree& args, Context& context);

Outcome check_clear(const pb::EvidenceClear& args);
Outcome clear_object(const pb::EvidenceClear& args, const Context& context);
Outcome clear_invariants(const pb::EvidenceClear& args, const Context& context);
Outcome apply_clear(const pb::EvidenceClear& args, Context& context);

}  // namespace qilian::contracts::evidence
