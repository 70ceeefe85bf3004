// 公共数据资源目录 and 共享责任清单: what a department has, and what it owes others.
#include "contracts/registry/steps.h"
#include "contracts/text_guard.h"

namespace qilian::contracts::registry {
namespace {

// ---- add_catalogue_entry ------------------------------------------------------------------------------------------

Outcome object_entry(const pb::RegistryAddCatalogueEntry& args, const Context& context) {
  QILIAN_REQUIRE(!context.exists(kind::kCatalogueEntry, args.id()), "COM-302",
                 "catalogue entry " + args.id() + " exists");
  return pass();
}

Outcome apply_entry(const pb::RegistryAddCatalogueEntry& args, Context& context) {
  write_entry(context, args, {});
  context.set_object(args.id());
  return pass();
}

// ---- add_responsibility -------------------------------------------------------------------------------------------

Outcome check_responsibility(const pb::RegistryAddResponsibility& args) {
  QILIAN_PASS(require_text("id", args.id(), 128));
  QILIAN_PASS(require_text("resource", args.resource(), 128));
  QILIAN_PASS(require_text("share_type", args.share_type(), 64));
  QILIAN_PASS(require_text("sla", args.sla(), 512));
  return require_range("due", args.due(), 1, INT64_MAX);
}

Outcome object_responsibility(const pb::RegistryAddResponsibility& args, const Context& context) {
  QILIAN_REQUIRE(!context.exists(kind::kResponsibility, args.id()), "COM-302", "duty " + args.id() + " is on the list");
  QILIAN_REQUIRE(
      context.exists(kind::kCatalogueEntry, args.resource()) || context.exists(kind::kAsset, args.resource()),
      "COM-301", args.resource() + " is neither a catalogue entry nor an asset");
  QILIAN_REQUIRE(args.due() > context.time().value(), "COM-307", "a duty is due in the future");
  return pass();
}

Outcome apply_responsibility(const pb::RegistryAddResponsibility& args, Context& context) {
  pb::Responsibility duty;
  duty.set_id(args.id());
  duty.set_department(context.caller().organisation());
  duty.set_resource(args.resource());
  duty.set_share_type(args.share_type());
  duty.set_sla(args.sla());
  duty.set_due(args.due());
  duty.set_status("OPEN");
  context.put(kind::kResponsibility, args.id(), duty, EventKind::kCreated);
  context.append(kind::kAssetsOfOrganisation, duty.department(), kind::kResponsibility, args.id());
  context.set_object(args.id());
  return pass();
}

}  // namespace

Outcome check_entry(const pb::RegistryAddCatalogueEntry& args) {
  QILIAN_PASS(require_text("id", args.id(), 128));
  QILIAN_PASS(require_text("title", args.title(), 512));
  QILIAN_PASS(require_count("items", static_cast<std::size_t>(args.items_size()), 1, 256));
  for (const std::string& item : args.items()) QILIAN_PASS(require_text("items", item, 64));
  QILIAN_REQUIRE(
      args.share_type() == "UNCONDITIONAL" || args.share_type() == "CONDITIONAL" || args.share_type() == "NONE",
      "COM-107", "share_type is UNCONDITIONAL, CONDITIONAL or NONE");
  if (!args.usage_rule().empty()) QILIAN_PASS(require_text("usage_rule", args.usage_rule(), 1024));
  return args.update_frequency().empty() ? pass() : require_text("update_frequency", args.update_frequency(), 64);
}

void write_entry(Context& context, const pb::RegistryAddCatalogueEntry& args, std::string_view census) {
  pb::CatalogueEntry entry;
  entry.set_id(args.id());
  entry.set_department(context.caller().organisation());
  entry.set_title(args.title());
  *entry.mutable_items() = args.items();
  entry.set_share_type(args.share_type());
  entry.set_usage_rule(args.usage_rule());
  entry.set_update_frequency(args.update_frequency());
  entry.set_census(std::string(census));
  entry.set_added_at(context.time().value());
  context.put(kind::kCatalogueEntry, args.id(), entry, EventKind::kCreated);
  context.append(kind::kAssetsOfOrganisation, entry.department(), kind::kCatalogueEntry, args.id());
}

void add_catalogue_calls(CallList& calls) {
  calls.push_back(
      make_call<pb::RegistryAddCatalogueEntry>({.name = "registry.add_catalogue_entry",
                                                .policy = SignaturePolicy::kSelf,
                                                .roles = {"SOURCE_AGENCY", "IMPLEMENTING_AGENCY"},
                                                .credit = CreditClass::kContinuing,
                                                .stopped_by_hold = true,
                                                .label_zh = "公共数据编目",
                                                .label_en = "Add an entry to the catalogue of public data."},
                                               {.check = check_entry, .object = object_entry, .apply = apply_entry}));
  calls.push_back(make_call<pb::RegistryAddResponsibility>(
      {.name = "registry.add_responsibility",
       .policy = SignaturePolicy::kSelf,
       .roles = {"SOURCE_AGENCY", "IMPLEMENTING_AGENCY"},
       .credit = CreditClass::kContinuing,
       .stopped_by_hold = true,
       .label_zh = "共享责任登记",
       .label_en = "Put a duty to share on the responsibility list."},
      {.check = check_responsibility, .object = object_responsibility, .apply = apply_responsibility}));
}

}  // namespace qilian::contracts::registry
