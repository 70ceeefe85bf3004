#include "contracts/evidence/steps.h"

#include <algorithm>

#include "contracts/notary/notary.h"
#include "contracts/registry/registry.h"

namespace qilian::contracts::evidence {

using pb::Trade;

std::optional<Trade> trade(const Context& context, std::string_view id) { return context.get<Trade>(kind::kTrade, id); }

Outcome require_stage(const Context& context, std::string_view trade_id, Act act) {
  const auto found = trade(context, trade_id);
  QILIAN_REQUIRE(found.has_value(), "COM-301", "no trade " + std::string(trade_id));
  if (allows(found->stage(), act)) return pass();
  const Trade::Stage stage = stage_at(*found, context.time());
  const bool in_dispute = stage == Trade::DISPUTED || stage == Trade::RULED;
  return deny(act == Act::kSettle && in_dispute ? "EVD-409" : "COM-303",
              found->id() + " is " + std::string(stage_name(stage)) + ": " + context.call() + " is not its next step");
}

SignerRule clearing_signers(const Context& context, std::string_view trade_id) {
  const auto found = trade(context, trade_id);
  if (!found) return {};
  if (found->channel() == Trade::ON_VENUE) return signed_by_each({found->venue()});
  return signed_by_each({found->seller(), found->buyer()});
}

void move_to(Context& context, Trade trade, Trade::Stage stage) {
  trade.set_stage(stage);
  const bool final = stage == Trade::CANCELLED || stage == Trade::REFUNDED || stage == Trade::CLOSED;
  context.put(kind::kTrade, trade.id(), trade, final ? EventKind::kEnded : EventKind::kChanged);
  context.set_object(trade.id());
}

void rely_on(Context& context, Trade& trade, pb::Attestation::Type type) {
  const auto found = notary::latest_in_force(context, trade.asset(), type);
  if (!found) return;
  if (std::ranges::find(trade.relied_attestations(), found->id()) == trade.relied_attestations().end()) {
    trade.add_relied_attestations(found->id());
  }
  notary::rely(context, *found, kind::kTrade, trade.id());
}

std::vector<ListSubject> trade_subjects(const Context& context, std::string_view trade_id, bool opens_business) {
  const auto found = trade(context, trade_id);
  if (!found) return {};
  ListSubject subject;
  subject.version = found->asset();
  subject.purposes = {found->purpose()};
  subject.buyer = found->buyer();
  subject.opened_at = TimeMs(found->offered_at());
  subject.opens_business = opens_business;
  return {subject};
}

std::vector<std::string> scopes_of(const Context& context, std::string_view trade_id) {
  std::vector<std::string> out{"trade:" + std::string(trade_id)};
  const auto found = trade(context, trade_id);
  const auto version = found ? registry::parse_version(found->asset()) : std::nullopt;
  if (version) out.push_back("asset:" + version->udi);
  return out;
}

}  // namespace qilian::contracts::evidence
