// 普查: a batch of catalogue entries under one RFC 6962 root, imported in as many pieces as one likes.
#include "contracts/registry/steps.h"
#include "contracts/text_guard.h"
#include "ledger/core/canonical.h"
#include "ledger/core/merkle_list.h"

namespace qilian::contracts::registry {
namespace {

using Args = pb::RegistryImportCensus;

constexpr std::size_t kMaxEntriesPerCall = 128;
constexpr int kMaxPath = 64;

Outcome check(const Args& args) {
  QILIAN_PASS(require_text("id", args.id(), 128));
  QILIAN_PASS(require_digest("root", args.root()));
  QILIAN_PASS(require_range("count", static_cast<std::int64_t>(args.count() >> 1), 0, INT32_MAX));
  QILIAN_REQUIRE(args.count() > 0, "COM-107", "a batch has at least one entry");
  QILIAN_PASS(require_count("entries", static_cast<std::size_t>(args.entries_size()), 0, kMaxEntriesPerCall));
  for (const pb::CensusEntry& entry : args.entries()) {
    QILIAN_PASS(check_entry(entry.entry()));
    QILIAN_REQUIRE(entry.index() < args.count() && entry.path_size() <= kMaxPath, "COM-107",
                   "an entry's index lies below count, and its path has at most 64 hashes");
    for (const std::string& node : entry.path()) {
      QILIAN_REQUIRE(node.size() == ledger::Digest::kSize, "COM-101", "a path holds hashes of 32 bytes");
    }
  }
  return pass();
}

/// The leaf is the entry's argument message, canonically encoded.
bool under_root(const pb::CensusEntry& entry, std::uint64_t count, ledger::ByteView root) {
  std::vector<ledger::Digest> path;
  for (const std::string& node : entry.path()) path.push_back(*ledger::Digest::from(node));
  const auto computed = ledger::list_root_from_inclusion(ledger::list_leaf_hash(ledger::encode(entry.entry())),
                                                         entry.index(), count, path);
  return computed && computed->view() == root.substr(1);
}

Outcome object(const Args& args, const Context& context) {
  if (const auto batch = context.get<pb::Census>(kind::kCensus, args.id())) {
    QILIAN_REQUIRE(batch->department() == context.caller().organisation(), "COM-302",
                   "batch " + args.id() + " belongs to " + batch->department());
    QILIAN_REQUIRE(batch->root() == args.root() && batch->count() == args.count(), "COM-304",
                   "batch " + args.id() + " was filed with another root or count");
  }
  for (const pb::CensusEntry& entry : args.entries()) {
    QILIAN_REQUIRE(!context.exists(kind::kCatalogueEntry, entry.entry().id()), "COM-302",
                   "catalogue entry " + entry.entry().id() + " exists");
    QILIAN_REQUIRE(under_root(entry, args.count(), args.root()), "COM-107",
                   "entry " + entry.entry().id() + " does not stand under the batch's root at index " +
                       std::to_string(entry.index()));
  }
  return pass();
}

Outcome apply(const Args& args, Context& context) {
  pb::Census batch;
  const auto earlier = context.get<pb::Census>(kind::kCensus, args.id());
  if (earlier) {
    batch = *earlier;
  } else {
    batch.set_id(args.id());
    batch.set_department(context.caller().organisation());
    batch.set_root(args.root());
    batch.set_count(args.count());
    batch.set_filed_at(context.time().value());
  }
  for (const pb::CensusEntry& entry : args.entries()) {
    // The same entry twice in one call: the second one finds the first.
    QILIAN_REQUIRE(!context.exists(kind::kCatalogueEntry, entry.entry().id()), "COM-302",
                   "catalogue entry " + entry.entry().id() + " stands twice in the call");
    write_entry(context, entry.entry(), args.root());
  }
  batch.set_imported(batch.imported() + static_cast<std::uint64_t>(args.entries_size()));
  context.put(kind::kCensus, args.id(), batch, earlier ? EventKind::kChanged : EventKind::kCreated);
  context.set_object(args.id());
  return pass();
}

}  // namespace

void add_census_calls(CallList& calls) {
  calls.push_back(make_call<Args>({.name = "registry.import_census",
                                   .policy = SignaturePolicy::kSelf,
                                   .roles = {"SOURCE_AGENCY", "IMPLEMENTING_AGENCY"},
                                   .credit = CreditClass::kContinuing,
                                   .stopped_by_hold = true,
                                   .label_zh = "普查导入",
                                   .label_en = "File a census batch by its Merkle root and import entries under it."},
                                  {.check = check, .object = object, .apply = apply}));
}

}  // namespace qilian::contracts::registry
