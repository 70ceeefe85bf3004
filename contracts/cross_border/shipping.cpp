// 出境日志: every shipment is filed before it leaves, and counts. Splitting an export changes nothing: the year adds it
// up.
#include "contracts/cross_border/steps.h"
#include "contracts/registry/registry.h"
#include "contracts/signer_rules.h"
#include "contracts/text_guard.h"

namespace qilian::contracts::cross_border {
namespace {

using Args = pb::CrossBorderShip;

Outcome check(const Args& args) {
  QILIAN_PASS(require_text("export_id", args.export_id(), 128));
  QILIAN_PASS(require_range("persons", args.persons(), 0, INT64_MAX));
  QILIAN_PASS(require_range("sensitive_persons", args.sensitive_persons(), 0, args.persons()));
  return require_digest("package", args.package());
}

SignerRule signers(const Args& args, const Context& context) {
  const std::optional<pb::Export> item = find(context, args.export_id());
  return item ? signed_by_each({item->exporter()}) : SignerRule{};
}

Outcome object(const Args& args, const Context& context) {
  QILIAN_PASS(require_status(context, args.export_id(), {pb::Export::DECIDED, pb::Export::ACTIVE}));
  const std::string version = find(context, args.export_id())->asset();
  QILIAN_PASS(registry::require_live(context, registry::parse_version(version)->udi));
  return check_figures(context, version, {.all = args.persons(), .sensitive = args.sensitive_persons()});
}

Outcome references(const Args& args, const Context& context) {
  const pb::Export item = *find(context, args.export_id());
  QILIAN_PASS(check_grade(context, item));
  QILIAN_PASS(check_right(context, item));
  QILIAN_PASS(check_consent(context, item));
  return check_recipient(context, item);
}

std::vector<ListSubject> subjects(const Args& args, const Context& context) {
  const std::optional<pb::Export> item = find(context, args.export_id());
  if (!item) return {};
  ListSubject subject;
  subject.version = item->asset();
  subject.purposes = {item->purpose()};
  subject.opened_at = TimeMs(item->assessed_at());
  subject.opens_business = false;
  return {subject};
}

Outcome invariants(const Args& args, const Context& context) {
  const pb::Export item = *find(context, args.export_id());
  // Compared as what is left, so that no sum of a stranger's figures can wrap.
  QILIAN_REQUIRE(args.persons() <= item.persons() - item.shipped_persons() &&
                     args.sensitive_persons() <= item.sensitive_persons() - item.shipped_sensitive(),
                 "XBR-402",
                 "decided for " + std::to_string(item.persons()) + " persons, " +
                     std::to_string(item.sensitive_persons()) + " sensitive; " +
                     std::to_string(item.shipped_persons()) + " and " + std::to_string(item.shipped_sensitive()) +
                     " have left");
  return check_path(context, item, {.all = args.persons(), .sensitive = args.sensitive_persons()});
}

Outcome apply(const Args& args, Context& context) {
  pb::Export item = *find(context, args.export_id());
  item.set_status(pb::Export::ACTIVE);
  item.set_shipments(item.shipments() + 1);
  item.set_shipped_persons(item.shipped_persons() + args.persons());
  item.set_shipped_sensitive(item.shipped_sensitive() + args.sensitive_persons());
  pb::ExportLog log;
  log.set_export_id(item.id());
  log.set_seq(item.shipments());
  log.set_persons(args.persons());
  log.set_sensitive_persons(args.sensitive_persons());
  log.set_package(args.package());
  log.set_shipped_at(context.time().value());
  const std::string id = item.id() + "/" + std::to_string(item.shipments());
  context.put(kind::kExportLog, id, log, EventKind::kCreated);
  context.put(kind::kExport, item.id(), item);
  count(context, item, {.all = args.persons(), .sensitive = args.sensitive_persons()});
  context.set_object(id);
  return pass();
}

}  // namespace

void add_shipping_calls(CallList& calls) {
  calls.push_back(make_call<Args>({.name = "cross_border.ship",
                                   .policy = SignaturePolicy::kSelf,
                                   .credit = CreditClass::kContinuing,
                                   .stopped_by_hold = true,
                                   .operation = ListOperation::kExport,
                                   .label_zh = "出境传输",
                                   .label_en = "File one shipment of a decided export before it leaves."},
                                  {.check = check,
                                   .signers = signers,
                                   .object = object,
                                   .references = references,
                                   .subjects = subjects,
                                   .invariants = invariants,
                                   .apply = apply}));
}

}  // namespace qilian::contracts::cross_border
