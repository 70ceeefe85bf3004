#include "contracts/negative_list/overlays.h"

#include <algorithm>

#include "contracts/kinds.h"
#include "contracts/overlay.pb.h"
#include "ledger/core/result.h"

namespace qilian::contracts::negative_list {
namespace {

template <class Record>
std::optional<Record> load(const ledger::StateView& state, Kind kind, const std::string& id) {
  const auto bytes = state.record({kind, id});
  if (!bytes) return std::nullopt;
  std::optional<Record> out(std::in_place);
  QILIAN_CHECK(out->ParseFromString(*bytes));
  return out;
}

/// "620100" -> "6201": a city's code begins those of its districts.
std::string prefix_of(std::string region) {
  while (region.size() > 2 && region.ends_with("00")) region.resize(region.size() - 2);
  return region;
}

pb::NegativeEntry bound_to(const std::string& jurisdiction, const pb::NegativeEntry& entry) {
  pb::NegativeEntry out = entry;
  pb::Matcher both;
  both.set_op(pb::Matcher::ALL);
  pb::Matcher* region = both.add_of();
  region->set_op(pb::Matcher::PREFIX);
  region->set_attribute("region");
  region->add_texts(prefix_of(jurisdiction));
  *both.add_of() = entry.matcher();
  *out.mutable_matcher() = std::move(both);
  return out;
}

template <class List, class Value>
bool has(const List& list, const Value& value) {
  return std::ranges::find(list, value) != list.end();
}

/// Every element of `wanted` stands in `offered`.
template <class A, class B>
bool covers(const A& offered, const B& wanted) {
  return std::ranges::all_of(wanted, [&](const auto& each) { return has(offered, each); });
}

/// A list of what is allowed: empty allows everything.
template <class List>
bool narrows(const List& base, const List& overlay) {
  return base.empty() || (!overlay.empty() && covers(base, overlay));
}

std::string unmet_less(const pb::ListConditions& base, const pb::ListConditions& overlay) {
  if (!covers(overlay.attestations(), base.attestations())) return "conditions.attestations";
  if (!narrows(base.environments(), overlay.environments())) return "conditions.environments";
  if (!narrows(base.purposes(), overlay.purposes())) return "conditions.purposes";
  if (!narrows(base.buyer_roles(), overlay.buyer_roles())) return "conditions.buyer_roles";
  if (base.approval() && !overlay.approval()) return "conditions.approval";
  if (base.quota() != 0 && (overlay.quota() == 0 || overlay.quota() > base.quota())) return "conditions.quota";
  return {};
}

bool matches_at_least(const pb::Matcher& base, const pb::Matcher& overlay) {
  const std::string wanted = base.SerializeAsString();
  if (overlay.SerializeAsString() == wanted) return true;
  return overlay.op() == pb::Matcher::ANY &&
         std::ranges::any_of(overlay.of(), [&](const pb::Matcher& part) { return part.SerializeAsString() == wanted; });
}

/// STOP stops most, GRANDFATHER least.
int strictness(pb::NegativeEntry::Transition transition) {
  if (transition == pb::NegativeEntry::STOP) return 2;
  return transition == pb::NegativeEntry::REVIEW ? 1 : 0;
}

}  // namespace

void append_overlays(const ledger::StateView& state, pb::NegativeList& list) {
  const auto known = load<pb::OverlayRegister>(state, kind::kOverlayRegister, "current");
  if (!known) return;
  for (const std::string& jurisdiction : known->jurisdictions()) {
    const auto overlay = load<pb::Overlay>(state, kind::kOverlay, jurisdiction);
    QILIAN_CHECK(overlay.has_value());
    for (const pb::NegativeEntry& entry : overlay->entries()) *list.add_entries() = bound_to(jurisdiction, entry);
  }
}

std::string what_loosens(const pb::NegativeEntry& base, const pb::NegativeEntry& overlay) {
  if (base.mode() == pb::NegativeEntry::PROHIBIT && overlay.mode() != pb::NegativeEntry::PROHIBIT) return "mode";
  if (!matches_at_least(base.matcher(), overlay.matcher())) return "matcher";
  if (!covers(overlay.operations(), base.operations())) return "operations";
  if (base.reach() == pb::NegativeEntry::DESCENDANTS && overlay.reach() != base.reach()) return "reach";
  for (const pb::UnlessClaim& unless : overlay.unless()) {
    const bool known = std::ranges::any_of(base.unless(), [&](const pb::UnlessClaim& each) {
      return each.SerializeAsString() == unless.SerializeAsString();
    });
    if (!known) return "unless";
  }
  if (base.standstill() && !overlay.standstill()) return "standstill";
  const bool later =
      overlay.transition() == pb::NegativeEntry::GRANDFATHER && overlay.transition_until() > base.transition_until();
  if (strictness(overlay.transition()) < strictness(base.transition()) || later) return "transition";
  if (overlay.to() != 0 && (base.to() == 0 || overlay.to() < base.to())) return "to";
  const bool conditional = overlay.mode() == pb::NegativeEntry::RESTRICT;
  return conditional ? unmet_less(base.conditions(), overlay.conditions()) : std::string();
}

}  // namespace qilian::contracts::negative_list
