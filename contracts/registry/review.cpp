// From SUBMITTED to REGISTERED: 受理, 形式审核, 公示, 赋码. One person never takes two of the registrar's steps.
#include "contracts/caller.h"
#include "contracts/members.h"
#include "contracts/registry/steps.h"
#include "contracts/text_guard.h"
#include "ledger/core/hash.h"

namespace qilian::contracts::registry {
namespace {

Outcome check_udi(std::string_view udi) { return require_text("udi", udi, 128); }

Outcome require_status(const Context& context, std::string_view udi, std::initializer_list<pb::Asset::Status> allowed) {
  const std::optional<pb::Asset> found = asset(context, udi);
  QILIAN_REQUIRE(found, "COM-301", "asset " + std::string(udi) + " is not in the registry");
  const pb::Asset::Status status = status_at(*found, context.time());
  std::string names;
  for (const pb::Asset::Status each : allowed) {
    if (each == status) return pass();
    names += (names.empty() ? "" : " or ") + std::string(status_name(each));
  }
  return deny("COM-303", "asset " + std::string(udi) + " is " + std::string(status_name(status)) + ", not " + names);
}

/// The registrar that accepted goes on, by an officer who has not acted on this asset yet.
Outcome check_registrar(const Context& context, const pb::Asset& asset, std::initializer_list<std::string> acted) {
  QILIAN_REQUIRE(context.caller().organisation() == asset.registrar(), "COM-204",
                 "registrar " + asset.registrar() + " has accepted this application and decides it");
  for (const std::string& officer : acted) {
    const bool same = !officer.empty() && person_of(context, asset.registrar(), officer) ==
                                              person_of(context, asset.registrar(), context.caller().officer());
    QILIAN_REQUIRE(!same, "COM-208",
                   "officer " + officer + " has already acted on this application; another one decides");
  }
  return pass();
}

/// An amendment that has lapsed is none.
bool amending(const pb::Asset& asset, const Context& context) {
  return status_at(asset, context.time()) == pb::Asset::AMENDING;
}

template <class Args>
std::vector<std::string> hold_scopes(const Args& args, const Context&) {
  return {"asset:" + args.udi()};
}

// ---- accept -------------------------------------------------------------------------------------------------------

Outcome check_accept(const pb::RegistryAccept& args) { return check_udi(args.udi()); }

SignerRule accept_signers(const pb::RegistryAccept& args, const Context& context) {
  SignerRule rule;
  const std::optional<pb::Asset> found = asset(context, args.udi());
  if (found && related(context, found->registrant(), context.caller().organisation())) {
    rule.denial = deny("COM-207", "the registrar is related to the registrant " + found->registrant());
  }
  return rule;
}

Outcome accept_object(const pb::RegistryAccept& args, const Context& context) {
  return require_status(context, args.udi(), {pb::Asset::SUBMITTED});
}

Outcome apply_accept(const pb::RegistryAccept& args, Context& context) {
  pb::Asset changed = *asset(context, args.udi());
  changed.set_status(pb::Asset::ACCEPTED);
  changed.set_registrar(context.caller().organisation());
  changed.set_accepted_by(context.caller().officer());
  context.put(kind::kAsset, args.udi(), changed);
  context.set_object(args.udi());
  return pass();
}

// ---- review -------------------------------------------------------------------------------------------------------

Outcome check_review(const pb::RegistryReview& args) {
  QILIAN_PASS(check_udi(args.udi()));
  return args.reason().empty() ? pass() : require_text("reason", args.reason(), 512);
}

SignerRule review_signers(const pb::RegistryReview& args, const Context& context) {
  SignerRule rule;
  if (const auto found = asset(context, args.udi()); found && !found->registrar().empty()) {
    rule.denial = check_registrar(context, *found, {found->accepted_by()});
  }
  return rule;
}

Outcome review_object(const pb::RegistryReview& args, const Context& context) {
  return require_status(context, args.udi(), {pb::Asset::ACCEPTED});
}

Outcome apply_review(const pb::RegistryReview& args, Context& context) {
  pb::Asset changed = *asset(context, args.udi());
  changed.set_reviewed_by(context.caller().officer());
  context.set_object(args.udi());
  if (!args.pass()) {
    changed.set_status(pb::Asset::REJECTED);
    context.put(kind::kAsset, args.udi(), changed, EventKind::kEnded);
    return pass();
  }
  // Both steps stand in the asset's journal: reviewed, and the window opened with its deadline fixed here.
  changed.set_status(pb::Asset::REVIEWED);
  context.put(kind::kAsset, args.udi(), changed);
  changed.set_status(pb::Asset::PUBLICITY);
  changed.set_publicity_from(context.time().value());
  changed.set_publicity_to(context.deadline("registry.publicity").value());
  context.put(kind::kAsset, args.udi(), changed);
  return pass();
}

// ---- assign_code --------------------------------------------------------------------------------------------------

Outcome check_assign(const pb::RegistryAssignCode& args) { return check_udi(args.udi()); }

SignerRule assign_signers(const pb::RegistryAssignCode& args, const Context& context) {
  SignerRule rule;
  if (const auto found = asset(context, args.udi()); found && !found->registrar().empty()) {
    rule.denial = amending(*found, context)
                      ? check_registrar(context, *found, {found->amended_by()})
                      : check_registrar(context, *found, {found->accepted_by(), found->reviewed_by()});
  }
  return rule;
}

Outcome assign_object(const pb::RegistryAssignCode& args, const Context& context) {
  QILIAN_PASS(require_status(context, args.udi(), {pb::Asset::PUBLICITY, pb::Asset::AMENDING}));
  const pb::Asset found = *asset(context, args.udi());
  QILIAN_REQUIRE(amending(found, context) || context.time().value() >= found.publicity_to(), "REG-410",
                 "publicity of " + args.udi() + " lasts until " + std::to_string(found.publicity_to()));
  return pass();
}

std::vector<ListSubject> assign_subjects(const pb::RegistryAssignCode& args, const Context& context) {
  const std::optional<pb::Asset> found = asset(context, args.udi());
  if (!found) return {};
  const std::uint32_t seq = amending(*found, context) ? found->pending_version() : 1;
  ListSubject subject;
  subject.version = version_id(args.udi(), seq);
  return {subject};
}

/// 赋码: short, printable, the same on every replica, and not to be guessed from the title.
std::string query_code(std::string_view udi) {
  return "QL" + ledger::sha256({"qilian/query-code/v1", udi}).hex().substr(0, 16);
}

void register_first(Context& context, pb::Asset& asset) {
  asset.set_head(1);
  asset.set_query_code(query_code(asset.udi()));
  asset.set_registered_at(context.time().value());
  asset.set_valid_to(context.deadline("registry.validity").value());
  for (pb::Right right : rights(context, asset)) {
    right.set_status(pb::Right::ACTIVE);
    if (right.from() == 0) right.set_from(context.time().value());
    context.put(kind::kRight, right.id(), right);
  }
}

Outcome apply_assign(const pb::RegistryAssignCode& args, Context& context) {
  pb::Asset changed = *asset(context, args.udi());
  if (amending(changed, context)) {
    const pb::AssetVersion pending = *version(context, version_id(changed.udi(), changed.pending_version()));
    changed.set_head(changed.pending_version());
    changed.set_pending_version(0);
    changed.clear_amendment_to();
    changed.clear_amended_by();
    *changed.mutable_items() = pending.items();
  } else {
    register_first(context, changed);
  }
  changed.set_status(pb::Asset::REGISTERED);
  context.put(kind::kAsset, args.udi(), changed);
  context.set_object(args.udi());
  return pass();
}

}  // namespace

void add_review_calls(CallList& calls) {
  calls.push_back(make_call<pb::RegistryAccept>({.name = "registry.accept",
                                                 .policy = SignaturePolicy::kSelf,
                                                 .roles = {"REGISTRAR"},
                                                 .credit = CreditClass::kContinuing,
                                                 .stopped_by_hold = true,
                                                 .operation = ListOperation::kNone,
                                                 .label_zh = "受理登记",
                                                 .label_en = "Accept an application for registration."},
                                                {.check = check_accept,
                                                 .signers = accept_signers,
                                                 .hold_scopes = hold_scopes<pb::RegistryAccept>,
                                                 .object = accept_object,
                                                 .apply = apply_accept}));
  calls.push_back(make_call<pb::RegistryReview>({.name = "registry.review",
                                                 .policy = SignaturePolicy::kSelf,
                                                 .roles = {"REGISTRAR"},
                                                 .credit = CreditClass::kContinuing,
                                                 .stopped_by_hold = true,
                                                 .operation = ListOperation::kNone,
                                                 .label_zh = "形式审核",
                                                 .label_en = "Review an application; passing opens its publicity."},
                                                {.check = check_review,
                                                 .signers = review_signers,
                                                 .hold_scopes = hold_scopes<pb::RegistryReview>,
                                                 .object = review_object,
                                                 .apply = apply_review}));
  calls.push_back(make_call<pb::RegistryAssignCode>({.name = "registry.assign_code",
                                                     .policy = SignaturePolicy::kSelf,
                                                     .roles = {"REGISTRAR"},
                                                     .credit = CreditClass::kContinuing,
                                                     .stopped_by_hold = true,
                                                     .operation = ListOperation::kRegister,
                                                     .label_zh = "赋码",
                                                     .label_en = "Assign the query code after publicity: REGISTERED."},
                                                    {.check = check_assign,
                                                     .signers = assign_signers,
                                                     .object = assign_object,
                                                     .subjects = assign_subjects,
                                                     .apply = apply_assign}));
}

}  // namespace qilian::contracts::registry
