// The hooks of record, engage, take_custody and release_custody: what surrounds trades.
#pragma once

#include "contracts/contract.h"
#include "contracts/evidence.pb.h"

namespace qilian::contracts::evidence {

Outcome check_record(const pb::EvidenceRecord& args);
SignerRule record_signers(const pb::EvidenceRecord& args, const Context& context);
Outcome record_object(const pb::EvidenceRecord& args, const Context& context);
Outcome record_references(const pb::EvidenceRecord& args, const Context& context);
Outcome apply_record(const pb::EvidenceRecord& args, Context& context);

Outcome check_engage(const pb::EvidenceEngage& args);
SignerRule engage_signers(const pb::EvidenceEngage& args, const Context& context);
Outcome engage_object(const pb::EvidenceEngage& args, const Context& context);
Outcome apply_engage(const pb::EvidenceEngage& args, Context& context);

Outcome check_take_custody(const pb::EvidenceTakeCustody& args);
SignerRule take_custody_signers(const pb::EvidenceTakeCustody& args, const Context& context);
Outcome take_custody_object(const pb::EvidenceTakeCustody& args, const Context& context);
Outcome apply_take_custody(const pb::EvidenceTakeCustody& args, Context& context);

Outcome check_release_custody(const pb::EvidenceReleaseCustody& args);
SignerRule release_custody_signers(const pb::EvidenceReleaseCustody& args, const Context& context);
Outcome release_custody_object(const pb::EvidenceReleaseCustody& args, const Context& context);
Outcome apply_release_custody(const pb::EvidenceReleaseCustody& args, Context& context);

}  // namespace qilian::contracts::evidence
