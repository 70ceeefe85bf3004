// The gate's stages about who calls: keys, organisations' standing, roles and signature policy.
#pragma once

#include <span>

#include "contracts/contract.h"

namespace qilian::contracts {

/// Who an officer is: by person tag where the organisation gave one, so that one person in two offices, or under two
/// ids, stays one.
std::string person_of(const Context& context, std::string_view organisation, std::string_view officer);

/// Key stage. Every listed key is known, active now and made for the call, or comes with the arguments, or (where the
/// call's policy asks for that) is a consensus key of the epoch in force; COM-202 names the first that is not. Fills in
/// the caller.
Outcome resolve_caller(const ledger::StateView& state, const BlockFrame& frame, const Call& call,
                       std::span<const Signer> body_keys, std::span<const ledger::PublicKey> signers,
                       const ledger::PublicKey& lead, Caller& caller);

/// Organisation stage for everybody who signs. For OPEN calls it is enough to have been ADMITTED once; else ADMITTED
/// (COM-203), neither RESTRICTED nor EXITING for NEW_BUSINESS (COM-203), and a live undertaking (COM-406).
/// Organisations of `body_keys` are not asked.
Outcome check_standing(const Context& context, CreditClass credit_class, std::span<const Signer> body_keys);

/// Role of the lead (COM-204) and the signature policy: COM-205, COM-206, COM-208, or what the contract's hook says.
Outcome check_policy(const Context& context, const Call& call, const SignerRule& rule);

}  // namespace qilian::contracts
