// The negative list itself: what two versions say, and what one operation would be told.
#include <array>

#include "contracts/negative_list/evaluate.h"
#include "contracts/negative_list/impact.h"
#include "contracts/questions/asset_rows.h"
#include "contracts/questions/reading.h"
#include "contracts/registry/registry.h"

namespace qilian::contracts::questions {
namespace {

using negative_list::EntryChange;

std::string_view kind_name(EntryChange::Kind kind) {
  if (kind == EntryChange::Kind::kAdded) return "ADDED";
  return kind == EntryChange::Kind::kRemoved ? "REMOVED" : "CHANGED";
}

Result<pb::NegativeList> version_of(const Reading& reading, std::string_view argument) {
  const std::string version = reading.text(argument);
  auto list = reading.context().get<pb::NegativeList>(kind::kList, version);
  if (!list) return std::unexpected(missing("negative list", version));
  return *std::move(list);
}

/// What a changed or added entry newly affects: against what was in force before it takes effect.
Result<void> list_diff(const Reading& reading, Answer& answer) {
  QILIAN_TRY(const pb::NegativeList before, version_of(reading, "from"));
  QILIAN_TRY(const pb::NegativeList after, version_of(reading, "to"));
  const std::vector<EntryChange> changes = negative_list::differences(before, after);
  const negative_list::AssetTable table = asset_rows(reading.history(), reading.time());
  const negative_list::Standing standing(table, before, TimeMs(before.effective_at()));
  std::int64_t affected = 0;
  for (const EntryChange& change : changes) {
    negative_list::EntryImpact effect;
    if (change.after != nullptr) {
      google::protobuf::RepeatedPtrField<pb::NegativeEntry> draft;
      *draft.Add() = *change.after;
      effect = negative_list::impact(table, draft, standing).front();
    }
    affected += effect.added;
    answer.add({{"entry", change.code},
                {"change", std::string(kind_name(change.kind))},
                {"fields", change.fields},
                {"matched", effect.matched},
                {"uncertain", effect.uncertain},
                {"added", effect.added},
                {"listings", effect.listings},
                {"trades", effect.trades},
                {"examples", effect.examples}});
  }
  answer.facts = {{"from", static_cast<std::int64_t>(before.version())},
                  {"to", static_cast<std::int64_t>(after.version())},
                  {"newly_affected", affected},
                  {"versions_examined", static_cast<std::int64_t>(table.size())}};
  return {};
}

Result<ListOperation> operation_of(const std::string& name) {
  pb::NegativeEntry::Operation operation = pb::NegativeEntry::OPERATION_UNSPECIFIED;
  if (!pb::NegativeEntry::Operation_Parse(name, &operation) || operation == pb::NegativeEntry::OPERATION_UNSPECIFIED) {
    return fail("question.argument", "operation is REGISTER, GRANT, DERIVE, LIST, TRADE, DELIVER or EXPORT");
  }
  return static_cast<ListOperation>(operation);
}

/// The gate's own stage, without a transaction.
Result<void> check(const Reading& reading, Answer& answer) {
  const std::string version = reading.text("version");
  if (!registry::version(reading.context(), version)) return std::unexpected(missing("version", version));
  QILIAN_TRY(const ListOperation operation, operation_of(reading.text("operation")));
  ListSubject subject;
  subject.version = version;
  if (!reading.text("purpose").empty()) subject.purposes = {reading.text("purpose")};
  subject.buyer = reading.text("buyer");
  subject.environment = reading.text("environment");
  const negative_list::Evaluation found = negative_list::evaluate_all(reading.context(), {subject}, operation);
  const std::string code = found.denial ? found.denial->code : "OK";
  answer.facts = {{"version", version},
                  {"operation", reading.text("operation")},
                  {"code", code},
                  {"decision", std::string(code == "OK"        ? "ALLOW"
                                           : code == "COM-402" ? "RESTRICT"
                                                               : "DENY")},
                  {"trace", found.denial ? found.denial->trace : found.trace},
                  {"entries", found.entries}};
  return {};
}

constexpr std::array kVersions{Argument{"from", true, "number of the earlier version"},
                               Argument{"to", true, "number of the later version"}};
constexpr std::array kCheck{Argument{"version", true, "UDI@sequence"},
                            Argument{"operation", true, "REGISTER, GRANT, DERIVE, LIST, TRADE, DELIVER or EXPORT"},
                            Argument{"purpose", false, "of the call"}, Argument{"buyer", false, "USCC"},
                            Argument{"environment", false, "IN_DOMAIN, PRIVACY or OPEN"}};

}  // namespace

std::span<const Entry> list_questions() {
  static const std::array<Entry, 2> all{{
      {{22, "list-diff", kVersions, Tier::kPublic, "清单差异",
        "Difference between two list versions, and what it newly affects"},
       list_diff},
      {{26, "list-check", kCheck, Tier::kPublic, "清单试算",
        "Dry run: may this operation be done on this version now?"},
       check},
  }};
  return all;
}

}  // namespace qilian::contracts::questions
