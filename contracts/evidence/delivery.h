// The hooks of deliver, accept, release_key and settle: how an agreed trade is performed.
#pragma once

#include "contracts/contract.h"
#include "contracts/evidence.pb.h"

namespace qilian::contracts::evidence {

Outcome check_deliver(const pb::EvidenceDeliver& args);
Outcome deliver_object(const pb::EvidenceDeliver& args, const Context& context);
Outcome deliver_invariants(const pb::EvidenceDeliver& args, const Context& context);
Outcome apply_deliver(const pb::EvidenceDeliver& args, Context& context);

Outcome check_accept(const pb::EvidenceAccept& args);
Outcome accept_object(const pb::EvidenceAccept& args, const Context& context);
Outcome accept_invariants(const pb::EvidenceAccept& args, const Context& context);
Outcome apply_accept(const pb::EvidenceAccept& args, Context& context);

Outcome check_release_key(const pb::EvidenceReleaseKey& args);
Outcome release_key_object(const pb::EvidenceReleaseKey& args, const Context& context);
Outcome release_key_invariants(const pb::EvidenceReleaseKey& args, const Context& context);
Outcome apply_release_key(const pb::EvidenceReleaseKey& args, Context& context);

Outcome check_settle(const pb::EvidenceSettle& args);
Outcome settle_object(const pb::EvidenceSettle& args, const Context& context);
Outcome settle_invariants(const pb::EvidenceSettle& args, const Context& context);
Outcome apply_settle(const pb::EvidenceSettle& args, Context& context);

}  // namespace qilian::contracts::evidence
