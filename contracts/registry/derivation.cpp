// 衍生: what is made from other data enters the registry with its parents, or not at all.
#include "contracts/authorization/authorization.h"
#include "contracts/compute/compute.h"
#include "contracts/members.h"
#include "contracts/registry/steps.h"
#include "contracts/text_guard.h"

namespace qilian::contracts::registry {
namespace {

using Args = pb::RegistryDerive;

bool is_new(const Args& args) { return args.has_description(); }

std::string id_of(const pb::ParentRef& parent) { return version_id(parent.udi(), parent.version()); }

/// The version that the call makes: the first of a new asset, or the next of one's own.
std::uint32_t next_seq(const Args& args, const Context& context) {
  if (is_new(args)) return 1;
  const std::optional<pb::Asset> found = asset(context, args.udi());
  return found ? next_version(*found) : 1;
}

/// The asset as it will stand: REQUIRES that it exists where no description came.
pb::Asset draft(const Args& args, const Context& context) {
  if (is_new(args)) return draft_asset(args.udi(), args.description(), args.content(), context.caller().organisation());
  return *asset(context, args.udi());
}

bool own(const Context& context, const pb::ParentRef& parent) {
  const std::string& performer = context.caller().organisation();
  return has_right(context, parent.udi(), pb::Right::HOLD, performer) ||
         has_right(context, parent.udi(), pb::Right::PROCESS, performer);
}

// ---- hooks --------------------------------------------------------------------------------------------------------

Outcome check(const Args& args) {
  QILIAN_PASS(require_text("udi", args.udi(), 128));
  QILIAN_PASS(require_choice("activity", args.activity()));
  if (is_new(args)) QILIAN_PASS(check_description(args.description()));
  QILIAN_PASS(check_content(args.content()));
  QILIAN_PASS(check_rights(args.rights()));
  QILIAN_PASS(require_count("parents", static_cast<std::size_t>(args.parents_size()), 1, 256));
  for (const pb::ParentRef& parent : args.parents()) {
    QILIAN_PASS(require_text("parents.udi", parent.udi(), 128));
    QILIAN_PASS(require_range("parents.version", parent.version(), 1, UINT32_MAX));
  }
  QILIAN_REQUIRE(args.job().size() <= 128, "COM-107", "job is longer than 128 bytes");
  return require_count("claims", static_cast<std::size_t>(args.claims_size()), 0, 64);
}

Outcome check_child(const Args& args, const Context& context) {
  if (is_new(args)) {
    QILIAN_PASS(check_new_udi(context, args.udi(), args.description().kind()));
    return check_description_codes(context, args.description());
  }
  QILIAN_PASS(require_live(context, args.udi()));
  const pb::Asset found = *asset(context, args.udi());
  QILIAN_REQUIRE(found.registrant() == context.caller().organisation(), "COM-204",
                 "only registrant " + found.registrant() + " adds versions to " + args.udi());
  QILIAN_REQUIRE(status_at(found, context.time()) == pb::Asset::REGISTERED, "COM-303",
                 "an amendment of " + args.udi() + " is pending");
  QILIAN_REQUIRE(args.rights_size() == 0, "COM-303", "rights are claimed once, with the first version");
  return pass();
}

std::uint32_t depth_above(const Args& args, const Context& context) {
  std::uint32_t depth = 0;
  for (const pb::ParentRef& parent : args.parents()) {
    if (const auto found = asset(context, parent.udi())) depth = std::max(depth, found->depth() + 1);
  }
  return depth;
}

Outcome object(const Args& args, const Context& context) {
  QILIAN_PASS(check_child(args, context));
  QILIAN_PASS(check_items_count(context, args.content()));
  const std::int64_t max_parents = context.parameters().integer("registry.max_parents");
  QILIAN_PASS(require_range("number of parents", args.parents_size(), 1, max_parents));
  for (const pb::ParentRef& parent : args.parents()) {
    QILIAN_PASS(require_live(context, parent.udi()));
    QILIAN_PASS(require_version(context, id_of(parent)));
    QILIAN_REQUIRE(parent.udi() != args.udi(), "COM-303", "a version does not derive from its own asset; amend it");
  }
  return require_range("lineage depth", depth_above(args, context), 1,
                       context.parameters().integer("registry.lineage_depth"));
}

Outcome check_grant(const Context& context, const pb::ParentRef& parent) {
  const std::string parent_id = id_of(parent);
  QILIAN_REQUIRE(!parent.grant().empty(), "REG-406", "name the grant under which " + parent_id + " is processed");
  if (const Outcome broken = authorization::in_effect(context, parent.grant())) {
    return deny("REG-406", broken->code + ": " + broken->trace);
  }
  const pb::Grant grant = *authorization::grant(context, parent.grant());
  QILIAN_REQUIRE(grant.grantee() == context.caller().organisation(), "REG-406",
                 "grant " + grant.id() + " was given to " + grant.grantee());
  QILIAN_REQUIRE(authorization::covers(grant, parent.udi(), parent.version()), "REG-406",
                 "grant " + grant.id() + " does not reach " + parent_id);
  QILIAN_REQUIRE(authorization::has_right(grant, pb::Right::PROCESS), "REG-406",
                 "grant " + grant.id() + " gives no right to PROCESS");
  return pass();
}

/// An effective CORE denies every operation; a draft does not stand in the state, so its parents are asked here.
Outcome check_core(const Args& args, const Context& context) {
  QILIAN_REQUIRE(!is_new(args) || args.description().grade() != pb::Asset::CORE, "REG-401",
                 "CORE data is not registered 核心数据不予登记");
  for (const pb::ParentRef& parent : args.parents()) {
    QILIAN_REQUIRE(effective_grade(context, id_of(parent)) != pb::Asset::CORE, "COM-401",
                   "effective grade CORE of " + id_of(parent));
  }
  return pass();
}

Outcome references(const Args& args, const Context& context) {
  QILIAN_PASS(check_core(args, context));
  for (const pb::ParentRef& parent : args.parents()) {
    // A grant that is named counts, even on one's own: caps and operators are found through it later.
    if (!own(context, parent) || !parent.grant().empty()) QILIAN_PASS(check_grant(context, parent));
  }
  if (!args.job().empty()) QILIAN_PASS(compute::require_attested(context, args.job()));
  for (const std::string& claim : args.claims()) {
    QILIAN_REQUIRE(find_attestation(context, claim), "COM-301", "there is no attestation " + claim);
  }
  return pass();
}

/// A hold on a parent stops what would be made from it.
std::vector<std::string> hold_scopes(const Args& args, const Context&) {
  std::vector<std::string> scopes;
  for (const pb::ParentRef& parent : args.parents()) scopes.push_back("asset:" + parent.udi());
  return scopes;
}

std::vector<ListSubject> subjects(const Args& args, const Context& context) {
  if (!is_new(args) && !context.exists(kind::kAsset, args.udi())) return {};
  const pb::Asset child = draft(args, context);
  const std::uint32_t seq = next_seq(args, context);
  std::vector<std::string> parents;
  for (const pb::ParentRef& parent : args.parents()) parents.push_back(id_of(parent));
  ListSubject subject;
  subject.version = version_id(args.udi(), seq);
  subject.draft = view_of(context, child, draft_version(context, args.udi(), seq, args.content(), "initial"), parents);
  if (const auto job = compute::job(context, args.job())) subject.purposes = {job->purpose()};
  return {subject};
}

/// REG-405: who may not sell what it makes does not get OPERATE on it.
Outcome check_operate(const Args& args, const Context& context) {
  bool operates = false;
  for (const pb::RightClaim& claim : args.rights()) operates = operates || claim.type() == pb::Right::OPERATE;
  if (!operates) return pass();
  for (const pb::ParentRef& parent : args.parents()) {
    if (parent.grant().empty()) continue;
    const pb::Grant grant = *authorization::grant(context, parent.grant());
    QILIAN_REQUIRE(authorization::has_action(grant, pb::Grant::SELL_PRODUCT), "REG-405",
                   "OPERATE is claimed, and grant " + grant.id() + " does not allow SELL_PRODUCT");
  }
  return pass();
}

Outcome check_parents_shadow(const Args& args, const Context& context) {
  const pb::Asset child = draft(args, context);
  for (const pb::ParentRef& parent : args.parents()) {
    const pb::Asset::Grade grade = effective_grade(context, id_of(parent));
    QILIAN_REQUIRE(
        child.grade() >= grade, "REG-402",
        "parent " + id_of(parent) + " is " + pb::Asset::Grade_Name(grade) + "; its derivation is at least that");
  }
  return pass();
}

Outcome check_category(const Args& args, const Context& context) {
  const pb::Asset child = draft(args, context);
  for (const pb::ParentRef& parent : args.parents()) {
    QILIAN_REQUIRE(
        effective_category(context, id_of(parent)) != pb::Asset::PERSONAL || child.category() == pb::Asset::PERSONAL,
        "REG-408",
        "parent " + id_of(parent) + " is PERSONAL and no notary attested anonymisation: so is what derives from it");
    QILIAN_REQUIRE(
        child.category() != pb::Asset::PUBLIC || asset(context, parent.udi())->category() == pb::Asset::PUBLIC ||
            asset(context, parent.udi())->public_derived(),
        "REG-408", "what derives from " + id_of(parent) + ", which is not public, is not registered as PUBLIC");
  }
  return pass();
}

Outcome check_job(const Args& args, const Context& context) {
  bool demanded = false;
  for (const pb::ParentRef& parent : args.parents()) {
    if (parent.grant().empty()) continue;
    const pb::Grant grant = *authorization::grant(context, parent.grant());
    if (grant.environment() == pb::Grant::OPEN) continue;
    demanded = true;
    QILIAN_REQUIRE(!args.job().empty(), "AUT-413",
                   "grant " + grant.id() + " allows processing only in an assessed environment: name the attested job");
    QILIAN_PASS(
        compute::require_serves(context, compute::job(context, args.job())->environment(), grant.environment()));
  }
  if (args.job().empty() && !demanded) return pass();
  return compute::require_made(context, args.job(), context.caller().organisation(), args.content().content_root(),
                               args.parents());
}

Outcome invariants(const Args& args, const Context& context) {
  QILIAN_PASS(check_items(args.content()));
  if (is_new(args)) QILIAN_PASS(check_source(args.description()));
  QILIAN_PASS(check_parents_shadow(args, context));
  QILIAN_PASS(check_root(context, args.udi(), args.content()));
  if (is_new(args)) {
    QILIAN_PASS(check_operate(args, context));
    QILIAN_PASS(check_claims(draft(args, context), args.rights()));
  }
  QILIAN_PASS(check_category(args, context));
  if (!is_new(args)) QILIAN_PASS(require_unpledged(context, draft(args, context).pledge()));
  for (const pb::ParentRef& parent : args.parents()) {
    QILIAN_PASS(authorization::check_redevelopment(context, context.caller().organisation(), id_of(parent)));
  }
  return check_job(args, context);
}

void write_derivation(const Args& args, Context& context, std::string_view child) {
  pb::Derivation derivation;
  derivation.set_child(std::string(child));
  *derivation.mutable_parents() = args.parents();
  derivation.set_activity(args.activity());
  derivation.set_job(args.job());
  derivation.set_performed_by(context.caller().organisation());
  *derivation.mutable_claims() = args.claims();
  context.put(kind::kDerivation, child, derivation, EventKind::kCreated);
  for (const pb::ParentRef& parent : args.parents()) {
    context.append(kind::kChildrenOfVersion, id_of(parent), kind::kAssetVersion, child);
    if (!parent.grant().empty()) context.add_trace("grant " + parent.grant());
  }
}

Outcome apply(const Args& args, Context& context) {
  pb::Asset child = draft(args, context);
  const std::uint32_t seq = next_seq(args, context);
  pb::AssetVersion version =
      draft_version(context, args.udi(), seq, args.content(), is_new(args) ? "initial" : "update");
  version.set_derived(true);
  for (const pb::ParentRef& parent : args.parents()) {
    const pb::Asset above = *asset(context, parent.udi());
    child.set_depth(std::max(child.depth(), above.depth() + 1));
    if (above.category() == pb::Asset::PUBLIC || above.public_derived()) child.set_public_derived(true);
  }
  write_derivation(args, context, version_id(args.udi(), seq));
  if (is_new(args)) {
    write_submission(context, std::move(child), version, args.rights());
    return pass();
  }
  write_version(context, version, child.registrant());
  open_amendment(context, child, seq);
  context.put(kind::kAsset, args.udi(), child);
  context.set_object(version_id(args.udi(), seq));
  return pass();
}

}  // namespace

void add_derivation_calls(CallList& calls) {
  calls.push_back(make_call<Args>({.name = "registry.derive",
                                   .policy = SignaturePolicy::kSelf,
                                   .credit = CreditClass::kNewBusiness,
                                   .stopped_by_hold = true,
                                   .operation = ListOperation::kDerive,
                                   .label_zh = "衍生登记",
                                   .label_en = "Apply for the registration of what was made from registered parents."},
                                  {.check = check,
                                   .hold_scopes = hold_scopes,
                                   .object = object,
                                   .references = references,
                                   .subjects = subjects,
                                   .invariants = invariants,
                                   .apply = apply}));
}

}  // namespace qilian::contracts::registry
