// The hooks of list and delist.
#pragma once

#include "contracts/contract.h"
#include "contracts/evidence.pb.h"

namespace qilian::contracts::evidence {

Outcome check_list(const pb::EvidenceList& args);
SignerRule list_signers(const pb::EvidenceList& args, const Context& context);
Outcome list_object(const pb::EvidenceList& args, const Context& context);
std::vector<ListSubject> list_subjects(const pb::EvidenceList& args, const Context& context);
Outcome list_invariants(const pb::EvidenceList& args, const Context& context);
Outcome apply_list(const pb::EvidenceList& args, Context& context);

Outcome check_delist(const pb::EvidenceDelist& args);
SignerRule delist_signers(const pb::EvidenceDelist& args, const Context& context);
Outcome delist_object(const pb::EvidenceDelist& args, const Context& context);
Outcome apply_delist(const pb::EvidenceDelist& args, Context& context);

}  // namespace qilian::contracts::evidence
