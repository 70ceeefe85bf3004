// How a trade is undone or argued about: the hooks of cancel, refund, open_dispute and rule. None of them is ever
// stopped by a gate.
#pragma once

#include "contracts/contract.h"
#include "contracts/evidence.pb.h"

namespace qilian::contracts::evidence {

Outcome check_cancel(const pb::EvidenceCancel& args);
Outcome cancel_object(const pb::EvidenceCancel& args, const Context& context);
Outcome apply_cancel(const pb::EvidenceCancel& args, Context& context);

Outcome check_refund(const pb::EvidenceRefund& args);
SignerRule refund_signers(const pb::EvidenceRefund& args, const Context& context);
Outcome refund_object(const pb::EvidenceRefund& args, const Context& context);
Outcome apply_refund(const pb::EvidenceRefund& args, Context& context);

Outcome check_open_dispute(const pb::EvidenceOpenDispute& args);
SignerRule open_dispute_signers(const pb::EvidenceOpenDispute& args, const Context& context);
Outcome open_dispute_object(const pb::EvidenceOpenDispute& args, const Context& context);
Outcome open_dispute_invariants(const pb::EvidenceOpenDispute& args, const Context& context);
Outcome apply_open_dispute(const pb::EvidenceOpenDispute& args, Context& context);

Outcome check_rule(const pb::EvidenceRule& args);
SignerRule rule_signers(const pb::EvidenceRule& args, const Context& context);
Outcome rule_object(const pb::EvidenceRule& args, const Context& context);
Outcome rule_invariants(const pb::EvidenceRule& args, const Context& context);
Outcome apply_rule(const pb::EvidenceRule& args, Context& context);

}  // namespace qilian::contracts::evidence
