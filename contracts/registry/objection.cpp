// 异议: due process during the window; never stopped by credit, hold or quota.
#include "contracts/caller.h"
#include "contracts/members.h"
#include "contracts/registry/steps.h"
#include "contracts/text_guard.h"

namespace qilian::contracts::registry {
namespace {

// ---- object -------------------------------------------------------------------------------------------------------

Outcome check_object(const pb::RegistryObject& args) {
  QILIAN_PASS(require_text("id", args.id(), 128));
  QILIAN_PASS(require_text("udi", args.udi(), 128));
  QILIAN_PASS(require_text("ground", args.ground(), 1024));
  return require_digest_or_commitment("evidence", args.evidence());
}

SignerRule object_signers(const pb::RegistryObject& args, const Context& context) {
  SignerRule rule;
  const std::optional<pb::Asset> found = asset(context, args.udi());
  if (found && found->registrant() == context.caller().organisation()) {
    rule.denial = deny("COM-207", "the registrant does not object to its own application; it may correct or cancel");
  }
  return rule;
}

Outcome object_object(const pb::RegistryObject& args, const Context& context) {
  const std::optional<pb::Asset> found = asset(context, args.udi());
  QILIAN_REQUIRE(found, "COM-301", "asset " + args.udi() + " is not in the registry");
  QILIAN_REQUIRE(!context.exists(kind::kAssetObjection, args.id()), "COM-302", "objection " + args.id() + " exists");
  const bool before = found->status() == pb::Asset::SUBMITTED || found->status() == pb::Asset::ACCEPTED;
  QILIAN_REQUIRE(!before, "COM-308", "publicity of " + args.udi() + " has not begun");
  const bool shown = found->status() == pb::Asset::PUBLICITY || found->status() == pb::Asset::OBJECTED;
  QILIAN_REQUIRE(shown && context.time().value() < found->publicity_to(), "COM-307",
                 "the window for objections to " + args.udi() + " is closed");
  return pass();
}

Outcome apply_object(const pb::RegistryObject& args, Context& context) {
  pb::AssetObjection objection;
  objection.set_id(args.id());
  objection.set_udi(args.udi());
  objection.set_by(context.caller().organisation());
  objection.set_ground(args.ground());
  objection.set_evidence(args.evidence());
  objection.set_status(pb::AssetObjection::OPEN);
  objection.set_raised_at(context.time().value());
  objection.set_decide_by(context.deadline("registry.objection_window").value());
  context.put(kind::kAssetObjection, args.id(), objection, EventKind::kCreated);

  pb::Asset changed = *asset(context, args.udi());
  changed.set_status(pb::Asset::OBJECTED);
  changed.set_open_objections(changed.open_objections() + 1);
  changed.set_objections(changed.objections() + 1);
  context.put(kind::kAsset, args.udi(), changed);
  context.set_object(args.id());
  return pass();
}

// ---- decide_objection ---------------------------------------------------------------------------------------------

Outcome check_decide(const pb::RegistryDecideObjection& args) {
  QILIAN_PASS(require_text("id", args.id(), 128));
  return require_text("reason", args.reason(), 1024);
}

SignerRule decide_signers(const pb::RegistryDecideObjection& args, const Context& context) {
  SignerRule rule;
  const Caller& caller = context.caller();
  const auto objection = context.get<pb::AssetObjection>(kind::kAssetObjection, args.id());
  const std::optional<pb::Asset> found = objection ? asset(context, objection->udi()) : std::nullopt;
  if (!found) return rule;
  if (related(context, objection->by(), caller.organisation())) {
    rule.denial = deny("COM-207", "who objected does not decide");
  } else if (has_role(context, caller.organisation(), "REGULATOR")) {
    return rule;
  } else if (caller.organisation() != found->registrar()) {
    rule.denial = deny("COM-204", "registrar " + found->registrar() + " or a regulator decides");
  } else if (const std::string person = person_of(context, found->registrar(), caller.officer());
             person == person_of(context, found->registrar(), found->accepted_by()) ||
             person == person_of(context, found->registrar(), found->reviewed_by())) {
    rule.denial =
        deny("COM-208", "officer " + caller.officer() + " has acted on this application; another one decides");
  }
  return rule;
}

Outcome decide_object(const pb::RegistryDecideObjection& args, const Context& context) {
  const auto objection = context.get<pb::AssetObjection>(kind::kAssetObjection, args.id());
  QILIAN_REQUIRE(objection, "COM-301", "there is no objection " + args.id());
  QILIAN_REQUIRE(objection->status() == pb::AssetObjection::OPEN, "COM-303", "objection " + args.id() + " is decided");
  const std::optional<pb::Asset> found = asset(context, objection->udi());
  QILIAN_REQUIRE(found && found->status() == pb::Asset::OBJECTED, "COM-303",
                 "asset " + objection->udi() + " is no longer under objection");
  return pass();
}

Outcome apply_decide(const pb::RegistryDecideObjection& args, Context& context) {
  auto objection = *context.get<pb::AssetObjection>(kind::kAssetObjection, args.id());
  objection.set_status(args.upheld() ? pb::AssetObjection::UPHELD : pb::AssetObjection::DISMISSED);
  objection.set_decided_by(context.caller().organisation());
  objection.set_reason(args.reason());
  objection.set_decided_at(context.time().value());
  context.put(kind::kAssetObjection, args.id(), objection, EventKind::kEnded);

  pb::Asset changed = *asset(context, objection.udi());
  changed.set_open_objections(changed.open_objections() - 1);
  if (args.upheld()) {
    changed.set_status(pb::Asset::REJECTED);
  } else if (changed.open_objections() == 0) {
    changed.set_status(pb::Asset::PUBLICITY);  // the deadline stays as it was computed
  }
  context.put(kind::kAsset, objection.udi(), changed, args.upheld() ? EventKind::kEnded : EventKind::kChanged);
  context.set_object(args.id());
  return pass();
}

}  // namespace

void add_objection_calls(CallList& calls) {
  calls.push_back(make_call<pb::RegistryObject>(
      {.name = "registry.object",
       .policy = SignaturePolicy::kSelf,
       .credit = CreditClass::kOpen,
       .stopped_by_hold = false,
       .label_zh = "登记异议",
       .label_en = "Object to a registration while its publicity lasts."},
      {.check = check_object, .signers = object_signers, .object = object_object, .apply = apply_object}));
  calls.push_back(make_call<pb::RegistryDecideObjection>(
      {.name = "registry.decide_objection",
       .policy = SignaturePolicy::kSelf,
       .roles = {"REGISTRAR", "REGULATOR"},
       .credit = CreditClass::kOpen,
       .stopped_by_hold = false,
       .label_zh = "异议处理",
       .label_en = "Decide an objection: uphold it and reject, or dismiss it."},
      {.check = check_decide, .signers = decide_signers, .object = decide_object, .apply = apply_decide}));
}

}  // namespace qilian::contracts::registry
