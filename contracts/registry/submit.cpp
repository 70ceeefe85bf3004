#include "contracts/registry/steps.h"
#include "contracts/text_guard.h"

namespace qilian::contracts::registry {
namespace {

using Args = pb::RegistrySubmit;

Outcome check(const Args& args) {
  QILIAN_PASS(require_text("udi", args.udi(), 128));
  QILIAN_PASS(check_description(args.description()));
  QILIAN_PASS(check_content(args.content()));
  return check_rights(args.rights());
}

Outcome object(const Args& args, const Context& context) {
  QILIAN_PASS(check_new_udi(context, args.udi(), args.description().kind()));
  QILIAN_PASS(check_description_codes(context, args.description()));
  return check_items_count(context, args.content());
}

/// Before the negative list is asked: what is CORE has a code of its own here.
Outcome references(const Args& args, const Context&) {
  QILIAN_REQUIRE(args.description().grade() != pb::Asset::CORE, "REG-401",
                 "CORE data is not registered 核心数据不予登记");
  return pass();
}

std::vector<ListSubject> subjects(const Args& args, const Context& context) {
  const pb::Asset asset = draft_asset(args.udi(), args.description(), args.content(), context.caller().organisation());
  ListSubject subject;
  subject.version = version_id(args.udi(), 1);
  subject.draft = view_of(context, asset, draft_version(context, args.udi(), 1, args.content(), "initial"), {});
  return {subject};
}

/// Public data that nobody derived stands in the catalogue of the department that registers it.
Outcome check_catalogue(const Args& args, const Context& context) {
  if (args.description().category() != pb::Asset::PUBLIC) return pass();
  const auto entry = context.get<pb::CatalogueEntry>(kind::kCatalogueEntry, args.description().catalogue_ref());
  QILIAN_REQUIRE(entry, "REG-411", "public data names its catalogue entry (catalogue_ref) first 公共数据须先编目");
  QILIAN_REQUIRE(entry->department() == context.caller().organisation(), "REG-411",
                 "catalogue entry " + entry->id() + " belongs to " + entry->department());
  return pass();
}

Outcome invariants(const Args& args, const Context& context) {
  const pb::Asset draft = draft_asset(args.udi(), args.description(), args.content(), context.caller().organisation());
  QILIAN_PASS(check_items(args.content()));
  QILIAN_PASS(check_source(args.description()));
  QILIAN_PASS(check_root(context, args.udi(), args.content()));
  QILIAN_PASS(check_claims(draft, args.rights()));
  return check_catalogue(args, context);
}

Outcome apply(const Args& args, Context& context) {
  write_submission(context,
                   draft_asset(args.udi(), args.description(), args.content(), context.caller().organisation()),
                   draft_version(context, args.udi(), 1, args.content(), "initial"), args.rights());
  return pass();
}

}  // namespace

void add_submission_calls(CallList& calls) {
  calls.push_back(
      make_call<Args>({.name = "registry.submit",
                       .policy = SignaturePolicy::kSelf,
                       .roles = {"HOLDER", "SOURCE_AGENCY", "OPERATOR", "DEALER"},
                       .credit = CreditClass::kNewBusiness,
                       .stopped_by_hold = true,
                       .operation = ListOperation::kRegister,
                       .label_zh = "申请登记",
                       .label_en = "Apply for the registration of an asset with its first version and rights."},
                      {.check = check,
                       .object = object,
                       .references = references,
                       .subjects = subjects,
                       .invariants = invariants,
                       .apply = apply}));
}

}  // namespace qilian::contracts::registry
