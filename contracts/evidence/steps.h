// What every step of an existing trade shares: its record, its signers, its stage, its licence, its place on holds and
// lists.
#pragma once

#include "contracts/contract.h"
#include "contracts/evidence.pb.h"
#include "contracts/evidence/evidence.h"
#include "contracts/evidence/market.h"
#include "contracts/evidence/stages.h"
#include "contracts/signer_rules.h"

namespace qilian::contracts::evidence {

/// COM-301 where there is no such trade; COM-303 where its stage does not allow the act (EVD-409 for the settlement of
/// a disputed one).
Outcome require_stage(const Context& context, std::string_view trade_id, Act act);

/// The venue; off venue seller and buyer.
SignerRule clearing_signers(const Context& context, std::string_view trade_id);

/// Writes the trade in its new stage and names it in the receipt.
void move_to(Context& context, pb::Trade trade, pb::Trade::Stage stage);

/// Adds the attestation of that type that is in force to what the trade relied on, here and in the attestation's own
/// index.
void rely_on(Context& context, pb::Trade& trade, pb::Attestation::Type type);

/// The negative list is asked about the trade's version, buyer and purpose. `opens_business`: a standstill stops it.
std::vector<ListSubject> trade_subjects(const Context& context, std::string_view trade_id, bool opens_business);

/// Where a hold may stand: on the trade and on its asset.
std::vector<std::string> scopes_of(const Context& context, std::string_view trade_id);

// The same, as hooks of any call whose arguments name a trade in the field `trade`.
template <class Args>
std::vector<std::string> trade_scopes(const Args& args, const Context& context) {
  return scopes_of(context, args.trade());
}
template <class Args>
SignerRule seller_signs(const Args& args, const Context& context) {
  const auto found = trade(context, args.trade());
  return found ? signed_by_each({found->seller()}) : SignerRule{};
}
template <class Args>
SignerRule buyer_signs(const Args& args, const Context& context) {
  const auto found = trade(context, args.trade());
  return found ? signed_by_each({found->buyer()}) : SignerRule{};
}
template <class Args>
SignerRule both_sign(const Args& args, const Context& context) {
  const auto found = trade(context, args.trade());
  return found ? signed_by_each({found->seller(), found->buyer()}) : SignerRule{};
}
template <class Args>
SignerRule clearing_party_signs(const Args& args, const Context& context) {
  return clearing_signers(context, args.trade());
}
template <class Args>
Outcome licence_holds(const Args& args, const Context& context) {
  return require_licence(context, *trade(context, args.trade()));
}
template <class Args>
std::vector<ListSubject> opening_subjects(const Args& args, const Context& context) {
  return trade_subjects(context, args.trade(), true);
}
template <class Args>
std::vector<ListSubject> running_subjects(const Args& args, const Context& context) {
  return trade_subjects(context, args.trade(), false);
}

}  // namespace qilian::contracts::evidence
