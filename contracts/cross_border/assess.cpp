// 自评估: the exporter says what leaves, to whom, by which path, and what stands behind it.
#include <algorithm>

#include "contracts/cross_border/steps.h"
#include "contracts/members.h"
#include "contracts/registry/registry.h"
#include "contracts/text_guard.h"

namespace qilian::contracts::cross_border {
namespace {

using Args = pb::CrossBorderAssess;

/// More people than there are: sums of counters stay far from their end.
constexpr std::int64_t kMaxPersons = 1'000'000'000'000;

pb::Export draft(const Args& args, const Context& context) {
  const auto recipient = context.get<pb::Recipient>(kind::kRecipient, args.recipient());
  pb::Export item;
  item.set_id(args.id());
  item.set_exporter(context.caller().organisation());
  item.set_recipient(args.recipient());
  item.set_recipient_version(recipient ? recipient->version() : 0);
  item.set_country(recipient ? recipient->country() : "");
  item.set_asset(args.asset());
  item.set_purpose(args.purpose());
  item.set_persons(args.persons());
  item.set_sensitive_persons(args.sensitive_persons());
  item.set_path(args.path());
  item.set_exemption(args.exemption());
  *item.mutable_refs() = args.refs();
  *item.mutable_consent_batch() = args.consent_batch();
  item.set_grant(args.grant());
  item.set_assessment(args.assessment());
  item.set_assessed_at(context.time().value());
  item.set_status(pb::Export::SELF_ASSESSED);
  return item;
}

Outcome check(const Args& args) {
  QILIAN_PASS(require_text("id", args.id(), 128));
  // "<export>/<seq>" names a shipment.
  QILIAN_REQUIRE(args.id().find('/') == std::string::npos, "COM-101", "the id of an export has no slash");
  QILIAN_PASS(require_text("recipient", args.recipient(), 128));
  QILIAN_PASS(require_text("asset", args.asset(), 128));
  QILIAN_PASS(require_text("purpose", args.purpose(), 64));
  QILIAN_PASS(require_range("persons", args.persons(), 0, kMaxPersons));
  QILIAN_PASS(require_range("sensitive_persons", args.sensitive_persons(), 0, args.persons()));
  QILIAN_PASS(require_choice("path", args.path()));
  QILIAN_REQUIRE((args.path() == pb::Export::EXEMPT) == !args.exemption().empty() && args.exemption().size() <= 64,
                 "COM-101", "a code of exemption stands with EXEMPT and with nothing else");
  QILIAN_PASS(require_count("refs", static_cast<std::size_t>(args.refs_size()), 0, 16));
  for (const std::string& ref : args.refs()) QILIAN_PASS(require_text("refs", ref, 128));
  QILIAN_PASS(require_count("consent_batch", static_cast<std::size_t>(args.consent_batch_size()), 0, 256));
  for (const std::string& batch : args.consent_batch()) {
    QILIAN_PASS(require_text("consent_batch", batch, 128));
    QILIAN_REQUIRE(std::ranges::count(args.consent_batch(), batch) == 1, "COM-107", "a consent batch stands twice");
  }
  QILIAN_REQUIRE(args.grant().size() <= 128, "COM-107", "grant has 128 bytes at most");
  return require_digest_or_commitment("assessment", args.assessment());
}

Outcome object(const Args& args, const Context& context) {
  QILIAN_REQUIRE(!context.exists(kind::kExport, args.id()), "COM-302", "export " + args.id() + " exists");
  QILIAN_REQUIRE(context.exists(kind::kRecipient, args.recipient()), "COM-301",
                 "recipient " + args.recipient() + " is not registered");
  QILIAN_PASS(registry::require_version(context, args.asset()));
  QILIAN_PASS(registry::require_live(context, registry::parse_version(args.asset())->udi));
  QILIAN_PASS(require_code(context, "purpose", args.purpose()));
  QILIAN_PASS(require_range("number of consent batches", args.consent_batch_size(), 0,
                            context.parameters().integer("cross_border.max_consents")));
  return check_figures(context, args.asset(), {.all = args.persons(), .sensitive = args.sensitive_persons()});
}

Outcome references(const Args& args, const Context& context) {
  const pb::Export item = draft(args, context);
  QILIAN_PASS(check_grade(context, item));
  QILIAN_PASS(check_right(context, item));
  return check_consent(context, item);
}

std::vector<ListSubject> subjects(const Args& args, const Context&) {
  ListSubject subject;
  subject.version = args.asset();
  subject.purposes = {args.purpose()};
  return {subject};
}

Outcome invariants(const Args& args, const Context& context) {
  const pb::Export item = draft(args, context);
  return check_path(context, item, {.all = item.persons(), .sensitive = item.sensitive_persons()});
}

Outcome apply(const Args& args, Context& context) {
  const pb::Export item = draft(args, context);
  context.put(kind::kExport, args.id(), item, EventKind::kCreated);
  context.append(kind::kExportsOfOrganisation, item.exporter(), kind::kExport, args.id());
  context.append(kind::kExportsOfAsset, registry::parse_version(args.asset())->udi, kind::kExport, args.id());
  context.set_object(args.id());
  return pass();
}

}  // namespace

void add_assess_calls(CallList& calls) {
  calls.push_back(make_call<Args>({.name = "cross_border.assess",
                                   .policy = SignaturePolicy::kSelf,
                                   .credit = CreditClass::kNewBusiness,
                                   .stopped_by_hold = true,
                                   .operation = ListOperation::kExport,
                                   .label_zh = "出境自评估",
                                   .label_en = "Record the self-assessment of an export and its path."},
                                  {.check = check,
                                   .object = object,
                                   .references = references,
                                   .subjects = subjects,
                                   .invariants = invariants,
                                   .apply = apply}));
}

}  // namespace qilian::contracts::cross_border
