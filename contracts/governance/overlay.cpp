// 地区叠加: what a jurisdiction adds to the negative list. Its entries are asked beside the list's and the strictest
// decides, so that an overlay cannot loosen; an entry that pretends to (the code of the list's, and less of it) is
// refused.
#include <algorithm>

#include "contracts/governance/governance.h"
#include "contracts/members.h"
#include "contracts/negative_list/lists.h"
#include "contracts/negative_list/overlays.h"
#include "contracts/negative_list/rules_of_lists.h"
#include "contracts/overlay.pb.h"
#include "contracts/text_guard.h"

namespace qilian::contracts::governance {
namespace {

using Args = pb::GovernanceSetOverlay;

Outcome check(const Args& args) {
  const std::string& region = args.jurisdiction();
  const bool code = region.size() == 6 && std::ranges::all_of(region, [](char c) { return c >= '0' && c <= '9'; }) &&
                    !region.starts_with("00");
  QILIAN_REQUIRE(code, "COM-101", "a jurisdiction is a code of six digits, GB/T 2260");
  QILIAN_PASS(require_range("effective_at", args.effective_at(), 1, INT64_MAX));
  QILIAN_PASS(require_digest("document", args.document()));
  QILIAN_PASS(require_count("entries", static_cast<std::size_t>(args.entries_size()), 0, 512));
  return negative_list::check_entries_shape(args.entries());
}

std::optional<pb::Overlay> current(const Context& context, const std::string& jurisdiction) {
  return context.get<pb::Overlay>(kind::kOverlay, jurisdiction);
}

Outcome object(const Args& args, const Context& context) {
  QILIAN_PASS(require_code(context, "region", args.jurisdiction()));
  const auto earlier = current(context, args.jurisdiction());
  const std::uint64_t next = earlier ? earlier->version() + 1 : 1;
  QILIAN_REQUIRE(args.version() == next, "COM-304",
                 "the next version of " + args.jurisdiction() + "'s overlay is " + std::to_string(next));
  return pass();
}

/// What the earlier version still binds until the new one takes effect, and the new entries with their times.
pb::Overlay merged(const Args& args, const Context& context) {
  pb::Overlay overlay;
  overlay.set_jurisdiction(args.jurisdiction());
  overlay.set_version(args.version());
  overlay.set_published_at(context.time().value());
  overlay.set_effective_at(args.effective_at());
  overlay.set_document(args.document());
  const pb::Overlay earlier = current(context, args.jurisdiction()).value_or(pb::Overlay());
  for (pb::NegativeEntry entry : earlier.entries()) {
    if (entry.to() == 0 || entry.to() > args.effective_at()) entry.set_to(args.effective_at());
    if (entry.to() > context.time().value() && entry.to() > entry.from()) *overlay.add_entries() = std::move(entry);
  }
  for (pb::NegativeEntry entry : args.entries()) {
    entry.set_from(std::max(entry.from(), args.effective_at()));
    entry.set_published_at(context.time().value());
    *overlay.add_entries() = std::move(entry);
  }
  return overlay;
}

Outcome check_no_loosening(const Args& args, const Context& context) {
  const auto list = negative_list::published(context.state());
  if (!list) return pass();
  for (const pb::NegativeEntry& entry : args.entries()) {
    for (const pb::NegativeEntry& base : list->entries()) {
      if (base.code() != entry.code() || (base.to() != 0 && base.to() <= args.effective_at())) continue;
      const std::string less = negative_list::what_loosens(base, entry);
      QILIAN_REQUIRE(less.empty(), "NEG-404", "overlay entry " + entry.code() + " loosens the list's: " + less);
    }
  }
  return pass();
}

Outcome invariants(const Args& args, const Context& context) {
  const TimeMs earliest = context.deadline("negative_list.min_notice");
  QILIAN_REQUIRE(args.effective_at() >= earliest.value(), "NEG-401",
                 "effective at " + std::to_string(earliest.value()) + " at the earliest");
  QILIAN_PASS(negative_list::check_entry_sizes(context.parameters(), args.entries()));
  const std::int64_t most = context.parameters().integer("negative_list.max_entries");
  QILIAN_REQUIRE(merged(args, context).entries_size() <= most, "NEG-402",
                 "an overlay has " + std::to_string(most) + " entries at most");
  const auto known =
      context.get<pb::OverlayRegister>(kind::kOverlayRegister, "current").value_or(pb::OverlayRegister());
  const bool listed = std::ranges::find(known.jurisdictions(), args.jurisdiction()) != known.jurisdictions().end();
  QILIAN_REQUIRE(listed || known.jurisdictions_size() < context.parameters().integer("negative_list.max_overlays"),
                 "NEG-402", std::to_string(known.jurisdictions_size()) + " jurisdictions have an overlay");
  QILIAN_PASS(check_no_loosening(args, context));
  return negative_list::check_entry_attributes(args.entries());
}

Outcome apply(const Args& args, Context& context) {
  pb::Overlay overlay = merged(args, context);
  for (const Signer& signer : context.caller().signers) {
    pb::SignerRecord* record = overlay.add_signers();
    record->set_organisation(signer.organisation);
    record->set_officer(signer.officer);
    record->set_public_key(std::string(signer.key.view()));
    record->set_signed_at(context.time().value());
  }
  auto known = context.get<pb::OverlayRegister>(kind::kOverlayRegister, "current").value_or(pb::OverlayRegister());
  if (std::ranges::find(known.jurisdictions(), args.jurisdiction()) == known.jurisdictions().end()) {
    known.add_jurisdictions(args.jurisdiction());
    std::ranges::sort(*known.mutable_jurisdictions());
    context.put(kind::kOverlayRegister, "current", known);
  }
  context.put(kind::kOverlay, args.jurisdiction(), overlay,
              args.version() == 1 ? EventKind::kCreated : EventKind::kChanged);
  context.set_object(args.jurisdiction());
  return pass();
}

}  // namespace

void add_overlay_call(CallList& calls) {
  calls.push_back(make_call<Args>({.name = "governance.set_overlay",
                                   .policy = SignaturePolicy::kTwoRegulators,
                                   .roles = {"REGULATOR"},
                                   .credit = CreditClass::kOpen,
                                   .stopped_by_hold = false,
                                   .label_zh = "设定地区叠加清单",
                                   .label_en = "Add a jurisdiction's own entries to the negative list"},
                                  {.check = check, .object = object, .invariants = invariants, .apply = apply}));
}

}  // namespace qilian::contracts::governance
